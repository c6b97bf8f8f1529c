"""Near relatives as edges."""

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved
from windchime.graph.facts.forms import KIN
from windchime.graph.facts.keeping import kept

TABLE = "relatives"


@kept
def kin(reading: Reading) -> pa.Table:
    """Who is what to whom, in the form `KIN`: `relation` says what B is to A; what was inferred says so in `basis`."""
    if not reading.has(TABLE):
        return KIN.empty_table()
    rows = reading.table(TABLE)
    rows = rows.filter(rows["person_a_id"].notnull(), rows["person_b_id"].notnull())
    kept = rows.select(
        person_a="person_a_id",
        person_b="person_b_id",
        relation="relation",
        degree="degree",
        confidence="confidence",
        basis="basis",
        since="valid_from",
        until="valid_to",
        table=ibis.literal(TABLE),
        row=ibis.literal("|").join([rows[c] for c in ("person_a_id", "person_b_id", "relation")]),
    )
    named = resolved(reading, kept, "person_a", "person_b")
    # two mentions of one person are not kin
    named = named.filter(named["person_a"] != named["person_b"])
    return named.select(*KIN.names).order_by("person_a", "person_b", "relation", "row").to_pyarrow().cast(KIN)
