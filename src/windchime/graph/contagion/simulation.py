"""Monte Carlo: firms fail by chance with given probabilities, and bring others down; how much is lost, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from windchime.core.intervals import wilson
from windchime.graph.contagion.debtrank import spread
from windchime.graph.contagion.network import Network
from windchime.graph.csr import Floats, Longs

#: standard deviations of an interval of 95 %
_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Simulated:
    """What the draws gave."""

    #: (draws,) yuan lost by firms beyond those that failed by chance, and how many of these fell
    losses: Floats
    falls: Longs
    #: (firms,) in how many draws each failed by chance, and in how many it did so or was brought down
    failed: Longs
    down: Longs

    @property
    def draws(self) -> int:
        """How many."""
        return len(self.losses)

    def mean_loss(self) -> tuple[float, float, float]:
        """Mean loss and its interval of 95 %."""
        mean = float(self.losses.mean())
        half = _Z * float(self.losses.std(ddof=1)) / self.draws**0.5 if self.draws > 1 else float("inf")
        return mean, mean - half, mean + half

    def quantiles(self, levels: Sequence[float]) -> list[float]:
        """Losses that the given shares of draws do not exceed, by rank."""
        ordered = np.sort(self.losses)
        return [float(ordered[min(self.draws - 1, max(0, int(np.ceil(q * self.draws)) - 1))]) for q in levels]

    def probability(self, firm: int) -> tuple[float, tuple[float, float]]:
        """How likely a firm is down, contagion included, and the interval of 95 % (Wilson)."""
        return int(self.down[firm]) / self.draws, wilson(int(self.down[firm]), self.draws)


def simulate(
    network: Network, probability: Floats, *, draws: int, seed: int, alpha: float, least: float, rounds: int
) -> Simulated:
    """Draw failures independently and let each draw run its course.

    Args:
        network: exposures.
        probability: (firms,) of failing by chance, 0 to 1.
        draws: how many.
        seed: of the drawing; the same seed gives the same draws.
        alpha: exponent, as in `debtrank.spread`.
        least: a change below this waits.
        rounds: most rounds.
    """
    chance = np.random.default_rng(seed)
    count = len(network.firms)
    losses, falls = np.zeros(draws), np.zeros(draws, np.int64)
    failed, down = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for number in range(draws):
        first = chance.random(count) < probability
        lost, _rounds = spread(network, first.astype(np.float64), alpha=alpha, least=least, rounds=rounds)
        fell = lost >= 1.0
        losses[number] = float((lost * network.buffer)[~first].sum())
        falls[number] = int((fell & ~first).sum())
        failed += first
        down += fell
    return Simulated(losses, falls, failed, down)
