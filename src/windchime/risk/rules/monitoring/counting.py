"""Applications counted by rule and month."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.errors import UnknownName
from windchime.risk.arrays import Frame, frame
from windchime.risk.rules.monitoring.evidence import Counts


@dataclass(frozen=True, slots=True)
class Counted:
    """Whole numbers by rule and month."""

    #: as people read them, in order
    months: tuple[str, ...]
    #: applications, shape (months,)
    rows: Counts
    #: applications whose first rule this is; those whose outcome is final; the bads among these: shape (rules, months)
    hits: Counts
    matured: Counts
    bads: Counts
    #: months of which enough has matured to be tested, shape (months,)
    ripe: NDArray[np.bool_]

    @property
    def ripe_matured(self) -> Counts:
        """Outcomes of the months that are tested, 0 elsewhere."""
        return self.matured * self.ripe

    @property
    def ripe_bads(self) -> Counts:
        """Bads of the months that are tested, 0 elsewhere."""
        return self.bads * self.ripe


def count(table: Frame, rules: Sequence[int], least_matured: float) -> Counted:
    """Count the applications of a table with the columns that `watch` names.

    Args:
        table: one row an application.
        rules: places of the rules to count for.
        least_matured: share of a month's applications from which it is ripe.

    Raises:
        UnknownName: a column is missing.
    """
    given = frame(table)
    for column in ("rule", "month", "bad"):
        if column not in given.columns:
            raise UnknownName("column", column, given.columns)
    month = pl.col("month")
    known = (
        pl.col("matured").cast(pl.Boolean).fill_null(value=False) if "matured" in given.columns else pl.lit(value=True)
    )
    grouped = (
        given.select(
            pl.col("rule").cast(pl.Int32),
            month.dt.truncate("1mo").dt.date() if given["month"].dtype.is_temporal() else month,
            bad=pl.col("bad").cast(pl.Float64) > 0,
            matured=known & pl.col("bad").is_not_null(),
        )
        .group_by("rule", "month")
        .agg(rows=pl.len(), matured=pl.col("matured").sum(), bads=(pl.col("bad") & pl.col("matured")).sum())
    )
    months = grouped["month"].drop_nulls().unique().sort()
    place = {m: i for i, m in enumerate(months)}
    hits, matured, bads = np.zeros((3, len(rules), len(months)), dtype=np.int64)
    rows, known_rows = np.zeros((2, len(months)), dtype=np.int64)
    at = {rule: i for i, rule in enumerate(rules)}
    for rule, when, n, m, b in grouped.drop_nulls("month").iter_rows():
        rows[place[when]] += n
        known_rows[place[when]] += m
        if rule in at:
            hits[at[rule], place[when]], matured[at[rule], place[when]], bads[at[rule], place[when]] = n, m, b
    said = months.dt.strftime("%Y-%m") if months.dtype.is_temporal() else months.cast(pl.String)
    return Counted(tuple(said), rows, hits, matured, bads, known_rows >= least_matured * rows)
