"""The chain of one firm as programs and pages read it."""

from typing import Any

import numpy as np
import pyarrow.compute as pc

from windchime.data.reading import Reading
from windchime.graph.facts.nodes import nodes
from windchime.graph.facts.trade import listing, trade
from windchime.graph.supply.flows import Flows, Side
from windchime.graph.supply.positions import positions
from windchime.graph.supply.settings import Settings
from windchime.graph.supply.tiers import tiers


def flows_of(reading: Reading, settings: Settings) -> Flows:
    """The trade of the window before the reading's date."""
    return Flows.of(trade(reading), listing(reading), reading.as_of, settings.window_months)


def chain_of(flows: Flows, side: Side, core: str, depth: int, width: int) -> dict[str, Any]:
    """One side of a core firm's chain, tier by tier.

    Returns:
        `links` (firm, tier, via, share, along, in_all), `left_out` by tier, `bound` of in_all, and `is_known`: whether the
        firm handed in its own list, without which nobody is listed.
    """
    number = flows.nodes.number(core)
    known = flows.buys_known if side == "supplier" else flows.sells_known
    if number is None or not known[number]:
        return {"links": [], "left_out": [], "bound": 0.0, "is_known": False}
    found = tiers(flows.side(side), number, depth, width)
    ids = flows.nodes.ids
    links = [
        {
            "firm": ids[k.node].as_py(),
            "tier": k.tier,
            "via": ids[k.via].as_py(),
            "share": round(k.share, 6),
            "along": round(k.along, 6),
            "in_all": round(k.visits, 6),
        }
        for k in found.links
    ]
    return {"links": links, "left_out": list(found.left_out), "bound": found.bound, "is_known": True}


def places(reading: Reading, flows: Flows) -> list[dict[str, Any]]:
    """Where the divisions of industry (first three signs of the code) stand, the most upstream first."""
    register = nodes(reading)
    place = pc.index_in(flows.nodes.ids, register["node"].combine_chunks())
    code = pc.utf8_slice_codeunits(pc.take(register["industry"].combine_chunks(), place), 0, 3).dictionary_encode()
    number = pc.fill_null(code.indices, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    return [
        {
            "industry": p.industry,
            "upstreamness": round(p.upstreamness, 4) if np.isfinite(p.upstreamness) else None,
            "known": round(p.known, 6),
            "sold": f"{p.sold:.2f}",
        }
        for p in positions(flows, number, code.dictionary.to_pylist())
    ]
