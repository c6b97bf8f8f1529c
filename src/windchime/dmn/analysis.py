"""Gaps and overlaps of a table, exact: every cell is constant between the cuts of its axis, so the boxes tell all.

The sweep goes axis by axis, keeping the set of rules still alive, and treats together all segments that leave the same set.
It stops after `MAX_STEPS` steps and says so, rather than guess.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.dmn.table import DecisionTable

if TYPE_CHECKING:
    from windchime.dmn.model import DecisionModel

#: sets of rules the sweep of one table looks at before it gives up
MAX_STEPS = 100_000
#: gaps and overlaps of one table that are reported one by one
MAX_REPORTED = 50

#: for each axis of the table, in its order, a set of segments
Box = tuple[int, ...]


class NotDecided(Exception):
    """The sweep would take more steps than allowed; never leaves this module."""


@dataclass(slots=True)
class _Sweep:
    """Regions of a box that no rule of a set covers, axis after axis."""

    #: for each axis of the sweep: its feasible segments in the box, and the rules that hold on each
    axes: Sequence[Sequence[tuple[int, int]]]
    #: for each axis of the sweep, the rules that hold on all segments of it and of the axes after it
    full: Sequence[int]
    steps: int = 0

    def uncovered(self, at: int, alive: int) -> Iterator[Box]:
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise NotDecided
        if alive & self.full[at]:
            return
        if not alive:
            yield tuple(sum(1 << s for s, _holds in axis) for axis in self.axes[at:])
            return
        groups: dict[int, int] = {}
        for segment, holds in self.axes[at]:
            groups[holds & alive] = groups.get(holds & alive, 0) | 1 << segment
        for left, segments in groups.items():
            for rest in self.uncovered(at + 1, left):
                yield (segments, *rest)


def uncovered(
    table: DecisionTable, rules: int, box: Box | None = None, wanted: int = MAX_REPORTED + 1
) -> tuple[Box, ...]:
    """Regions within a box (default: all that can occur) that none of the rules covers; at most as many as wanted.

    Raises:
        NotDecided: after `MAX_STEPS` steps.
    """
    inside = [axis.feasible & (box[i] if box else -1) for i, axis in enumerate(table.axes)]
    # axes with few different sets first: their groups are few, and most of the deciding is done when the long ones come
    order = sorted(range(len(inside)), key=lambda i: len({h & rules for h in table.holds[i]}))
    axes = [[(s, table.holds[i][s]) for s in range(table.axes[i].size) if inside[i] >> s & 1] for i in order]
    full = [-1]
    for i in reversed(order):
        whole = sum(1 << r for r, cover in enumerate(table.covers[i]) if not inside[i] & ~cover)
        full.insert(0, full[0] & whole)
    found: list[Box] = []
    for swept in _Sweep(axes, full).uncovered(0, rules):
        found.append(tuple(swept[order.index(i)] for i in range(len(order))))
        if len(found) == wanted:
            break
    return tuple(found)


def gaps(table: DecisionTable) -> tuple[Box, ...]:
    """Regions of cases that can occur and that no rule covers; one more than `MAX_REPORTED` means that there are more."""
    return uncovered(table, (1 << len(table.rules)) - 1)


def overlaps(table: DecisionTable) -> tuple[tuple[int, int], ...]:
    """Pairs of rules (by their places in deciding order) that some case matches together."""
    covers = [[c & axis.feasible for c in cover] for axis, cover in zip(table.axes, table.covers, strict=True)]
    by_rule = list(zip(*covers, strict=True))
    return tuple(
        (a, b)
        for a, b in combinations(range(len(by_rule)), 2)
        if all(x & y for x, y in zip(by_rule[a], by_rule[b], strict=True))
    )


def shadowed(table: DecisionTable) -> tuple[int, ...]:
    """Rules of a first-hit table that never decide: the rules before them cover all of their cases.

    Raises:
        NotDecided: after `MAX_STEPS` steps for one rule.
    """
    return tuple(
        r
        for r in range(len(table.rules))
        if not uncovered(table, (1 << r) - 1, tuple(covers[r] for covers in table.covers), wanted=1)
    )


def region(table: DecisionTable, box: Box) -> str:
    """A box in words: the inputs it restricts, each with S-FEEL tests."""
    parts = [
        f"{axis.variable.name}: {axis.describe(segments)}"
        for axis, segments in zip(table.axes, box, strict=True)
        if segments != axis.feasible
    ]
    return "; ".join(parts) or "-"


def weaknesses(model: str, table: DecisionTable) -> tuple[Problem, ...]:
    """The notes on one table: gaps unless a default answers them, overlaps that its hit policy forbids, idle rules."""
    return (*_gaps(model, table), *_overlaps(model, table), *_shadowed(model, table))


def _gaps(model: str, table: DecisionTable) -> Iterator[Problem]:
    if table.default is not None:
        return
    try:
        found = gaps(table)
    except NotDecided:
        yield Problem(
            "not_decided",
            _("whether the table has gaps was not decided within {steps} steps"),
            file=model,
            sheet=table.name,
            params={"steps": MAX_STEPS},
        )
        return
    for box in found[:MAX_REPORTED]:
        yield Problem("gap", _("no rule matches: {value}"), file=model, sheet=table.name, value=region(table, box))
    if len(found) > MAX_REPORTED:
        yield Problem(
            "more_gaps",
            _("more than {count} gaps; the rest are not listed"),
            file=model,
            sheet=table.name,
            params={"count": MAX_REPORTED},
        )


def _overlaps(model: str, table: DecisionTable) -> Iterator[Problem]:
    if table.hit not in {"U", "A"}:
        return
    found = [(a, b) for a, b in overlaps(table) if table.hit == "U" or not table.same[a] >> b & 1]
    for a, b in found[:MAX_REPORTED]:
        differ = not table.same[a] >> b & 1
        yield Problem(
            "overlap_outputs_differ" if differ else "overlap_outputs_equal",
            _("rules {value} match together and their outputs differ: {region}")
            if differ
            else _("rules {value} match together, with equal outputs: {region}"),
            file=model,
            sheet=table.name,
            value=f"{table.rules[a].id}, {table.rules[b].id}",
            params={"rules": [table.rules[a].id, table.rules[b].id], "region": region(table, _common(table, a, b))},
        )
    if len(found) > MAX_REPORTED:
        yield Problem(
            "more_overlaps",
            _("{count} overlaps; only the first {listed} are listed"),
            file=model,
            sheet=table.name,
            params={"count": len(found), "listed": MAX_REPORTED},
        )


def _common(table: DecisionTable, a: int, b: int) -> Box:
    return tuple(covers[a] & covers[b] & axis.feasible for axis, covers in zip(table.axes, table.covers, strict=True))


def _shadowed(model: str, table: DecisionTable) -> Iterator[Problem]:
    if table.hit != "F":
        return
    try:
        for r in shadowed(table):
            yield Problem(
                "rule_never_decides",
                _("rule {value} never decides: the rules before it cover its cases"),
                file=model,
                sheet=table.name,
                row=r + 1,
                value=table.rules[r].id,
            )
    except NotDecided:
        yield Problem(
            "not_decided",
            _("whether every rule can decide was not decided within {steps} steps"),
            file=model,
            sheet=table.name,
            params={"steps": MAX_STEPS},
        )


def unused(model: "DecisionModel") -> tuple[Problem, ...]:
    """Inputs that no table reads."""
    used = {name for t in model.tables.values() for name in t.input_names}
    return tuple(
        Problem("input_not_used", _("no table reads the input"), file=model.name, column=v.name)
        for v in model.inputs
        if v.name not in used
    )
