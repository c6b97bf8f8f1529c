"""Answers of the graph that stand in the lake: rows of its result tables about one firm, and the largest of all."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache, reduce
from operator import or_
from typing import Any

import duckdb
import ibis

from windchime.console.library import Rows, Shelf
from windchime.console.statements import parsed
from windchime.data.contracts import Contract, contract, contracts
from windchime.data.reading import unbound
from windchime.indicators.plan import FIRM

#: rows of one table that a page shows about one firm, and things that the start page lists
MOST, LARGEST = 60, 8
#: columns of a result table beside the parties; its page in the library has all
COLUMNS = 7
#: what several rows belong to together
WHOLES = ("group_id", "circle_id", "loop_id")
#: said by the run
_STAMP = frozenset({"run_id", "known_on", "is_withdrawn"})


def whole_of(card: Contract) -> str | None:
    """The column by which several rows of a table are one thing; None where each row stands for itself."""
    return card.key[0] if card.key[0] in WHOLES else None


def parties(card: Contract) -> tuple[str, ...]:
    """Columns of a result table that hold ids of firms or persons."""
    return tuple(c.name for c in card.columns if c.type == "id" and c.name not in _STAMP and c.name not in WHOLES)


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
    rows = unbound(as_of, contracts()).table(table)
    who = next(iter(parties(contract(table))))
    found = rows.group_by(whole=rows[whole]).agg(
        rows=rows.count(), members=rows[who].nunique(), first=rows[who].min(), known_on=rows["known_on"].max()
    )
    return parsed(found.order_by([found["members"].desc(), found["whole"]]).limit(LARGEST))


def about(shelf: Shelf, table: str, firm_id: str) -> Rows:
    """Rows of a result table about a firm, with all members of what it belongs to; each says under `of` how many there are."""
    if not shelf.has(table):
        return ()
    return shelf.asked(table, _about(shelf.as_of, table), firm_id)


def largest(shelf: Shelf, table: str) -> Rows:
    """The largest groups, circles or loops: `whole` (its id), `members`, `first` (the id of one member)."""
    whole = whole_of(contract(table))
    if whole is None or not shelf.has(table):
        return ()
    return shelf.asked(table, _largest(shelf.as_of, table, whole))


def told(card: Contract, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Columns of a result table that a page shows: parties, then the first of those that are filled and say something.

    What the run says of itself, evidence, and flags that are false everywhere are left out.
    """
    aside = {*_STAMP, *WHOLES, "evidence"}
    filled = [c.name for c in card.columns if c.name not in aside and any(r[c.name] not in (None, False) for r in rows)]
    named = [c for c in filled if c in parties(card)]
    return (*named, *[c for c in filled if c not in named][:COLUMNS])
