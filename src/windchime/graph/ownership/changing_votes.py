"""Votes that change: a stake set in its place, or an owner's stakes moved to the end where one more is needed."""

from fractions import Fraction

import numpy as np

from windchime.graph.ownership.majority import UNITS
from windchime.graph.ownership.votes import Votes


class ChangingVotes(Votes):
    """Votes in arrays of their own, with room behind the last place in use."""

    def __init__(self, first: Votes) -> None:
        self._first = first
        self._used = len(first.target)
        #: (places,) where each stands in the first votes; -1 where it was set later
        self._origin = np.arange(self._used, dtype=np.int64)
        self._set: dict[int, Fraction] = {}
        super().__init__(first.begin.copy(), first.end.copy(), first.target, first.units, first.loose, self._exact)
        self._make_room(1)

    def add_node(self) -> int:
        """A node more; its number."""
        self.begin, self.end = np.append(self.begin, self._used), np.append(self.end, self._used)
        return self.nodes - 1

    def put(self, owner: int, company: int, votes: Fraction) -> None:
        """Set the votes of an owner in a company."""
        mine = np.flatnonzero(self.target[self.begin[owner] : self.end[owner]] == company)
        place = int(self.begin[owner] + mine[0]) if len(mine) else self._new_place(owner, company)
        scaled = votes * UNITS
        self.units[place] = max(round(scaled), 1 if votes else 0)
        self.loose[place] = scaled.denominator != 1
        self._origin[place] = -1
        self._set[place] = votes

    def _exact(self, place: int) -> Fraction:
        return self._set[place] if self._origin[place] < 0 else self._first.exact(int(self._origin[place]))

    def _new_place(self, owner: int, company: int) -> int:
        old = slice(int(self.begin[owner]), int(self.end[owner]))
        many = old.stop - old.start
        if self._used + many + 1 > len(self.target):
            self._make_room(many + 1)
        new = slice(self._used, self._used + many)
        for array in (self.target, self.units, self.loose, self._origin):
            array[new] = array[old]
        for offset in range(many):
            if old.start + offset in self._set:
                self._set[new.start + offset] = self._set.pop(old.start + offset)
        self.target[new.stop] = company
        self.begin[owner], self.end[owner] = new.start, new.stop + 1
        self._used = new.stop + 1
        return new.stop

    def _make_room(self, least: int) -> None:
        """Copies of the arrays, by a quarter longer."""
        for name in ("target", "units", "loose", "_origin"):
            array = getattr(self, name)
            longer = np.zeros(len(array) + len(array) // 4 + least + 1024, array.dtype)
            longer[: len(array)] = array
            setattr(self, name, longer)
