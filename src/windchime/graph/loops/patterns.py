"""Patterns of money at one party: many pay in and few are paid, pass-through, sums kept below a limit.

The signs are those that rules on suspicious transactions name; each pattern of each party is given once, where it is most
marked, with the rows it rests on.
"""

from collections.abc import Mapping
from typing import Any

import duckdb
import pyarrow as pa

from windchime.graph.loops.passing import passing
from windchime.graph.loops.transfers import Transfers

#: rows of the library that a pattern cites at most
CITED = 20
FORM = pa.schema(
    [
        ("firm_id", pa.string()),
        ("kind", pa.string()),
        ("since", pa.date32()),
        ("until", pa.date32()),
        ("amount", pa.decimal128(18, 2)),
        ("share", pa.decimal128(9, 6)),
        ("many_count", pa.int64()),
        ("rows", pa.list_(pa.string())),
    ]
)

# for each side: days on which a party is paid, the window from each of them, and what happens within it on both sides
_FAN = """
WITH many AS (SELECT {node} AS node, {other} AS other, since AS day, sum(amount) AS yuan, list("row") AS cited FROM p GROUP BY ALL),
     busy AS (SELECT node FROM many GROUP BY node HAVING count(DISTINCT other) >= $many),
     days AS (SELECT DISTINCT payee AS node, since AS day FROM p WHERE payee IN (SELECT node FROM busy)),
     here AS (SELECT d.node, d.day, count(DISTINCT m.other) AS parties, sum(m.yuan) AS yuan,
                     flatten(list(m.cited ORDER BY m.day, m.other))[:$cited] AS cited
              FROM days d JOIN many m ON m.node = d.node AND m.day BETWEEN d.day AND d.day + $window - 1 GROUP BY ALL
              HAVING count(DISTINCT m.other) >= $many),
     there AS (SELECT h.node, h.day, count(DISTINCT p.{other_side}) AS parties, sum(p.amount) AS yuan
               FROM here h JOIN p ON p.{node_side} = h.node AND p.since BETWEEN h.day AND h.day + $window - 1 GROUP BY ALL),
     held AS (SELECT node, day, h.parties, {came} AS came, {went} AS went, cited
              FROM here h JOIN there t USING (node, day) WHERE t.parties <= $few)
SELECT node AS firm_id, '{kind}' AS kind, day AS since, day + $window - 1 AS until, came::DECIMAL(18,2) AS amount,
       least(went / came, 1)::DECIMAL(9,6) AS share, parties AS many_count, cited AS rows
FROM held WHERE went >= $passed * came
QUALIFY row_number() OVER (PARTITION BY node ORDER BY parties DESC, came DESC, day) = 1
"""

_BELOW = """
WITH sums AS (SELECT payer AS node, payee AS other, since AS day, amount, "row",
                     CASE WHEN payer IN (SELECT person FROM persons) THEN $person_limit ELSE $firm_limit END AS bound FROM p),
     near AS (SELECT *, amount < bound AS is_below FROM sums
              WHERE amount >= $from * bound AND amount < $above * bound),
     here AS (SELECT a.node, a.other, a.day, a.bound, count(*) FILTER (b.is_below) AS below,
                     count(*) FILTER (NOT b.is_below) AS above, sum(b.amount) FILTER (b.is_below) AS yuan,
                     (list(b."row" ORDER BY b.day, b."row") FILTER (b.is_below))[:$cited] AS cited
              FROM (SELECT DISTINCT node, other, day, bound FROM near WHERE is_below) a
              JOIN near b ON a.node = b.node AND a.other = b.other AND b.day BETWEEN a.day AND a.day + $window - 1
              GROUP BY ALL)
SELECT node AS firm_id, 'below_limit' AS kind, day AS since, day + $window - 1 AS until, yuan::DECIMAL(18,2) AS amount,
       NULL::DECIMAL(9,6) AS share, below AS many_count, cited AS rows
FROM here WHERE below >= $transfers AND yuan >= bound AND below >= $times * above
QUALIFY row_number() OVER (PARTITION BY node ORDER BY below DESC, yuan DESC, day, other) = 1
"""

_SIDES = (
    # kind, the party's column and the other's on the side of the many, and on the side of the few
    ("fan_in", "payee", "payer", "payer", "payee", "h.yuan", "t.yuan"),
    ("fan_out", "payer", "payee", "payee", "payer", "t.yuan", "h.yuan"),
)


def fans(payments: pa.Table, values: Mapping[str, Any]) -> pa.Table:
    """Parties whom many pay and who pay few, or the reverse, within days.

    Args:
        payments: in the form `PAYMENTS`.
        values: window_days, many, few, passed.
    """
    given = {
        "many": values["many"],
        "few": values["few"],
        "passed": values["passed"],
        "window": values["window_days"],
        "cited": CITED,
    }
    texts = [
        _FAN.format(kind=kind, node=node, other=other, node_side=near, other_side=far, came=came, went=went)
        for kind, node, other, near, far, came, went in _SIDES
    ]
    return pa.concat_tables([_asked(text, given, p=payments) for text in texts])


def below_limits(payments: pa.Table, persons: pa.Array, values: Mapping[str, Any]) -> pa.Table:
    """Parties that pay one other, within days, several sums just below the limit of reporting and few just above.

    Args:
        payments: in the form `PAYMENTS`.
        persons: ids of natural persons, whose limit is another.
        values: firm_limit, person_limit, from, above, transfers, times, window_days.
    """
    given = {k: values[k] for k in ("firm_limit", "person_limit", "from", "above", "transfers", "times")}
    given |= {"window": values["window_days"], "cited": CITED}
    return _asked(_BELOW, given, p=payments, persons=pa.table({"person": persons.cast(pa.string())}))


def pass_throughs(payments: pa.Table, values: Mapping[str, Any]) -> pa.Table:
    """Parties whose money goes out again within days while next to nothing stays.

    Args:
        payments: of the months looked at, in the form `PAYMENTS`.
        values: turnover (yuan), transfers, passed, kept, hold_days.
    """
    if not payments.num_rows:
        return FORM.empty_table()
    of = Transfers.of(payments)
    found = passing(of, values["hold_days"])
    by_node = pa.table(
        {
            "firm_id": of.nodes.ids,
            "came": found.came,
            "went": found.went,
            "passed": found.passed,
            "many_count": found.count,
        }
    )
    text = """
    WITH spans AS (SELECT payee AS firm_id, min(since) AS since, max(since) AS until,
                          list("row" ORDER BY amount DESC, "row")[:$cited] AS rows FROM p GROUP BY payee)
    SELECT firm_id, 'pass_through' AS kind, since, until, (came / 100)::DECIMAL(18,2) AS amount,
           (passed / came)::DECIMAL(9,6) AS share, many_count, rows
    FROM by_node JOIN spans USING (firm_id)
    WHERE came >= $turnover * 100 AND many_count >= $transfers AND passed >= $passed * came AND abs(came - went) <= $kept * came
    """
    given = {k: values[k] for k in ("turnover", "transfers", "passed", "kept")} | {"cited": CITED}
    return _asked(text, given, p=payments, by_node=by_node)


def _asked(text: str, given: Mapping[str, Any], **tables: pa.Table) -> pa.Table:
    with duckdb.connect() as con:
        con.execute("SET enable_external_access = false")
        for name, rows in tables.items():
            con.register(name, rows)
        found = con.sql(text + " ORDER BY firm_id", params=dict(given)).to_arrow_table()
        return found.select(FORM.names).cast(FORM)
