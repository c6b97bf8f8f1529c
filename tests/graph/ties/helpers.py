"""Small tables of facts, and the schemes as they ship."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pyarrow as pa

from windchime.content.in_force import shipped
from windchime.graph.ties.facts import SOURCES, Facts
from windchime.graph.ties.finding import TiesFound, find

DAY = date(2025, 12, 31)
SCHEME = shipped("hidden_ties")[0]


def rows(name: str, written: Sequence[dict[str, Any]]) -> pa.Table:
    """Rows of a form; what is left out is empty, the row cited its number."""
    form = SOURCES[name][1]
    told = [{"table": name, "row": str(n)} | dict(r) for n, r in enumerate(written)]
    return pa.Table.from_pylist([{c: r.get(c) for c in form.names} for r in told], schema=form)


def facts(**tables: Sequence[dict[str, Any]]) -> Facts:
    """Facts of the tables given."""
    return Facts.given(**{n: rows(n, w) for n, w in tables.items()})


def point(kind: str, token: str, *firms: str, usage: str = "registered", **more: Any) -> list[dict[str, Any]]:
    """One contact point of several firms."""
    return [{"kind": kind, "token": token, "firm": f, "usage": usage} | more for f in firms]


def found(**tables: Sequence[dict[str, Any]]) -> TiesFound:
    """What is found in them under the scheme that ships."""
    return find(facts(**tables), SCHEME, DAY)
