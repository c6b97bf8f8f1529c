"""Connected groups of a day, level by level, each member with the edge it joined by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.content.scheme import Scheme
from windchime.data.identity.entities import entity_ids
from windchime.graph.groups.edges import edges
from windchime.graph.groups.facts import GroupFacts
from windchime.graph.groups.joining import Membership, groups
from windchime.graph.groups.settings import BASES, LEVELS, RULES, Settings
from windchime.graph.nodes import Nodes
from windchime.graph.ties.finding import TiesFound


@dataclass(frozen=True, slots=True)
class Edge:
    """One reason, as it joined a member."""

    rule: str
    #: both ends
    a: str
    b: str
    #: who or what stands between: the id of a person, a relation, `receipts` or `expenditure`
    via: str | None
    share: str | None
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One firm of a group."""

    firm: str
    #: the edge by which it joined, and the member at its other end; None for the head
    edge: Edge | None
    towards: str | None
    #: edges between it and the head
    step: int


@dataclass(frozen=True, slots=True)
class Group:
    """Firms that count as one; whatever joins them is of its level and basis or of a stronger one."""

    group_id: str
    level: str
    basis: str
    head: str
    #: the head first, then by step
    members: tuple[Member, ...]

    def chain(self, firm: str) -> list[Member]:
        """Why a firm is a member: from it to the head, member by member. Empty where it is none."""
        held = {m.firm: m for m in self.members}
        found: list[Member] = []
        at: str | None = firm if firm in held else None
        while at is not None:
            found.append(held[at])
            at = held[at].towards
        return found


def find(
    facts: GroupFacts, hidden: TiesFound, scheme: Scheme, day: date, before: Mapping[tuple[str, str, str], str]
) -> tuple[Group, ...]:
    """The groups as of a day, by basis and level, the strongest level first, then by id.

    A group that is the same at two levels is told at the stronger one alone: the group of a firm at a level is that of the
    weakest level up to it. Of dependence only those are told that dependence makes differ from those of control.

    Args:
        facts: as they stand on the day.
        hidden: ties and suspected controllers of the day.
        scheme: `connected_groups`.
        day: as of which.
        before: ids that groups bore, by level, basis and firm; a group keeps the id most of its members bore.
    """
    settings = Settings.of(scheme, day)
    found = _strongest_first(edges(facts, hidden, settings, day), settings)
    told = [g for basis in BASES for g in _of_basis(basis, found, settings)]
    return tuple(_named(told, before))


def _strongest_first(found: pa.Table, settings: Settings) -> pa.Table:
    """By level, basis and rule; within a rule in the order of the ends, as they come."""
    strength = {code: place for place, code in enumerate(sorted(RULES, key=lambda c: settings.rules[c].strength))}
    place = pa.array([strength[r] for r in RULES]).take(pc.index_in(found["rule"], pa.array(RULES)))
    return found.take(pa.array(np.argsort(place.to_numpy(), kind="stable")))


def _of_basis(basis: str, found: pa.Table, settings: Settings) -> Iterator[Group]:
    """The groups of each level; for dependence those that it takes dependence to join."""
    counts = [c for c, r in settings.rules.items() if BASES.index(r.basis) <= BASES.index(basis)]
    found = found.filter(pc.is_in(found["rule"], pa.array(counts)))
    level = np.array([LEVELS.index(settings.rules[r].level) for r in RULES], np.int32)
    tier = level[pc.index_in(found["rule"], pa.array(RULES)).to_numpy()]
    # numbers in the order of the ids, so that of equals the smallest id leads
    ids = pc.unique(pa.concat_arrays([found[c].combine_chunks() for c in ("a", "b")])).sort()
    nodes = Nodes(ids)
    a, b = (pc.index_in(found[c], ids).to_numpy().astype(np.int32) for c in ("a", "b"))
    leads = a[pc.is_in(found["rule"], pa.array(["control", "leading"])).to_numpy()]
    rank = np.bincount(leads, minlength=len(nodes)).astype(np.int64)
    # within a level control comes before dependence, whatever the rules of weaker levels are
    for membership in groups(len(nodes), a, b, tier, rank):
        for group in _told(membership, basis, nodes, found):
            joining = {settings.rules[m.edge.rule].basis for m in group.members if m.edge}
            if basis in joining:
                yield group


def _told(membership: Membership, basis: str, nodes: Nodes, found: pa.Table) -> Iterator[Group]:
    level = LEVELS[membership.tier]
    used = found.take(pa.array(np.maximum(membership.edge, 0))).to_pylist() if len(membership) else []
    ids = nodes.named(membership.node).to_pylist()
    ends = nodes.named(np.maximum(membership.towards, 0)).to_pylist()
    heads = nodes.named(membership.head).to_pylist()
    rows = zip(heads, ids, ends, membership.edge.tolist(), membership.step.tolist(), used, strict=True)
    for head, members in groupby(rows, key=lambda r: r[0]):
        yield Group(
            "",
            level,
            basis,
            head,
            tuple(
                Member(firm, _edge(row) if edge >= 0 else None, end if edge >= 0 else None, step)
                for _h, firm, end, edge, step, row in members
            ),
        )


def _edge(row: Mapping[str, object]) -> Edge:
    share = row["share"]
    cited = row["rows"] or []
    return Edge(
        str(row["rule"]),
        str(row["a"]),
        str(row["b"]),
        None if row["via"] is None else str(row["via"]),
        None if share is None else f"{share:f}",
        tuple((r["table"], r["row"]) for r in cited),  # type: ignore[attr-defined] # a list of structs
    )


def _named(told: list[Group], before: Mapping[tuple[str, str, str], str]) -> Iterator[Group]:
    """With ids; those of one tier are never those of another."""
    for (level, basis), some in groupby(told, key=lambda g: (g.level, g.basis)):
        of_tier = list(some)
        key = f"{level}|{basis}|"
        held = {key + f: i for (lv, bs, f), i in before.items() if (lv, bs) == (level, basis)}
        ids = entity_ids([sorted(key + m.firm for m in g.members) for g in of_tier], held)
        named = [Group(ids[key + g.head].replace("e:", "g:", 1), g.level, g.basis, g.head, g.members) for g in of_tier]
        yield from sorted(named, key=lambda g: g.group_id)
