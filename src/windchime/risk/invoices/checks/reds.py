"""Red letters against what they offset: the original is listed, older, blue, of the same partner and not exceeded."""

from collections.abc import Iterator

import polars as pl

from windchime.core.text import _
from windchime.risk.invoices.checks.asking import Ask, Asked, set_check
from windchime.risk.invoices.ledger import Ledger, number_key, packed
from windchime.risk.invoices.settings import Settings

_NEEDS = ("original_no", "invoice_no", "colour", "issue_date")
ORIGINAL_MISSING = set_check(
    "red_original_missing", _("{count} of {of} red letters offset an invoice that is not listed"), *_NEEDS
)
ORIGINAL_LATER = set_check(
    "red_original_later", _("{count} of {of} red letters are older than the invoice they offset"), *_NEEDS
)
ORIGINAL_NOT_BLUE = set_check(
    "red_original_not_valid", _("{count} of {of} red letters offset an invoice that is void or red itself"), *_NEEDS
)
OTHER_PARTNER = set_check(
    "red_original_of_other_partner",
    _("{count} of {of} red letters offset an invoice of another partner"),
    *_NEEDS,
    "partner_id",
)
BEYOND_ORIGINAL = set_check(
    "red_beyond_original", _("{count} of {of} red letters take more back than their original was"), *_NEEDS, "total"
)
OTHER_RATE = set_check(
    "red_at_other_rate",
    _("{count} of {of} red letters bear another tax rate than their original"),
    *_NEEDS,
    "amount",
    "tax",
)
MARKED_WITHOUT_RED = set_check(
    "marked_red_without_red_letter",
    _("{count} of {of} invoices are marked as offset while no red letter that names them is listed"),
    *_NEEDS,
    "status",
)
BEYOND_PARTNER = set_check(
    "reds_beyond_what_was_billed",
    _("{count} of {of} red letters take back more than had been billed to the partner in the list"),
    "colour",
    "partner_id",
    "total",
    "issue_date",
)
CHECKS = (
    ORIGINAL_MISSING,
    ORIGINAL_LATER,
    ORIGINAL_NOT_BLUE,
    OTHER_PARTNER,
    BEYOND_ORIGINAL,
    OTHER_RATE,
    MARKED_WITHOUT_RED,
    BEYOND_PARTNER,
)
#: what numbers of originals are looked up by; a code is left out, as red letters seldom name it
_KEY = ["firm", "sale", "seller", "number", "year"]
#: statuses that a blue invoice has after a red letter
_OFFSET = ("red_full", "red_part")


def asked(ledger: Ledger, settings: Settings) -> Iterator[Asked]:
    """All checks of red letters."""
    begins = ledger.rows.group_by("firm", "sale").agg(begins=pl.col("day").min())
    if "original_no" in ledger.told:
        yield from _against_originals(ledger, begins, settings)
    yield _against_partners(ledger, begins, settings)


def _against_originals(ledger: Ledger, begins: pl.DataFrame, settings: Settings) -> Iterator[Asked]:
    year = pl.when(pl.col("digital")).then("stem").otherwise(0).alias("year")
    named = ledger.column("original_no")
    reds = (
        ledger.rows.select(
            "firm", "row", "sale", "seller", "partner", "day", "amount", "tax", "total", "void", "red", "repeated"
        )
        .with_columns(named=named)
        .filter(pl.col("red") & ~pl.col("void") & ~pl.col("repeated") & pl.col("named").is_not_null())
        .with_columns(**number_key("named", pl.lit(0)))
        .rename({"stem": "year"})
        .join(begins, on=["firm", "sale"])
    )
    originals = (
        ledger.rows.filter(~pl.col("repeated") & pl.col("number").is_in(reds["number"].unique().implode()))
        .with_columns(year)
        .join(reds.select(_KEY), on=_KEY, how="semi")
        .sort(*_KEY, "red", "void", "row")
        .unique(_KEY, keep="first", maintain_order=True)
    )
    found = originals.select(*_KEY, *(pl.col(c).alias(f"its_{c}") for c in _ITS))
    reds = reds.join(found, on=_KEY, how="left").with_columns(
        taken=-pl.col("total").sum().over(_KEY), other=pl.col("its_row").is_not_null()
    )
    old_enough = pl.col("day") >= pl.col("begins") + pl.duration(days=settings.red_lookback_days)
    its_rate, rate = pl.col("its_tax") / pl.col("its_amount"), pl.col("tax") / pl.col("amount")
    large = (pl.col("amount").abs() >= settings.stated.smallest) & (pl.col("its_amount") >= settings.stated.smallest)
    other, its = pl.col("other"), pl.col("its_row")
    yield Asked(
        reds,
        (
            Ask(ORIGINAL_MISSING, old_enough | other, ~other, detail=pl.col("named")),
            Ask(ORIGINAL_LATER, other, pl.col("its_day") > pl.col("day"), detail=its),
            Ask(ORIGINAL_NOT_BLUE, other, pl.col("its_red") | pl.col("its_void"), detail=its),
            Ask(OTHER_PARTNER, other, pl.col("its_partner") != pl.col("partner"), detail=its),
            Ask(
                BEYOND_ORIGINAL,
                other,
                pl.col("taken") > pl.col("its_total"),
                figure=pl.col("taken") / 100,
                bound=pl.col("its_total") / 100,
                detail=its,
            ),
            Ask(
                OTHER_RATE,
                other & large,
                (rate - its_rate).abs() > _HALF_PERCENT,
                figure=rate,
                bound=its_rate,
                detail=its,
            ),
        ),
    )
    marked = ledger.listing.invoices["status"].is_in(_OFFSET)
    if marked.any():
        blue = ledger.rows.with_columns(year, marked=marked.gather(ledger.rows["position"])).filter("marked")
        blue = blue.join(reds.select(_KEY).unique().with_columns(offset=True), on=_KEY, how="left")
        yield Asked(blue, (Ask(MARKED_WITHOUT_RED, pl.col("marked"), pl.col("offset").is_null()),))


#: rates nearer than this are the same rate rounded
_HALF_PERCENT = 0.005
_ITS = ("row", "day", "partner", "amount", "tax", "total", "red", "void")


def _against_partners(ledger: Ledger, begins: pl.DataFrame, settings: Settings) -> Asked:
    """What was billed to a partner so far never falls below nothing."""
    counted = ledger.rows.filter(
        ~pl.col("void").fill_null(False)
        & ~pl.col("repeated")
        & (pl.col("total") != 0)
        & pl.col("day").is_not_null()
        & pl.col("partner").is_not_null()
    ).select("firm", "sale", "row", "day", "total", "red", pair=packed("firm", "sale", "partner"))
    taken = counted.filter(pl.col("red"))["pair"].unique()
    dealings = (
        counted.filter(pl.col("pair").is_in(taken.implode()))
        .sort("pair", "day", "red", "row")
        .with_columns(balance=pl.col("total").cum_sum().over("pair"))
        .filter(pl.col("red"))
        .join(begins, on=["firm", "sale"])
    )
    old_enough = pl.col("day") >= pl.col("begins") + pl.duration(days=settings.red_lookback_days)
    return Asked(
        dealings,
        (Ask(BEYOND_PARTNER, old_enough, pl.col("balance") < 0, figure=pl.col("balance") / 100, bound=pl.lit(0)),),
    )
