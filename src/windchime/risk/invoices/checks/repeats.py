"""Rows that repeat others: listed twice, one number for two invoices, the same amount again, a year copied, one split."""

from collections.abc import Iterator

import polars as pl

from windchime.core.text import _
from windchime.risk.invoices.checks.asking import Ask, Asked, on_both_sides, on_each_side, set_check
from windchime.risk.invoices.ledger import Ledger, packed
from windchime.risk.invoices.settings import Settings

_DEALT = ("partner_id", "total", "issue_date")
LISTED_TWICE = on_both_sides(
    set_check("listed_twice", _("{count} of {of} sales are listed again, equal in every column"), "invoice_no"),
    _("{count} of {of} purchases are listed again, equal in every column"),
)
LISTED_TWICE_APART = on_both_sides(
    set_check(
        "listed_twice_apart", _("{count} of {of} sales are listed again far from where they stand first"), "invoice_no"
    ),
    _("{count} of {of} purchases are listed again far from where they stand first"),
)
NUMBER_USED_TWICE = on_both_sides(
    set_check("number_used_twice", _("{count} of {of} sales bear the number of another sale"), "invoice_no"),
    _("{count} of {of} purchases bear the number of another purchase of the same seller"),
)
AGAIN_SAME_DAY = on_both_sides(
    set_check(
        "amount_again_same_day",
        _("{count} of {of} sales repeat an amount with the same buyer on the same day"),
        *_DEALT,
    ),
    _("{count} of {of} purchases repeat an amount with the same seller on the same day"),
)
AGAIN_SOON = on_both_sides(
    set_check(
        "amount_again_soon",
        _("{count} of {of} sales repeat an amount with the same buyer within {bound} days"),
        *_DEALT,
    ),
    _("{count} of {of} purchases repeat an amount with the same seller within {bound} days"),
)
ODD_AGAIN = on_both_sides(
    set_check(
        "odd_amount_again_soon",
        _(
            "{count} of {of} sales in broken yuan repeat an amount that the same buyer has only twice, within {bound} days"
        ),
        *_DEALT,
    ),
    _(
        "{count} of {of} purchases in broken yuan repeat an amount that the same seller has only twice, within {bound} days"
    ),
)
YEAR_COPIED = on_both_sides(
    set_check(
        "amount_again_after_a_year",
        _("{count} of {of} sales come again with the same buyer and amount a year later to the day"),
        *_DEALT,
    ),
    _("{count} of {of} purchases come again with the same seller and amount a year later to the day"),
)
PARTS_ADD_UP = set_check(
    "parts_add_up_to_whole",
    _("{count} of {of} groups of invoices of one day and partner, none of them in whole yuan, add up to whole yuan"),
    "partner_id",
    "total",
)
CHECKS = (
    *LISTED_TWICE,
    *LISTED_TWICE_APART,
    *NUMBER_USED_TWICE,
    *AGAIN_SAME_DAY,
    *AGAIN_SOON,
    *ODD_AGAIN,
    *YEAR_COPIED,
    PARTS_ADD_UP,
)
_YUAN = 100


def asked(ledger: Ledger, settings: Settings) -> Iterator[Asked]:
    """All checks of repeats."""
    numbered, other = pl.col("number").is_not_null(), pl.col("other")
    limits = settings.repeats
    # systems that export a row once for each of its lines put them side by side
    apart = (pl.col("row").cast(pl.Int64) - other.cast(pl.Int64)).abs()
    far = pl.col("repeated") & (apart > limits.rows_apart)
    yield Asked(
        ledger.rows.select("firm", "row", "sale", "number", "repeated", "step", other=pl.col("row").shift()),
        (
            *on_each_side(LISTED_TWICE, lambda c: Ask(c, numbered, pl.col("repeated"), detail=other)),
            *on_each_side(LISTED_TWICE_APART, lambda c: Ask(c, numbered, far, apart, pl.lit(limits.rows_apart), other)),
            *on_each_side(
                NUMBER_USED_TWICE,
                lambda c: Ask(c, numbered & ~pl.col("repeated"), pl.col("step") == 0, detail=other),
            ),
        ),
    )
    live = ledger.rows.filter(pl.col("live") & pl.col("day").is_not_null() & pl.col("partner").is_not_null()).select(
        "firm", "row", "sale", "partner", "total", "day", "number", pair=packed("firm", "sale", "partner")
    )
    yield _again(live, settings)
    yield _split(live.filter(pl.col("sale")), settings)


def _again(live: pl.DataFrame, settings: Settings) -> Asked:
    same = ["pair", "total"]
    rows = live.sort([*same, "day", "number"]).with_columns(
        # days since the last time, and whether it is the same party and amount at all
        since=pl.when(pl.all_horizontal(pl.col(c) == pl.col(c).shift() for c in same)).then(
            pl.col("day").diff().dt.total_days()
        ),
        other=pl.col("row").shift(),
    )
    since = pl.col("since")
    ends = live.group_by("firm").agg(ends=pl.col("day").max())
    rows = rows.with_columns(until=since.shift(-1), second=since.is_not_null() & since.shift().is_null()).join(
        ends, on="firm", maintain_order="left"
    )
    until, limits = pl.col("until"), settings.repeats
    a_year_left = pl.col("day") <= pl.col("ends") - pl.duration(days=limits.copied_to)
    everyone, soon, other = pl.col("total") > 0, since.is_between(1, limits.days), pl.col("other")
    broken, only_twice = pl.col("total") % _YUAN != 0, pl.col("second") & until.is_null()
    return Asked(
        rows,
        (
            *on_each_side(AGAIN_SAME_DAY, lambda c: Ask(c, everyone, since == 0, detail=other)),
            *on_each_side(AGAIN_SOON, lambda c: Ask(c, everyone, soon, since, pl.lit(limits.days), other)),
            *on_each_side(ODD_AGAIN, lambda c: Ask(c, broken, soon & only_twice, since, pl.lit(limits.days), other)),
            *on_each_side(
                YEAR_COPIED,
                lambda c: Ask(c, a_year_left, until.is_between(limits.copied_from, limits.copied_to), until),
            ),
        ),
    )


def _split(sales: pl.DataFrame, settings: Settings) -> Asked:
    least, most = settings.split
    parts = (
        sales.group_by("pair", "day")
        .agg(
            pl.col("firm").first(),
            pl.col("row").min(),
            pl.len().alias("parts"),
            pl.col("total").sum(),
            broken=(pl.col("total") % _YUAN != 0).all(),
        )
        .filter(pl.col("parts").is_between(least, most) & pl.col("broken"))
    )
    whole = pl.col("total") % _YUAN == 0
    return Asked(parts, (Ask(PARTS_ADD_UP, pl.col("broken"), whole, figure=pl.col("parts")),))
