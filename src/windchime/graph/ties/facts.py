"""The edges that hidden ties are looked for in, as they stand on one day."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from windchime.data.reading import Reading
from windchime.graph.facts.backing import BACKING, backing
from windchime.graph.facts.forms import GUARANTEES, HOLDINGS, KIN, PAYMENTS, POINTS, POSTS, TRADE
from windchime.graph.facts.guarantees import guarantees
from windchime.graph.facts.holdings import holdings
from windchime.graph.facts.kin import kin
from windchime.graph.facts.payments import payments
from windchime.graph.facts.points import points
from windchime.graph.facts.posts import posts
from windchime.graph.facts.trade import trade

#: by field of `Facts`: who gives it, and its form
SOURCES: dict[str, tuple[Callable[[Reading], pa.Table], pa.Schema]] = {
    "points": (points, POINTS),
    "posts": (posts, POSTS),
    "holdings": (holdings, HOLDINGS),
    "kin": (kin, KIN),
    "guarantees": (guarantees, GUARANTEES),
    "payments": (payments, PAYMENTS),
    "trade": (trade, TRADE),
    "backing": (backing, BACKING),
}
#: what happened once and does not end
_HAPPENED = ("payments", "trade")


@dataclass(frozen=True, slots=True)
class Facts:
    """Each in its form of `facts.forms` (and `facts.backing`)."""

    points: pa.Table
    posts: pa.Table
    holdings: pa.Table
    kin: pa.Table
    guarantees: pa.Table
    payments: pa.Table
    trade: pa.Table
    backing: pa.Table

    @classmethod
    def of(cls, reading: Reading) -> Self:
        """Out of a library."""
        return cls(**{name: find(reading) for name, (find, _form) in SOURCES.items()})

    @classmethod
    def given(cls, **tables: pa.Table) -> Self:
        """Some of them; the others are empty."""
        return cls(**{name: tables.get(name, form.empty_table()) for name, (_find, form) in SOURCES.items()})

    def on(self, day: date) -> Self:
        """What held on a day: begun by then (or at an unknown time) and not ended before it; payments up to it."""
        return type(self)(
            **{f.name: _on(getattr(self, f.name), day, ends=f.name not in _HAPPENED) for f in fields(self)}
        )


def _on(rows: pa.Table, day: date, *, ends: bool) -> pa.Table:
    held = pc.fill_null(pc.less_equal(rows["since"], day), fill_value=True)
    if ends:
        held = pc.and_(held, pc.fill_null(pc.greater_equal(rows["until"], day), fill_value=True))
    return rows.filter(held)
