"""What if these firms fail: who loses how much in which round, who falls, and along which path."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from windchime.graph.contagion.debtrank import FALLS
from windchime.graph.contagion.network import Network
from windchime.graph.csr import Floats
from windchime.graph.nodes import Ints


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a path: the failing or weakened firm, who lost by it, and how much of its loss came this way."""

    failed: str
    loser: str
    #: place of the exposure in the network
    exposure: int
    #: yuan that came along this exposure, and the round in which the first of it came
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
    #: from a firm that failed first to this one, along the exposure that carried most in from firms hit before
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
    carried, began = np.zeros(size), np.full(size, -1)
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
        carried += flow * kept[network.loser] * network.buffer[network.loser]
        began[(flow > 0) & (began < 0)] = number
        first[(gain > 0) & (first < 0)] = number
        fell[(after >= 1.0) & (fell < 0)] = number
        waiting += _passed(after, alpha) - _passed(lost, alpha)
        lost = after
    listed = np.flatnonzero((lost >= listed_from) & (first > 0))
    ids = network.firms.ids
    paths = _Paths(network, carried, began, first)
    hits = [
        Hit(
            firm=ids[n].as_py(),
            share=float(lost[n]),
            loss=float(lost[n] * network.buffer[n]),
            first_round=int(first[n]),
            fell_round=int(fell[n]) if fell[n] >= 0 else None,
            path=paths.to(n),
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


class _Paths:
    """Paths back to where the failure began, each firm by the exposure that carried most in from a firm hit before it."""

    def __init__(self, network: Network, carried: Floats, began: Ints, first: Ints) -> None:
        self._network, self._carried, self._began, self._first = network, carried, began, first

    def to(self, firm: int) -> tuple[Step, ...]:
        """The steps from the beginning to a firm."""
        found: list[Step] = []
        ids, by = self._network.firms.ids, self._network.by_loser
        while self._first[firm] > 0:
            places = by.edge[by.start[firm] : by.start[firm + 1]]
            before = places[self._first[self._network.failed[places]] < self._first[firm]]
            before = before[(self._first[self._network.failed[before]] >= 0) & (self._carried[before] > 0)]
            place = int(before[self._carried[before].argmax()])
            source = int(self._network.failed[place])
            found.append(
                Step(
                    ids[source].as_py(),
                    ids[firm].as_py(),
                    place,
                    float(self._carried[place]),
                    int(self._began[place]),
                )
            )
            firm = source
        return tuple(reversed(found))
