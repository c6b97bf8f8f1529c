"""How a check is asked and answered: two expressions over a frame, so that counting and telling are the same for all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

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
    """What the rows of a frame answer."""

    #: `HITS` of the checks that hit anything
    hits: list[pl.DataFrame]
    #: code → rows that could be judged, by number of the firm
    judged: dict[str, NDArray[np.int64]]


def answer(asked: Asked, firms: pl.Series) -> Answer:
    """What the rows of a frame answer.

    Args:
        asked: the frame and its asks.
        firms: names of the firms by their number.
    """
    if not asked.asks or not asked.frame.height:
        return Answer([], {})
    masks = asked.frame.select(
        *(a.judged.fill_null(False).alias(f"judged {a.check.code}") for a in asked.asks),
        *((a.judged & a.hit).fill_null(False).alias(f"hit {a.check.code}") for a in asked.asks),
    )
    amounts = masks.select(pl.all().sum()).row(0, named=True)
    owner = asked.frame["firm"].to_numpy()
    everyone = np.bincount(owner, minlength=len(firms))
    judged, hits = {}, []
    for ask in asked.asks:
        mask, n = masks[f"judged {ask.check.code}"], amounts[f"judged {ask.check.code}"]
        if n:
            own = everyone if n == len(owner) else np.bincount(owner[mask.to_numpy()], minlength=len(firms))
            judged[ask.check.code] = own
        if amounts[f"hit {ask.check.code}"]:
            hits.append(_told(asked.frame.filter(masks[f"hit {ask.check.code}"]), ask, firms))
    return Answer(hits, judged)


def exposures(answers: Sequence[Answer], firms: pl.Series) -> pl.DataFrame:
    """`EXPOSURES` of all answers, sorted by code and firm."""
    counts = {code: n for a in answers for code, n in a.judged.items()}
    codes = sorted(counts)
    if not codes:
        return pl.DataFrame(schema=EXPOSURES)
    table = np.stack([counts[c] for c in codes])
    code, firm = np.nonzero(table)
    return pl.DataFrame(
        {
            "code": pl.Series(codes, dtype=pl.String).gather(code),
            "reporting_firm_id": firms.gather(firm),
            "judged": pl.Series(table[code, firm]),
        },
        schema_overrides=EXPOSURES,
    ).sort("code", "reporting_firm_id")


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


def on_both_sides(check: Check, purchases: str) -> tuple[Check, Check]:
    """A check of sales, and the same of purchases: what is usual differs, and one side must not hide the other.

    Args:
        check: of sales.
        purchases: sentence of the other.
    """
    needs = check.needs | {"direction"}
    other = replace(check, code=f"purchase_{check.code}", msgid=purchases, needs=needs)
    return replace(check, needs=needs), other


def on_each_side(checks: tuple[Check, Check], ask: Callable[[Check], Ask]) -> tuple[Ask, Ask]:
    """One question asked of sales and of purchases; the frame says which is which in `sale`."""
    sales, purchases = map(ask, checks)
    return (
        replace(sales, judged=sales.judged & pl.col("sale")),
        replace(purchases, judged=purchases.judged & ~pl.col("sale")),
    )


def single_check(code: str, msgid: str, *needs: str) -> Check:
    """A check of the invoice alone."""
    return Check(code, "single", "invoice", msgid, frozenset(needs))


def told(asks: Sequence[Ask], columns: frozenset[str]) -> tuple[Ask, ...]:
    """Those of the asks whose columns the source tells."""
    return tuple(a for a in asks if a.check.needs <= columns)
