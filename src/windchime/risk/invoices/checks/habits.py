"""Rows unlike the others of the same firm or the same partner: another rate, another region of issue."""

from collections.abc import Iterator

import polars as pl

from windchime.core.text import _
from windchime.risk.invoices.checks.asking import Ask, Asked, on_both_sides, on_each_side, set_check
from windchime.risk.invoices.ledger import Ledger, packed
from windchime.risk.invoices.settings import Settings

_RATED = ("amount", "tax", "issue_date")
RATE_UNLIKE_OWN = on_both_sides(
    set_check("rate_unlike_firm", _("{count} of {of} sales bear a tax rate that the firm hardly ever has"), *_RATED),
    _("{count} of {of} purchases bear a tax rate that the firm hardly ever has"),
)
RATE_UNLIKE_PARTNER = on_both_sides(
    set_check(
        "rate_unlike_partner",
        _("{count} of {of} sales bear another tax rate than is usual with the same buyer"),
        *_RATED,
        "partner_id",
    ),
    _("{count} of {of} purchases bear another tax rate than is usual with the same seller"),
)
TAX_OF_OTHER_AMOUNT = set_check(
    "tax_of_another_amount",
    _("{count} of {of} sales bear a tax that at the firm's usual rate belongs to another, rounder total than theirs"),
    *_RATED,
    "total",
    "direction",
)
REGION_UNLIKE_SELLER = set_check(
    "region_unlike_seller",
    _("{count} of {of} fully digital invoices name another region of issue than their seller's others"),
    "invoice_no",
    "seller_id",
)
CHECKS = (*RATE_UNLIKE_OWN, *RATE_UNLIKE_PARTNER, TAX_OF_OTHER_AMOUNT, REGION_UNLIKE_SELLER)
#: a stem is −1 less year (2 digits), region (2) and channel (1)
_CHANNELS, _REGIONS = 10, 100


def asked(ledger: Ledger, settings: Settings, rates: pl.DataFrame) -> Iterator[Asked]:
    """All checks of habits.

    Args:
        ledger: the rows.
        settings: of the checks.
        rates: what explains the tax of each row (`rates.explaining`).
    """
    rows = (
        ledger.rows.select("firm", "row", "sale", "partner", "day", "live")
        .hstack(rates.select("rate", "rates"))
        # a small amount is explained by several rates and says nothing
        .filter(pl.col("live") & (pl.col("rates") == 1))
        .with_columns(term=_term(settings))
    )
    percent_tenths = (pl.col("rate") * 1000).round().cast(pl.Int64)
    rows = rows.select(
        "firm",
        "row",
        "sale",
        value=percent_tenths,
        mine=packed("firm", "sale", "term"),
        theirs=packed("firm", "sale", "partner", "term"),
    )
    own, partner = settings.own_habit, settings.partner_habit
    mine, theirs = _counted(rows, "mine"), _counted(rows, "theirs")
    share, most = pl.col("same") / pl.col("of"), pl.col("most") / pl.col("of")
    yield Asked(
        mine,
        on_each_side(
            RATE_UNLIKE_OWN,
            lambda c: Ask(c, pl.col("of") >= own.least, share < own.share, share, pl.lit(own.share)),
        ),
    )
    settled = pl.col("theirs").is_not_null() & (pl.col("of") >= partner.least) & (most >= partner.share)
    yield Asked(
        theirs,
        on_each_side(
            RATE_UNLIKE_PARTNER,
            lambda c: Ask(c, settled, pl.col("same") < pl.col("most"), share, pl.lit(1 - partner.share)),
        ),
    )
    yield _remembered(ledger, settings, rates, mine)
    numbers = ledger.rows.filter(pl.col("digital") & pl.col("stem").is_not_null()).select(
        "firm",
        "row",
        "no",
        "issuer",
        value=(-1 - pl.col("stem")) // _CHANNELS % _REGIONS,
    )
    regions = _counted(numbers, "issuer")
    yield Asked(
        regions,
        (
            Ask(
                REGION_UNLIKE_SELLER,
                pl.col("of") >= own.least,
                share < own.share,
                share,
                pl.lit(own.share),
                pl.col("no"),
            ),
        ),
    )


def _remembered(ledger: Ledger, settings: Settings, rates: pl.DataFrame, explained: pl.DataFrame) -> Asked:
    """Sales whose tax tells what they were before their amount was altered.

    Prices with tax mostly are round. The tax at the firm's usual rate leads back to the total it was counted from; where
    that is round and the listed one is explained by no rate, the tax remembers what the amount has forgotten.
    """
    # what a fen of tax is of the total
    of_one = (1 + pl.col("usual")) / pl.col("usual")
    usual = (
        explained.filter(pl.col("sale") & (pl.col("same") == pl.col("most")) & (2 * pl.col("same") > pl.col("of")))
        .unique("mine")
        .select("mine", usual=pl.col("value") / 1000)
        # at a low rate half a fen of tax is worth so much of the total that any total seems round
        .filter((of_one + 2) / settings.price.step <= settings.price.chance)
    )
    rows = (
        ledger.rows.select("firm", "row", "sale", "day", "amount", "tax", "live")
        .hstack(rates.select("ever"))
        .filter(pl.col("live") & pl.col("sale") & (pl.col("amount") >= settings.stated.smallest) & (pl.col("tax") > 0))
        .with_columns(term=_term(settings))
        .select("firm", "row", "tax", "ever", mine=packed("firm", "sale", "term"))
        .join(usual, on="mine")
    )
    was = pl.col("tax") * of_one
    whole = (was / settings.price.step).round(0) * settings.price.step
    # half a fen of rounding in the tax, a fen in the total
    near = (was - whole).abs() <= of_one / 2 + 1
    return Asked(
        rows,
        (Ask(TAX_OF_OTHER_AMOUNT, pl.col("ever").is_not_null(), ~pl.col("ever") & near & (whole > 0), whole / 100),),
    )


def _term(settings: Settings) -> pl.Expr:
    """Terms between changes of the rates: what is usual is counted in each."""
    cuts = sorted({r.begin for r in settings.rates} - {min(r.begin for r in settings.rates)})
    return pl.sum_horizontal((pl.col("day") >= cut).cast(pl.UInt8) for cut in cuts) if cuts else pl.lit(0, pl.UInt8)


def _counted(rows: pl.DataFrame, group: str) -> pl.DataFrame:
    """The rows with `of` (rows of their group), `same` (those of the same value) and `most` (those of the commonest value)."""
    same = rows.group_by(group, "value").agg(same=pl.len())
    whole = same.group_by(group).agg(of=pl.col("same").sum(), most=pl.col("same").max())
    return rows.join(same.join(whole, on=group), on=[group, "value"], how="left")
