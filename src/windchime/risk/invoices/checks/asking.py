"""How a check is asked and answered: two expressions over a frame, so that counting and telling are the same for all."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.risk.invoices.checks.check import HITS, Check

#: one row a check and firm that could be judged
EXPOSURES: dict[str, pl.DataType] = {
    "code": pl.String(),
    "reporting_firm_id": pl.String(),
    # rows the check could judge; 1 where it judges the firm as a whole
    "judged": pl.UInt32(),
}
_NOTHING = pl.lit(None)


@dataclass(frozen=True, slots=True, eq=False)
class Ask:
    """One check as expressions over a frame that has `firm` (number of the firm) and `row` (null for a firm as a whole)."""

    check: Check
    #: where the check can say something; null means no
    judged: pl.Expr
    #: what is hit among these; null means no
    hit: pl.Expr
    #: of hit rows: what was measured, what was allowed, a short text
    figure: pl.Expr = field(default=_NOTHING)
    bound: pl.Expr = field(default=_NOTHING)
    detail: pl.Expr = field(default=_NOTHING)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A frame and what is asked of its rows."""

    frame: pl.DataFrame
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """Hits (`HITS`) and exposures (`EXPOSURES`)."""

    hits: list[pl.DataFrame]
    exposures: list[pl.DataFrame]


def answer(asked: Asked, firms: pl.Series) -> Answer:
    """What the rows of a frame answer.

    Args:
        asked: the frame and its asks.
        firms: names of the firms by their number.
    """
    if not asked.asks or not asked.frame.height:
        return Answer([], [])
    judged = asked.frame.select(a.judged.fill_null(False).alias(a.check.code) for a in asked.asks)
    hit = asked.frame.select((a.judged & a.hit).fill_null(False).alias(a.check.code) for a in asked.asks)
    owner = asked.frame["firm"].to_numpy()
    counts = _counts(judged, owner, len(firms))
    exposures = [
        pl.DataFrame({"reporting_firm_id": firms.gather(np.flatnonzero(n)), "judged": n[n > 0]}).select(
            pl.lit(code).alias("code"), "reporting_firm_id", pl.col("judged").cast(pl.UInt32)
        )
        for code, n in counts.items()
    ]
    hits = [_told(asked.frame.filter(hit[a.check.code]), a, firms) for a in asked.asks if hit[a.check.code].any()]
    return Answer(hits, exposures)


def _counts(judged: pl.DataFrame, owner: NDArray[np.uint32], firms: int) -> dict[str, NDArray[np.int64]]:
    """Judged rows of each firm by code; equal masks are counted once."""
    everything: NDArray[np.int64] | None = None
    found: dict[str, NDArray[np.int64]] = {}
    for mask in judged.iter_columns():
        if mask.all():
            everything = np.bincount(owner, minlength=firms) if everything is None else everything
            found[mask.name] = everything
        else:
            found[mask.name] = np.bincount(owner[mask.to_numpy()], minlength=firms)
    return found


def _told(rows: pl.DataFrame, ask: Ask, firms: pl.Series) -> pl.DataFrame:
    return rows.select(
        code=pl.lit(ask.check.code),
        reporting_firm_id=firms.gather(rows["firm"]),
        row=pl.col("row").cast(HITS["row"]),
        figure=ask.figure.cast(HITS["figure"]),
        bound=ask.bound.cast(HITS["bound"]),
        detail=ask.detail.cast(HITS["detail"]),
    )


def firm_check(code: str, msgid: str, *needs: str) -> Check:
    """A check of the set that is about the firm as a whole."""
    return Check(code, "set", "firm", msgid, frozenset(needs))


def set_check(code: str, msgid: str, *needs: str) -> Check:
    """A check of the set that is about single rows."""
    return Check(code, "set", "invoice", msgid, frozenset(needs))


def single_check(code: str, msgid: str, *needs: str) -> Check:
    """A check of the invoice alone."""
    return Check(code, "single", "invoice", msgid, frozenset(needs))


def told(asks: Sequence[Ask], columns: frozenset[str]) -> tuple[Ask, ...]:
    """Those of the asks whose columns the source tells."""
    return tuple(a for a in asks if a.check.needs <= columns)
