"""The dependences of a library, as its table `supply_links`."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.content.scheme import Scheme
from windchime.core.canonical import canonical
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.graph.csr import Floats, Longs
from windchime.graph.facts.trade import TABLE as INVOICES
from windchime.graph.facts.trade import listing, trade
from windchime.graph.facts.wares import wares
from windchime.graph.nodes import Ints
from windchime.graph.results.finders import Found
from windchime.graph.supply.dependence import dependence
from windchime.graph.supply.flows import Flows, Side
from windchime.graph.supply.settings import Settings
from windchime.graph.supply.sources import UNKNOWN, YES, single_sources

TABLE = "supply_links"
SIDES: tuple[Side, ...] = ("supplier", "customer")
_CLOSED = _("{count} firms ({side}) deal with each other alone; what they depend on each other for in all has no value")
#: columns that the run says
_SAID = ("run_id", "known_on", "is_withdrawn")


def results(reading: Reading, scheme: Scheme) -> Found:
    """What firms that handed in lists depend on their partners for, as of the reading's date."""
    settings = Settings.of(scheme, reading.as_of)
    flows = Flows.of(trade(reading), listing(reading), reading.as_of, settings.window_months)
    ware = numbered(flows, wares(reading))
    tables, problems = [], []
    for side in SIDES:
        rows, closed = link_rows(flows, side, ware, settings)
        tables.append(rows)
        if closed:
            problems.append(Problem("closed_circle", _CLOSED, params={"count": closed, "side": side}))
    return Found({TABLE: pa.concat_tables(tables)}, tuple(problems))


def numbered(flows: Flows, sold: pa.Table) -> Ints:
    """(nodes,) what each sells as a number, -1 where unknown."""
    place = pc.index_in(flows.nodes.ids, sold["node"].combine_chunks())
    ware = pc.take(sold["ware"].combine_chunks().dictionary_encode().indices, place)
    numbers: Ints = pc.fill_null(ware, -1).to_numpy(zero_copy_only=False).astype(np.int32)
    return numbers


def link_rows(flows: Flows, side: Side, ware: Ints, settings: Settings) -> tuple[pa.Table, int]:
    """Rows of `supply_links` of one side, and how many firms are members of closed circles."""
    shares = flows.side(side)
    found = dependence(shares)
    edge = np.flatnonzero(shares.share >= settings.smallest_share)
    firm = np.repeat(np.arange(shares.graph.nodes), np.diff(shares.graph.start))[edge]
    partner, pair, share = shares.graph.target[edge], shares.pair[edge], shares.share[edge]
    integrated, bound = found.integrated[edge], found.bound[edge]
    rows = {
        "firm_id": flows.nodes.named(firm),
        "partner_id": flows.nodes.named(partner),
        "side": pa.array([side] * len(edge), pa.string()),
        "since": pa.array([flows.since] * len(edge), pa.date32()),
        "until": pa.array([flows.until] * len(edge), pa.date32()),
        "amount": pa.array([Decimal(int(f)) / 100 for f in flows.fen[pair]], pa.decimal128(18, 2)),
        "invoice_count": pa.array(flows.count[pair]),
        "share": _rate(share),
        "is_single_source": _single(flows, side, firm, partner, share, ware, settings),
        "integrated": _rate(integrated),
        "evidence": pa.array(
            [
                canonical({"table": INVOICES, "row": row, "bound": str(_sixth(b))}).decode()
                for row, b in zip(flows.row.take(pa.array(pair)).to_pylist(), bound.tolist(), strict=True)
            ],
            pa.string(),
        ),
    }
    schema = contract(TABLE).arrow_schema()
    own = pa.schema([schema.field(c.name) for c in contract(TABLE).columns if c.name not in _SAID])
    return pa.table({name: rows[name] for name in own.names}).cast(own), int(found.closed.sum())


def _single(
    flows: Flows, side: Side, firm: Longs, partner: Ints, share: Floats, ware: Ints, settings: Settings
) -> pa.Array:
    """Of suppliers above the share whether they are the only ones near; false below it, and of customers."""
    answer = np.zeros(len(firm), np.int8)
    if side == "supplier":
        large = np.flatnonzero(share > settings.single_source)
        answer[large] = single_sources(flows, firm[large], partner[large].astype(np.int64), ware)
    return pa.array(answer == YES, mask=answer == UNKNOWN)


def _sixth(value: float) -> Decimal:
    return Decimal(value).quantize(Decimal("0.000001"))


def _rate(values: Floats) -> pa.Array:
    return pa.array([None if np.isnan(v) else _sixth(v) for v in values.tolist()], pa.decimal128(9, 6))
