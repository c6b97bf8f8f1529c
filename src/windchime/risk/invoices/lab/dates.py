"""Operations on dates."""

import polars as pl

from windchime.risk.invoices.lab.draws import uniform
from windchime.risk.invoices.lab.work import Change, Work, last_day

#: days that a date moves at least
LEAST = 5
#: the months that a shifted invoice comes to
RECENT = "3mo"
_DAY, _SATURDAY = 1, 6


def alter_date(work: Work) -> Change:
    """Another day of the same month, five days away or more; a working day where there is one."""
    rows = work.pick(work.qualifying())
    days = rows.select("row", "issue_date").with_columns(
        __to=pl.date_ranges(pl.col("issue_date").dt.month_start(), pl.col("issue_date").dt.month_end())
    )
    days = days.explode("__to").filter(
        (pl.col("__to") - pl.col("issue_date")).dt.total_days().abs() >= LEAST, pl.col("__to") <= work.listing.as_of
    )
    working = pl.col("__to").dt.weekday() < _SATURDAY
    days = days.filter(working | ~working.any().over("row"))
    draws = pl.DataFrame({"row": rows["row"], "__draw": uniform(rows, _DAY)})
    nth = (pl.col("__draw") * pl.len().over("row")).floor().cast(pl.Int64)
    days = days.join(draws, on="row").filter(pl.int_range(pl.len()).over("row") == nth)
    return Change(_moved(rows.join(days.select("row", "__to"), on="row", maintain_order="left")))


def shift_months(work: Work) -> Change:
    """Invoices of earlier months come to a day of the firm's last three months."""
    begin = last_day().dt.offset_by(f"-{RECENT}")
    rows = work.rows.with_columns(__begin=begin, __end=last_day())
    early = rows.filter(pl.col("issue_date") <= pl.col("__begin"))
    rows = work.pick(early.join(work.qualifying().select("row"), on="row", how="semi"))
    span = (pl.col("__end") - pl.col("__begin")).dt.total_days()
    to = pl.col("__begin") + pl.duration(
        days=1 + (pl.lit(pl.Series(uniform(rows, _DAY))) * span).floor().cast(pl.Int64)
    )
    moved = rows.with_columns(__to=to)
    return Change(_moved(moved.with_columns(__to=on_working_day("__to", "__begin")).drop("__begin", "__end")))


def on_working_day(day: str, after: str) -> pl.Expr:
    """The Friday before where a day is of a weekend, unless that is not after another day."""
    friday = pl.col(day) - pl.duration(days=(pl.col(day).dt.weekday() - (_SATURDAY - 1)).clip(0).cast(pl.Int64))
    return pl.when(friday > pl.col(after)).then(friday).otherwise(pl.col(day))


def moved_hours(old: str, new: str) -> pl.Expr:
    """The hour of issue on another day."""
    return pl.col("issued_at") + (pl.col(new) - pl.col(old))


def _moved(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(issued_at=moved_hours("issue_date", "__to"), issue_date=pl.col("__to")).drop("__to")
