"""Ways in which ownership is worked out elsewhere, on the same tables: recursive SQL, powers of a sparse matrix, paths."""

from dataclasses import dataclass

import duckdb
import networkx as nx
import numpy as np
import pyarrow as pa
from scipy import sparse

from windchime.graph.nodes import coded

#: companies that the search for paths is asked about, and steps after which it gives one of them up
SAMPLE, STEPS = 300, 20_000


@dataclass(frozen=True, slots=True)
class Peer:
    """What a peer found: pairs of at least 25 %, and the companies it was asked about (None: all)."""

    name: str
    pairs: dict[tuple[str, str], float]
    companies: set[str] | None = None


def by_sql(table: pa.Table) -> Peer:
    """Level by level, shares of one owner and company added at each, twelve levels, what falls below 1e-4 dropped."""
    with duckdb.connect() as con:
        con.register("held", table)
        found = con.execute(
            """
            create temp table company as select distinct company from held;
            with recursive level as (
              select owner, company, sum(share) share, 1 as depth from held
              where owner not in (select company from company) group by owner, company
              union all
              select l.owner, h.company, sum(l.share * h.share), any_value(l.depth) + 1
              from level l join held h on h.owner = l.company
              where l.depth < 12 group by l.owner, h.company having sum(l.share * h.share) >= 1e-4)
            select owner, company, sum(share) share from level group by owner, company having sum(share) >= 0.25
            """
        ).fetchall()
    return Peer("recursive SQL in DuckDB, depth 12, ≥ 1e-4", {(o, c): float(y) for o, c, y in found})


def by_matrix(table: pa.Table) -> Peer:
    """A + A^2 + … of the whole matrix in SciPy, owners by companies, until nothing above 1e-9 is added."""
    nodes, (owner, company) = coded(table["owner"], table["company"])
    size = len(nodes)
    stakes = sparse.csr_array((table["share"].to_numpy(), (owner, company)), shape=(size, size))
    is_company = np.zeros(size, bool)
    is_company[company] = True
    step = stakes[~is_company]
    total = step.copy()
    while step.nnz and step.max() > 1e-9:
        step = step @ stakes
        step.data[step.data < 1e-9] = 0.0
        step.eliminate_zeros()
        total = total + step
    large = sparse.coo_array(total)
    kept = large.data >= 0.25
    owners = nodes.named(np.flatnonzero(~is_company)[large.row[kept]]).to_pylist()
    companies = nodes.named(large.col[kept]).to_pylist()
    pairs = dict(zip(zip(owners, companies, strict=True), large.data[kept].tolist(), strict=True))
    return Peer("powers of the sparse matrix in SciPy, to 1e-9", pairs)


def by_networkx(table: pa.Table) -> Peer:
    """Simple paths up from a sample of companies, their products added: loops count for nothing, long searches are cut."""
    graph = nx.DiGraph()
    for owner, company, share in zip(*(table[c].to_pylist() for c in ("owner", "company", "share")), strict=True):
        graph.add_edge(company, owner, share=share)
    companies = sorted(set(table["company"].to_pylist()))
    asked = np.random.default_rng(1).choice(companies, SAMPLE, replace=False).tolist()
    pairs: dict[tuple[str, str], float] = {}
    for company in asked:
        steps, ways = 0, [(company, 1.0, frozenset([company]))]
        while ways and steps < STEPS:
            at, share, seen = ways.pop()
            steps += 1
            if not graph.out_degree(at):
                pairs[at, company] = pairs.get((at, company), 0.0) + share
            ways += [
                (owner, share * data["share"], seen | {owner})
                for owner, data in graph.adj[at].items()
                if owner not in seen
            ]
    large = {p: y for p, y in pairs.items() if y >= 0.25}
    return Peer(f"simple paths in networkx, {SAMPLE} companies, {STEPS:,} steps each", large, set(asked))
