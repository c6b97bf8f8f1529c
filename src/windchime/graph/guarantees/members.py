"""The structures of a web that are reported, each with its members."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from windchime.graph.guarantees.structure import Structure
from windchime.graph.nodes import Ints


@dataclass(frozen=True, slots=True)
class Group:
    """One structure."""

    #: circle, mutual, joint or cluster
    kind: str
    #: numbers of parties, rising
    members: Ints
    #: of a joint group, number of its tie
    tie: int | None = None

    def named(self, ids: Sequence[str]) -> list[str]:
        """What it is known by from run to run: both of a pair, all of a joint group, else its smallest id."""
        names = sorted(ids[p] for p in self.members)
        return names if self.kind in {"mutual", "joint"} else names[:1]


def groups(found: Structure) -> Iterator[Group]:
    """Circles, mutual pairs (those inside circles too), joint groups, and clusters of two or more."""
    for component in found.knots.circles.tolist():
        yield Group("circle", found.parties_of(component))
    for pair in found.mutual:
        yield Group("mutual", np.array(pair, np.int32))
    woven = found.web
    in_ties = np.flatnonzero(woven.tie >= 0)
    for rows in _grouped(woven.tie, in_ties):
        members = np.unique(np.concatenate([woven.guarantor[rows], woven.debtor[rows]]))
        yield Group("joint", members.astype(np.int32), int(woven.tie[rows[0]]))
    cluster = found.knots.cluster[: len(woven.parties)]
    for members in _grouped(cluster, np.arange(len(cluster))):
        if len(members) > 1:
            yield Group("cluster", members.astype(np.int32))


def _grouped(key: Ints, rows: NDArray[np.integer]) -> Iterator[NDArray[np.integer]]:
    if len(rows):
        order = rows[np.argsort(key[rows], kind="stable")]
        yield from np.split(order, np.flatnonzero(np.diff(key[order])) + 1)
