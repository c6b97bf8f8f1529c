"""Applications counted by rule and month."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.errors import UnknownName
from windchime.risk.arrays import Frame, frame
from windchime.risk.rules.monitoring.evidence import Counts
from windchime.risk.rules.outcomes import months, outcomes


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
        NotOutcomes: an outcome, or whether it is final, that is neither yes nor no.
        NotMonths: months that have no order of their own.
    """
    given = frame(table)
    for column in ("rule", "month", "bad"):
        if column not in given.columns:
            raise UnknownName("column", column, given.columns)
    bad = outcomes(given["bad"])
    final = outcomes(given["matured"]).fill_null(value=False) if "matured" in given.columns else bad.is_not_null()
    grouped = (
        pl.DataFrame(
            {
                "rule": given["rule"].cast(pl.Int32),
                "month": months(given["month"]),
                "bad": bad,
                "matured": final & bad.is_not_null(),
            }
        )
        .group_by("rule", "month")
        .agg(rows=pl.len(), matured=pl.col("matured").sum(), bads=(pl.col("bad") & pl.col("matured")).sum())
    )
    seen = grouped["month"].drop_nulls().unique().sort()
    place = {m: i for i, m in enumerate(seen)}
    hits, matured, bads = np.zeros((3, len(rules), len(seen)), dtype=np.int64)
    rows, known_rows = np.zeros((2, len(seen)), dtype=np.int64)
    at = {rule: i for i, rule in enumerate(rules)}
    for rule, when, n, m, b in grouped.drop_nulls("month").iter_rows():
        rows[place[when]] += n
        known_rows[place[when]] += m
        if rule in at:
            hits[at[rule], place[when]], matured[at[rule], place[when]], bads[at[rule], place[when]] = n, m, b
    said = seen.dt.strftime("%Y-%m") if seen.dtype.is_temporal() else seen.cast(pl.String)
    return Counted(tuple(said), rows, hits, matured, bads, known_rows >= least_matured * rows)
