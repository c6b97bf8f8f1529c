"""The sales of one firm as lending reads them: what counts, and why the rest does not."""

import polars as pl

from windchime.risk.invoices.lending.settings import Settings
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.relations.parties import Parties
from windchime.risk.invoices.relations.running import countable

#: why a row does not count as a clean sale, beside the reasons of the scheme; a row without any counts
REJECTED, QUESTIONED = "rejected", "questioned"
#: row, party (the buyer), day, total (cents, negative of red letters), amount (cents, without tax), reason (null: clean)
SALES: dict[str, pl.DataType] = {
    "row": pl.UInt32(),
    "party": pl.String(),
    "day": pl.Date(),
    "total": pl.Int64(),
    "amount": pl.Int64(),
    "reason": pl.String(),
}


def sales_of(
    listing: Listing, parties: Parties, hits: pl.DataFrame, verdicts: pl.DataFrame, settings: Settings
) -> pl.DataFrame:
    """Countable sales of a firm in the form `SALES`, sorted by day and row.

    A red letter follows its buyer: what a related buyer gives back is taken off what it bought. Doubt about a red letter
    never helps: it is taken off the sales whatever its verdict.

    Args:
        listing: of the one firm.
        parties: facts about its partners.
        hits: in the form `HITS`; those of the checks that the scheme names leave their rows out.
        verdicts: (row, verdict) of rows that are not passed: question or reject.
        settings: which checks leave rows out.
    """
    rows = countable(listing, parties).filter(pl.col("direction") == "sale")
    rows = rows.join(listing.invoices.select("row", "amount"), "row", maintain_order="left")
    named = [
        hits.filter(pl.col("code").is_in(codes), pl.col("row").is_not_null()).select("row", left_out=pl.lit(reason))
        for reason, codes in settings.left_out.items()
    ]
    left_out = pl.concat([pl.DataFrame(schema={"row": pl.UInt32(), "left_out": pl.String()}), *named])
    rows = rows.join(left_out.unique("row", keep="first", maintain_order=True), "row", "left").join(
        verdicts.select("row", "verdict").unique("row"), "row", "left"
    )
    doubted = (
        pl.when(pl.col("total") < 0)
        .then(None)
        .otherwise(pl.col("verdict").replace_strict({"reject": REJECTED, "question": QUESTIONED}, default=None))
    )
    return (
        rows.with_columns(reason=pl.coalesce("left_out", doubted))
        .select(pl.col(c).cast(k) for c, k in SALES.items())
        .sort("day", "row")
    )
