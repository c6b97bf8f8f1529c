"""Who controls whom: X controls Y where X and all that X controls have a majority of the votes in Y.

Control is the least relation of which this is true: firms that hold each other at thirty percent control nothing, two that
hold each other at fifty-one control each other (Ceri, Gottlob, Tanca 1990, "Logic Programming and Databases", the company
control problem). Over-issued companies answer too, as control is a matter of votes alone. Nobody is told to control itself.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from windchime.graph.csr import Floats
from windchime.graph.nodes import Ints, Nodes
from windchime.graph.ownership.fixpoint import reached
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.majority import UNITS, Majority
from windchime.graph.ownership.votes import votes_of

#: controllers from which two threads share the work
MANY = 50_000


@dataclass(frozen=True, slots=True)
class Control:
    """Pairs of a controller, person or firm, and a company; each pair once, grouped by controller."""

    nodes: Nodes
    controller: Ints
    company: Ints
    #: share of the votes that the controller and all it controls have in the company
    votes: Floats
    #: whether that is control; false for pairs told for their votes alone
    controls: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.controller)

    @property
    def controlled(self) -> "Control":
        """The pairs of control alone."""
        return self if self.controls.all() else self.chosen(self.controls)

    def chosen(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> "Control":
        """Some of the pairs."""
        return Control(self.nodes, self.controller[which], self.company[which], self.votes[which], self.controls[which])

    def table(self) -> pa.Table:
        """Columns `controller`, `company` (ids) and `votes` (a fraction)."""
        named = self.nodes.named
        return pa.table(
            {"controller": named(self.controller), "company": named(self.company), "votes": pa.array(self.votes)}
        )


def control(
    holdings: Holdings,
    threshold: Majority | Fraction | Decimal | str | float = "0.5",
    *,
    inclusive: bool = False,
    told_from: Majority | None = None,
    controllers: Ints | None = None,
) -> Control:
    """All pairs of control, companies as controllers and mutual pairs included.

    Sums are taken in whole units of 1e-12; where a vote is written with more decimals, sums within 1e-9 of the threshold
    are decided by the rationals of the texts.

    Args:
        holdings: who holds votes in whom.
        threshold: share of the votes that control needs more than, or as much as where `inclusive`.
        inclusive: whether the threshold itself is enough; unused where `threshold` is a `Majority`.
        told_from: tell also pairs that command this share of votes without control.
        controllers: (controllers,) numbers of nodes to ask about; None: all.

    Raises:
        NoThreshold: the threshold is not in (0, 1].
    """
    majority = Majority.of(threshold, inclusive=inclusive)
    votes = votes_of(holdings)
    starts = np.flatnonzero(votes.end > votes.begin).astype(np.int32) if controllers is None else controllers
    halves = np.array_split(starts, 2) if len(starts) >= MANY else [starts]
    with ThreadPoolExecutor(len(halves)) as threads:
        parts = list(threads.map(lambda half: reached(votes, half, majority, told_from), halves))
    return Control(
        holdings.nodes,
        np.concatenate([p.controller for p in parts]),
        np.concatenate([p.company for p in parts]),
        np.concatenate([p.votes for p in parts]) / UNITS,
        np.concatenate([p.controls for p in parts]),
    )
