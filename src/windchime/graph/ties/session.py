"""A database in memory over the facts of a day and what the scheme says of them; nothing outside it can be reached."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields

import duckdb
import pyarrow as pa

from windchime.graph.ties.facts import Facts
from windchime.graph.ties.settings import Settings

#: the kind of clue that a kind of contact point is
POINTS_AS = {
    "mobile": "phone",
    "landline": "phone",
    "email": "mail",
    "wechat": "mail",
    "address": "address",
    "domain": "domain",
    "device": "device",
    "ip": "ip",
    "account": "account",
}
#: contact points that whoever files an annual report writes into it
_FILED = ("phone", "mail")

_VIEWS = """
CREATE TEMP VIEW agents AS
    SELECT person FROM posts WHERE role = 'liaison' GROUP BY person HAVING count(DISTINCT firm) >= {agent_from};
CREATE TEMP VIEW stakes AS
    SELECT owner AS person, company AS firm, share, "table", "row" FROM holdings
    WHERE owner_type = 'person' AND share >= {holder_from};
CREATE TEMP VIEW leads AS
    SELECT person, firm FROM stakes
    UNION SELECT person, firm FROM posts WHERE role NOT IN (FROM posts_left_out) AND person NOT IN (FROM agents);
CREATE TEMP VIEW leaders AS
    SELECT person, firm FROM stakes
    UNION SELECT person, firm FROM posts WHERE role IN (FROM leading_posts);
CREATE TEMP VIEW named_points AS
    SELECT p.kind AS space, token, firm, person, m.clue, "table", "row",
        m.filed AND coalesce(usage IN (FROM filed_usages), false) AS filed
    FROM points p JOIN point_kinds m ON m.point = p.kind;
"""


@contextmanager
def session(facts: Facts, settings: Settings, **more: pa.Table) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the tables of `Facts` and `more`, to `kinds` and `point_kinds`, and to views of them.

    Views: `agents`; `stakes` of persons; `leads`, who holds or serves a firm; `leaders`, who holds or leads it;
    `named_points`, the points of kinds that count.
    """
    with duckdb.connect() as con:
        con.execute("SET enable_external_access = false")
        given: Mapping[str, pa.Table] = {f.name: getattr(facts, f.name) for f in fields(facts)} | more
        for name, rows in given.items():
            con.register(name, rows)
        for name in ("posts_left_out", "leading_posts", "filed_usages", "fund_categories"):
            con.register(name, pa.table({"name": pa.array(sorted(getattr(settings, name)), pa.string())}))
        con.register("kinds", _kinds(settings))
        con.register("point_kinds", _point_kinds(settings))
        con.execute(_VIEWS.format(agent_from=int(settings.agent_from), holder_from=f"{settings.holder_from:f}"))
        con.execute("SET lock_configuration = true")
        yield con


def _kinds(settings: Settings) -> pa.Table:
    return pa.table(
        {
            "kind": [k.name for k in settings.kinds],
            "class": [k.cls for k in settings.kinds],
            "place": pa.array(range(len(settings.kinds)), pa.int8()),
            "most_firms": [k.most_firms for k in settings.kinds],
            "least": [k.least for k in settings.kinds],
        }
    )


def _point_kinds(settings: Settings) -> pa.Table:
    counted = {p: c for p, c in POINTS_AS.items() if settings.kind(c)}
    return pa.table(
        {
            "point": pa.array(counted, pa.string()),
            "clue": pa.array(counted.values(), pa.string()),
            "filed": pa.array([c in _FILED for c in counted.values()], pa.bool_()),
        }
    )
