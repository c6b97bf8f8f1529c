"""A firm's sales as a whole: months without any, a sudden rise, round and capped totals, nights, holidays, cancellations."""

from collections.abc import Iterator
from functools import reduce
from operator import or_

import polars as pl

from windchime.core.dates import last_complete_month
from windchime.core.text import _
from windchime.risk.invoices.checks.asking import Ask, Asked, firm_check
from windchime.risk.invoices.checks.check import Check
from windchime.risk.invoices.ledger import Ledger
from windchime.risk.invoices.settings import Settings

_DATED = ("direction", "issue_date", "total")
GAP_MONTHS = firm_check(
    "months_without_sales",
    _("{figure} months without a sale between the first and the last; {bound} are too many"),
    *_DATED,
)
SURGE = firm_check(
    "sales_surge",
    _("sales of the last months are {figure} times those of the months before; the bound is {bound}"),
    *_DATED,
)
ROUND = firm_check(
    "totals_are_round", _("a share of {figure} of sales is in round totals; the bound is {bound}"), *_DATED
)
NEAR_CAP = firm_check(
    "amounts_near_cap",
    _("a share of {figure} of sales stands just below an issuing cap; the bound is {bound}"),
    "direction",
    "amount",
)
HOLIDAYS = firm_check(
    "issued_on_holidays", _("a share of {figure} of sales is dated on public holidays; the bound is {bound}"), *_DATED
)
NIGHTS = firm_check(
    "issued_at_night",
    _("a share of {figure} of sales was issued at night; the bound is {bound}"),
    "direction",
    "issued_at",
)
CANCELLED_AT_END = firm_check(
    "cancelled_at_end",
    _("a share of {figure} of all voids and red letters falls into the last days of the list; the bound is {bound}"),
    *_DATED,
    "status",
    "colour",
)
MISSING_SHARE = firm_check(
    "numbers_missing",
    _("a share of {figure} of the numbers of sales is not listed; the bound is {bound}"),
    "invoice_no",
    *_DATED,
)
MISSING_MONTH = firm_check(
    "numbers_missing_in_a_month",
    _("in one month a share of {figure} of the numbers of sales is not listed; the bound is {bound}"),
    "invoice_no",
    *_DATED,
)
CHECKS = (GAP_MONTHS, SURGE, ROUND, NEAR_CAP, HOLIDAYS, NIGHTS, CANCELLED_AT_END, MISSING_SHARE, MISSING_MONTH)
_MONTHS = 12


def asked(ledger: Ledger, settings: Settings) -> Iterator[Asked]:
    """All checks of firms as a whole."""
    end = last_complete_month(ledger.as_of)
    sales = ledger.rows.filter(pl.col("sale") & ~pl.col("repeated") & pl.col("day").is_not_null()).select(
        "firm", "position", "day", "amount", "total", "live", "red", "void", "digital", "step",
        # months before the last complete one
        ago=end.year * _MONTHS + end.month - (pl.col("day").dt.year().cast(pl.Int32) * _MONTHS + pl.col("day").dt.month()),
    )  # fmt: skip
    live = sales.filter("live")
    if "issued_at" in ledger.told:
        at = (
            ledger.listing.invoices["issued_at"]
            .gather(live["position"])
            .dt.convert_time_zone("Asia/Shanghai")
            .dt.hour()
        )
        live = live.with_columns(hour=at)
    yield Asked(_months(live, settings), _month_asks(settings))
    yield Asked(_shares(live, settings), _share_asks(settings))
    yield Asked(_ends(sales, settings), _end_asks(settings))
    yield Asked(_missing(sales, settings), _missing_asks(settings))


def _whole(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(row=pl.lit(None, pl.UInt32))


def _months(live: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    months = live.group_by("firm", "ago").agg(pl.len().alias("n"), pl.col("total").sum())
    recent, before = settings.periods.recent_months, settings.periods.before_months
    ago = pl.col("ago")
    late, early = ago.is_between(0, recent - 1), ago.is_between(recent, recent + before - 1)
    return _whole(
        months.group_by("firm").agg(
            n=pl.col("n").sum(),
            first=ago.max(),
            gaps=ago.max() - ago.min() + 1 - pl.len(),
            late=pl.col("total").filter(late).sum() / recent,
            early=pl.col("total").filter(early).sum() / before,
        )
    )


def _month_asks(settings: Settings) -> tuple[Ask, ...]:
    bounds, enough = settings.bounds, pl.col("n") >= settings.smallest_firm
    ratio = pl.col("late") / pl.col("early")
    history = settings.periods.recent_months + settings.periods.before_months
    return (
        Ask(GAP_MONTHS, enough, pl.col("gaps") >= bounds.gap_months, pl.col("gaps"), pl.lit(bounds.gap_months)),
        Ask(
            SURGE,
            enough & (pl.col("first") >= history - 1) & (pl.col("early") > 0),
            ratio > bounds.surge,
            ratio,
            pl.lit(bounds.surge),
        ),
    )


def _shares(live: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    day, amount = pl.col("day"), pl.col("amount")
    fixed = reduce(or_, ((day.dt.month() == m) & (day.dt.day() == d) for m, d in settings.holidays), pl.lit(False))
    near_cap = reduce(or_, (amount.is_between(cap * settings.near_cap, cap) for cap in settings.caps), pl.lit(False))
    periods = settings.periods
    night = (pl.col("hour") >= periods.night_from) | (pl.col("hour") < periods.night_until)
    marks = live.select(
        "firm",
        round=pl.col("total") % settings.round_step == 0,
        cap=near_cap,
        holiday=fixed | day.is_in(settings.holiday_dates),
        night=night if "hour" in live.columns else pl.lit(None, pl.Boolean),
    )
    shares = pl.col("round", "cap", "holiday", "night")
    return _whole(marks.group_by("firm").agg(shares.mean(), hours=pl.col("night").count(), n=pl.len()))


def _share_asks(settings: Settings) -> tuple[Ask, ...]:
    bounds, least = settings.bounds, settings.smallest_firm

    def share(check: Check, name: str, bound: float, of: str = "n") -> Ask:
        return Ask(check, pl.col(of) >= least, pl.col(name) > bound, pl.col(name), pl.lit(bound))

    return (
        share(ROUND, "round", bounds.round_share),
        share(NEAR_CAP, "cap", bounds.near_cap_share),
        share(HOLIDAYS, "holiday", bounds.holiday_share),
        share(NIGHTS, "night", bounds.night_share, "hours"),
    )


def _ends(sales: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    gone = pl.col("red").fill_null(False) | pl.col("void").fill_null(False)
    last = sales.group_by("firm").agg(last=pl.col("day").max())
    late = pl.col("day") > pl.col("last") - pl.duration(days=settings.periods.end_days)
    size = pl.col("total").abs()
    return _whole(
        sales.filter(gone)
        .join(last, on="firm")
        .group_by("firm")
        .agg(n=pl.len(), share=size.filter(late).sum() / size.sum())
    )


def _end_asks(settings: Settings) -> tuple[Ask, ...]:
    bound = settings.bounds.cancelled_at_end
    return (
        Ask(
            CANCELLED_AT_END,
            pl.col("n") >= settings.smallest_firm,
            pl.col("share") > bound,
            pl.col("share"),
            pl.lit(bound),
        ),
    )


def _missing(sales: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Numbers left out inside runs of paper numbers, in all and in the worst month."""
    left_out = pl.when(pl.col("step").is_between(2, settings.run.sale)).then(pl.col("step") - 1).otherwise(0)
    months = (
        sales.filter(~pl.col("digital"))
        .group_by("firm", "ago")
        .agg(n=pl.len(), missing=left_out.sum())
        .with_columns(share=pl.col("missing") / (pl.col("missing") + pl.col("n")))
    )
    return _whole(
        months.group_by("firm").agg(
            pl.col("n").sum(),
            share=pl.col("missing").sum() / (pl.col("missing").sum() + pl.col("n").sum()),
            worst=pl.col("share").filter(pl.col("n") + pl.col("missing") >= settings.smallest_firm).max(),
        )
    )


def _missing_asks(settings: Settings) -> tuple[Ask, ...]:
    bounds, enough = settings.bounds, pl.col("n") >= settings.smallest_firm
    worst = pl.col("worst")
    return (
        Ask(
            MISSING_SHARE, enough, pl.col("share") > bounds.missing_share, pl.col("share"), pl.lit(bounds.missing_share)
        ),
        Ask(
            MISSING_MONTH,
            worst.is_not_null(),
            worst > bounds.missing_in_month,
            worst,
            pl.lit(bounds.missing_in_month),
        ),
    )
