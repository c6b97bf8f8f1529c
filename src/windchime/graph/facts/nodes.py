"""Firms, persons and other parties as nodes: each once, with what the library says of it."""

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved
from windchime.graph.facts.forms import NODES
from windchime.graph.facts.keeping import kept

#: who stands in no register is known by what is written where it is tied: table and party, the better known first
PARTIES = (
    ("shareholdings", "holder"),
    ("guarantees", "guarantor"),
    ("guarantees", "debtor"),
    ("invoices", "seller"),
    ("invoices", "buyer"),
    ("bank_transactions", "counterparty"),
)


@kept
def nodes(reading: Reading) -> pa.Table:
    """Who the library knows, in the form `NODES`, ordered by id.

    Firms of the register, natural persons, and the parties of stakes, guarantees, invoices and payments that stand in
    neither. Of several rows of one node the register's counts before what others write, that under the node's own id
    before others, the newest before older ones. The label of a person is the token of the name.
    """
    found = [rows for rows in (_firms(reading), _persons(reading)) if rows is not None]
    found += [_party(reading, place, *p) for place, p in enumerate(PARTIES, 1) if reading.has(p[0])]
    if not found:
        return NODES.empty_table()
    rows = resolved(reading, ibis.union(*found) if len(found) > 1 else found[0], "node")
    order = [rows["place"], rows["own"] != rows["node"], ibis.desc(rows["known_at"]), rows["own"], rows["label"]]
    nth = ibis.row_number().over(ibis.window(group_by=rows["node"], order_by=order))
    once = rows.mutate(__nth=nth).filter(ibis._["__nth"] == 0)
    return once.select(*NODES.names).order_by("node").to_pyarrow().cast(NODES)


def _firms(reading: Reading) -> ibis.Table | None:
    if not reading.has("firms"):
        return None
    rows = reading.table("firms")
    return _node(
        rows,
        0,
        node=rows["firm_id"],
        kind=ibis.literal("firm"),
        label=rows["name"],
        industry=rows["industry_code"],
        region=rows["region_code"],
        status=rows["status"],
        established_on=rows["established_on"],
        registered_capital=rows["registered_capital"],
    )


def _persons(reading: Reading) -> ibis.Table | None:
    if not reading.has("persons"):
        return None
    rows = reading.table("persons")
    return _node(rows, 0, node=rows["person_id"], kind=ibis.literal("person"), label=rows["name"])


def _party(reading: Reading, place: int, table: str, party: str) -> ibis.Table:
    rows = reading.table(table)
    rows = rows.filter(rows[f"{party}_id"].notnull())
    written = rows.group_by(node=f"{party}_id", kind=f"{party}_type", label=f"{party}_name")
    once = written.agg(known_at=rows["known_at"].max())
    return _node(once, place, node=once["node"], kind=once["kind"].fill_null("unknown"), label=once["label"])


def _node(rows: ibis.Table, place: int, **columns: ibis.Value) -> ibis.Table:
    """The columns of a node, those not given empty, and what decides between several rows of one."""
    types = ibis.Schema.from_pyarrow(NODES)
    filled = {n: columns.get(n, ibis.null()).cast(kind(nullable=True)) for n, kind in types.items()}
    return rows.select(**filled, own=columns["node"], place=ibis.literal(place), known_at=rows["known_at"])
