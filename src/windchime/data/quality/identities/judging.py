"""Judging the identities: two sides and a declared tolerance give broken, kept or not assessable, firm by firm."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal, Self

import ibis
import polars as pl

from windchime.content.scheme import Scheme
from windchime.core.errors import UnknownName
from windchime.core.text import Text
from windchime.data.quality.held import hold
from windchime.data.quality.identities import books, money, operation, tax
from windchime.data.quality.measures import Tally
from windchime.data.reading import Reading

#: the scheme that declares the identities
SCHEME = "cross_checks"
#: broken cases kept as evidence
SHOWN = 5
#: columns of the two sides
CASE = ("firm_id", "source", "period", "left", "right", "months")

#: how the two sides of each identity are taken from the library
SIDES: Mapping[str, Callable[..., ibis.Table]] = {
    "X1": tax.sales_filed,
    "X2": tax.output_tax,
    "X3": tax.input_tax,
    "X4": money.receipts,
    "X5": money.payments,
    "X6": tax.revenue_invoiced,
    "X7": tax.revenue_filed,
    "X10": operation.staff,
    "X11": operation.revenue_per_kwh,
    "X12": operation.swing,
    "X13": money.taxes_paid,
    "X14": money.drawdowns,
    "X15": money.interest,
    "X16": books.own_balance,
    "X17": books.borrowings,
    "X18": money.cash,
    "X19": books.equity_roll,
    "X20": books.paid_in,
    "X22": books.pledged_shares,
    "X23": tax.copies,
    "X24": tax.exports,
    "X25": books.research,
    "X26": books.subsidies,
    "X27": operation.carbon_power,
    "X28": operation.funds,
    "X29": money.report_months,
    "X30": books.guarantees,
    "X32": tax.before_founding,
}


@dataclass(frozen=True, slots=True)
class Declared:
    """An identity as the scheme declares it."""

    code: str
    label: Text
    #: A: an accounting identity, a break is a data error; B: a behavioural band, a break is a finding
    kind: Literal["A", "B"]
    test: Literal["ratio", "difference", "at_most", "outside", "none"]
    #: fewest months, or cases, that both sides must hold
    common: int
    #: all of them must be loaded; the first is the one whose source answers
    tables: tuple[str, ...]
    low: float = 0.0
    high: float = 0.0
    absolute: float = 0.0
    relative: float = 0.0
    #: days between the two sides of one event, where the identity speaks of events
    days: int = 0

    @classmethod
    def of(cls, code: str, label: Text, body: Mapping[str, Any]) -> Self:
        """Read the value of a parameter."""
        numbers = {k: float(body[k]) for k in ("low", "high", "absolute", "relative") if k in body}
        return cls(
            code,
            label,
            body["kind"],
            body["test"],
            int(body["common"]),
            tuple(body["tables"]),
            **numbers,
            days=int(body.get("days", 0)),
        )


@dataclass(frozen=True, slots=True)
class Broken:
    """One case that breaks an identity, with the two sides as evidence."""

    firm_id: str
    period: str
    left: float
    right: float
    months: int


@dataclass(frozen=True, slots=True)
class Crosscheck:
    """What came of one identity."""

    code: str
    kind: str
    #: why nothing could be assessed: `tables_missing` or `nothing_in_common`; empty where something was
    reason: str
    #: firms, or firms and periods, that both sides speak of
    cases: int
    assessable: int
    broken: int
    examples: tuple[Broken, ...] = ()
    tallies: tuple[Tally, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON; tallies stand elsewhere."""
        return {k: v for k, v in asdict(self).items() if k != "tallies"}


def declared(scheme: Scheme, as_of: date) -> tuple[Declared, ...]:
    """The identities as declared at a date.

    Raises:
        UnknownName: one that this release cannot take from the library.
    """
    unknown = scheme.parameters.keys() - SIDES.keys()
    if unknown:
        raise UnknownName("identity", min(unknown), list(SIDES))
    found = [scheme.at(code, as_of) for code in scheme.parameters]
    return tuple(Declared.of(p.name, p.label, p.value) for p in found)


def crosscheck(reading: Reading, identity: Declared) -> Crosscheck:
    """Hold the two sides of one identity against each other."""
    if not all(reading.has(t) for t in identity.tables):
        return Crosscheck(identity.code, identity.kind, "tables_missing", 0, 0, 0)
    sides, held = SIDES[identity.code], hold(reading)
    cases = judged(sides(held, identity.days) if identity.days else sides(held), identity).to_polars()
    rows = (
        cases.group_by("source")
        .agg(pl.len().alias("cases"), pl.col("assessable", "broken").sum())
        .sort("source")
        .to_dicts()
    )
    assessable = sum(r["assessable"] for r in rows)
    broken = sum(r["broken"] for r in rows)
    return Crosscheck(
        code=identity.code,
        kind=identity.kind,
        reason="" if assessable else "nothing_in_common",
        cases=sum(r["cases"] for r in rows),
        assessable=assessable,
        broken=broken,
        examples=_examples(cases) if broken else (),
        tallies=tuple(
            Tally(
                "consistency",
                "identity_broken",
                identity.tables[0],
                r["source"],
                r["assessable"],
                r["broken"],
                identity.code,
                weight="identity" if identity.kind == "A" else "band",
            )
            for r in rows
            if r["assessable"]
        ),
    )


def judged(sides: ibis.Table, identity: Declared) -> ibis.Table:
    """The sides with `assessable` and `broken`; a side that is empty, or too few months in common, is not assessable."""
    left, right = sides["left"], sides["right"]
    enough = left.notnull() & right.notnull() & (sides["months"] >= identity.common)
    if identity.test == "ratio":
        enough &= right > 0
    wrong = (enough & _wrong(left, right, identity)).fill_null(False)
    return sides.select(*CASE, assessable=enough.fill_null(False), broken=wrong)


def _wrong(left: ibis.Value, right: ibis.Value, identity: Declared) -> ibis.Value:
    larger = ibis.greatest(left.abs(), right.abs())
    tolerance = ibis.greatest(ibis.literal(identity.absolute), larger * identity.relative)
    match identity.test:
        case "ratio":
            found = ~(left / ibis.ifelse(right > 0, right, ibis.null("float64"))).between(identity.low, identity.high)
        case "difference":
            found = (left - right).abs() > tolerance
        case "at_most":
            found = left > right + tolerance
        case "outside":
            found = left.abs() > identity.high
        case "none":
            found = left > 0
    wrong: ibis.Value = found
    return wrong


def _examples(cases: pl.DataFrame) -> tuple[Broken, ...]:
    apart = (pl.col("left") - pl.col("right")).abs()
    worst = cases.filter("broken").sort(apart, "firm_id", "period", descending=[True, False, False], nulls_last=True)
    return tuple(
        Broken(r["firm_id"], r["period"].isoformat()[:10], r["left"], r["right"], r["months"])
        for r in worst.head(SHOWN).to_dicts()
    )
