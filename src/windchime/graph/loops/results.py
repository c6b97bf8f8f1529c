"""Loops and patterns of a library, as its tables `money_loops` and `money_patterns`."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from windchime.content.scheme import Scheme
from windchime.core.canonical import canonical, sha256
from windchime.core.dates import Window
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.graph.csr import Longs
from windchime.graph.facts.payments import TABLE as ENTRIES
from windchime.graph.facts.payments import payments
from windchime.graph.facts.trade import TABLE as INVOICES
from windchime.graph.facts.trade import deals
from windchime.graph.loops.finding import find
from windchime.graph.loops.patterns import below_limits, fans, pass_throughs
from windchime.graph.loops.rings import Keep, Ring, rings
from windchime.graph.loops.search import Search
from windchime.graph.loops.settings import Settings
from windchime.graph.loops.transfers import Transfers, day_of
from windchime.graph.results.finders import Found

LOOPS, PATTERNS = "money_loops", "money_patterns"
_CUT = _("the search for loops that begin with {row} was cut at its limit of work; loops may be missing")
_CUT_TOO = _("{count} more searches for loops were cut at their limit of work")
#: searches that were cut and are told one by one
_TOLD_CUT = 20
#: columns that the run says
_SAID = ("run_id", "known_on", "is_withdrawn")
_MILLIONTH = Decimal("0.000001")


def results(reading: Reading, scheme: Scheme) -> Found:
    """Rings that are believed, with each of their rounds, and patterns, as of the reading's date."""
    settings = Settings.of(scheme, reading.as_of)
    paid = looked_at(payments(reading), settings)
    money, cut_money = loop_rows("payment", paid, settings.payments, settings.keep)
    sold, cut_sold = loop_rows("invoice", invoiced(reading), settings.invoices, settings.keep)
    return Found(
        {
            LOOPS: pa.concat_tables([money, sold]),
            PATTERNS: pattern_rows(paid, _persons(reading), settings, reading.as_of),
        },
        (*cut_money, *cut_sold),
    )


def looked_at(paid: pa.Table, settings: Settings) -> pa.Table:
    """The payments that loops and patterns are looked for in: without the categories left out and without small sums."""
    plain = pc.invert(pc.is_in(paid["category"], pa.array(settings.left_out, pa.string())))
    large = pc.greater_equal(paid["amount"], pa.scalar(settings.smallest, paid.schema.field("amount").type))
    return paid.filter(pc.and_(plain, large))


def invoiced(reading: Reading) -> pa.Table:
    """Blue invoices as transfers from seller to buyer: payer, payee, amount, paid_at (a day), row."""
    if not reading.has(INVOICES):
        return pa.schema(
            [("payer", pa.string()), ("payee", pa.string()), ("amount", pa.decimal128(18, 2)), ("paid_at", pa.date32()),
             ("row", pa.string())]
        ).empty_table()  # fmt: skip
    rows = deals(reading)
    rows = rows.filter(rows["total"] > 0)
    return (
        rows.select(payer="seller", payee="buyer", amount="total", paid_at="issue_date", row="row")
        .order_by("paid_at", "row")
        .to_pyarrow()
    )


def loop_rows(kind: str, rows: pa.Table, how: Search, keep: Keep) -> tuple[pa.Table, tuple[Problem, ...]]:
    """Rows of `money_loops` for the rings that are believed; a problem for each first transfer whose search was cut.

    Args:
        kind: payment or invoice.
        rows: as `Transfers.of` takes them, with `row`, the key of each in the library.
        how: what is searched for.
        keep: when a ring is believed.
    """
    transfers = Transfers.of(rows)
    found = find(transfers, how)
    keys = rows["row"]
    kept = [r for r in rings(transfers, found, how) if r.is_kept(keep)]
    told = [row for ring in kept for row in _told(kind, ring, transfers, keys)]
    return pa.Table.from_pylist(told, schema=_form(LOOPS)), _cut(found.cut, keys)


def _cut(cut: Longs, keys: pa.ChunkedArray) -> tuple[Problem, ...]:
    told = [Problem("loops_cut", _CUT, params={"row": keys[int(r)].as_py()}) for r in cut[:_TOLD_CUT]]
    if len(cut) > _TOLD_CUT:
        told.append(Problem("more_loops_cut", _CUT_TOO, params={"count": len(cut) - _TOLD_CUT}))
    return tuple(told)


def _told(kind: str, ring: Ring, transfers: Transfers, keys: pa.ChunkedArray) -> Iterator[dict[str, Any]]:
    names = transfers.nodes.ids
    ring_id = f"{kind}:{sha256(canonical([names[n].as_py() for n in ring.nodes]))[:16]}"
    for rows in ring.rounds:
        cited = [keys[r].as_py() for r in rows]
        loop_id = f"{kind}:{sha256(canonical(cited))[:16]}"
        for hop, (row, key) in enumerate(zip(rows, cited, strict=True), 1):
            yield {
                "loop_id": loop_id,
                "hop": hop,
                "hops": len(rows),
                "kind": kind,
                "ring_id": ring_id,
                "rounds_count": len(ring.rounds),
                "from_id": names[int(transfers.payer[row])].as_py(),
                "to_id": names[int(transfers.payee[row])].as_py(),
                "amount": Decimal(int(transfers.amount[row])) / 100,
                "passed_on": day_of(int(transfers.at[row])),
                "surprise": Decimal(ring.surprise).quantize(_MILLIONTH),
                "share": Decimal(ring.share).quantize(_MILLIONTH),
                "evidence": canonical({"table": ENTRIES if kind == "payment" else INVOICES, "row": key}).decode(),
            }


def pattern_rows(paid: pa.Table, persons: pa.Array, settings: Settings, as_of: date) -> pa.Table:
    """Rows of `money_patterns`.

    Args:
        paid: payments in the form `PAYMENTS`.
        persons: ids of natural persons.
        settings: bounds of each pattern.
        as_of: pass-through is looked for in the whole months before.
    """
    paid = paid.filter(pc.invert(pc.is_in(paid["category"], pa.array(settings.left_out_of_patterns, pa.string()))))
    begin, end = Window(int(settings.pass_through["months"])).bounds(as_of)
    year = paid.filter(pc.and_(pc.greater_equal(paid["since"], begin), pc.less(paid["since"], end)))
    found = pa.concat_tables(
        [
            fans(paid, settings.fans),
            pass_throughs(year, settings.pass_through),
            below_limits(paid, persons, settings.below_limit),
        ]
    )
    evidence = [canonical({"table": ENTRIES, "rows": rows}).decode() for rows in found["rows"].to_pylist()]
    return found.drop_columns(["rows"]).append_column("evidence", pa.array(evidence, pa.string())).cast(_form(PATTERNS))


def _persons(reading: Reading) -> pa.Array:
    if not reading.has("persons"):
        return pa.array([], pa.string())
    return reading.table("persons").select("person_id").distinct().to_pyarrow()["person_id"].combine_chunks()


def _form(table: str) -> pa.Schema:
    schema = contract(table).arrow_schema()
    return pa.schema([schema.field(c.name) for c in contract(table).columns if c.name not in _SAID])
