"""One input of a table cut at the literals of its cells: between two cuts every cell gives the same answer.

An ordered axis with cuts p₀ < p₁ < … has the segments (-∞, p₀), {p₀}, (p₀, p₁), {p₁}, …, (pₙ, +∞); an unordered one has a
segment for each literal and one for every other value. A nullable axis has one more, last, for the absent value.
Sets of segments are bit sets held in a Python integer.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Self

from windchime.dmn.feel import Cell, Compare, Equal, Interval, Missing, Test, literals
from windchime.dmn.parts import Variable
from windchime.dmn.values import Value, literal


@dataclass(frozen=True)
class Axis:
    """The segments of one input."""

    variable: Variable
    #: the cuts, sorted
    points: tuple[Any, ...]
    #: every value that can occur, where a table before it can only yield so many; None: whatever is allowed
    possible: tuple[Value | None, ...] | None = None

    @classmethod
    def of(cls, variable: Variable, cells: Iterable[Cell], possible: tuple[Value | None, ...] | None = None) -> Self:
        """Cut the axis at every literal of the cells and of what the variable allows."""
        cuts: set[Any] = set(variable.values)
        for cell in (*cells, *([variable.range] if variable.range else ())):
            cuts |= set(literals(cell))
        if variable.kind == "boolean":
            cuts = {False, True}
        return cls(variable, tuple(sorted(cuts)), possible)

    @cached_property
    def ordered(self) -> bool:
        """Whether values have an order."""
        return self.variable.kind in {"number", "date"}

    @cached_property
    def present(self) -> int:
        """How many segments hold values that are there."""
        return 2 * len(self.points) + 1 if self.ordered else len(self.points) + 1

    @cached_property
    def size(self) -> int:
        """How many segments there are."""
        return self.present + self.variable.nullable

    @cached_property
    def _places(self) -> dict[Any, int]:
        return {p: i for i, p in enumerate(self.points)}

    def index(self, value: Value | None) -> int:
        """The segment a value lies in."""
        if value is None:
            return self.present
        if self.ordered:
            at = bisect_left(self.points, value)
            return 2 * at + (at < len(self.points) and self.points[at] == value)
        return self._places.get(value, len(self.points))

    def cover(self, cell: Cell) -> int:
        """The segments on which a cell holds."""
        if not cell.tests:
            return (1 << self.size) - 1
        here = (1 << self.present) - 1
        found = 0
        for test in cell.tests:
            found |= self._test(test)
        return here & ~found if cell.negated else found

    def _test(self, test: Test) -> int:
        if isinstance(test, Missing):
            return 1 << self.present
        if isinstance(test, Equal):
            return 1 << self.index(test.value)
        if isinstance(test, Compare):
            return self._compare(test.operator, test.value)
        low, high = (">=" if test.low_closed else ">"), ("<=" if test.high_closed else "<")
        assert isinstance(test, Interval)
        return self._compare(low, test.low) & self._compare(high, test.high)

    def _compare(self, operator: str, value: Value) -> int:
        at = self.index(value)
        below = (1 << at) - 1
        upto = (1 << (at + 1)) - 1
        here = (1 << self.present) - 1
        return {"<": below, "<=": upto, ">": here & ~upto, ">=": here & ~below}[operator]

    @cached_property
    def allowed(self) -> int:
        """The segments that hold a value the variable allows."""
        if self.variable.values:
            found = sum(1 << self.index(v) for v in self.variable.values)
        elif self.variable.range:
            found = self.cover(self.variable.range)
        elif self.variable.kind == "boolean":
            found = 0b11
        else:
            found = (1 << self.present) - 1
        return (found & ~self._empty) | (self.variable.nullable << self.present)

    @cached_property
    def feasible(self) -> int:
        """The segments a case can reach: allowed, and among the possible values where these are known."""
        if self.possible is None:
            return self.allowed
        found = 0
        for value in self.possible:
            found |= 1 << self.index(value)
        return found & self.allowed

    @cached_property
    def _empty(self) -> int:
        """Segments without any value: between a day and the next there is none."""
        if self.variable.kind != "date":
            return 0
        found = 0
        for i, (a, b) in enumerate(zip(self.points, self.points[1:], strict=False)):
            found |= (b - a <= timedelta(days=1)) << (2 * i + 2)
        if self.points:
            found |= (self.points[0] == date.min) | (self.points[-1] == date.max) << (2 * len(self.points))
        return found

    def describe(self, segments: int) -> str:
        """A set of segments as S-FEEL tests, for people."""
        parts = self._runs(segments) if self.ordered else self._listed(segments)
        if segments >> self.present & 1:
            parts.append("null")
        return ", ".join(parts)

    def _listed(self, segments: int) -> list[str]:
        if segments >> len(self.points) & 1 and self.feasible >> len(self.points) & 1:
            others = [literal(p) for i, p in enumerate(self.points) if not segments >> i & 1]
            return [f"not({', '.join(others or ['null'])})"]
        return [literal(p) for i, p in enumerate(self.points) if segments >> i & 1]

    def _runs(self, segments: int) -> list[str]:
        parts: list[str] = []
        start: int | None = None
        last = 0
        for at in range(self.present):
            if not self.feasible >> at & 1:
                continue
            if segments >> at & 1:
                start, last = (at if start is None else start), at
            elif start is not None:
                parts.append(self._run(start, last))
                start = None
        return parts if start is None else [*parts, self._run(start, last)]

    def _run(self, first: int, last: int) -> str:
        low = None if first == 0 else self.points[(first - 1) // 2]
        high = None if last == self.present - 1 else self.points[last // 2]
        if low is None and high is None:
            return "not(null)"
        if first == last and first % 2:
            return literal(low)
        if low is None:
            return f"{'<=' if last % 2 else '<'} {literal(high)}"
        if high is None:
            return f"{'>=' if first % 2 else '>'} {literal(low)}"
        return f"{'[' if first % 2 else ']'}{literal(low)}..{literal(high)}{']' if last % 2 else '['}"
