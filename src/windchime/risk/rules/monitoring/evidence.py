"""Evidence that a rate has left its bound, month after month: an e-process, whose alarms are false with a stated probability.

For the hypothesis "the rate is never below p" one unit of money is split over the months at which a change may begin and
over odds ratios; each part is multiplied, outcome by outcome, by the likelihood ratio of the rate it bets on against p. While
the hypothesis is true the whole is a supermartingale that begins at 1, so that by Ville's inequality it ever reaches
1/a with probability a at most, whenever and however often one looks. Where an outcome's chance depends on the months
before, the bound still holds; outcomes of one month that fall together by a common shock are what it does not cover.

Sources: Ville, Étude critique de la notion de collectif (1939); Ramdas, Grünwald, Vovk, Shafer, Game-theoretic statistics
and safe anytime-valid inference (Statistical Science 38, 2023); Shin, Ramdas, Rinaldo, E-detectors (2023), for the
unknown month of the change.
"""

from collections.abc import Sequence
from math import log
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats

Counts = NDArray[np.int64]
#: which way a rate may have gone
Way = Literal["fell", "rose"]


def evidence(of: Counts, hits: Counts, bound: float, way: Way, *, odds_ratios: Sequence[float], months: int) -> Floats:
    """Evidence after each month against "the rate has not fallen below (risen above) the bound".

    Args:
        of: outcomes each month, shape (…, months seen).
        hits: how many of them are, same shape.
        bound: in (0, 1); at 0 nothing can fall and at 1 nothing rise: the evidence stays at 1.
        way: which way is looked for.
        odds_ratios: below 1; their inverses where a rise is looked for.
        months: of a year, after which the bets begin afresh.

    Returns:
        Same shape; at least 1/a is an alarm at level a. At the bound itself its expectation is 1 in every month.
    """
    found = np.ones(of.shape)
    if not 0 < bound < 1:
        return found
    for begin in range(0, of.shape[-1], months):
        year = slice(begin, begin + months)
        gained = np.cumsum(_log_ratios(of[..., year], hits[..., year], bound, way, odds_ratios), axis=-1)
        for t in range(gained.shape[-1]):
            # bets that began before month j have gained what came since; those that have not begun hold their stake
            before = np.concatenate([np.zeros_like(gained[..., :1]), gained[..., :t]], axis=-1)
            bets = gained[..., t : t + 1] - before
            running = np.logaddexp.reduce(bets, axis=(0, -1)) - log(len(odds_ratios) * months)
            waiting = log((months - t - 1) / months) if t + 1 < months else -np.inf
            found[..., begin + t] = np.exp(np.minimum(np.logaddexp(running, waiting), 700.0))
    return found


def begun(of: Counts, hits: Counts, bound: float, way: Way, odds_ratios: Sequence[float]) -> int:
    """The month (its place) from which a change is likeliest to have been, for counts of shape (months,)."""
    steps = _log_ratios(of, hits, bound, way, odds_ratios)
    totals = np.cumsum(steps[:, ::-1], axis=1)[:, ::-1]
    return int(np.unravel_index(int(totals.argmax()), totals.shape)[1])


def hits_until_alarm(
    bound: float, true: float, threshold: float, *, odds_ratios: Sequence[float], months: int
) -> float:
    """About how many outcomes at the true rate bring the evidence from 1 to the threshold (Wald's approximation).

    Infinite where the true rate is on the bound's own side.
    """
    stake = log(threshold * len(odds_ratios) * months)
    hit, miss = _gains(bound, "fell" if true < bound else "rose", odds_ratios)
    most = float((true * hit + (1 - true) * miss).max())
    return stake / most if most > 0 else float("inf")


def _log_ratios(of: Counts, hits: Counts, bound: float, way: Way, odds_ratios: Sequence[float]) -> Floats:
    """Logarithm of what each bet gains in each month, shape (bets, …, months)."""
    hit, miss = (g.reshape(-1, *([1] * of.ndim)) for g in _gains(bound, way, odds_ratios))
    found: Floats = hits * hit + (of - hits) * miss
    return found


def _gains(bound: float, way: Way, odds_ratios: Sequence[float]) -> tuple[Floats, Floats]:
    """Logarithm of the likelihood ratio of each bet for one outcome that is, and for one that is not."""
    ratios = np.array(odds_ratios) if way == "fell" else 1 / np.array(odds_ratios)
    miss: Floats = -np.log1p(bound * (ratios - 1))
    return np.log(ratios) + miss, miss
