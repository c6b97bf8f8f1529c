"""Small facts for groups, and the schemes as they ship."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from windchime.content.in_force import shipped
from windchime.graph.facts.balances import BALANCES
from windchime.graph.facts.forms import GUARANTEES, HOLDINGS, KIN, POSTS, TRADE
from windchime.graph.groups.facts import LISTING, GroupFacts
from windchime.graph.groups.finding import Group, find
from windchime.graph.ties.controllers import HiddenController
from windchime.graph.ties.finding import HiddenTie, TiesFound

DAY = date(2025, 12, 31)
SCHEME = shipped("connected_groups")[0]
FORMS = {
    "holdings": HOLDINGS,
    "posts": POSTS,
    "kin": KIN,
    "guarantees": GUARANTEES,
    "trade": TRADE,
    "listing": LISTING,
    "balances": BALANCES,
}
NOTHING = TiesFound((), ())
Row = dict[str, Any]


def facts(**tables: Sequence[Row]) -> GroupFacts:
    """Facts of the tables given."""
    made = {}
    for name, written in tables.items():
        told = [{"table": name, "row": str(n)} | r for n, r in enumerate(written)]
        made[name] = pa.Table.from_pylist([{c: r.get(c) for c in FORMS[name].names} for r in told], schema=FORMS[name])
    return GroupFacts(**made)


def stake(owner: str, company: str, share: str = "0.6", owner_type: str | None = None) -> Row:
    """A holding; an id that begins with `p` is a person's."""
    kind = owner_type or ("person" if owner.startswith("p") else "firm")
    return {"owner": owner, "company": company, "share": Decimal(share), "votes": Decimal(share), "owner_type": kind}


def post(person: str, firm: str, role: str = "legal_rep") -> Row:
    """A post."""
    return {"person": person, "firm": firm, "role": role}


def found(
    hidden: TiesFound = NOTHING, before: Mapping[tuple[str, str, str], str] | None = None, **tables: Sequence[Row]
) -> tuple[Group, ...]:
    """The groups of the facts given."""
    return find(facts(**tables), hidden, SCHEME, DAY, before or {})


def told(groups: Iterable[Group]) -> dict[tuple[str, str], list[set[str]]]:
    """Members by level and basis."""
    made: dict[tuple[str, str], list[set[str]]] = {}
    for g in groups:
        made.setdefault((g.level, g.basis), []).append({m.firm for m in g.members})
    return made


def tie(a: str, b: str, declared: str | None = None) -> HiddenTie:
    """A hidden tie."""
    return HiddenTie(a, b, 1.0, ("contact", "place"), (), declared)


def behind(person: str, firm: str, level: str = "hint") -> HiddenController:
    """A suspected controller."""
    return HiddenController(firm, person, "p0", level, 2, 0, 1.0, ())
