"""Runs of numbers: their days rise with them, none is missing inside, none stands alone."""

from collections.abc import Iterator

import polars as pl

from windchime.core.text import _
from windchime.risk.invoices.checks.asking import Ask, Asked, set_check
from windchime.risk.invoices.checks.check import Check
from windchime.risk.invoices.checks.ordering import days_off
from windchime.risk.invoices.ledger import Ledger
from windchime.risk.invoices.settings import Settings

_NEEDS = ("invoice_no", "issue_date", "direction")
DATE_OUT_OF_ORDER = set_check(
    "date_out_of_order",
    _("{count} of {of} sales in runs of numbers have dates that fall while their numbers rise"),
    *_NEEDS,
)
CODE_OUT_OF_ORDER = set_check(
    "date_out_of_order_in_code",
    _("{count} of {of} sales have dates that fall while the numbers of their invoice code rise"),
    *_NEEDS,
    "invoice_code",
)
DIGITAL_OUT_OF_ORDER = set_check(
    "digital_date_out_of_order",
    _("{count} of {of} fully digital sales have dates that fall while the numbers of their year rise"),
    *_NEEDS,
)
PURCHASE_OUT_OF_ORDER = set_check(
    "purchase_date_out_of_order",
    _("{count} of {of} purchases have dates that fall while the numbers of their seller rise"),
    *_NEEDS,
)
NUMBERS_SKIPPED = set_check(
    "numbers_skipped", _("{count} of {of} steps inside runs of sales leave a block of numbers out"), *_NEEDS
)
NUMBER_MISSING = set_check("number_missing", _("{count} of {of} steps inside runs of sales leave numbers out"), *_NEEDS)
DIGITAL_MISSING = set_check(
    "digital_number_missing", _("{count} of {of} steps inside runs of fully digital sales leave numbers out"), *_NEEDS
)
NUMBER_ALONE = set_check("number_stands_alone", _("{count} of {of} runs of sales consist of a single number"), *_NEEDS)
CHECKS = (
    DATE_OUT_OF_ORDER,
    CODE_OUT_OF_ORDER,
    DIGITAL_OUT_OF_ORDER,
    PURCHASE_OUT_OF_ORDER,
    NUMBER_MISSING,
    NUMBERS_SKIPPED,
    DIGITAL_MISSING,
    NUMBER_ALONE,
)


def asked(ledger: Ledger, settings: Settings) -> Iterator[Asked]:
    """All checks of runs."""
    rows = ledger.rows.filter(pl.col("number").is_not_null() & pl.col("day").is_not_null()).select(
        "firm", "row", "sale", "digital", "stem", "no", "day", "first", "step"
    )
    paper = rows.filter(~pl.col("digital") & pl.col("sale"))
    digital = rows.filter(pl.col("digital") & pl.col("sale"))
    bought = rows.filter(~pl.col("sale"))
    new_stem, gap = pl.col("step").is_null(), settings.run.sale
    new_run = new_stem | (pl.col("step") > gap)
    in_runs = _placed(paper, new_run)
    yield Asked(
        in_runs,
        (
            _order(DATE_OUT_OF_ORDER, settings),
            *_missing((NUMBER_MISSING, NUMBERS_SKIPPED), settings),
            Ask(NUMBER_ALONE, new_run, pl.col("size") <= settings.run.lone, detail=pl.col("no")),
        ),
    )
    yield Asked(_placed(paper.filter(pl.col("stem").is_not_null()), new_stem), (_order(CODE_OUT_OF_ORDER, settings),))
    yield Asked(
        _placed(digital, new_stem), (_order(DIGITAL_OUT_OF_ORDER, settings), *_missing((DIGITAL_MISSING,), settings))
    )
    loose = ~pl.col("digital") & (pl.col("step") > settings.run.purchase)
    yield Asked(_placed(bought, new_stem | loose), (_order(PURCHASE_OUT_OF_ORDER, settings),))


def _placed(rows: pl.DataFrame, starts: pl.Expr) -> pl.DataFrame:
    """The rows with `off`, `stretch` and `size` (`ordering.days_off`) and the number before theirs."""
    days = rows["day"].to_physical().cast(pl.Int64).to_numpy()
    off, stretch, size = days_off(days, rows.select(starts=starts)["starts"].to_numpy())
    return rows.with_columns(
        off=pl.Series(off), stretch=pl.Series(stretch), size=pl.Series(size), previous=pl.col("no").shift()
    )


def _order(check: Check, settings: Settings) -> Ask:
    """Rows out of order in ones and twos; a longer stretch is a second book beside the first, not a row with a wrong date."""
    out = pl.col("stretch").is_between(1, settings.run.stretch)
    return Ask(check, pl.col("size") > 1, out, figure=pl.col("off"), bound=pl.lit(0), detail=pl.col("no"))


def _missing(checks: tuple[Check, ...], settings: Settings) -> list[Ask]:
    """Single numbers left out of a run, and blocks of them, which a new book does too."""
    step, few = pl.col("step"), settings.run.few + 1
    hits = (step.is_between(2, few), step > few)
    judged = step.is_between(1, settings.run.sale)
    return [
        Ask(c, judged, hit, figure=step - 1, bound=pl.lit(0), detail=pl.col("previous"))
        for c, hit in zip(checks, hits, strict=False)
    ]
