"""Signs that a person stands behind a firm: its profits go there, the house is pledged, the phone rings there.

Each sign has the class of the kind of clue it is: what one fact tells in two ways is of one class.
"""

import pyarrow as pa

from windchime.graph.ties.clues import Clues
from windchime.graph.ties.facts import Facts
from windchime.graph.ties.session import session
from windchime.graph.ties.settings import Settings

#: the kind of clue by role of `facts.backing`
BACKING_AS = {"payee": "account", "pledgor": "guarantee", "guarantor": "guarantee"}

_SIGNS = """
WITH backers AS (
    SELECT person, firm, role AS sign, kind, bearers AS many, "table", "row"
    FROM backing JOIN backing_kinds USING (role) WHERE bearers <= {bearers}
), behind AS (
    -- a firm that the person holds or serves shares the clue
    SELECT l.person, x.firm, k.kind AS sign, k.kind, x.degree AS many, x."table", x."row"
    FROM clues x JOIN clues y ON x.clue = y.clue AND x.firm <> y.firm
    JOIN kinds k ON k.place = greatest(x.place, y.place) JOIN leads l ON l.firm = y.firm
    WHERE k.kind NOT IN ('person', 'kin', 'agent', 'filed', 'partner')
), counted AS (
    SELECT space, token, count(DISTINCT firm) AS many FROM named_points GROUP BY ALL
), own AS (
    -- the point is one that the person left somewhere; a sign of that somewhere it is not
    SELECT p.person, f.firm, 'own_' || f.clue AS sign, f.clue AS kind, c.many, p."table", p."row"
    FROM named_points f JOIN named_points p USING (space, token) JOIN counted c USING (space, token)
    JOIN kinds k ON k.kind = f.clue
    WHERE p.person IS NOT NULL AND f.person IS NULL AND NOT f.filed AND c.many <= k.most_firms
), family AS (
    SELECT k.person_a AS person, l.firm, 'kin' AS sign, 'kin' AS kind, 1 AS many, k."table", k."row"
    FROM kin k JOIN leads l ON l.person = k.person_b
    UNION ALL
    SELECT k.person_b, l.firm, 'kin', 'kin', 1, k."table", k."row" FROM kin k JOIN leads l ON l.person = k.person_a
), every AS (
    FROM backers UNION ALL FROM behind UNION ALL FROM own UNION ALL FROM family
)
SELECT DISTINCT ON (firm, person, sign) firm, person, sign, kind, many, "table", "row"
FROM every SEMI JOIN kinds USING (kind) ORDER BY firm, person, sign, many, "table", "row"
"""


def signs(facts: Facts, found: Clues, settings: Settings) -> pa.Table:
    """Every sign between a person and a firm.

    Returns:
        `firm`, `person`, `sign`, `kind` (of clue), `many` (persons or firms that the sign fits), `table`, `row`: each
        firm, person and sign once, its rarest, in that order.
    """
    table = found.table
    held = pa.table(
        {
            "firm": found.firms.named(table.firm),
            "clue": table.clue,
            "place": table.kind,
            "degree": found.degree[table.clue],
            "table": found.behind["table"],
            "row": found.behind["row"],
        }
    )
    roles = pa.table({"role": list(BACKING_AS), "kind": list(BACKING_AS.values())})
    with session(facts, settings, clues=held, backing_kinds=roles) as con:
        return con.sql(_SIGNS.format(bearers=int(settings.most_bearers))).to_arrow_table()
