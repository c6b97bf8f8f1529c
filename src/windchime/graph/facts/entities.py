"""Ids of nodes: each firm or person of the library under one of its own ids, whatever sources call it.

An entity of several mentions goes by the smallest of its ids that stands in `firms` (or `persons`), so that a node's
id joins to its register row; a mention that no resolution has met goes by itself.
"""

import ibis

from windchime.data.reading import Reading

LINKS = "entity_links"


def node_ids(reading: Reading) -> ibis.Table | None:
    """(mention_id, node_id) of every mention whose node bears another id than its own; None where nothing was resolved."""
    if not reading.has(LINKS):
        return None
    links = reading.table(LINKS).select("mention_id", "entity_id")
    held = [
        reading.table(table).select(mention_id=column).distinct()
        for table, column in (("firms", "firm_id"), ("persons", "person_id"))
        if reading.has(table)
    ]
    if held:
        registered = (
            ibis.union(*held, distinct=True).mutate(is_registered=True)
            if len(held) > 1
            else held[0].mutate(is_registered=True)
        )
        links = links.left_join(registered, "mention_id").select("mention_id", "entity_id", "is_registered")
    else:
        links = links.mutate(is_registered=ibis.literal(False))
    first = ibis.window(
        group_by=links.entity_id,
        order_by=[ibis.desc(links.is_registered.fill_null(False)), links.mention_id],
    )
    named = links.mutate(node_id=links.mention_id.first().over(first))
    return named.filter(named.node_id != named.mention_id).select("mention_id", "node_id")


def resolved(reading: Reading, rows: ibis.Table, *columns: str) -> ibis.Table:
    """The rows with the ids of some columns replaced by those of their nodes; nulls stay."""
    ids = node_ids(reading)
    if ids is None:
        return rows
    for number, column in enumerate(columns):
        named = ids.rename({f"__mention{number}": "mention_id", f"__node{number}": "node_id"})
        joined = rows.left_join(named, rows[column] == named[f"__mention{number}"])
        rows = joined.mutate(**{column: ibis.coalesce(joined[f"__node{number}"], joined[column])}).drop(
            f"__mention{number}", f"__node{number}"
        )
    return rows
