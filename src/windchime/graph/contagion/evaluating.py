"""Cascades foretold, held against what happened: who lost by whose failure, and who was brought down by whom.

Exposures are those known at a date; only failures after it are looked at. For each firm that failed, the others are
ranked by what the cascade says they lose.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from windchime.core.text import _
from windchime.graph.contagion.debtrank import spread
from windchime.graph.contagion.network import Network
from windchime.graph.contagion.settings import Settings
from windchime.graph.csr import Floats
from windchime.graph.results.scoring import Score

EDGES, EVENTS, FIRMS = "contagion_edge", "default_event", "firm"
#: a firm brought down counts as named if it stands among so many
FIRST = 5
_DRAWS = 2000


@dataclass(frozen=True, slots=True)
class Foretold:
    """How well losers were foretold."""

    #: of the k firms ranked first after a failure with k losers, how many were losers; and of firms brought down, how
    #: many stood among the `FIRST` by the share of their means that they lose
    scores: tuple[Score, ...]
    #: area under the curve of each failure: how often a loser is ranked above another firm
    areas: tuple[float, ...]

    def area(self, seed: int = 1) -> tuple[float, float, float]:
        """Mean area and its interval of 95 %, by drawing failures anew; nan where no failure had losers."""
        if not self.areas:
            return float("nan"), float("nan"), float("nan")
        held = np.array(self.areas)
        drawn = np.random.default_rng(seed).choice(held, (_DRAWS, len(held))).mean(axis=1)
        low, high = np.quantile(drawn, [0.025, 0.975])
        return float(held.mean()), float(low), float(high)


def foretold(network: Network, settings: Settings, truth: Mapping[str, pa.Table], after: date) -> Foretold:
    """Let each firm that failed after a date fail in the network of that date.

    Args:
        network: exposures known at the date.
        settings: of propagation.
        truth: `contagion_edge`, `default_event` and `firm` of the region.
        after: the date.
    """
    firms = truth[FIRMS]["firm_id"].to_pylist()
    numbers = [network.firms.number(f) for f in firms]
    place = {f: n for n, f in enumerate(firms)}
    losers: dict[str, set[str]] = {}
    for edge in truth[EDGES].to_pylist():
        if edge["month"] > after:
            losers.setdefault(edge["failed_id"], set()).add(edge["loser_id"])
    brought: dict[str, list[str]] = {}
    for event in truth[EVENTS].to_pylist():
        if event["default_on"] > after and event["brought_down_by"]:
            brought.setdefault(event["brought_down_by"], []).append(event["firm_id"])
    areas: list[float] = []
    wanted = named = downs = down_named = 0
    for failed in sorted({*losers, *brought}):
        share, loss = _ranked(network, settings, failed, numbers)
        others = np.array([f != failed for f in firms])
        lost = np.array([f in losers.get(failed, ()) for f in firms])[others]
        if lost.any() and not lost.all():
            areas.append(area_under(loss[others], lost))
            best = np.argsort(-loss[others], kind="stable")[: int(lost.sum())]
            wanted += int(lost.sum())
            named += int((lost[best] & (loss[others][best] > 0)).sum())
        for firm in brought.get(failed, ()):
            downs += 1
            mine = share[place[firm]]
            down_named += int(mine > 0 and (share[others] > mine).sum() < FIRST)
    return Foretold(
        (
            Score(_("losers by a failure, among as many ranked first"), wanted, named, wanted, named),
            Score(_("firms brought down, among the first five"), downs, down_named, downs, down_named),
        ),
        tuple(areas),
    )


def _ranked(network: Network, settings: Settings, failed: str, numbers: list[int | None]) -> tuple[Floats, Floats]:
    """Share of its means and yuan that each firm of the region loses; none where the network does not know the failed."""
    number = network.firms.number(failed)
    if number is None:
        return np.zeros(len(numbers)), np.zeros(len(numbers))
    first = np.zeros(len(network.firms))
    first[number] = 1.0
    lost, _rounds = spread(network, first, alpha=settings.alpha, least=settings.least_change, rounds=settings.rounds)
    share = np.array([0.0 if n is None else float(lost[n]) for n in numbers])
    buffer = np.array([0.0 if n is None else float(network.buffer[n]) for n in numbers])
    return share, share * buffer


def area_under(score: Floats, positive: NDArray[np.bool_]) -> float:
    """How often a positive has a higher score than a negative, ties counting half (Mann and Whitney)."""
    _values, place, count = np.unique(score, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2.0)[place]
    many, rest = int(positive.sum()), int((~positive).sum())
    return float((rank[positive].sum() - many * (many + 1) / 2.0) / (many * rest))
