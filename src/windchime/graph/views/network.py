"""The whole graph in memory, as a page or a command asks it: what lies around a firm, what ties two of them, who is who."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Self

import numpy as np
import pyarrow as pa

from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.data.reading import Reading
from windchime.graph.facts.forms import NODES
from windchime.graph.facts.nodes import nodes
from windchime.graph.facts.ties_all import points_between, ties_all
from windchime.graph.nodes import Ints, Nodes, coded
from windchime.graph.views.gathering import gathered
from windchime.graph.views.reaching import Reach, Scratch, reach
from windchime.graph.views.rows import Rows, places_of, rows, wanted
from windchime.graph.views.searching import Names
from windchime.graph.views.view import Node, Tie, View
from windchime.graph.views.walking import walk

#: nodes of a view, unless asked otherwise; and ties for each of them, on average
CAP = 500
TIES_A_NODE = 4
#: a node of more ties is passed through by a path only where no other path is
HUB = 1000


class UnknownNode(BadCall):
    """An id that the graph does not have."""

    msgid = _("the graph has no node {node}")
    hint = _("ids and names of firms are found by their parts")

    def __init__(self, node: str) -> None:
        super().__init__(node=node)


@dataclass(frozen=True)
class Network:
    """All nodes and ties; made once, then only read, by as many threads as like.

    Ids go in, views, ties and tables come out. Kinds are those of `kinds.KINDS`; `kinds=None` means all of them,
    `on=None` whatever day a tie held.
    """

    #: of the form `NODES`, one row for each node; who is only named by a tie is of the kind unknown
    nodes: pa.Table
    #: of the form `TIES`, one row for each tie as `gathering` makes them, strongest first
    ties: pa.Table
    ids: Nodes = field(repr=False)
    rows: Rows = field(repr=False)
    #: names of the kinds that there are, in order
    kinds: tuple[str, ...]
    _scratch: list[Scratch] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, parties: pa.Table, ties: pa.Table) -> Self:
        """A network of nodes and ties.

        Args:
            parties: of the form `NODES`; of several rows of one node the first counts.
            ties: of the form `TIES`; many rows of one pair and kind become one tie (`gathering.gathered`).
        """
        given = parties.select(NODES.names).cast(NODES)
        ids, (first, source, target) = coded(given["node"], ties["source"], ties["target"])
        tied, sources, targets, kinds, kind = gathered(ties, source, target)
        return cls(
            _one_row_each(given, first, ids),
            tied,
            ids,
            rows(len(ids), sources, targets, kind, tied["since"], tied["until"]),
            tuple(kinds),
        )

    @classmethod
    def read(cls, reading: Reading, kinds: Collection[str] | None = None) -> Self:
        """The network of what the library knows, of all kinds of ties or of some."""
        ties = ties_all(reading, kinds)
        return cls.of(pa.concat_tables([nodes(reading), points_between(ties)]), ties)

    def __contains__(self, node: str) -> bool:
        return self.ids.number(node) is not None

    def counts(
        self, node: str, kinds: Collection[str] | None = None, on: date | None = None
    ) -> Mapping[str, tuple[int, int]]:
        """By kind, in order, how many ties leave a node and how many enter it: what an expansion would bring.

        Raises:
            UnknownNode: the graph does not have it.
        """
        number = self._number(node)
        found = places_of(self.rows, number, wanted(self.kinds, kinds, on))
        kind, tie, size = self.rows.kind[found], self.rows.tie[found], len(self.kinds)
        leave = np.bincount(kind[self.rows.source[tie] == number], minlength=size)
        enter = np.bincount(kind[self.rows.target[tie] == number], minlength=size)
        return {k: (int(o), int(i)) for k, o, i in zip(self.kinds, leave, enter, strict=True) if o or i}

    def neighbourhood(
        self,
        node: str,
        hops: int = 1,
        cap: int = CAP,
        kinds: Collection[str] | None = None,
        on: date | None = None,
    ) -> View:
        """What lies around a node: at most `cap` nodes, and the ties between two of them, at most four times as many.

        Nearer nodes come first, within a hop those of the strongest ties, hubs cut to a fair part (`reaching.reach`).
        `truncated` says whether anything within the hops is missing; `left_out` how many ties of each node are not
        shown: for every node ties shown and left out add up to its degree, the ties it has of these kinds on that day.

        Args:
            node: id of where to start.
            hops: how far.
            cap: most nodes.
            kinds: of ties; all by default.
            on: only ties that hold on this day.

        Raises:
            UnknownNode: the graph does not have it.
        """
        return self._view(self.reach(node, hops, cap, kinds, on))

    def reach(
        self,
        node: str,
        hops: int = 1,
        cap: int = CAP,
        kinds: Collection[str] | None = None,
        on: date | None = None,
    ) -> Reach:
        """As `neighbourhood`, in numbers of nodes and ties."""
        with self._borrowed() as scratch:
            looked_at = wanted(self.kinds, kinds, on)
            return reach(
                self.rows, self._number(node), max(hops, 0), max(cap, 1), TIES_A_NODE * cap, looked_at, scratch
            )

    def path(
        self,
        a: str,
        b: str,
        kinds: Collection[str] | None = None,
        on: date | None = None,
        longest: int = 6,
        hub: int = HUB,
    ) -> tuple[Tie, ...] | None:
        """The shortest way from one node to another, tie by tie; None where none has at most `longest` ties.

        Ties are walked in either direction. Of equally short ways the one is taken whose ties mean most, control before
        trade. Nodes of more than `hub` ties are passed through only where there is no other way.

        Raises:
            UnknownNode: the graph does not have one of them.
        """
        ends = self._number(a), self._number(b)
        looked_at = wanted(self.kinds, kinds, on)
        found = walk(self.rows, *ends, longest, hub, looked_at)
        if found is None:
            found = walk(self.rows, *ends, longest, len(self.rows.tie), looked_at)
        return None if found is None else self._ties(found)

    def search(self, words: str, limit: int = 20) -> tuple[Node, ...]:
        """Nodes whose id or name holds all the words, the closest first; names are compared as identity writes them.

        Names of persons are tokens and are not searched.
        """
        found = self._names.find(words, limit)
        degree = np.diff(self.rows.start)[found]
        return self._nodes(found, np.zeros(len(found), np.int32), degree, np.zeros(len(found), np.int32))

    def is_called(self, node: str, name: str) -> bool:
        """Whether a name is a node's, as identity compares names.

        Raises:
            UnknownNode: the graph does not have it.
        """
        return self._names.is_called(self._number(node), name)

    def days(self, node: str, hops: int = 1, cap: int = CAP, kinds: Collection[str] | None = None) -> tuple[date, ...]:
        """The days on which something in the neighbourhood of a node begins, or has just ended; sorted.

        Between two of them `neighbourhood(…, on=day)` shows the same ties among the same nodes, as far as the cap
        reaches.

        Raises:
            UnknownNode: the graph does not have it.
        """
        ties = self.ties.select(["since", "until"]).take(pa.array(self.reach(node, hops, cap, kinds).ties))
        begins = ties["since"].unique().drop_null().to_pylist()
        ends = ties["until"].unique().drop_null().to_pylist()
        return tuple(sorted({*begins, *(d + timedelta(days=1) for d in ends if d < date.max)}))

    def _number(self, node: str) -> int:
        number = self.ids.number(node)
        if number is None:
            raise UnknownNode(node)
        return number

    @contextmanager
    def _borrowed(self) -> Iterator[Scratch]:
        """Scratch for one walk; taking from a list and giving back are each one step, whatever other threads do."""
        try:
            scratch = self._scratch.pop()
        except IndexError:
            scratch = Scratch.of(len(self.ids))
        yield scratch
        self._scratch.append(scratch)

    @cached_property
    def _names(self) -> Names:
        return Names.of(self.nodes)

    def _view(self, found: Reach) -> View:
        nodes = self._nodes(found.nodes, found.hops, found.degree, found.shown)
        left_out = {n.node: n.degree - n.shown for n in nodes if n.degree > n.shown}
        return View(nodes, self._ties(found.ties), found.truncated, left_out)

    def _nodes(self, numbers: Ints, hops: Ints, degree: Ints, shown: Ints) -> tuple[Node, ...]:
        columns = ("node", "kind", "label", "industry", "region", "status")
        taken = self.nodes.select(columns).take(pa.array(numbers))
        values = [taken[c].to_pylist() for c in columns]
        return tuple(map(Node, *values, hops.tolist(), degree.tolist(), shown.tolist()))

    def _ties(self, numbers: Ints) -> tuple[Tie, ...]:
        columns = ("kind", "source", "target", "share", "amount", "count", "detail", "since", "until", "table", "row")
        taken = self.ties.select(columns).take(pa.array(numbers))
        return tuple(map(Tie, *(taken[c].to_pylist() for c in columns)))


def _one_row_each(given: pa.Table, first: Ints, ids: Nodes) -> pa.Table:
    """The row of each node, in the order of numbers; nodes without one become unknown."""
    numbers, places = np.unique(first, return_index=True)
    rows_of = np.full(len(ids), -1, np.int64)
    rows_of[numbers] = places
    known = given.take(pa.array(places)).combine_chunks() if len(ids) == len(numbers) else None
    if known is not None:
        return known
    missing = np.flatnonzero(rows_of < 0)
    blank = pa.table(
        {"node": ids.named(missing), "kind": pa.array(["unknown"] * len(missing), pa.string())}
        | {n: pa.nulls(len(missing), NODES.field(n).type) for n in NODES.names[2:]}
    ).cast(NODES)
    rows_of[missing] = given.num_rows + np.arange(len(missing))
    return pa.concat_tables([given, blank]).take(pa.array(rows_of)).combine_chunks()
