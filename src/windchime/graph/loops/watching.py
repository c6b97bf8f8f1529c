"""The same search, one transfer at a time: which loops does this transfer close?

Of the past only the last window is held, in rings that grow when the window holds more; transfers into a node hang together
as a chain, the newest first, and the search walks back along them from the payer of the new transfer to its payee.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from windchime.core.errors import BadInput
from windchime.core.kernel import kernel
from windchime.core.text import _
from windchime.graph.csr import Longs
from windchime.graph.loops.finding import rule
from windchime.graph.loops.kernels import at_least, at_most
from windchime.graph.loops.search import Search
from windchime.graph.nodes import Ints

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_US = timedelta(microseconds=1)
_NEVER = np.iinfo(np.int64).min // 2


class OutOfOrder(BadInput):
    """A transfer from before one that was already told."""

    msgid = _("a transfer of {time} comes after one of {last}; transfers are watched in the order of their time")
    hint = _("sort them by time, or search the whole list: windchime graph loops --edges FILE")

    def __init__(self, time: datetime, last: datetime) -> None:
        super().__init__(time=time.isoformat(), last=last.isoformat())


@dataclass(frozen=True, slots=True)
class Passed:
    """One transfer of a loop."""

    #: its number: the first transfer told is 0
    number: int
    payer: str
    payee: str
    amount: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """What one transfer closes."""

    #: loops, each from its first transfer to the new one
    loops: tuple[tuple[Passed, ...], ...] = ()
    #: the search was cut at its limit of work: there may be more
    is_cut: bool = False


@dataclass
class Watcher:
    """Watches a stream of transfers; a transfer finds exactly the loops of `finding.find` that it is the last of.

    Transfers come in the order of their time; those of one instant are in no order, as in `find`. Times are instants: rows
    that tell the day alone are for the whole search.
    """

    how: Search = field(default_factory=Search)
    _numbers: dict[str, int] = field(default_factory=dict)
    _names: list[str] = field(default_factory=list)
    _count: int = 0
    _last: int = _NEVER
    #: (ring,) by number modulo its size: payer and payee; fen, microseconds, the number of the transfer into the payee before
    _ends: Ints = field(default_factory=lambda: np.zeros((1024, 2), np.int32))
    _told: Longs = field(default_factory=lambda: np.full((1024, 3), _NEVER))
    #: (nodes,) number of the last transfer into it, time of the last out of it
    _node: Longs = field(default_factory=lambda: np.empty((0, 2), np.int64))

    def __post_init__(self) -> None:
        self._rule = rule(self.how)

    def add(self, payer: str, payee: str, amount: Decimal, time: datetime) -> Closed:
        """Tell a transfer.

        Args:
            payer: id.
            payee: id.
            amount: yuan, above zero; parts of a fen are cut.
            time: an instant with its zone, not before that of the last transfer.

        Raises:
            OutOfOrder: the time is before that of the last transfer.
        """
        number = self._enter(payer, payee, amount, time)
        rows, begins, is_cut = _closing(number, self._ends, self._told, self._node, self._rule)
        if not len(rows):
            return Closed(is_cut=is_cut)
        parts = np.split(rows, begins[1:-1])
        return Closed(tuple(tuple(self._passed(int(n)) for n in part) for part in parts), is_cut)

    def fill(self, transfers: Iterable[tuple[str, str, Decimal, datetime]]) -> None:
        """Tell what was there before, in the order of time, without asking what it closes.

        Raises:
            OutOfOrder: a time is before that of the transfer before.
        """
        for payer, payee, amount, time in transfers:
            self._enter(payer, payee, amount, time)

    def _enter(self, payer_id: str, payee_id: str, amount: Decimal, time: datetime) -> int:
        at = (time - _EPOCH) // _US
        if at < self._last:
            raise OutOfOrder(time, self._instant(self._last))
        payer, payee = self._node_of(payer_id), self._node_of(payee_id)
        number, size = self._count, len(self._told)
        if self._told[number % size, 1] >= at - self._rule[1]:
            self._grow()
            size = len(self._told)
        slot = number % size
        self._ends[slot] = payer, payee
        self._told[slot] = int(amount * 100), at, self._node[payee, 0]
        self._node[payee, 0] = number
        self._node[payer, 1] = at
        self._count, self._last = number + 1, at
        return number

    def _grow(self) -> None:
        size = len(self._told)
        held = np.arange(max(0, self._count - size), self._count)
        ends, told = np.zeros((2 * size, 2), np.int32), np.full((2 * size, 3), _NEVER)
        ends[held % (2 * size)], told[held % (2 * size)] = self._ends[held % size], self._told[held % size]
        self._ends, self._told = ends, told

    def _node_of(self, name: str) -> int:
        number = self._numbers.setdefault(name, len(self._names))
        if number == len(self._names):
            self._names.append(name)
            if number >= len(self._node):
                more = np.empty((max(1024, number), 2), np.int64)
                more[:] = -1, _NEVER
                self._node = np.concatenate([self._node, more])
        return number

    def _passed(self, number: int) -> Passed:
        slot = number % len(self._told)
        payer, payee = self._ends[slot]
        fen, at, _before = self._told[slot]
        return Passed(number, self._names[payer], self._names[payee], Decimal(int(fen)) / 100, self._instant(int(at)))

    @staticmethod
    def _instant(at: int) -> datetime:
        return _EPOCH + at * _US


@kernel
def _closing(number: int, ends: Ints, told: Longs, node: Longs, rule: Longs) -> tuple[Longs, Longs, bool]:
    """Numbers of the transfers of all loops that the transfer closes, where each begins, whether the search was cut."""
    hops, window, work = rule[0], rule[1], rule[7]
    size = len(told)
    oldest = number - size
    rows, begins = np.empty(0, np.int64), np.zeros(1, np.int64)
    u, at = ends[number % size, 1], told[number % size, 1]
    limit = at - window
    if ends[number % size, 0] == u or node[u, 1] < limit:
        return rows, begins, False
    path, place = np.empty(hops, np.int64), np.empty(hops, np.int64)
    path[0] = number
    place[0] = node[ends[number % size, 0], 0]
    depth = looked = 0
    while depth >= 0:
        e = place[depth]
        if e < 0 or e <= oldest or told[e % size, 1] < limit:
            depth -= 1
            continue
        place[depth] = told[e % size, 2]
        looked += 1
        if looked > work:
            return rows, begins, True
        after = path[depth] % size
        fen = told[e % size, 0]
        if told[e % size, 1] >= told[after, 1]:
            continue
        if told[after, 0] < at_least(fen, rule[2], rule[3]) or told[after, 0] > at_most(fen, rule[4], rule[5]):
            continue
        x = ends[e % size, 0]
        if x == u:
            path[depth + 1] = e
            rows = np.concatenate((rows, path[: depth + 2][::-1]))
            begins = np.concatenate((begins, np.full(1, len(rows), np.int64)))
            continue
        if depth + 2 >= hops or x == ends[e % size, 1]:
            continue
        seen = False
        for i in range(depth + 1):
            seen = seen or ends[path[i] % size, 0] == x
        if seen:
            continue
        depth += 1
        path[depth] = e
        place[depth] = node[x, 0]
    return rows, begins, False
