"""What a candidate rule may be, and how wide the search for candidates goes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from windchime.core.errors import BadCall, UnknownName
from windchime.core.text import _
from windchime.risk.coding import STATES, Coding
from windchime.risk.rules.engine.pool import WIDTH

#: how the bad rate may move with a number: `+` = rules take high values only, `-` = low values only
Direction = Literal["+", "-"]
#: what makes a candidate good: the lower bound of its bad rate (Wilson 1927), or the bads it has beyond the usual, as a
#: share of all rows (weighted relative accuracy, Lavrač et al. 2004)
Objective = Literal["wilson", "wracc"]


class LimitsDisagree(BadCall):
    """Limits within which there can be no rule."""

    msgid = _(
        "no rule can have from {least} to {most} literals of at most {width} and hit from {low} to {high} of the rows"
    )

    def __init__(self, literals: int, low: float, high: float) -> None:
        super().__init__(least=1, most=literals, width=WIDTH, low=low, high=high)


@dataclass(frozen=True, slots=True)
class Effort:
    """How wide the search goes: more costs time and finds more."""

    #: features whose pairs are counted in full: those that tell most by themselves
    pair_features: int = 60
    #: pairs from which the beam starts, and rules of each length that it keeps
    beam: int = 200
    #: trees of the forest
    trees: int = 64
    #: features a tree may split by: at least so many, drawn for each tree
    tree_features: int = 40
    #: rows that a tree learns from at most; what its paths hit is counted on all rows
    tree_rows: int = 100_000
    #: blocks of rows that the forest draws by, at least: where there are fewer vintages, they are divided at random
    blocks: int = 16
    #: hit rates are searched in so many bands, each wider than the one below: the best of each band is kept
    bands: int = 5
    #: candidates handed on at most, over all bands
    keep: int = 20_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a candidate must be."""

    #: share of the rows (of the weight) that a rule hits: at least and at most
    least_hits: float
    most_hits: float
    #: bad rows that a rule hits at least (of the weight, scaled to as many rows as it is worth)
    least_bads: float = 5
    #: literals of a rule at most, up to 4
    literals: int = 3
    #: states of a category that a literal names, or leaves out, at most
    categories: int = STATES
    objective: Objective = "wilson"
    #: quantiles of the normal distribution the lower bound lies below the rate
    z: float = 1.959963984540054
    #: features whose literals may point one way only; missing values and special codes may be taken either way
    directions: Mapping[str, Direction] = field(default_factory=dict)
    #: features that no rule may use
    forbidden: Collection[str] = ()
    #: features of one group, by any name of the group: a rule takes at most one of them
    groups: Mapping[str, str] = field(default_factory=dict)
    effort: Effort = Effort()

    def __post_init__(self) -> None:
        if not (0 < self.least_hits < self.most_hits <= 1 and 1 <= self.literals <= WIDTH):
            raise LimitsDisagree(self.literals, self.least_hits, self.most_hits)


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """The limits of each feature of a coding."""

    #: (features,) 1 high values only, −1 low values only, 0 either
    direction: NDArray[np.int8]
    #: (features,) features of one number are never in one rule
    group: NDArray[np.int32]
    #: (features,) whether rules may use it
    open: NDArray[np.bool_]
    #: (features,) states in order (intervals); 0 = a category
    ordered: NDArray[np.int32]
    #: (features,) all states
    size: NDArray[np.int32]
    #: states of a category that a literal names, or leaves out, at most
    most: int

    @classmethod
    def of(cls, coding: Coding, limits: Limits) -> "Ways":
        """The limits, feature by feature.

        Raises:
            UnknownName: a limit of a feature that is not there.
        """
        names = coding.names
        known = set(names)
        for name in (*limits.directions, *limits.forbidden, *limits.groups):
            if name not in known:
                raise UnknownName("feature", name, names)
        way = {"+": 1, "-": -1}
        groups = {name: place for place, name in enumerate(sorted(set(limits.groups.values())), len(names))}
        return cls(
            np.array([way.get(limits.directions.get(n, ""), 0) for n in names], np.int8),
            np.array([groups[limits.groups[n]] if n in limits.groups else i for i, n in enumerate(names)], np.int32),
            np.array([n not in limits.forbidden for n in names], np.bool_),
            np.array([f.ordered for f in coding.features], np.int32),
            np.array([f.size for f in coding.features], np.int32),
            limits.categories,
        )

    def short(self, feature: int, named: int) -> bool:
        """Whether a literal may name as many states of a category."""
        return min(named, int(self.size[feature]) - named) <= self.most

    def allowed(self, feature: int, mask: int) -> bool:
        """Whether a set of states is short enough, and reaches to the end that the direction of its feature points to."""
        way, ordered = int(self.direction[feature]), int(self.ordered[feature])
        if not ordered:
            return self.short(feature, mask.bit_count())
        taken = mask & ((1 << ordered) - 1)
        if not way or not taken:
            return True
        if way < 0:
            return not taken & (taken + 1)
        rest = ((1 << ordered) - 1) ^ taken
        return not rest & (rest + 1)
