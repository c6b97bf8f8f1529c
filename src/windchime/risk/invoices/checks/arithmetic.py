"""Whether the figures of an invoice agree to the fen, and whether a legal rate explains its tax."""

from collections.abc import Iterator

import polars as pl

from windchime.core.text import _
from windchime.risk.invoices.checks.asking import Ask, Asked, on_both_sides, on_each_side, single_check
from windchime.risk.invoices.ledger import Ledger
from windchime.risk.invoices.settings import Settings

_MONEY = ("amount", "tax", "total")
TOTAL_DISAGREES = single_check(
    "total_disagrees", _("{count} of {of} invoices have amount and tax that do not add up to the total"), *_MONEY
)
SIGNS_DISAGREE = single_check(
    "signs_disagree", _("{count} of {of} invoices have amount, tax and total of different signs"), *_MONEY
)
RATE_NEVER_LEGAL = single_check(
    "rate_never_legal",
    _("{count} of {of} invoices bear a whole percent that never was a VAT rate"),
    "amount",
    "tax",
    "issue_date",
)
RATE_OUT_OF_FORCE = on_both_sides(
    single_check(
        "rate_out_of_force",
        _("{count} of {of} sales bear a VAT rate that was not in force on their date"),
        "amount",
        "tax",
        "issue_date",
    ),
    _("{count} of {of} purchases bear a VAT rate that was not in force on their date"),
)
RATE_UNEXPLAINED = on_both_sides(
    single_check(
        "rate_unexplained",
        _("{count} of {of} sales have a tax that no single VAT rate explains, nor their lines"),
        "amount",
        "tax",
        "issue_date",
    ),
    _("{count} of {of} purchases have a tax that no single VAT rate explains, nor their lines"),
)
TOTAL_IS_ZERO = single_check(
    "total_is_zero", _("{count} of {of} invoices that are not void have a total of zero"), "total", "status"
)
CHECKS = (TOTAL_DISAGREES, SIGNS_DISAGREE, RATE_NEVER_LEGAL, *RATE_OUT_OF_FORCE, *RATE_UNEXPLAINED, TOTAL_IS_ZERO)


def asked(ledger: Ledger, settings: Settings, rates: pl.DataFrame, by_lines: pl.Series | None) -> Iterator[Asked]:
    """All checks of figures.

    Args:
        ledger: the rows.
        settings: of the checks.
        rates: what explains the tax of each row (`rates.explaining`).
        by_lines: rows (as in the listing) whose lines explain their tax by several rates; None where no lines are told.
    """
    amount, tax, total = map(pl.col, _MONEY)
    complete = amount.is_not_null() & tax.is_not_null() & total.is_not_null()
    sign = total.sign()
    off = amount + tax - total
    rated = complete & (amount != 0) & pl.col("day").is_not_null()
    explained = (
        pl.col("ever") | pl.lit(False) if by_lines is None else pl.col("ever") | pl.col("row").is_in(by_lines.implode())
    )
    percent = pl.col("percent")
    effective = tax / amount
    never = percent.is_not_null() & ~explained
    yield Asked(
        ledger.rows.hstack(rates),
        (
            Ask(TOTAL_DISAGREES, complete, off != 0, figure=off / 100, bound=pl.lit(0)),
            Ask(SIGNS_DISAGREE, complete & (total != 0), (amount.sign() == -sign) | (tax.sign() == -sign)),
            Ask(RATE_NEVER_LEGAL, rated & (amount.abs() >= settings.stated.smallest), never, figure=effective),
            *on_each_side(
                RATE_OUT_OF_FORCE,
                lambda c: Ask(c, rated & pl.col("blue"), pl.col("ever") & pl.col("rate").is_null(), figure=effective),
            ),
            *on_each_side(RATE_UNEXPLAINED, lambda c: Ask(c, rated, ~explained & ~never, figure=effective)),
            Ask(TOTAL_IS_ZERO, ~pl.col("void"), total == 0),
        ),
    )
