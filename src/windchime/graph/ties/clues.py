"""Clues: everything a firm has that another may have too, of one form, common ones dropped.

What is tied directly (a guarantee, kin, funds moved) is a clue that exactly two firms have.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from windchime.graph.csr import Longs
from windchime.graph.nodes import Nodes, coded
from windchime.graph.ties.facts import Facts
from windchime.graph.ties.session import session
from windchime.graph.ties.settings import Settings
from windchime.graph.ties.sharing import Incidence, weights

#: kinds whose clues are ties of two firms; how many it takes is asked before they become clues
DIRECT = ("guarantee", "funds", "kin")

#: one row a firm and clue. Clues of one `space` are compared; `degree` is how many firms have it, or, of a direct tie, how
#: many firms its busier end is tied to
_CLUES = """
WITH held AS (
    SELECT 'person' AS space, person AS token, firm, 'person' AS kind, "table", "row" FROM stakes
    UNION ALL
    SELECT 'person', person, firm,
        CASE WHEN role = 'liaison' OR person IN (FROM agents) THEN 'agent' ELSE 'person' END, "table", "row"
    FROM posts WHERE role = 'liaison' OR role NOT IN (FROM posts_left_out)
    UNION ALL
    SELECT space, token, firm, CASE WHEN filed THEN 'filed' ELSE clue END, "table", "row" FROM named_points
    UNION ALL
    SELECT 'partner', partner, firm, 'partner', "table", "row" FROM (
        SELECT seller AS partner, buyer AS firm, min("table") AS "table", min("row") AS "row" FROM trade GROUP BY ALL
        UNION ALL SELECT buyer, seller, min("table"), min("row") FROM trade GROUP BY ALL)
), direct AS (
    SELECT 'guarantee' AS kind, guarantor AS a, debtor AS b, 1 AS many, "table", "row" FROM guarantees
    UNION ALL
    SELECT 'funds', payer, payee, count(*), min("table"), min("row") FROM payments
    WHERE category IN (FROM fund_categories) GROUP BY payer, payee
    UNION ALL
    SELECT 'kin', x.firm, y.firm, 1, k."table", k."row" FROM kin k
    JOIN leads x ON x.person = k.person_a JOIN leads y ON y.person = k.person_b
), pairs AS (
    SELECT kind, least(a, b) AS a, greatest(a, b) AS b, min("table") AS "table", min("row") AS "row"
    FROM direct JOIN kinds USING (kind) WHERE a <> b
    GROUP BY kind, least(a, b), greatest(a, b), "least" HAVING sum(many) >= "least"
), ends AS (
    SELECT kind, firm, count(*) AS degree
    FROM (SELECT kind, a AS firm FROM pairs UNION ALL SELECT kind, b FROM pairs) GROUP BY ALL
), tied AS (
    SELECT p.*, greatest(x.degree, y.degree, 2) AS degree FROM pairs p
    JOIN ends x ON x.kind = p.kind AND x.firm = p.a JOIN ends y ON y.kind = p.kind AND y.firm = p.b
), once AS (
    SELECT space, token, firm, min(place) AS place, arg_min("table", (place, "table", "row")) AS "table",
        arg_min("row", (place, "table", "row")) AS "row"
    FROM held JOIN kinds USING (kind) GROUP BY ALL
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY space, token) AS degree FROM once
), every AS (
    SELECT space, token, firm, place, degree, "table", "row" FROM counted WHERE degree > 1
    UNION ALL
    SELECT kind, a || chr(31) || b, unnest([a, b]), place, degree, "table", "row" FROM tied JOIN kinds USING (kind)
)
SELECT space, token, firm, place, degree, "table", "row" FROM every JOIN kinds USING (place)
WHERE degree <= most_firms ORDER BY firm, space, token
"""


@dataclass(frozen=True, slots=True)
class Clues:
    """Who has which clue."""

    firms: Nodes
    table: Incidence
    #: (clues,): firms that have each, or of a direct tie the firms its busier end is tied to
    degree: Longs
    #: columns `table` and `row`, one row for each of the incidence
    behind: pa.Table


def clues(facts: Facts, settings: Settings) -> Clues:
    """Gather the clues that count.

    A person who is liaison of many firms is an agent: posts of the person are clues of the agency. A phone that one firm
    only filed in its annual report is shared with another as a filed one, whatever the other did with it.
    """
    with session(facts, settings) as con:
        rows = con.sql(_CLUES).to_arrow_table()
    firms, (firm,) = coded(rows["firm"])
    _spaces, (space,) = coded(rows["space"])
    tokens, (token,) = coded(rows["token"])
    joined = space.astype(np.int64) * max(len(tokens), 1) + token
    named, first, clue = np.unique(joined, return_index=True, return_inverse=True)
    degree = rows["degree"].to_numpy()[first].astype(np.int64)
    table = Incidence(
        firms=len(firms),
        clues=len(named),
        firm=firm,
        clue=clue.astype(np.int32),
        kind=rows["place"].to_numpy().astype(np.int8),
        weight=weights(degree),
    )
    return Clues(firms, table, degree, rows.select(["table", "row"]))


def leasts(settings: Settings) -> list[int]:
    """Clues of each kind that two firms must share."""
    return [1 if k.name in DIRECT else k.least for k in settings.kinds]
