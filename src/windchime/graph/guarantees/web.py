"""Promises as a graph: a promise of one is an edge to the debtor, a promise of several together is a node of its own.

Guarantors of one contract, or of one joint group, stand for its debtors as one *tie*: guarantor → tie → debtor. A tie is
never expanded into pairs, so no circle appears that only the expansion would make.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from windchime.graph.csr import Csr, Longs, csr
from windchime.graph.nodes import Ints, Nodes, coded

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Web:
    """Parties and ties: nodes below `parties` are firms and persons, the others are ties of several guarantors."""

    parties: Nodes
    #: (promises,) as numbers of parties
    guarantor: Ints
    debtor: Ints
    #: (promises,) number of the tie each promise belongs to, from 0; -1 for a promise of one
    tie: Ints
    #: (ties,) what names each tie: a joint group, or the first of its contracts
    tie_names: tuple[str, ...]
    #: guarantor → debtor, guarantor → tie, tie → debtor; each once, a node's targets in rising order
    graph: Csr

    @property
    def nodes(self) -> int:
        """Parties and ties."""
        return len(self.parties) + len(self.tie_names)

    @cached_property
    def sources(self) -> Ints:
        """(edges,) where each edge of `graph` leaves, in its order."""
        return np.repeat(np.arange(self.nodes, dtype=np.int32), np.diff(self.graph.start))

    def without(self, dropped: Bools) -> Csr:
        """The graph without some of its edges."""
        return csr(self.nodes, self.sources[~dropped], self.graph.target[~dropped])


def web(promises: pa.Table) -> Web:
    """The graph of promises.

    Contracts of several guarantors without a joint group are one tie where guarantors and debtors are the same; those of
    kind `joint_group`, in which members take turns as debtor, where the members are the same.

    Args:
        promises: `guarantor` and `debtor`; `contract`, `joint_group` and `kind` as in `forms.GUARANTEES` where they have
            them, else every promise is one of its own.
    """
    parties, (guarantor, debtor) = coded(promises["guarantor"], promises["debtor"])
    tie, names = _ties(promises, guarantor, debtor)
    first = len(parties)
    alone, several = tie < 0, tie >= 0
    pairs = np.concatenate(
        [
            pair(guarantor[alone], debtor[alone]),
            pair(guarantor[several], first + tie[several]),
            pair(first + tie[several], debtor[several]),
        ]
    )
    source, target = split(once(pairs))
    return Web(parties, guarantor, debtor, tie, names, csr(first + len(names), source, target))


def pair(source: Ints, target: Ints) -> Longs:
    """Two numbers as one, ordered by the first, then the second."""
    return (source.astype(np.int64) << 32) | target


def split(pairs: Longs) -> tuple[Ints, Ints]:
    """The two numbers of each pair."""
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def once(numbers: Longs) -> Longs:
    """In rising order, each once; sorting beats the hashing of `numpy.unique` many times over here."""
    ordered = np.sort(numbers)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


def _ties(promises: pa.Table, guarantor: Ints, debtor: Ints) -> tuple[Ints, tuple[str, ...]]:
    """The tie of each promise, and their names."""
    found = np.full(len(guarantor), -1, np.int32)
    if "contract" not in promises.column_names:
        return found, ()
    group = promises["joint_group"] if "joint_group" in promises.column_names else None
    key = promises["contract"] if group is None else pc.coalesce(group, promises["contract"])
    keys, (number,) = coded(key.cast(pa.string()))
    # keys of which more than one guarantor is known
    distinct, _guarantors = split(once(pair(number, guarantor)))
    of_several = np.bincount(distinct, minlength=len(keys)) > 1
    rows = np.flatnonzero(of_several[number])
    if not len(rows):
        return found, ()
    grouped = np.zeros(len(guarantor), bool) if group is None else pc.is_valid(group).to_numpy(zero_copy_only=False)
    turns = (
        pc.equal(promises["kind"], "joint_group").to_numpy(zero_copy_only=False)
        if "kind" in promises.column_names
        else np.zeros(len(guarantor), bool)
    )
    named: dict[object, int] = {}
    names: list[str] = []
    for members in _by_key(number, rows):
        one = int(number[members[0]])
        signature: object = ("group", one)
        if not grouped[members[0]]:
            givers, takers = frozenset(guarantor[members].tolist()), frozenset(debtor[members].tolist())
            signature = givers | takers if turns[members].all() else (givers, takers)
        if signature not in named:
            named[signature] = len(names)
            names.append(str(keys.ids[one]))
        found[members] = named[signature]
    return found, tuple(names)


def _by_key(number: Ints, rows: Longs) -> Iterator[Longs]:
    """Rows of the same key together, keys in the order of their first row."""
    order = rows[np.argsort(number[rows], kind="stable")]
    yield from np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
