"""Which rows are compared at all: rows that share a key, such as core and region, in groups of bounded size.

A group that is larger than the scheme allows yields no pairs, so the pairs grow with the rows and not with their square.
"""
# ruff: noqa: S608 - the SQL is put together from texts of this module and whole numbers

from collections.abc import Mapping

import duckdb

_TRADE = "coalesce(trade, '')"
#: kind of group: SQL of its key, null for rows that are in none
KEYS = {
    "core_in_region": "core || region || locality",
    "core_in_trade": f"core || {_TRADE}",
    "core": "core",
    "sound": f"sound || left(region, 4) || {_TRADE}",
    "body": "left(body, 2) || region || locality",
    "representative": "rep_code",
    "representative_name": "rep_name",
    "phone": "phone",
    "address": "address",
    "beginning": "left(name, 10)",
}
#: the core without each of its characters in turn: rows that differ in one character share one of these
_NEAR = f"""
    SELECT row, 'near' AS kind,
        hash('near', region, locality, {_TRADE}, i, length(core), left(core, i - 1), substr(core, i + 1)) AS key
    FROM (SELECT *, unnest(range(1, length(core) + 1)) AS i FROM features WHERE core IS NOT NULL)
"""


def pair_up(con: duckdb.DuckDBPyConnection, most: Mapping[str, int]) -> int:
    """Make the table `pairs` (join_key_l < join_key_r) of the table `features`; gives back how many there are.

    Pairs within a mention, of one proven code, or of two different ones, are none: nothing is left to weigh.
    """
    kinds = [
        f"SELECT row, '{kind}' AS kind, hash('{kind}', {key}) AS key FROM features WHERE ({key}) IS NOT NULL"
        for kind, key in KEYS.items()
    ]
    con.execute(f"CREATE OR REPLACE TEMP TABLE keys AS {' UNION ALL '.join([*kinds, _NEAR])}")
    limits = ", ".join(f"('{kind}', {int(size)})" for kind, size in most.items())
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE kept AS
        SELECT key FROM keys JOIN (VALUES {limits}) AS limits(kind, size) USING (kind)
        GROUP BY key, size HAVING count(*) BETWEEN 2 AND size
        """
    )
    con.execute(
        """
        CREATE OR REPLACE TABLE pairs AS
        WITH grouped AS MATERIALIZED (
            SELECT keys.key, keys.row, f.mention, f.code FROM keys
            JOIN kept USING (key) JOIN features AS f USING (row)
        )
        SELECT DISTINCT l.row AS join_key_l, r.row AS join_key_r, '0' AS match_key
        FROM grouped AS l JOIN grouped AS r ON l.key = r.key AND l.row < r.row
        WHERE l.mention <> r.mention AND (l.code IS NULL OR r.code IS NULL)
        """
    )
    con.execute("DROP TABLE keys; DROP TABLE kept")
    found = con.execute("SELECT count(*) FROM pairs").fetchone()
    return int(found[0]) if found else 0
