"""How often a holder's votes decide: Shapley-Shubik and Penrose-Banzhaf indices of the voting game at a company.

Shapley and Shubik 1954 (American Political Science Review 48:787): the share of the orders of all holders in which one turns
a losing coalition into a winning one. Penrose 1946, Banzhaf 1965: the share of the coalitions of all others that one turns.
Below a majority both say who is pivotal: of 50, 49 and 1 votes the second has no more power than the third.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from windchime.core.errors import BadCall
from windchime.core.intervals import wilson
from windchime.core.text import _
from windchime.graph.csr import Floats, Longs
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.majority import UNITS, Majority

Method = Literal["enumeration", "dynamic", "sampling"]

#: holders up to which all coalitions are listed
LISTED = 20
#: holders up to which counts of coalitions of one size fit into 64 bits, and cells of work up to which they are counted
COUNTED, MOST_CELLS = 66, 200_000_000
#: permutations and coalitions drawn at once
BATCH = 4_000


class NoGame(BadCall):
    """Weights or a quota of which no voting game can be made."""

    msgid = _("no voting game has the quota {quota}; whole votes of 0 or more and a quota above 0 make one")

    def __init__(self, quota: int) -> None:
        super().__init__(quota=quota)


@dataclass(frozen=True, slots=True)
class Game:
    """A coalition wins with votes of at least the quota."""

    quota: int
    weights: tuple[int, ...]

    def __post_init__(self) -> None:
        """Refuse what is no game.

        Raises:
            NoGame: a quota below one, a weight below zero.
        """
        if self.quota < 1 or any(w < 0 for w in self.weights):
            raise NoGame(self.quota)


@dataclass(frozen=True, slots=True)
class Power:
    """Power of each holder, in the order of the weights."""

    #: (holders,) adds up to 1 where all together win
    shapley_shubik: Floats
    #: (holders,) probability of being decisive where all others vote by the toss of a coin
    banzhaf: Floats
    #: how it was computed; the first two are exact
    method: Method
    #: (holders, 2) bounds of 95 %; None where exact
    shapley_shubik_interval: Floats | None = None
    banzhaf_interval: Floats | None = None

    @property
    def banzhaf_share(self) -> Floats:
        """(holders,) Banzhaf power as parts of its sum; zeros where nobody has any."""
        total = self.banzhaf.sum()
        return self.banzhaf / total if total else self.banzhaf


def power(game: Game, *, method: Method | None = None, samples: int = 100_000, seed: int = 0) -> Power:
    """Power in a game, exact where that is within reach, else by sampling with intervals.

    Args:
        game: with any number of holders.
        method: how; None: by listing all coalitions of up to 20 holders, by counting them by size and votes where the quota is
            small (holders times quota times different weights), else by drawing.
        samples: orders and coalitions drawn.
        seed: of the drawing.
    """
    divisor = math.gcd(*game.weights) or 1
    weights = np.array([w // divisor for w in game.weights], np.int64)
    quota = -(-game.quota // divisor)
    if not len(weights) or quota > int(weights.sum()):
        return Power(np.zeros(len(weights)), np.zeros(len(weights)), "enumeration")
    method = method or _method(weights, quota)
    if method == "sampling":
        return _drawn(weights, quota, samples, np.random.default_rng(seed))
    swings = _listed(weights, quota) if method == "enumeration" else _counted(weights, quota)
    return _of_swings(swings, method)


def game_at(
    holdings: Holdings, company: str, majority: Majority | None = None, *, present: bool = False
) -> tuple[list[str], Game]:
    """The holders of a company's votes, largest first, and their game.

    Args:
        holdings: who holds votes.
        company: its id; one that nobody holds has no holders.
        majority: what wins; more than half by default.
        present: whether the disclosed votes are the whole; else those undisclosed count and stay silent.
    """
    majority = majority or Majority()
    number = holdings.nodes.number(company)
    graph = holdings.by_company
    here = slice(graph.start[number], graph.start[number + 1]) if number is not None else slice(0, 0)
    units = np.rint(holdings.votes[graph.edge[here]] * UNITS).astype(np.int64)
    order = np.argsort(-units, kind="stable")
    weights = tuple(units[order].tolist())
    whole = Fraction(sum(weights), UNITS) if present else Fraction(1)
    quota = Majority(majority.threshold * whole, majority.inclusive).units
    return holdings.nodes.named(graph.target[here][order]).to_pylist(), Game(max(quota, 1), weights)


def power_table(holders: Sequence[str], game: Game, found: Power) -> pa.Table:
    """Columns `holder`, `weight` (part of the quota), `shapley_shubik`, `banzhaf`, `banzhaf_share`."""
    return pa.table(
        {
            "holder": pa.array(holders, pa.string()),
            "weight": pa.array([w / game.quota for w in game.weights], pa.float64()),
            "shapley_shubik": pa.array(found.shapley_shubik),
            "banzhaf": pa.array(found.banzhaf),
            "banzhaf_share": pa.array(found.banzhaf_share),
        }
    )


def _method(weights: Longs, quota: int) -> Method:
    holders = len(weights)
    if holders <= LISTED:
        return "enumeration"
    cells = holders * quota * (len(np.unique(weights)) + 1)
    return "dynamic" if holders <= COUNTED and cells <= MOST_CELLS else "sampling"


def _listed(weights: Longs, quota: int) -> list[list[int]]:
    """(holders, size): coalitions of each size, without the holder, that it turns; all coalitions listed."""
    votes, size = np.zeros(1, np.int64), np.zeros(1, np.int64)
    for w in weights:
        votes, size = np.concatenate([votes, votes + w]), np.concatenate([size, size + 1])
    found = []
    for i, w in enumerate(weights):
        without_votes = votes.reshape(-1, 2, 1 << i)[:, 0].ravel()
        without_size = size.reshape(-1, 2, 1 << i)[:, 0].ravel()
        turned = (without_votes < quota) & (without_votes + w >= quota)
        found.append(np.bincount(without_size[turned], minlength=len(weights)).tolist())
    return found


def _counted(weights: Longs, quota: int) -> list[list[int]]:
    """The same by counting coalitions by size and votes below the quota; equal weights are counted once."""
    holders = len(weights)
    count = np.zeros((holders + 1, quota), np.int64)
    count[0, 0] = 1
    for w in weights:
        _shift_in(count, int(w), quota)
    by_weight: dict[int, list[int]] = {}
    for w in np.unique(weights).tolist():
        without = count.copy()
        for size in range(1, holders + 1):
            if w < quota:
                without[size, w:] -= without[size - 1, : quota - w]
        turned = without[:holders, max(quota - w, 0) :].astype(object).sum(axis=1) if w else [0] * holders
        by_weight[w] = [int(t) for t in turned]
    return [by_weight[int(w)] for w in weights]


def _shift_in(count: NDArray[np.int64], weight: int, quota: int) -> None:
    """Add a holder: every coalition so far, once more with it."""
    if weight < quota:
        for size in range(len(count) - 1, 0, -1):
            count[size, weight:] += count[size - 1, : quota - weight]


def _of_swings(swings: list[list[int]], method: Method) -> Power:
    holders = len(swings)
    orders = [math.factorial(s) * math.factorial(holders - s - 1) for s in range(holders)]
    whole = math.factorial(holders)
    shapley = [float(Fraction(sum(t * o for t, o in zip(turned, orders, strict=True)), whole)) for turned in swings]
    banzhaf = [float(Fraction(sum(turned), 2 ** (holders - 1))) for turned in swings]
    return Power(np.array(shapley), np.array(banzhaf), method)


def _drawn(weights: Longs, quota: int, samples: int, random: np.random.Generator) -> Power:
    holders = len(weights)
    pivots, swings = np.zeros(holders, np.int64), np.zeros(holders, np.int64)
    for begin in range(0, samples, BATCH):
        many = min(BATCH, samples - begin)
        orders = random.permuted(np.broadcast_to(np.arange(holders), (many, holders)), axis=1)
        at = np.argmax(np.cumsum(weights[orders], axis=1) >= quota, axis=1)
        pivots += np.bincount(orders[np.arange(many), at], minlength=holders)
        inside = random.integers(0, 2, (many, holders), dtype=np.int64)
        others = (inside * weights).sum(axis=1)[:, None] - inside * weights
        swings += ((others < quota) & (others + weights >= quota)).sum(axis=0)
    intervals = [np.array([wilson(int(n), samples) for n in counts]) for counts in (pivots, swings)]
    return Power(pivots / samples, swings / samples, "sampling", *intervals)
