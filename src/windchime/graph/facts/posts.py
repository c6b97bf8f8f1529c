"""Posts that people hold in firms, and the legal representatives that the register of firms names."""

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved
from windchime.graph.facts.forms import POSTS
from windchime.graph.facts.keeping import kept

TABLES = ("key_persons", "firms")


@kept
def posts(reading: Reading) -> pa.Table:
    """Who leads, represents or otherwise holds a post in a firm, in the form `POSTS`; terms that ended stay.

    A legal representative whom both tables name is one post, that of `key_persons`. Liaisons, often agencies, and owners
    as filed are among the roles: who asks for ties chooses roles.
    """
    found = []
    if reading.has("key_persons"):
        held = reading.table("key_persons")
        key = [held[c].cast("string").fill_null("") for c in ("firm_id", "person_id", "role", "valid_from")]
        found.append(
            held.filter(held["person_id"].notnull()).select(
                person="person_id",
                firm="firm_id",
                role="role",
                since="valid_from",
                until="valid_to",
                table=ibis.literal("key_persons"),
                row=ibis.literal("|").join(key),
            )
        )
    if reading.has("firms"):
        firms = reading.table("firms")
        found.append(
            firms.filter(firms["legal_rep_id"].notnull()).select(
                person="legal_rep_id",
                firm="firm_id",
                role=ibis.literal("legal_rep"),
                since=ibis.null("date"),
                until=ibis.null("date"),
                table=ibis.literal("firms"),
                row="firm_id",
            )
        )
    if not found:
        return POSTS.empty_table()
    rows = resolved(reading, ibis.union(*found) if len(found) > 1 else found[0], "person", "firm")
    return _once(rows).select(*POSTS.names).order_by("firm", "person", "role", "row").to_pyarrow().cast(POSTS)


def _once(rows: ibis.Table) -> ibis.Table:
    """Without what the register of firms says of a representative whom `key_persons` names too."""
    named = rows.filter(rows["table"] == "key_persons", rows["role"] == "legal_rep", rows["until"].isnull()).view()
    register = rows.filter(rows["table"] == "firms")
    alone = register.anti_join(named, ["person", "firm"])
    return ibis.union(rows.filter(rows["table"] != "firms"), alone)
