"""Both sides of one invoice in one library: what a firm says it sold, and what the buyer says it bought."""

import polars as pl

from windchime.risk.invoices.copies import differing
from windchime.risk.invoices.copies.comparing import Compared, told
from windchime.risk.invoices.copies.matching import CODE, FIRM, NUMBER, Way, matched
from windchime.risk.invoices.listing import Listing

#: an invoice is its seller's code and number, whoever lists it
WAYS = (
    Way("exact", (pl.col("seller_id"), pl.col("invoice_code"), pl.col("invoice_no"))),
    Way("zeros", (pl.col("seller_id"), CODE, NUMBER)),
)
FIELDS = (*differing.MONEY, "status", "colour", "issue_date", "buyer_id")


def partner_copies(listing: Listing) -> Compared:
    """Hold sales against the purchases of their buyers, where both report to the same library; each side is told.

    Which of two partners has altered its list cannot be seen in the two lists: both are hit. Void invoices never reach
    the buyer and are left out; so are months before a partner's list begins.
    """
    rows = listing.invoices.filter(pl.col("status") != "void")
    sales, purchases = (_between_reporters(rows, d) for d in ("sale", "purchase"))
    pairs = matched(sales, purchases, WAYS)
    columns = [c for c in FIELDS if c in listing.told]
    off = differing.heads(pairs, sales, purchases, columns)
    names = listing.invoices.select("row", FIRM, "invoice_no")
    mirrored = off.select("match", "field", row="other_row", other_row="row", was="is", **{"is": "was"})
    changed = pl.concat([off, mirrored.select(off.columns)]).join(names, on="row", how="left", maintain_order="left")
    both = pl.concat([pairs["row"], pairs["other_row"]]).to_frame()
    left = [frame.join(both, on="row", how="anti", maintain_order="left") for frame in (sales, purchases)]
    alone = pl.concat([_covered(frame, listing) for frame in left])
    missed = alone.with_columns(pl.col("partner_id").alias(FIRM))
    judged = pl.concat([_covered(frame, listing) for frame in (sales, purchases)])
    mirrored_judged = judged.with_columns(pl.col("partner_id").alias(FIRM))
    changed = changed.with_columns(lawful=False, line_no=pl.lit(None, pl.Int64))
    return told("partner", changed, alone, missed, (names.join(both, on="row", how="semi"), judged, mirrored_judged))


def _between_reporters(rows: pl.DataFrame, direction: str) -> pl.DataFrame:
    """Rows of one side whose partner's other side is in the library; of sales also those that another firm may claim."""
    other = rows.filter(pl.col("direction") != direction)[FIRM].unique()
    mine = rows.filter(pl.col("direction") == direction)
    return mine if direction == "sale" else mine.filter(pl.col("seller_id").is_in(other.implode()))


def _covered(rows: pl.DataFrame, listing: Listing) -> pl.DataFrame:
    """Rows in months that the partner's list tells of, before the last day."""
    turned = pl.when(pl.col("direction") == "sale").then(pl.lit("purchase")).otherwise(pl.lit("sale"))
    begins = listing.invoices.group_by(partner_id=FIRM, __turned="direction").agg(
        __begin=pl.col("issue_date").min().dt.month_start()
    )
    there = rows.with_columns(__turned=turned).join(begins, on=["partner_id", "__turned"], maintain_order="left")
    last = pl.lit(listing.as_of)
    return there.filter(pl.col("issue_date") >= pl.col("__begin"), pl.col("issue_date") < last).drop(
        "__turned", "__begin"
    )
