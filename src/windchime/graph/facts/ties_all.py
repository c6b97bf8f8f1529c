"""All kinds of ties as one table, with the nodes that stand between firms: phones, addresses and accounts they share."""

from collections.abc import Collection
from importlib import import_module

import duckdb
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.forms import NODES, TIES

_NO = "NULL::DECIMAL(18,2)"
_LASTS = 'since, until, "table", "row"'
#: by kind: the module of the facts it rests on, and how their rows read as ties
_KINDS: dict[str, tuple[str, str]] = {
    "holds": (
        "holdings",
        f"SELECT owner, company, share, {_NO}, 1, CASE WHEN nominee IN ('declared', 'suspected') THEN nominee END, {_LASTS} FROM facts",  # noqa: S608 - words of our own
    ),
    "leads": ("posts", f"SELECT person, firm, NULL, {_NO}, 1, role, {_LASTS} FROM facts"),  # noqa: S608 - words of our own
    "kin": ("kin", f"SELECT person_a, person_b, NULL, {_NO}, 1, relation, {_LASTS} FROM facts"),  # noqa: S608 - words of our own
    "guarantees": ("guarantees", f"SELECT guarantor, debtor, NULL, amount, 1, kind, {_LASTS} FROM facts"),  # noqa: S608 - words of our own
    "contact": (
        "points",
        f"""SELECT firm, kind || ':' || token AS point, NULL, {_NO}, count(*), NULL, min(since), NULL,
                   min("table"), min("row")
            FROM facts GROUP BY kind, token, firm
            QUALIFY count(*) OVER (PARTITION BY kind, token) > 1
            ORDER BY point, firm""",  # noqa: S608 - words of our own
    ),
    "sells": ("trade", f'SELECT seller, buyer, NULL, total, "count", NULL, {_LASTS} FROM facts'),  # noqa: S608 - words of our own
    "pays": (
        "payments",
        """SELECT payer, payee, NULL, sum(amount)::DECIMAL(18,2), count(*), NULL, min(since), max(until),
                  min("table"), min("row")
           FROM facts GROUP BY payer, payee ORDER BY payer, payee""",
    ),
}
KINDS = tuple(_KINDS)
_POINTS = """
SELECT DISTINCT target AS node, split_part(target, ':', 1) AS kind, substr(target, strpos(target, ':') + 1) AS label
FROM ties WHERE kind = 'contact' ORDER BY node
"""


def ties_all(reading: Reading, kinds: Collection[str] | None = None) -> pa.Table:
    """Every tie of the library, in the form `TIES`, those that ended too.

    A contact point or account is a node between the firms that have it, `<kind>:<token>`, and only if two or more do.
    Trade has a row for each month, payments one for each pair.

    Args:
        reading: of the library.
        kinds: of `KINDS`; all by default. The facts behind others are not read.
    """
    found = [ties_of(k, _facts(k, reading)) for k in _KINDS if kinds is None or k in kinds]
    return pa.concat_tables([TIES.empty_table(), *found])


def ties_of(kind: str, facts: pa.Table) -> pa.Table:
    """Facts of one kind as ties.

    Args:
        kind: one of `KINDS`.
        facts: of the form of its facts: `HOLDINGS` for `holds`, `POINTS` for `contact` and so on.
    """
    with duckdb.connect() as con:
        con.execute("SET enable_external_access = false")
        con.register("facts", facts)
        rows = con.sql(_KINDS[kind][1]).to_arrow_table()
    names = [n for n in TIES.names if n != "kind"]
    named = rows.rename_columns([*_IN_ORDER]).select(names)
    return named.add_column(0, "kind", pa.array([kind] * rows.num_rows, pa.string())).cast(TIES)


#: columns as the questions above give them
_IN_ORDER = ("source", "target", "share", "amount", "count", "detail", "since", "until", "table", "row")


def _facts(kind: str, reading: Reading) -> pa.Table:
    """The facts behind a kind: each module has one function, of its own name."""
    name = _KINDS[kind][0]
    rows: pa.Table = getattr(import_module(f"windchime.graph.facts.{name}"), name)(reading)
    return rows


def points_between(ties: pa.Table) -> pa.Table:
    """The contact points and accounts among the ends of ties, as nodes of their kind; the label is the token."""
    with duckdb.connect() as con:
        con.execute("SET enable_external_access = false")
        con.register("ties", ties)
        rows = con.sql(_POINTS).to_arrow_table()
    blank = {n: pa.nulls(rows.num_rows, NODES.field(n).type) for n in NODES.names if n not in rows.column_names}
    return (
        pa.table({**dict(zip(rows.column_names, rows.columns, strict=True)), **blank}).select(NODES.names).cast(NODES)
    )
