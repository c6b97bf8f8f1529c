"""The systemic rank of every firm with exposures, as rows of `contagion_ranks`."""

from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa

from windchime.content.scheme import Scheme
from windchime.core.canonical import canonical
from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.graph.contagion.debtrank import Ranks, ranks
from windchime.graph.contagion.gathering import Stakes, gather
from windchime.graph.contagion.settings import Settings
from windchime.graph.nodes import Ints
from windchime.graph.results.finders import Found

TABLE = "contagion_ranks"
#: direct exposures told as evidence of one firm
_SHOWN = 3
_SAID = ("run_id", "known_on", "is_withdrawn")


def results(reading: Reading, scheme: Scheme) -> Found:
    """Impact and vulnerability as of the reading's date."""
    settings = Settings.of(scheme, reading.as_of)
    stakes = gather(reading, settings)
    return Found({TABLE: ranked(stakes, settings)})


def ranked(stakes: Stakes, settings: Settings) -> pa.Table:
    """Rows of `contagion_ranks` without what the run says, by rank."""
    schema = contract(TABLE).arrow_schema()
    own = pa.schema([schema.field(c.name) for c in contract(TABLE).columns if c.name not in _SAID])
    net = stakes.network
    if not len(net.firms):
        return own.empty_table()
    found = ranks(
        net,
        alpha=settings.alpha,
        least=settings.least_change,
        rounds=settings.rounds,
        listed_from=settings.listed_from,
    )
    ids = net.firms.ids.to_pylist()
    # impact is money: what differs by less than a cent is equal, and goes by id
    order = sorted(range(len(ids)), key=lambda n: (-round(float(found.impact[n]), 2), ids[n]))
    whole = float(net.buffer.sum())
    rows = [{"rank": place} | _row(stakes, found, ids, number, whole) for place, number in enumerate(order, start=1)]
    return pa.Table.from_pylist(rows, schema=own)


def _row(stakes: Stakes, found: Ranks, ids: list[str], firm: int, whole: float) -> dict[str, Any]:
    net = stakes.network
    own = _largest_first(stakes, firm)
    others = whole - float(net.buffer[firm])
    # of several exposures on one firm their sum counts
    partner, loss = _biggest(stakes, own)
    return {
        "firm_id": ids[firm],
        "impact_amount": _yuan(found.impact[firm]),
        "impact_share": Decimal(repr(round(float(found.impact[firm]) / others, 6))) if others > 0 else Decimal(0),
        "fallen_count": int(found.falls[firm]),
        "hit_count": int(found.hits[firm]),
        "round_count": int(found.rounds[firm]),
        "vulnerability_amount": _yuan(found.vulnerability[firm]),
        "threat_count": int(found.brought_down[firm]),
        "buffer_amount": _yuan(net.buffer[firm]),
        "is_buffer_assumed": bool(net.is_assumed[firm]),
        "exposure_count": len(own),
        "biggest_exposure_id": ids[partner] if partner is not None else None,
        "biggest_loss_amount": _yuan(loss) if partner is not None else None,
        "evidence": canonical(_evidence(stakes, ids, firm, own)).decode(),
    }


def _largest_first(stakes: Stakes, firm: int) -> Ints:
    by, loss = stakes.network.by_loser, stakes.network.loss
    places = by.edge[by.start[firm] : by.start[firm + 1]]
    return np.asarray(places[np.lexsort((places, -loss[places]))], dtype=np.int32)


def _biggest(stakes: Stakes, places: Ints) -> tuple[int | None, float]:
    if not len(places):
        return None, 0.0
    partners, at = np.unique(stakes.network.failed[places], return_inverse=True)
    sums = np.bincount(at, stakes.network.loss[places])
    best = int(sums.argmax())
    return int(partners[best]), float(sums[best])


def _evidence(stakes: Stakes, ids: list[str], firm: int, places: Ints) -> dict[str, Any]:
    rows = stakes.exposures.take(pa.array(places[:_SHOWN])).to_pylist()
    said: dict[str, Any] = {
        "exposures": [
            {
                "failed": r["failed"],
                "kind": r["kind"],
                "amount": f"{r['amount']:.2f}",
                "loss": f"{r['loss']:.2f}",
                "table": r["table"],
                "row": r["row"],
            }
            for r in rows
        ]
    }
    if ids[firm] in stakes.balance_rows:
        said["buffer"] = {"table": "statements", "row": stakes.balance_rows[ids[firm]]}
    return said


def _yuan(value: float) -> Decimal:
    return Decimal(f"{float(value):.2f}")
