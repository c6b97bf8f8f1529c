"""A real graph of Chinese enterprises (Wei et al. 2024, `SMEsD`): it loads, answers, and what is odd about it is reported.

The sample tells every relation twice, under two names (`invest_CC`, `invested_CC`), once from either end; `invest_CC` runs
from the investee to the investor; the weight of an investment is an amount, its share that amount over the investee's
registered capital. Here the sample is only turned into ties; the reports are those that any graph gets.
"""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.graph.views.small import network, tie

from windchime.graph.facts.forms import NODES, TIES
from windchime.graph.ownership.api import Ownership
from windchime.graph.views.network import Network
from windchime.graph.views.oddities import stored_both_ways


@pytest.fixture(scope="module")
def con(samples: Path) -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    for name in ("edges", "firms", "nodes"):
        made.register(name, pq.read_table(samples / "smesd" / f"{name}.parquet"))
    return made


def smesd(con: duckdb.DuckDBPyConnection) -> Network:
    """Every relation as stored, under one name."""
    rows = con.sql(
        """SELECT DISTINCT CASE WHEN relation LIKE 'invest%' THEN 'holds'
                  WHEN relation LIKE 'supervise%' OR relation LIKE 'execute%' THEN 'leads'
                  WHEN relation LIKE 'stakeholder%' THEN 'stakeholder'
                  ELSE regexp_extract(relation, '^(branch|loan|deal|rent|creditor)') END AS kind,
                  source, target, CAST(weight AS DECIMAL(18,2)) AS amount FROM edges"""
    ).fetchall()
    nodes = [
        {"node": f"smesd:{n}", "kind": "firm" if n < 3976 else "person"}
        for (n,) in con.sql("SELECT node_id FROM nodes").fetchall()
    ]
    ties = [tie(k, f"smesd:{s}", f"smesd:{t}", amount=a) for k, s, t, a in rows]
    return Network.of(pa.Table.from_pylist(nodes, NODES), pa.Table.from_pylist(ties, TIES))


def shares(con: duckdb.DuckDBPyConnection, relation: str, investee: str) -> pa.Table:
    """Investments of one relation as shareholdings, read with one of its ends as the investee."""
    owner = "target" if investee == "source" else "source"
    return con.sql(
        f"""SELECT 'smesd:' || {owner} AS owner, 'smesd:' || {investee} AS company,
                   CAST(weight / capital AS DECIMAL(18,6)) AS share
            FROM (SELECT DISTINCT source, target, weight FROM edges WHERE relation = '{relation}' AND weight > 0)
            JOIN (SELECT node_id, max(registered_capital) AS capital FROM firms GROUP BY node_id HAVING capital > 0)
              ON node_id = {investee}"""
    ).to_arrow_table()


def over_issued(table: pa.Table) -> set[str]:
    """Companies held to more than all of them, as ownership reports them."""
    said = [p for p in Ownership.from_shares(table).problems() if p.code == "over_issued"]
    return {str(p.params["company"]) for p in said}


@pytest.mark.samples
def test_every_relation_is_reported_as_stored_in_both_directions(con: duckdb.DuckDBPyConnection) -> None:
    found = {p.params["kind"]: p.params for p in stored_both_ways(smesd(con))}
    assert set(found) >= {"holds", "leads", "stakeholder", "branch", "loan"}
    assert all(p["twins"] == p["ties"] for p in found.values())


@pytest.mark.samples
def test_the_wrong_direction_shows_as_companies_held_to_more_than_all(con: duckdb.DuckDBPyConnection) -> None:
    as_stored, turned = (over_issued(shares(con, "invest_CC", end)) for end in ("target", "source"))
    assert len(turned) < len(as_stored) / 2
    assert turned
    assert over_issued(shares(con, "invest_CP", "target"))


@pytest.mark.samples
def test_it_answers(con: duckdb.DuckDBPyConnection) -> None:
    made = smesd(con)
    hub = max(made.nodes["node"].to_pylist(), key=lambda n: sum(map(sum, made.counts(n).values())))
    view = made.neighbourhood(hub, 2, cap=50)
    assert len(view.nodes) == 50
    assert view.truncated
    assert all(n.shown + view.left_out.get(n.node, 0) == n.degree for n in view.nodes)
    assert made.path(view.nodes[1].node, view.nodes[-1].node) is not None


def test_ties_that_run_both_ways() -> None:
    made = network(
        tie("holds", "a", "b", share="0.1"),
        tie("holds", "b", "a", share="0.1"),
        tie("holds", "b", "c", share="0.1"),
        tie("holds", "c", "b", share="0.2"),
        tie("holds", "c", "c", share="0.2"),
        tie("sells", "a", "b"),
        tie("kin", "p", "q"),
        tie("kin", "q", "p"),
    )
    assert [p.params for p in stored_both_ways(made)] == [{"twins": 2, "ties": 4, "kind": "holds"}]
    assert stored_both_ways(network(labels={"a": "a"})) == ()
