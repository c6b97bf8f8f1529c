"""What if these firms fail: who loses how much in which round, who falls, and along which path."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import numpy as np

from windchime.graph.contagion.debtrank import FALLS
from windchime.graph.contagion.network import Network
from windchime.graph.csr import Floats, Longs


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a path: the failing or weakened firm, who lost by it, and how much of its loss came this way."""

    failed: str
    loser: str
    #: place of the exposure in the network
    exposure: int
    #: yuan that came along this exposure in all, and the round that is told of here
    carried: float
    round: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A firm that loses."""

    firm: str
    #: share of its buffer, 1 where it falls; and yuan, at most the buffer
    share: float
    loss: float
    #: round in which it was first hit, and in which it fell; None where it stands
    first_round: int
    fell_round: int | None
    #: from a firm that failed first to this one: back from the round in which it lost most, along the exposure that
    #: carried most in that round
    path: tuple[Step, ...]
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Cascade:
    """What the failure of firms does."""

    failed: tuple[str, ...]
    #: by loss, the largest first
    hits: tuple[Hit, ...]
    rounds: int

    @property
    def loss(self) -> float:
        """Yuan that others lose."""
        return sum(h.loss for h in self.hits)

    @property
    def fallen(self) -> tuple[Hit, ...]:
        """Firms that fall, in the order in which they do."""
        return tuple(sorted((h for h in self.hits if h.fell_round is not None), key=lambda h: (h.fell_round, h.firm)))


def cascade(
    network: Network, shocks: Mapping[str, float], *, alpha: float, least: float, rounds: int, listed_from: float
) -> Cascade:
    """Let firms lose a share of their buffers (1: fail) and follow what comes of it, round by round.

    Args:
        network: exposures.
        shocks: share lost at first, by id; ids that the network does not know change nothing.
        alpha: exponent, as in `debtrank.spread`, which gives the same losses.
        least: a change below this waits.
        rounds: most rounds.
        listed_from: share of its buffer from which a firm is listed.
    """
    known = {number: share for f, share in shocks.items() if (number := network.firms.number(f)) is not None}
    count, size = len(network.firms), len(network.loss)
    lost, waiting = np.zeros(count), np.zeros(count)
    first, fell = np.full(count, -1), np.full(count, -1)
    told = _Told(network, np.zeros(size))
    for firm, share in known.items():
        lost[firm] = min(max(share, 0.0), 1.0)
        first[firm] = 0
        fell[firm] = 0 if lost[firm] >= FALLS else -1
    waiting = _passed(lost, alpha)
    number = 0
    while number < rounds:
        front = waiting > (least if number else 0.0)
        if not front.any():
            break
        number += 1
        out = np.where(front, waiting, 0.0)
        waiting = np.where(front, 0.0, waiting)
        flow = network.weight * out[network.failed]
        flow[lost[network.loser] >= 1.0] = 0.0
        gain = np.bincount(network.loser, flow, count)
        after = np.minimum(1.0, lost + gain)
        after[after >= FALLS] = 1.0
        # a firm loses no more than its buffer: what comes in its last round is cut in proportion
        kept = np.divide(after - lost, gain, out=np.zeros(count), where=gain > 0)
        told.round(flow * kept[network.loser] * network.buffer[network.loser], after - lost)
        first[(gain > 0) & (first < 0)] = number
        fell[(after >= 1.0) & (fell < 0)] = number
        waiting += _passed(after, alpha) - _passed(lost, alpha)
        lost = after
    listed = np.flatnonzero((lost >= listed_from) & (first > 0))
    ids = network.firms.ids
    hits = [
        Hit(
            firm=ids[n].as_py(),
            share=float(lost[n]),
            loss=float(lost[n] * network.buffer[n]),
            first_round=int(first[n]),
            fell_round=int(fell[n]) if fell[n] >= 0 else None,
            path=told.path(n, set(known)),
            is_assumed=bool(network.is_assumed[n]),
        )
        for n in listed.tolist()
    ]
    return Cascade(
        tuple(sorted(ids[n].as_py() for n in known)), tuple(sorted(hits, key=lambda h: (-h.loss, h.firm))), number
    )


def _passed(lost: Floats, alpha: float) -> Floats:
    with np.errstate(invalid="ignore"):
        part = np.zeros(len(lost)) if np.isinf(alpha) else lost * np.exp(alpha * (lost - 1.0))
    return np.where(lost >= FALLS, 1.0, part)


@dataclass
class _Told:
    """What each round carried, from which paths are told."""

    network: Network
    #: (exposures,) yuan carried in all rounds
    carried: Floats
    #: by round, from 1: exposures that carried something, rising, and how much; firms that lost more, rising, and how much
    flows: list[tuple[Longs, Floats]] = field(default_factory=list)
    losses: list[tuple[Longs, Floats]] = field(default_factory=list)

    def round(self, flow: Floats, more: Floats) -> None:
        """Keep one round."""
        self.carried += flow
        for held, values in ((self.flows, flow), (self.losses, more)):
            places = np.flatnonzero(values > 0)
            held.append((places, values[places]))

    def path(self, firm: int, beginnings: Collection[int]) -> tuple[Step, ...]:
        """The steps from a beginning to a firm; no firm stands on it twice.

        Where the heaviest way leads in a circle, the way by which the firm was first reached is told instead.
        """
        heaviest = self._back(firm, beginnings, self._worst)
        return self._back(firm, beginnings, self._first) or () if heaviest is None else heaviest

    def _back(
        self, firm: int, beginnings: Collection[int], chosen: Callable[[int, int], int]
    ) -> tuple[Step, ...] | None:
        found: list[Step] = []
        ids, passed, before = self.network.firms.ids, {firm}, len(self.losses)
        while firm not in beginnings:
            number = chosen(firm, before)
            place = self._largest(firm, number, passed)
            if place is None:
                return None
            source = int(self.network.failed[place])
            found.append(Step(ids[source].as_py(), ids[firm].as_py(), place, float(self.carried[place]), number))
            passed.add(source)
            firm, before = source, number - 1
        return tuple(reversed(found))

    def _worst(self, firm: int, before: int) -> int:
        """The round up to `before` in which a firm lost most."""
        return 1 + int(np.argmax([_at(self.losses[n], firm) for n in range(before)]))

    def _largest(self, firm: int, number: int, passed: Collection[int]) -> int | None:
        """The exposure that carried most to a firm in a round, from firms not passed yet."""
        by = self.network.by_loser
        places = by.edge[by.start[firm] : by.start[firm + 1]]
        amounts = [
            0.0 if int(self.network.failed[p]) in passed else _at(self.flows[number - 1], int(p)) for p in places
        ]
        best = int(np.argmax(amounts))
        return int(places[best]) if amounts[best] > 0 else None

    def _first(self, firm: int, before: int) -> int:
        """The round in which a firm was first reached; whoever reached it was reached earlier."""
        return 1 + next(n for n in range(before) if _at(self.losses[n], firm) > 0)


def _at(held: tuple[Longs, Floats], number: int) -> float:
    places, values = held
    at = int(np.searchsorted(places, number))
    return float(values[at]) if at < len(places) and places[at] == number else 0.0
