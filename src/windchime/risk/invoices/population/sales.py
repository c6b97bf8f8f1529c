"""The sales of a list prepared for measuring: what each row is, and how old."""

import polars as pl

from windchime.risk.invoices.listing import Listing

_KEYS = ("firm", "partner", "size")


def prepared(listing: Listing, near_days: int) -> pl.DataFrame:
    """Sales with flags.

    Args:
        listing: of one firm or many.
        near_days: two invoices of the same partner and total within so many days are repeats.

    Returns:
        A row a sale: reporting_firm_id (categorical), firm and partner (whole numbers), day, month (whole number), total
        and size (cents, with and without sign), age (months before the firm's last), and flags: normal (valid, above
        zero), void, red, voidable (of a kind that can be void), odd and odd_tenths (neither total nor amount in whole
        yuan, in whole tenths), cent_off (total a cent beside whole yuan, as where tax was counted anew), repeats (a normal invoice of the same partner and size came at most `near_days` before),
        like (a normal invoice of the same partner and size exists).
    """
    digital = pl.col("kind").str.starts_with("digital").fill_null(value=False)
    rows = (
        listing.invoices.lazy()
        .filter((pl.col("direction") == "sale") & pl.col("issue_date").is_not_null() & pl.col("total").is_not_null())
        .select(
            pl.col("reporting_firm_id").cast(pl.Categorical),
            pl.col("reporting_firm_id").cast(pl.Categorical).to_physical().alias("firm"),
            pl.col("partner_id").cast(pl.Categorical).to_physical().alias("partner"),
            pl.col("issue_date").alias("day"),
            (pl.col("issue_date").dt.year() * 12 + pl.col("issue_date").dt.month()).alias("month"),
            "total",
            pl.col("total").abs().alias("size"),
            (pl.col("status") == "void").alias("void"),
            (pl.col("total") < 0).alias("red"),
            (~digital).alias("voidable"),
            (pl.col("total") % 100).is_in([1, 99]).alias("cent_off"),
            *(
                ((pl.col("total") % m != 0) & (pl.col("amount").fill_null(1) % m != 0)).alias(name)
                for name, m in (("odd", 100), ("odd_tenths", 10))
            ),
        )
        .with_columns((~pl.col("void") & (pl.col("total") > 0)).alias("normal"))
        # rows of one day in an order of their own, so that the same list gives the same pairs
        .sort(*_KEYS, "day", "normal")
    )
    same = pl.all_horizontal(pl.col(c) == pl.col(c).shift() for c in _KEYS).fill_null(value=False)
    near = (pl.col("day") - pl.col("day").shift()).dt.total_days() <= near_days
    return (
        rows.with_columns(
            (pl.col("month").max().over("firm") - pl.col("month")).alias("age"),
            (same & pl.col("normal") & pl.col("normal").shift() & near).fill_null(value=False).alias("repeats"),
            (~same).cum_sum().alias("alike"),
        )
        .with_columns(pl.col("normal").any().over("alike").alias("like"))
        .drop("alike")
        .collect()
    )
