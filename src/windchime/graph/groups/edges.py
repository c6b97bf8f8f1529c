"""Reasons to count two firms as one: one edge each, with its rule, who stands between, and the rows behind it.

Firms of one person are tied in a star, all to the smallest id among them, so that a person of many firms adds no more edges
than firms. Hubs join nobody: owners of kinds that the scheme names, persons who lead more firms than it allows, cores with
more dependents than it allows.
"""

from collections.abc import Sequence
from datetime import date

import duckdb
import pyarrow as pa

from windchime.graph.groups.facts import GroupFacts
from windchime.graph.groups.settings import Settings
from windchime.graph.ownership.control import control
from windchime.graph.ownership.shares import holdings_of
from windchime.graph.ties.controllers import HINT
from windchime.graph.ties.finding import TiesFound

#: one edge: `a` and `b` firms, `rule` a code of the scheme, `via` who or what stands between, `rows` [table, row] each
EDGES = pa.schema(
    [
        pa.field("a", pa.string(), nullable=False),
        pa.field("b", pa.string(), nullable=False),
        pa.field("rule", pa.string(), nullable=False),
        pa.field("via", pa.string()),
        #: votes, or a share of trade or of net assets, as the rule says
        pa.field("share", pa.decimal128(9, 6)),
        pa.field("rows", pa.list_(pa.struct([("table", pa.string()), ("row", pa.string())]))),
    ]
)
#: rows that one end of an edge cites
_CITED = 3

_EDGES = """
WITH barred AS (
    SELECT DISTINCT owner FROM holdings WHERE owner_type IN (FROM never_join)
), persons AS (
    SELECT DISTINCT owner AS person FROM holdings WHERE owner_type = 'person' UNION SELECT person FROM posts
), pairs AS (
    SELECT c.controller, c.company, c.votes, count(*) OVER (PARTITION BY c.controller) AS many
    FROM control c WHERE controller NOT IN (FROM barred)
), stakes AS (
    -- of a controller: what it holds itself and what firms it controls hold
    SELECT p.controller, p.company, h."table", h."row" FROM pairs p
    JOIN holdings h ON h.company = p.company LEFT JOIN pairs q ON q.controller = p.controller AND q.company = h.owner
    WHERE h.owner = p.controller OR q.company IS NOT NULL
), cited AS (
    SELECT controller, company, list({{'table': "table", 'row': "row"}} ORDER BY "row")[:{cited}] AS "rows"
    FROM stakes GROUP BY ALL
), votes AS (
    SELECT owner, company, sum(coalesce(votes, share)) AS votes, list({{'table': "table", 'row': "row"}} ORDER BY "row")[:{cited}] AS "rows"
    FROM holdings GROUP BY ALL
), largest AS (
    SELECT *, row_number() OVER best AS place, coalesce(lead(votes) OVER best, 0) AS following FROM votes
    WINDOW best AS (PARTITION BY company ORDER BY votes DESC NULLS LAST, owner)
), foremost AS (
    SELECT owner, company, votes, "rows" FROM largest WHERE place = 1 AND votes >= {leading_votes}
        AND following < votes * {others_below} AND company NOT IN (SELECT company FROM control) AND owner NOT IN (FROM barred)
), posted AS (
    SELECT person, firm, list({{'table': "table", 'row': "row"}} ORDER BY "row")[:{cited}] AS "rows"
    FROM posts WHERE role IN (FROM key_posts) GROUP BY ALL
), serving AS (
    SELECT *, count(*) OVER (PARTITION BY person) AS many FROM posted
), owning AS (
    -- who holds nothing anywhere leads for others
    SELECT DISTINCT owner AS person FROM votes WHERE votes >= {leading_votes}
), behind AS (
    -- the firms of each person: 0 controlled, 1 led by votes, 2 by posts
    SELECT controller AS person, company AS firm, 0 AS how, votes AS share, "rows"
    FROM pairs JOIN cited USING (controller, company) WHERE controller IN (FROM persons) AND many <= {most_controlled}
    UNION ALL SELECT owner, company, 1, votes, "rows" FROM foremost WHERE owner IN (FROM persons)
    UNION ALL SELECT person, firm, 2, NULL, "rows" FROM serving SEMI JOIN owning USING (person) WHERE many <= {most_led}
), centres AS (
    SELECT person,
        min(firm) FILTER (WHERE how = 0) AS c0, arg_min("rows", firm) FILTER (WHERE how = 0) AS r0,
        min(firm) FILTER (WHERE how <= 1) AS c1, arg_min("rows", (firm, how)) FILTER (WHERE how <= 1) AS r1,
        min(firm) AS c2, arg_min("rows", (firm, how)) AS r2
    FROM behind GROUP BY person
), stars AS (
    SELECT CASE how WHEN 0 THEN c0 WHEN 1 THEN c1 ELSE c2 END AS a, firm AS b,
        CASE how WHEN 0 THEN 'controller' WHEN 1 THEN 'leading' ELSE 'key_person' END AS rule, person AS via, share,
        CASE how WHEN 0 THEN r0 WHEN 1 THEN r1 ELSE r2 END || "rows" AS "rows"
    FROM behind JOIN centres USING (person)
    -- the smallest of all firms of a person is not always one that the person controls
    UNION ALL SELECT c1, c0, 'leading', person, NULL, r1 || r0 FROM centres WHERE c0 <> c1
    UNION ALL SELECT c2, c1, 'key_person', person, NULL, r2 || r1 FROM centres WHERE c1 <> c2
), family AS (
    SELECT x.c2 AS a, y.c2 AS b, CASE WHEN k.basis = 'inferred' THEN 'inferred_family' ELSE 'family' END AS rule,
        k.relation AS via, NULL AS share, [{{'table': k."table", 'row': k."row"}}] AS "rows"
    FROM kin k JOIN degrees d ON d.relation = k.relation AND coalesce(k.degree, 1) <= d.degree
    JOIN centres x ON x.person = k.person_a JOIN centres y ON y.person = k.person_b
), sold AS (
    SELECT seller, buyer, sum(total) AS total, min("table") AS "table", min("row") AS "row"
    FROM trade WHERE since > DATE '{day}' - INTERVAL {months} MONTH GROUP BY ALL
), shares AS (
    SELECT *, total / nullif(sum(total) OVER (PARTITION BY seller), 0) AS of_sales,
        total / nullif(sum(total) OVER (PARTITION BY buyer), 0) AS of_purchases FROM sold WHERE total > 0
), dependent AS (
    SELECT seller AS firm, buyer AS core, 'receipts' AS via, of_sales AS share, "table", "row" FROM shares
    WHERE of_sales >= {dependence_share} AND seller IN (SELECT firm FROM listing WHERE side = 'seller')
    UNION ALL
    SELECT buyer, seller, 'expenditure', of_purchases, "table", "row" FROM shares
    WHERE of_purchases >= {dependence_share} AND buyer IN (SELECT firm FROM listing WHERE side = 'buyer')
), between AS (
    SELECT d.* FROM dependent d WHERE core IN (SELECT firm FROM listing)
), cores AS (
    SELECT core FROM between GROUP BY core HAVING count(DISTINCT firm) <= {most_dependents}
), promised AS (
    SELECT guarantor, debtor, sum(coalesce(covered, amount)) AS amount,
        list({{'table': "table", 'row': "row"}} ORDER BY "row")[:{cited}] AS "rows"
    FROM guarantees WHERE status = 'active' GROUP BY ALL
), heavy AS (
    SELECT guarantor, debtor, amount / net_assets AS share, "rows" || [{{'table': b."table", 'row': b."row"}}] AS "rows"
    FROM promised p JOIN balances b ON b.firm = p.guarantor
    WHERE net_assets > 0 AND amount / net_assets >= {guarantee_share}
), every AS (
    SELECT controller AS a, company AS b, 'control' AS rule, NULL AS via, votes AS share, "rows"
    FROM pairs JOIN cited USING (controller, company) WHERE controller NOT IN (FROM persons) AND many <= {most_controlled}
    UNION ALL SELECT owner, company, 'leading', NULL, votes, "rows" FROM foremost WHERE owner NOT IN (FROM persons)
    UNION ALL SELECT owner, company, 'stake', NULL, votes, "rows" FROM votes
    WHERE votes >= {stake} AND owner NOT IN (FROM persons) AND owner NOT IN (FROM barred)
    UNION ALL FROM stars
    UNION ALL FROM family
    UNION ALL SELECT firm, core, 'dependence', via, share, [{{'table': "table", 'row': "row"}}]
    FROM between WHERE core IN (FROM cores)
    UNION ALL SELECT guarantor, debtor, 'guarantee', NULL, share, "rows" FROM heavy
    UNION ALL SELECT x.c2, h.firm, 'hidden_controller', h.person, NULL, "rows" FROM suspected h JOIN centres x USING (person)
    UNION ALL SELECT firm_a, firm_b, 'hidden_tie', NULL, NULL, "rows" FROM tied
)
SELECT a, b, rule, via, CASE WHEN share < 999 THEN round(share, 6)::DECIMAL(9, 6) END AS share, "rows" FROM every
WHERE a <> b AND a NOT IN (FROM persons) AND b NOT IN (FROM persons) ORDER BY rule, a, b, via, share, "rows"
"""


def edges(facts: GroupFacts, hidden: TiesFound, settings: Settings, day: date) -> pa.Table:
    """Every reason that holds on a day, in the form `EDGES`.

    Args:
        facts: as they stand on the day.
        hidden: ties and suspected controllers; those at level `hint` count, registered ties are told by other rules.
        settings: of the scheme.
        day: the end of the months of trade that are looked at.
    """
    stakes = facts.holdings.select(["owner", "company", "share", "votes"])
    registered = control(holdings_of(stakes)[0], settings.control_votes).controlled.table()
    suspected = [(c.person, c.firm, [(s.table, s.row) for s in c.signs]) for c in hidden.controllers if c.level == HINT]
    tied = [(t.firm_a, t.firm_b, [r for c in t.clues for r in c.rows]) for t in hidden.ties if t.declared is None]
    with duckdb.connect() as con:
        con.execute("SET enable_external_access = false")
        for name in ("holdings", "posts", "kin", "trade", "guarantees", "balances", "listing"):
            con.register(name, getattr(facts, name))
        con.register("control", registered)
        con.register("suspected", _pairs(suspected, "person", "firm"))
        con.register("tied", _pairs(tied, "firm_a", "firm_b"))
        con.register("key_posts", pa.table({"role": pa.array(sorted(settings.key_posts), pa.string())}))
        con.register("never_join", pa.table({"kind": pa.array(sorted(settings.never_join), pa.string())}))
        con.register(
            "degrees",
            pa.table(
                {"relation": pa.array(settings.kin, pa.string()), "degree": pa.array(settings.kin.values(), pa.int64())}
            ),
        )
        con.execute("SET lock_configuration = true")
        query = _EDGES.format(
            cited=_CITED,
            leading_votes=settings.leading_votes,
            others_below=settings.others_below,
            stake=settings.stake,
            most_controlled=settings.most_controlled,
            most_led=settings.most_firms_of_leader,
            day=day.isoformat(),
            months=settings.dependence_months,
            dependence_share=settings.dependence_share,
            most_dependents=settings.most_dependents,
            guarantee_share=settings.guarantee_share,
        )
        return con.sql(query).to_arrow_table().cast(EDGES)


def _pairs(found: Sequence[tuple[str, str, Sequence[tuple[str, str]]]], *names: str) -> pa.Table:
    rows = [[{"table": t, "row": r} for t, r in behind[:_CITED]] for _one, _other, behind in found]
    columns = {n: pa.array([f[i] for f in found], pa.string()) for i, n in enumerate(names)}
    return pa.table(columns | {"rows": pa.array(rows, EDGES.field("rows").type)})
