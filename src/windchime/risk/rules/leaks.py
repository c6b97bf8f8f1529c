"""Columns that tell the label too well, or tell nothing: looked for before any rule is."""

import numpy as np
from numpy.typing import NDArray

from windchime.risk.coding import STATES, Coded, spread
from windchime.risk.rules.settings import EvidenceSettings

Places = tuple[int, ...]


def leaks(
    coded: Coded,
    bad: NDArray[np.bool_],
    learnt: NDArray[np.int64],
    judged: NDArray[np.int64],
    settings: EvidenceSettings,
    threads: int,
) -> tuple[Places, Places]:
    """Features that rank bads above goods as no honest one does, and features with a single state.

    The states of a feature are ordered by their bad rate on some rows; the AUC of that order is taken on others.

    Args:
        coded: all rows.
        bad: which rows are bad.
        learnt: rows that order the states.
        judged: rows that the order is judged on.
        settings: the AUC from which a feature is suspected.
        threads: features at once.
    """
    both = (learnt, judged)

    def judge(place: int) -> tuple[bool, bool]:
        codes = coded.codes[place]
        first, second = (_table(codes[side], bad[side]) for side in both)
        return _auc(first, second) >= settings.max_auc, int((first.sum(axis=0) > 0).sum()) < 2

    found = spread(judge, range(len(coded.codes)), threads)
    return (
        tuple(k for k, (suspect, _) in enumerate(found) if suspect),
        tuple(k for k, (_, constant) in enumerate(found) if constant),
    )


def _table(codes: NDArray[np.uint8], bad: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(2, states) goods and bads."""
    found: NDArray[np.int64] = np.bincount(codes.astype(np.int16) * 2 + bad, minlength=2 * STATES).reshape(STATES, 2).T
    return found


def _auc(learnt: NDArray[np.int64], judged: NDArray[np.int64]) -> float:
    goods, bads = learnt
    share = bads.sum() / max(int(learnt.sum()), 1)
    rate = (bads + share) / (goods + bads + 1.0)
    order = np.argsort(rate, kind="stable")
    good, bad = judged[0][order].astype(np.float64), judged[1][order].astype(np.float64)
    if not good.sum() or not bad.sum():
        return 0.5
    below = np.cumsum(good) - good / 2
    return float((bad * below).sum() / (good.sum() * bad.sum()))
