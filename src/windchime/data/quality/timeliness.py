"""Timeliness: months that lack inside a monthly series, breaks in what a source covers, lags by month."""

from dataclasses import dataclass
from typing import Any

import polars as pl

from windchime.data.contracts import Contract
from windchime.data.quality.measures import Tally
from windchime.data.quality.settings import Settings
from windchime.data.reading import Reading

#: months a source must span before a thin month tells anything
_SPAN = 6


@dataclass(frozen=True, slots=True)
class MonthOf:
    """One month of one table and source, by the day rows happened."""

    table: str
    source: str
    #: `2025-03`
    month: str
    rows: int
    #: mean and greatest days from happening to being known
    lag_mean: float
    lag_longest: int
    #: far fewer rows than the other months
    is_break: bool

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def months_missing(found: Contract, reading: Reading, settings: Settings) -> list[Tally]:
    """Months that lack between the first and the last of each series of a monthly feed."""
    series = settings.monthly_feeds.get(found.name)
    if not series:
        return []
    t = reading.table(found.name)
    number = t["month"].year() * 12 + t["month"].month()
    spans = t.group_by("source", *series).aggregate(
        first=number.min(), last=number.max(), there=number.nunique(), file=t["source_file"].min()
    )
    due = spans["last"] - spans["first"] + 1
    rows = spans.group_by("source").aggregate(due=due.sum(), missing=(due - spans["there"]).sum())
    return [
        Tally("timeliness", "months_missing", found.name, r["source"], r["due"], r["missing"])
        for r in rows.order_by("source").to_pyarrow().to_pylist()
    ]


def months(found: Contract, counted: pl.DataFrame, settings: Settings) -> list[MonthOf]:
    """Rows and lags by source and month; the first and the last month are partial and never a break.

    Args:
        found: the contract of the table.
        counted: the months of a `Scan`.
        settings: from when on a month is thin.
    """
    inner = (pl.col("month") > pl.col("month").min().over("source")) & (
        pl.col("month") < pl.col("month").max().over("source")
    )
    usual = pl.col("rows").median().over("source")
    thin = (
        inner
        & (pl.len().over("source") >= _SPAN)
        & (usual >= settings.coverage_least_rows)
        & (pl.col("rows") < usual * settings.coverage_break_share)
    )
    lag_mean = (pl.col("lag_sum") / pl.col("rows")).round(1)
    rows = counted.with_columns(is_break=thin, lag_mean=lag_mean, month=pl.col("month").dt.strftime("%Y-%m"))
    return [
        MonthOf(found.name, r["source"], r["month"], r["rows"], r["lag_mean"], r["lag_longest"], r["is_break"])
        for r in rows.to_dicts()
    ]


def breaks(seen: list[MonthOf]) -> list[Tally]:
    """One tally a table and source: how many of its months are breaks."""
    found: dict[tuple[str, str], list[MonthOf]] = {}
    for month in seen:
        found.setdefault((month.table, month.source), []).append(month)
    return [
        Tally("timeliness", "coverage_breaks", table, source, len(months), sum(m.is_break for m in months))
        for (table, source), months in found.items()
        if len(months) >= _SPAN
    ]
