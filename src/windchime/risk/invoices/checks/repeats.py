"""Rows that repeat others: listed twice, one number for two invoices, the same amount again, a year copied, one split."""

from collections.abc import Iterator

import polars as pl

from windchime.core.text import _
from windchime.risk.invoices.checks.asking import Ask, Asked, set_check
from windchime.risk.invoices.ledger import Ledger, packed
from windchime.risk.invoices.settings import Settings

LISTED_TWICE = set_check(
    "listed_twice", _("{count} of {of} invoices are listed again, equal in every column"), "invoice_no"
)
NUMBER_USED_TWICE = set_check(
    "number_used_twice",
    _("{count} of {of} invoices bear the number of another invoice of the same seller"),
    "invoice_no",
)
AGAIN_SAME_DAY = set_check(
    "amount_again_same_day",
    _("{count} of {of} invoices repeat an amount with the same partner on the same day"),
    "partner_id",
    "total",
)
AGAIN_SOON = set_check(
    "amount_again_soon",
    _("{count} of {of} invoices repeat an amount with the same partner within {bound} days"),
    "partner_id",
    "total",
)
YEAR_COPIED = set_check(
    "amount_again_after_a_year",
    _("{count} of {of} invoices come again with the same partner and amount a year later to the day"),
    "partner_id",
    "total",
)
PARTS_ADD_UP = set_check(
    "parts_add_up_to_whole",
    _("{count} of {of} groups of invoices of one day and partner, none of them in whole yuan, add up to whole yuan"),
    "partner_id",
    "total",
)
CHECKS = (LISTED_TWICE, NUMBER_USED_TWICE, AGAIN_SAME_DAY, AGAIN_SOON, YEAR_COPIED, PARTS_ADD_UP)
_YUAN = 100


def asked(ledger: Ledger, settings: Settings) -> Iterator[Asked]:
    """All checks of repeats."""
    numbered, other = pl.col("number").is_not_null(), pl.col("other")
    yield Asked(
        ledger.rows.select("firm", "row", "number", "repeated", "step", other=pl.col("row").shift()),
        (
            Ask(LISTED_TWICE, numbered, pl.col("repeated"), detail=other),
            Ask(NUMBER_USED_TWICE, numbered & ~pl.col("repeated"), pl.col("step") == 0, detail=other),
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
    ends = live.group_by("firm").agg(ends=pl.col("day").max())
    rows = rows.with_columns(until=pl.col("since").shift(-1)).join(ends, on="firm", maintain_order="left")
    since, until, limits = pl.col("since"), pl.col("until"), settings.repeats
    a_year_left = pl.col("day") <= pl.col("ends") - pl.duration(days=limits.copied_to)
    everyone = pl.col("total") > 0
    return Asked(
        rows,
        (
            Ask(AGAIN_SAME_DAY, everyone, since == 0, detail=pl.col("other")),
            Ask(
                AGAIN_SOON,
                everyone,
                since.is_between(1, limits.days),
                figure=since,
                bound=pl.lit(limits.days),
                detail=pl.col("other"),
            ),
            Ask(YEAR_COPIED, a_year_left, until.is_between(limits.copied_from, limits.copied_to), figure=until),
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
