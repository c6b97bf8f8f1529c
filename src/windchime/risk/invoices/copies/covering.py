"""Which rows of one list the other could have: those of firms it tells of, in the months it tells of, before its last day."""

from datetime import date

import polars as pl

from windchime.risk.invoices.listing import Listing

_WHO = pl.struct("reporting_firm_id", "direction").hash().alias("__who")


def covered(rows: pl.DataFrame, by: Listing, since: date | None = None) -> pl.DataFrame:
    """Rows that another list would have if they existed for it.

    On its last day invoices may have been issued after it was made, so that day is not judged.

    Args:
        rows: of one list.
        by: the other list; it tells of the firms, and of their sides, that it has a row of.
        since: first day that it covers; where that is not known, it covers each firm from the month of its first row.
    """
    begins = (
        by.invoices.select(_WHO, "issue_date")
        .group_by("__who")
        .agg(__begin=pl.col("issue_date").min().dt.month_start())
    )
    if since is not None:
        begins = begins.with_columns(__begin=pl.lit(since))
    there = rows.with_columns(_WHO).join(begins, on="__who", maintain_order="left")
    inside = (pl.col("issue_date") >= pl.col("__begin")) & (pl.col("issue_date") < by.as_of)
    return there.filter(inside).drop("__who", "__begin")
