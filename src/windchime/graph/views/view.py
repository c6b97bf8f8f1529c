"""What a view shows: nodes, ties, and what was left out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Node:
    """One firm, person or other party."""

    node: str
    #: firm, person, foreign, government, product, unknown; of contact points their kind
    kind: str
    #: a firm's name; of a person the token of the name
    label: str | None = None
    industry: str | None = None
    region: str | None = None
    status: str | None = None
    #: hops from where the view starts
    hops: int = 0
    #: ties it has in the whole graph, of the kinds and on the day asked for, and of these the ones shown
    degree: int = 0
    shown: int = 0


@dataclass(frozen=True, slots=True)
class Tie:
    """One tie between two nodes."""

    kind: str
    source: str
    target: str
    share: Decimal | None = None
    amount: Decimal | None = None
    count: int = 1
    #: role, relation, kind of contact point
    detail: str | None = None
    since: date | None = None
    until: date | None = None
    #: the row it rests on: table and key
    table: str = ""
    row: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A part of the graph."""

    nodes: tuple[Node, ...]
    ties: tuple[Tie, ...]
    #: whether something within the wished distance is not shown
    truncated: bool = False
    #: by node, how many of its ties are not shown: degree less shown; nodes that are shown whole are left out
    left_out: Mapping[str, int] = field(default_factory=dict)
