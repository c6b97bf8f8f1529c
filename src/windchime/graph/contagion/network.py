"""The network of exposures: for each firm, who loses what share of its means if it fails."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from windchime.graph.contagion.settings import Settings
from windchime.graph.csr import Csr, Floats, csr
from windchime.graph.guarantees.web import Bools
from windchime.graph.nodes import Ints, Nodes, coded


@dataclass(frozen=True)
class Network:
    """Exposures between firms; an edge leads from the firm that fails to the one that loses."""

    firms: Nodes
    #: (exposures,)
    failed: Ints
    loser: Ints
    #: (exposures,) yuan lost if the firm fails outright
    loss: Floats
    #: (firms,) yuan each can lose before it falls, above 0, and whether that is assumed
    buffer: Floats
    is_assumed: Bools

    @cached_property
    def by_failed(self) -> Csr:
        """Losers by who fails."""
        return csr(len(self.firms), self.failed, self.loser)

    @cached_property
    def by_loser(self) -> Csr:
        """Who fails, by loser."""
        return csr(len(self.firms), self.loser, self.failed)

    @cached_property
    def weight(self) -> Floats:
        """(exposures,) Λ: the share of the loser's buffer that is lost."""
        return self.loss / self.buffer[self.loser]


def network(
    exposures: pa.Table, net_assets: Mapping[str, float], settings: Settings, sales: Mapping[str, float] | None = None
) -> Network:
    """The network of a table of exposures.

    Args:
        exposures: in the form `EXPOSURES`; only `loser`, `failed` and `loss` are read.
        net_assets: yuan by firm; firms it lacks get what the scheme assumes, and are marked.
        settings: what is assumed, and the least of any buffer.
        sales: yuan of the last twelve months by firm, from which means are assumed.
    """
    firms, (loser, failed) = coded(exposures["loser"], exposures["failed"])
    ids = firms.ids.to_pylist()
    held = [net_assets.get(f) for f in ids]
    sold = sales or {}
    assumed = [max(settings.unknown_buffer, settings.buffer_of_sales * sold.get(f, 0.0)) for f in ids]
    return Network(
        firms=firms,
        failed=failed,
        loser=loser,
        loss=np.asarray(exposures["loss"].to_numpy(), dtype=np.float64),
        buffer=np.array(
            [a if h is None else max(h, settings.least_buffer) for h, a in zip(held, assumed, strict=True)]
        ),
        is_assumed=np.array([h is None for h in held], dtype=bool),
    )
