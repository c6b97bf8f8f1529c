"""Checks of the invoice table: each names rows that a figure built on them has to reckon with."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis

from windchime.content.scheme import Scheme
from windchime.core.dates import Month
from windchime.core.text import _
from windchime.data.quality.report import QualityFinding, RateShare
from windchime.data.quality.rows import Judge, examples
from windchime.data.reading import Reading

TABLE = "invoices"


@dataclass(frozen=True, slots=True)
class RowCheck:
    """A check of single rows."""

    code: str
    msgid: str
    condition: Callable[[ibis.Table, "Settings"], ibis.Value]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the checks take from the scheme."""

    #: fewest digits of any kind of invoice number
    digits: int
    #: (in force from, rates), oldest first
    rates: tuple[tuple[date, tuple[float, ...]], ...]
    tolerance: float

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> "Settings":
        """As of a date; the rates with their whole history up to it."""
        timeline = [
            (since, tuple(map(float, value)))
            for since, value in scheme.parameters["vat_rates"].values
            if since <= as_of
        ]
        return cls(
            min(scheme.at("invoice_number_digits", as_of).value),
            tuple(timeline),
            float(scheme.at("vat_rate_tolerance", as_of).value),
        )


def _short_number(t: ibis.Table, settings: Settings) -> ibis.Value:
    return t["invoice_no"].re_search(r"^\d+$") & (t["invoice_no"].length() < settings.digits)


def _unusual_rate(t: ibis.Table, settings: Settings) -> ibis.Value:
    rate = t["tax"].cast("float64") / t["amount"].cast("float64")
    usual = ibis.cases(
        *(
            (t["issue_date"] >= since, ibis.or_(*((rate - r).abs() <= settings.tolerance for r in rates)))
            for since, rates in reversed(settings.rates)
        ),
        else_=True,
    )
    return (t["amount"] != 0) & ~usual


ROWS = (
    RowCheck(
        "rows_are_exact_duplicates",
        _(
            "{count} of {of} invoices ({share}) repeat another row of the same file in every column; they are not counted"
        ),
        lambda t, _s: t["duplicate_of"].notnull(),
    ),
    RowCheck(
        "totals_are_zero",
        _("{count} of {of} invoices ({share}) have a total of zero; they are not counted"),
        lambda t, _s: t["total"] == 0,
    ),
    RowCheck(
        "totals_are_negative",
        _("{count} of {of} invoices ({share}) are red letters with a negative total; they reduce sales and purchases"),
        lambda t, _s: t["total"] < 0,
    ),
    RowCheck(
        "invoices_are_void",
        _("{count} of {of} invoices ({share}) are void; they are not counted"),
        lambda t, _s: t["status"] == "void",
    ),
    RowCheck(
        "invoices_are_red_and_void",
        _("{count} of {of} invoices ({share}) are red letters and void at once"),
        lambda t, _s: (t["colour"] == "red") & (t["status"] == "void"),
    ),
    RowCheck(
        "numbers_lack_leading_zeros",
        _(
            "{count} of {of} invoice numbers ({share}) have fewer digits than any kind of invoice number: leading zeros were lost; a number alone is no key"
        ),
        _short_number,
    ),
    RowCheck(
        "sellers_are_buyers",
        _("{count} of {of} invoices ({share}) have the same firm as seller and buyer"),
        lambda t, _s: t["seller_id"] == t["buyer_id"],
    ),
    RowCheck(
        "tax_rates_are_unusual",
        _("{count} of {of} invoices ({share}) have an effective tax rate that was no VAT rate on their date"),
        _unusual_rate,
    ),
)


def check(reading: Reading, scheme: Scheme, judge: Judge) -> list[QualityFinding]:
    """All findings about invoices; empty where none are loaded."""
    if not reading.has(TABLE):
        return []
    t = reading.table(TABLE)
    settings = Settings.of(scheme, reading.as_of)
    counted = {c.code: c.condition(t, settings).sum() for c in ROWS}
    figures = (
        t.aggregate(rows=t.count(), first=t["issue_date"].min(), last=t["issue_date"].max(), **counted)
        .to_pyarrow()
        .to_pylist()[0]
    )
    found = [
        QualityFinding(
            c.code,
            judge.severity(figures[c.code], figures["rows"]),
            c.msgid,
            TABLE,
            figures[c.code],
            figures["rows"],
            {},
            examples(t.filter(c.condition(t, settings))),
        )
        for c in ROWS
        if figures[c.code]
    ]
    return [*found, *_partial_months(t, figures, reading.as_of), *_counterparties(reading, t), *_twice(t, judge)]


def _partial_months(t: ibis.Table, figures: Mapping[str, Any], as_of: date) -> list[QualityFinding]:
    """The first and the last month, where the list covers only a part of them."""
    found = []
    first, last = figures["first"], figures["last"]
    months = (
        (
            _("the list begins on {day}: its first month {month} is partial, with {count} of {of} invoices"),
            "first_month_is_partial",
            first,
            first is not None and first.day > 1,
        ),
        (
            _("the list ends on {day}: its last month {month} is partial, with {count} of {of} invoices"),
            "last_month_is_partial",
            last,
            last is not None and min(last, as_of) < Month.of(last).last,
        ),
    )
    for msgid, code, day, partial in months:
        if partial:
            month = Month.of(day)
            inside = t["issue_date"].between(month.first, month.last)
            found.append(
                QualityFinding(
                    code,
                    "normal",
                    msgid,
                    TABLE,
                    int(t.filter(inside).count().to_pyarrow().as_py()),
                    figures["rows"],
                    {"month": str(month), "day": day.isoformat()},
                )
            )
    return found


def _counterparties(reading: Reading, t: ibis.Table) -> list[QualityFinding]:
    """Whether the other side of an invoice is ever a firm we know, and whether sellers are ever buyers."""
    other = ibis.ifelse(t["direction"] == "sale", t["buyer_id"], t["seller_id"])
    sides = (
        t.select(side=t["direction"], id=other)
        .group_by("id")
        .aggregate(sold_to=(ibis._["side"] == "sale").any(), bought_from=(ibis._["side"] == "purchase").any())
    )
    known = sides["id"].isin(t["reporting_firm_id"])
    if reading.has("firms"):
        known |= sides["id"].isin(reading.table("firms")["firm_id"])
    row = (
        sides.aggregate(everyone=sides.count(), known=known.sum(), both=(sides["sold_to"] & sides["bought_from"]).sum())
        .to_pyarrow()
        .to_pylist()[0]
    )
    found = []
    if row["everyone"] and not row["known"]:
        found.append(
            QualityFinding(
                "counterparties_are_never_firms",
                "watch",
                _(
                    "none of {of} counterparties is itself a firm of the data: who trades with whom can be seen from one side only"
                ),
                TABLE,
                row["everyone"],
                row["everyone"],
            )
        )
    if row["everyone"] and not row["both"]:
        found.append(
            QualityFinding(
                "buyers_are_never_sellers",
                "watch",
                _(
                    "none of {of} counterparties is both a buyer and a seller: the networks of customers and suppliers cannot be joined"
                ),
                TABLE,
                row["everyone"],
                row["everyone"],
            )
        )
    return found


def _twice(t: ibis.Table, judge: Judge) -> list[QualityFinding]:
    """Invoices of one firm that stand in several files: the same list was loaded in two forms."""
    invoice = ["reporting_firm_id", "direction", "seller_id", "buyer_id", "invoice_no", "issue_date", "total"]
    if t["source_file"].nunique().to_pyarrow().as_py() <= 1:
        return []
    once = t.group_by([*invoice, "source_file"]).aggregate()
    several = once.group_by(invoice).aggregate(files=ibis._.count()).filter(ibis._["files"] > 1)
    count, of = int(several.count().to_pyarrow().as_py()), int(t.count().to_pyarrow().as_py())
    if not count:
        return []
    return [
        QualityFinding(
            "invoices_stand_in_several_files",
            judge.at_least("high", count, of),
            _("{count} invoices stand in more than one file: a list was loaded in two forms and counts twice"),
            TABLE,
            count,
            of,
        )
    ]


def rates(reading: Reading, scheme: Scheme, minimum_share: float) -> tuple[RateShare, ...]:
    """Effective tax rates by period, in whole percent, those of at least a share of the period's invoices."""
    if not reading.has(TABLE):
        return ()
    t = reading.table(TABLE)
    settings = Settings.of(scheme, reading.as_of)
    since = ibis.cases(*((t["issue_date"] >= day, ibis.literal(day)) for day, _r in reversed(settings.rates)))
    percent = (t["tax"].cast("float64") * 100 / t["amount"].cast("float64")).round(0).cast("int64")
    counted = t.filter(t["amount"] != 0).group_by(since=since, percent=percent).aggregate(n=ibis._.count())
    rows = counted.order_by("since", ibis.desc("n"), "percent").to_pyarrow().to_pylist()
    whole = {day: sum(r["n"] for r in rows if r["since"] == day) for day in {r["since"] for r in rows}}
    return tuple(
        RateShare(r["since"], f"{r['percent'] / 100:.2f}", r["n"], round(r["n"] / whole[r["since"]], 6))
        for r in rows
        if r["n"] / whole[r["since"]] >= minimum_share
    )
