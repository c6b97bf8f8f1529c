"""Rows of ties become ties: what two parties share once, sorted by what it means and how much of it there is."""

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.graph.facts.forms import TIES
from windchime.graph.nodes import Ints
from windchime.graph.views.kinds import FLOWS, in_order

_GATHER = """
SELECT kind, source, target, detail, sum(share) AS share, sum(amount) AS amount, sum("count") AS "count",
       min(since) AS since, max(until) AS until, min(place) AS place
FROM given
GROUP BY kind, source, target, detail, CASE WHEN NOT is_flow THEN since END, CASE WHEN NOT is_flow THEN until END
ORDER BY kind, share DESC NULLS LAST, amount DESC NULLS LAST, "count" DESC, place
"""


def gathered(ties: pa.Table, source: Ints, target: Ints) -> tuple[pa.Table, Ints, Ints, list[str], Ints]:
    """One row for each tie, the strongest first.

    Rows of one kind, pair, detail and lasting the same days are one tie: shares, amounts and counts are added up, the
    row it rests on is the first given. Of trade and payments the rows of all days are one tie, from the first day to
    the last.

    Args:
        ties: of the form `TIES`.
        source: (rows,) numbers of the nodes that ties leave.
        target: (rows,) of those they enter.

    Returns:
        ties of the form `TIES`, sorted by kind (`kinds.KINDS`), share, amount and count, greatest first, then as given;
        the numbers of their two ends; the names of the kinds, in order; and the kind of each tie as a place in them.
    """
    rows = ties.select(TIES.names).cast(TIES).combine_chunks()
    kinds = in_order(rows["kind"].unique().to_pylist())
    given = rows.drop_columns(["table", "row"])
    for name, column in (
        ("kind", pc.index_in(rows["kind"], pa.array(kinds, pa.string()))),
        ("source", pa.array(source)),
        ("target", pa.array(target)),
    ):
        given = given.set_column(given.schema.get_field_index(name), name, column)
    given = given.append_column("is_flow", pc.is_in(rows["kind"], pa.array(FLOWS, pa.string())))
    given = given.append_column("place", pa.array(np.arange(rows.num_rows)))
    with duckdb.connect() as con:
        con.execute("SET enable_external_access = false")
        con.register("given", given)
        found = con.sql(_GATHER).to_arrow_table().combine_chunks()
    first = rows.select(["kind", "source", "target", "table", "row"]).take(found["place"])
    columns = {n: first[n] if n in first.column_names else found[n] for n in TIES.names}
    ends = [found[c].to_numpy().astype(np.int32) for c in ("source", "target", "kind")]
    return pa.table(columns).cast(TIES).combine_chunks(), ends[0], ends[1], kinds, ends[2]
