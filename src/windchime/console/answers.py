"""Answers of the graph that stand in the lake: rows of its result tables about one firm, and the largest of all."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache, reduce
from operator import or_
from typing import Any

import duckdb
import ibis

from windchime.data.contracts import Contract, contract, contracts
from windchime.data.reading import unbound
from windchime.indicators.plan import FIRM
from windchime.portfolio.shown.shelf import Rows, Shelf
from windchime.portfolio.shown.statements import parsed

#: rows of one table that a page shows about one firm, and things that the start page lists
MOST, LARGEST = 60, 8
#: what several rows belong to together
WHOLES = ("group_id", "circle_id", "loop_id")
#: of a result table with many columns those that a page shows; the page of the row has all
SHOWN: Mapping[str, tuple[str, ...]] = {
    "control_links": ("firm_id", "controller_id", "kind", "share", "votes", "route", "article", "is_nominee_declared"),
    "group_members": ("firm_id", "level", "basis", "head_id", "rule", "rule_standing", "joined_to_id"),
    "guarantee_circles": ("firm_id", "kind", "member_count", "out_amount", "in_amount", "level", "is_core", "is_standing"),
    "hidden_ties": ("firm_a_id", "firm_b_id", "kinds", "class_count", "score", "declared"),
    "hidden_controllers": ("firm_id", "person_id", "holder_id", "level", "score"),
    "money_loops": ("hop", "from_id", "to_id", "kind", "amount", "passed_on", "rounds_count", "share"),
    "money_patterns": ("firm_id", "kind", "since", "until", "amount", "share", "many_count"),
    "supply_links": ("firm_id", "partner_id", "side", "amount", "share", "is_single_source", "integrated"),
    "contagion_ranks": (
        "rank", "impact_amount", "impact_share", "fallen_count", "vulnerability_amount", "threat_count",
        "biggest_exposure_id", "biggest_loss_amount",
    ),
}  # fmt: skip
#: columns that say what kind of thing a whole is, and who is at its head, where they are there
_KIND, _HEAD = ("kind", "level"), ("head_id",)
#: said by the run
_STAMP = frozenset({"run_id", "known_on", "is_withdrawn"})


def whole_of(card: Contract) -> str | None:
    """The column by which several rows of a table are one thing; None where each row stands for itself."""
    return card.key[0] if card.key[0] in WHOLES else None


def parties(card: Contract) -> tuple[str, ...]:
    """Columns of a result table that hold ids of firms or persons."""
    return tuple(c.name for c in card.columns if c.type == "id" and c.name not in {*_STAMP, *WHOLES, "ring_id"})


@lru_cache(maxsize=64)
def _about(as_of: date, table: str) -> duckdb.Statement:
    card = contract(table)
    rows = unbound(as_of, contracts()).table(table)
    held = parties(card)
    mine = rows.filter(reduce(or_, (rows[c] == FIRM for c in [c for c in held if c in card.key] or held)))
    if (whole := whole_of(card)) is not None:
        mine = rows.semi_join(mine.view().select(whole), whole)
    return parsed(mine.mutate(of=mine.count().over(ibis.window())).order_by(list(card.key)).limit(MOST))


@lru_cache(maxsize=64)
def _largest(as_of: date, table: str, whole: str) -> duckdb.Statement:
    card = contract(table)
    rows = unbound(as_of, contracts()).table(table)
    names = [c.name for c in card.columns]
    head = next(c for c in (*_HEAD, *parties(card)) if c in names)
    kind = next((c for c in _KIND if c in names), None)
    said = {"kind": rows[kind].min() if kind else ibis.null("string"), "kind_column": ibis.literal(kind, type="string")}
    found = rows.group_by(whole=rows[whole]).agg(members=rows.count(), head=rows[head].min(), **said)
    return parsed(found.order_by([found["members"].desc(), found["whole"]]).limit(LARGEST))


def about(shelf: Shelf, table: str, firm_id: str) -> Rows:
    """Rows of a result table about a firm, with all members of what it belongs to; each says under `of` how many there are."""
    if not shelf.has(table):
        return ()
    return shelf.asked(table, _about(shelf.as_of, table), firm_id)


def largest(shelf: Shelf, table: str) -> Rows:
    """The largest groups, circles or loops: id (`whole`), rows (`members`), `head`, `kind` as its `kind_column` says it."""
    whole = whole_of(contract(table))
    if whole is None or not shelf.has(table):
        return ()
    return shelf.asked(table, _largest(shelf.as_of, table, whole))


def told(card: Contract, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Columns of a result table that a page shows: of those chosen the ones that say something, flags that are never true left out."""
    return tuple(c for c in SHOWN[card.name] if any(r[c] not in (None, False) for r in rows))
