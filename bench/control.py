"""Control of a million entities: all pairs beside SQL, one changed shareholding after another, one company's page."""

import os
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import TypeVar

import duckdb
import numpy as np
import pyarrow as pa

from bench import Row
from bench._registries import registry
from windchime.graph.ownership.above import Above
from windchime.graph.ownership.chains import chains_within
from windchime.graph.ownership.control import control
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.live_control import LiveControl
from windchime.graph.ownership.majority import Majority
from windchime.graph.ownership.shares import holdings_of
from windchime.graph.ownership.ultimate import ultimate
from windchime.graph.ownership.weakest_link import weakest_links

COMPANIES = int(os.environ.get("WINDCHIME_BENCH_COMPANIES", "600000"))
#: shareholdings changed one by one, and companies whose page is made
CHANGES, PAGES = 3_000, 1_000
T = TypeVar("T")
#: owners whose chains a page shows
OWNERS = 5

FIXPOINT = """
CREATE OR REPLACE TABLE control AS
WITH holders AS (SELECT DISTINCT owner AS x, owner AS z FROM own UNION SELECT x, y FROM control)
SELECT x, company AS y FROM holders JOIN own ON z = owner WHERE x <> company GROUP BY x, company HAVING sum(share) > 0.5
"""


def rows() -> Iterator[Row]:
    table = registry(COMPANIES).table()
    holdings, _problems = holdings_of(table)
    control(holdings).table()
    entities = f"{len(holdings.nodes):,} entities, {len(holdings.owner):,} shareholdings"
    seconds, found = _best(lambda: control(holdings).table())
    read, _held = _best(lambda: holdings_of(table))
    peer, pairs, rounds = _sql(table)
    yield Row(
        "control",
        f"all pairs above one half, {entities}",
        seconds,
        "s",
        "≤ 1 s",
        "DuckDB, naive fixpoint, 2 threads",
        peer,
        f"{len(found):,} pairs, {pairs:,} by SQL in {rounds} rounds; load {os.getloadavg()[0]:.1f}",
    )
    yield Row(
        "control", "reading the shareholdings from a table of text ids", read, "s", note="once, for all questions"
    )
    seconds, tops = _best(lambda: ultimate(control(holdings)))
    yield Row("control", "ultimate controllers of all", seconds, "s", note=f"{len(tops.company):,} firms with one")
    quarter = Majority.of("0.25", inclusive=True)
    seconds, links = _best(lambda: weakest_links(holdings, quarter))
    yield Row(
        "control", "weakest links of at least a quarter, all companies", seconds, "s", note=f"{len(links):,} pairs"
    )
    yield from _changes(holdings)
    yield from _pages(holdings)


def _best(work: Callable[[], T], times: int = 3) -> tuple[float, T]:
    """The shortest of a few runs, and what the last gave."""
    took = []
    for _time in range(times):
        begin = time.perf_counter()
        found = work()
        took.append(time.perf_counter() - begin)
    return min(took), found


def _sql(table: pa.Table) -> tuple[float, int, int]:
    """Seconds, pairs and rounds of the fixpoint in SQL over the ids as numbers."""
    with duckdb.connect() as con:
        con.execute("SET enable_external_access = false")
        con.execute("SET threads = 2")
        con.register("given", table)
        con.execute(
            "CREATE TABLE own AS SELECT hash(owner) AS owner, hash(company) AS company, share::DECIMAL(9, 6) AS share FROM given"
        )
        con.execute("CREATE TABLE control (x UBIGINT, y UBIGINT)")
        begin, before, many, rounds = time.perf_counter(), -1, 0, 0
        while many != before:
            before, rounds = many, rounds + 1
            con.execute(FIXPOINT)
            many = con.execute("SELECT count(*) FROM control").fetchall()[0][0]
        return time.perf_counter() - begin, many, rounds


def _changes(holdings: Holdings) -> Iterator[Row]:
    """Shares raised, lowered and ended, and new stakes in companies of any place."""
    live, random = LiveControl(holdings), np.random.default_rng(5)
    ids = holdings.nodes.ids
    stakes = random.integers(0, len(holdings.owner), CHANGES)
    others = random.integers(0, len(holdings.owner), CHANGES)
    took, asked, turned = [], [], 0
    for nth, (stake, other) in enumerate(zip(stakes.tolist(), others.tolist(), strict=True)):
        company = holdings.company[other if nth % 3 == 0 else stake]
        votes = Fraction(int(random.integers(0, 10_001)), 10_000)
        begin = time.perf_counter()
        turn = live.change(str(ids[int(holdings.owner[stake])]), str(ids[int(company)]), votes)
        took.append((time.perf_counter() - begin) * 1000)
        asked.append(turn.asked)
        turned += len(turn.gained) + len(turn.lost)
    p50, p99 = np.percentile(took, [50, 99])
    load = os.getloadavg()[0]
    note = f"p50 {p50:.2f} ms, longest {max(took):.1f} ms, load {load:.1f}; at most {max(asked)} controllers asked anew, {turned:,} pairs turned"
    yield Row("control", f"one changed shareholding, p99 of {CHANGES:,}", float(p99), "ms", "≤ 50 ms", note=note)


def _pages(holdings: Holdings) -> Iterator[Row]:
    """What stands above one company: shares of all ultimate owners, chains of the largest five."""
    random = np.random.default_rng(5)
    took, sizes = [], []
    for company in random.choice(holdings.company, PAGES).tolist():
        begin = time.perf_counter()
        above = Above.of(holdings, company)
        ultimate_owners = np.flatnonzero(~above.is_held)
        largest = ultimate_owners[np.argsort(-above.reach[ultimate_owners], kind="stable")][:OWNERS]
        for owner in largest.tolist():
            chains_within(above, owner)
        took.append((time.perf_counter() - begin) * 1000)
        sizes.append(len(above.share))
    p50, p99 = np.percentile(took, [50, 99])
    load = os.getloadavg()[0]
    note = (
        f"p50 {p50:.2f} ms, longest {max(took):.1f} ms, load {load:.1f}; up to {max(sizes):,} stakes above one company"
    )
    yield Row("control", f"one company's owners with chains, p99 of {PAGES:,}", float(p99), "ms", "≤ 50 ms", note=note)
