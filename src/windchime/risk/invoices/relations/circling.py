"""Invoices that come back: issued to each other within days, or running in a loop of several firms."""

import polars as pl

from windchime.risk.invoices.relations.parties import Parties
from windchime.risk.invoices.relations.settings import Mutual


def mutual(rows: pl.DataFrame, how: Mutual) -> pl.DataFrame:
    """Rows of pairs that are each other's counterpart, with `figure` (ratio of the totals, purchase to sale) and `detail`: its row.

    Args:
        rows: countable rows with a positive total: `row`, `owner`, `party`, `direction`, `day`, `total` (cents).
        how: days and ratios.
    """
    pair = ["owner", "party"]
    sales = rows.filter(pl.col("direction") == "sale").select("row", *pair, "day", "total")
    bought = rows.filter(pl.col("direction") == "purchase").select("row", *pair, "day", "total")
    both = sales.select(pair).unique().join(bought.select(pair).unique(), on=pair)
    # the day of a purchase falls into one of three buckets around that of the sale, so that pairs with long trade stay cheap
    bucket = pl.col("day").dt.epoch("d") // max(how.days, 1)
    near = pl.concat_list(bucket - 1, bucket, bucket + 1).alias("bucket")
    left = sales.join(both, on=pair, how="semi").with_columns(near).explode("bucket")
    right = bought.join(both, on=pair, how="semi").with_columns(bucket.alias("bucket"))
    ratio = pl.col("total_right") / pl.col("total")
    apart = (pl.col("day") - pl.col("day_right")).dt.total_days().abs()
    met = (
        left.join(right, on=[*pair, "bucket"])
        .with_columns(figure=ratio, apart=apart)
        .filter(pl.col("apart") <= how.days, pl.col("figure").is_between(how.low, how.high))
    )
    # each is held against the one nearest in total, then in time, then in the list; both must choose each other
    met = met.with_columns(off=pl.col("figure").log().abs())
    forth = met.sort("row", "off", "apart", "row_right").unique("row", keep="first", maintain_order=True)
    back = met.sort("row_right", "off", "apart", "row").unique("row_right", keep="first", maintain_order=True)
    pairs = forth.join(back.select("row", "row_right"), on=["row", "row_right"])
    return pl.concat(
        [
            pairs.select("row", "figure", detail=pl.col("row_right").cast(pl.String)),
            pairs.select(row="row_right", figure="figure", detail=pl.col("row").cast(pl.String)),
        ]
    )


def circular(rows: pl.DataFrame, parties: Parties) -> pl.DataFrame:
    """Rows that are hops of loops the graph believes, with `detail`: the ring.

    An invoice is known by seller, buyer, day and total, so that the list of either side is hit.
    """
    sale = pl.col("direction") == "sale"
    seen = rows.with_columns(
        seller=pl.when(sale).then("owner").otherwise("party"), buyer=pl.when(sale).then("party").otherwise("owner")
    )
    hops = parties.hops.unique(["seller", "buyer", "day", "total"], keep="first", maintain_order=True)
    return seen.join(hops, on=["seller", "buyer", "day", "total"]).select("row", detail="ring")
