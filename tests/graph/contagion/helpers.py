"""Builders of networks of exposures."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from tests.graph.guarantees.helpers import AS_OF

from windchime.content.in_force import shipped
from windchime.graph.contagion.exposures import EXPOSURES
from windchime.graph.contagion.gathering import Stakes
from windchime.graph.contagion.network import Network, network
from windchime.graph.contagion.settings import SCHEME, Settings
from windchime.graph.facts.balances import BALANCES
from windchime.graph.nodes import Nodes


def settings() -> Settings:
    """What ships."""
    return Settings.of(shipped(SCHEME)[0], AS_OF)


def stakes(rows: list[tuple[str, str, str, float]], buffers: Mapping[str, float]) -> Stakes:
    """From (loser, failed, kind, amount), all of which is lost."""
    exposures = pa.Table.from_pylist(
        [
            {"loser": a, "failed": b, "kind": kind, "amount": x, "loss": x, "table": "t", "row": f"{a}|{b}|{kind}"}
            for a, b, kind, x in rows
        ],
        schema=EXPOSURES,
    )
    return Stakes(exposures, BALANCES.empty_table(), network(exposures, buffers, settings()))


def drawn(seed: int, firms: int = 12, exposures: int = 40) -> Network:
    """A random network; a firm may have several exposures on another."""
    draws = np.random.default_rng(seed)
    failed, loser = draws.integers(0, firms, (2, exposures)).astype(np.int32)
    own = failed != loser
    return Network(
        firms=Nodes(pa.array([f"f{n}" for n in range(firms)])),
        failed=failed[own],
        loser=loser[own],
        loss=draws.lognormal(0, 1, exposures)[own],
        buffer=draws.lognormal(1, 1, firms),
        is_assumed=np.zeros(firms, dtype=bool),
    )
