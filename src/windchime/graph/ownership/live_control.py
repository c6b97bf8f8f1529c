"""All pairs of control, kept true while shareholdings change one by one.

A change of what O holds in C can alter only what O and the controllers of O control: nobody else counts O's votes, and
whoever does not control O before the change does not come to control it by votes of O. So those alone are asked anew.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa

from windchime.graph.csr import Longs, csr
from windchime.graph.nodes import Ints
from windchime.graph.ownership.changing_votes import ChangingVotes
from windchime.graph.ownership.fixpoint import Desk, Reached, reached
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.majority import UNITS, Majority
from windchime.graph.ownership.votes import votes_of


@dataclass(frozen=True, slots=True)
class Turn:
    """What a changed shareholding changed."""

    #: (controller, company) that control now and did not before, and the reverse
    gained: tuple[tuple[str, str], ...]
    lost: tuple[tuple[str, str], ...]
    #: controllers that were asked anew
    asked: int


class LiveControl:
    """The control relation of holdings under change. For one thread at a time."""

    def __init__(
        self,
        holdings: Holdings,
        threshold: Majority | Fraction | Decimal | str | float = "0.5",
        *,
        inclusive: bool = False,
    ) -> None:
        """Take all pairs of control once; `threshold` and `inclusive` as in `control.control`."""
        self._majority = Majority.of(threshold, inclusive=inclusive)
        self._votes = ChangingVotes(votes_of(holdings))
        self._ids = holdings.nodes
        self._known = len(holdings.nodes)
        self._more: dict[str, int] = {}
        self._names: list[str] = []
        self._desk = Desk(self._known)
        starts = np.flatnonzero(self._votes.end > self._votes.begin).astype(np.int32)
        first = reached(self._votes, starts, self._majority, None, self._desk)
        order = np.argsort(first.controller, kind="stable")
        self._company, self._units = first.company[order], first.votes[order]
        self._start = csr(self._known, first.controller, first.company).start
        backward = csr(self._known, self._company, first.controller[order])
        self._above_start, self._above = backward.start, backward.target
        #: controllers asked anew: companies and votes that stand in place of the first ones
        self._anew: dict[int, tuple[Ints, Longs]] = {}
        #: by company: controllers that it has other than at first
        self._gained: dict[int, set[int]] = defaultdict(set)
        self._lost: dict[int, set[int]] = defaultdict(set)
        self._ids.number("")  # numbers the ids now, not within the first change

    def change(self, owner: str, company: str, votes: Fraction | Decimal | str | float) -> Turn:
        """Set the share of the votes in a company that an owner has, 0 for none; both may be new."""
        exact = Fraction(repr(votes) if isinstance(votes, float) else votes)
        holder, target = self._number(owner), self._number(company)
        asked = np.array([holder, *self._controllers(holder)], np.int32)
        self._votes.put(holder, target, exact)
        found = reached(self._votes, asked, self._majority, None, self._desk)
        gained: list[tuple[str, str]] = []
        lost: list[tuple[str, str]] = []
        for controller, companies, units in _each(found, asked):
            before, before_units = self._mine(controller)
            if np.array_equal(before, companies):
                if not np.array_equal(before_units, units):
                    self._anew[controller] = companies, units
                continue
            self._anew[controller] = companies, units
            for y in np.setdiff1d(companies, before).tolist():
                gained.append((self._name(controller), self._name(y)))
                _moved(controller, self._lost[y], self._gained[y])
            for y in np.setdiff1d(before, companies).tolist():
                lost.append((self._name(controller), self._name(y)))
                _moved(controller, self._gained[y], self._lost[y])
        return Turn(tuple(sorted(gained)), tuple(sorted(lost)), len(asked))

    def controllers(self, company: str) -> tuple[str, ...]:
        """Who controls a company, sorted; empty for one that no shareholding names."""
        number = self._found(company)
        return () if number is None else tuple(sorted(self._name(x) for x in self._controllers(number)))

    def controlled(self, controller: str) -> dict[str, float]:
        """The companies it controls, with the votes that it commands in each."""
        number = self._found(controller)
        companies, units = self._mine(number) if number is not None else (_NONE, _NONE)
        return {self._name(y): v / UNITS for y, v in zip(companies.tolist(), units.tolist(), strict=True)}

    def table(self) -> pa.Table:
        """All pairs, as `Control.table` tells them."""
        numbers = range(self._known + len(self._names))
        mine = {x: found for x in numbers if len((found := self._mine(x))[0])}
        controller = [self._name(x) for x, (companies, _units) in mine.items() for _ in companies]
        company = [self._name(y) for companies, _units in mine.values() for y in companies.tolist()]
        units = np.concatenate([u for _companies, u in mine.values()]) if mine else np.empty(0, np.int64)
        return pa.table(
            {
                "controller": pa.array(controller, pa.string()),
                "company": pa.array(company, pa.string()),
                "votes": pa.array(units / UNITS),
            }
        )

    def _mine(self, controller: int) -> tuple[Ints, Longs]:
        if controller in self._anew:
            return self._anew[controller]
        if controller >= self._known:
            return _NONE, np.empty(0, np.int64)
        here = slice(self._start[controller], self._start[controller + 1])
        return self._company[here], self._units[here]

    def _controllers(self, company: int) -> list[int]:
        first = (
            self._above[self._above_start[company] : self._above_start[company + 1]].tolist()
            if company < self._known
            else []
        )
        gone = self._lost.get(company, set())
        return [x for x in first if x not in gone] + sorted(self._gained.get(company, set()))

    def _found(self, node: str) -> int | None:
        number = self._ids.number(node)
        return self._more.get(node) if number is None else number

    def _number(self, node: str) -> int:
        number = self._found(node)
        if number is None:
            number = self._more[node] = self._votes.add_node()
            self._names.append(node)
            self._desk = Desk(self._votes.nodes)
        return number

    def _name(self, number: int) -> str:
        return str(self._ids.ids[number]) if number < self._known else self._names[number - self._known]


_NONE = np.empty(0, np.int32)


def _each(found: Reached, asked: Ints) -> Iterator[tuple[int, Ints, Longs]]:
    """What was found of each controller asked, those that control nothing included."""
    order = np.argsort(found.controller, kind="stable")
    sorted_controllers = found.controller[order]
    left = np.searchsorted(sorted_controllers, asked, "left")
    right = np.searchsorted(sorted_controllers, asked, "right")
    for x, a, b in zip(asked.tolist(), left, right, strict=True):
        yield x, found.company[order[a:b]], found.votes[order[a:b]]


def _moved(controller: int, out_of: set[int], into: set[int]) -> None:
    """Turn one way or the other what differs from the first."""
    if controller in out_of:
        out_of.remove(controller)
    else:
        into.add(controller)
