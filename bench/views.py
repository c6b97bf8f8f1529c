"""Neighbourhoods on a million nodes: two hops within a cap, from nodes at random and from the greatest hubs, beside peers."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from bench import Row
from windchime.graph.facts.forms import NODES, TIES
from windchime.graph.views.network import CAP, Network

SEED = 7
DAY = date(2025, 12, 31)
NODES_COUNT = 1_000_000
TIES_COUNT = 3_700_000
AT_RANDOM, HUBS = 280, 20
#: peers that take long are asked fewer times: of both sorts of starts the same share
FEW = 60


def edges(nodes: int = NODES_COUNT, ties: int = TIES_COUNT, seed: int = SEED) -> tuple[np.ndarray, np.ndarray]:
    """Ends of ties: sources drawn evenly, targets by a power law, so that there are hubs of tens of thousands of ties."""
    random = np.random.default_rng(seed)
    source = random.integers(0, nodes, ties)
    target = random.permutation(nodes)[np.minimum((nodes * random.random(ties) ** 3).astype(np.int64), nodes - 1)]
    kept = np.unique(source * nodes + target)
    kept = random.permutation(kept[kept // nodes != kept % nodes])
    return kept // nodes, kept % nodes


def tables(source: np.ndarray, target: np.ndarray, nodes: int) -> tuple[pa.Table, pa.Table]:
    """The same as nodes and ties with ids of text."""
    ids = pa.array([f"r:{n:07d}" for n in range(nodes)])
    size = len(source)
    random = np.random.default_rng(SEED)
    kinds = pa.array(["holds", "guarantees", "sells"]).take(pa.array(random.integers(0, 3, size)))
    blank = {f.name: pa.nulls(size, f.type) for f in TIES if f.nullable}
    amount = pa.array(random.integers(1, 10**6, size)).cast(pa.decimal128(21, 2)).cast(TIES.field("amount").type)
    told = blank | {
        "kind": kinds,
        "source": ids.take(pa.array(source)),
        "target": ids.take(pa.array(target)),
        "amount": amount,
        "count": pa.array(np.ones(size, np.int64)),
        "table": pa.array(["list"]).take(pa.array(np.zeros(size, np.int64))),
        "row": pa.array(np.arange(size)).cast(pa.string()),
    }
    labels = pa.array([f"企业{n}有限公司" for n in range(nodes)])
    held = {f.name: pa.nulls(nodes, f.type) for f in NODES if f.nullable}
    held |= {"node": ids, "label": labels, "kind": pa.array(["firm"]).take(pa.array(np.zeros(nodes, np.int64)))}
    return (
        pa.table({n: held[n] for n in NODES.names}).cast(NODES),
        pa.table({n: told[n] for n in TIES.names}).cast(TIES),
    )


@dataclass(frozen=True, slots=True)
class Took:
    """Milliseconds of many questions."""

    wall: list[float]
    #: of the processor, all threads: what is left when others share the machine
    processor: list[float]

    def row(self, what: str, target: str = "", note: str = "") -> Row:
        """The 99th percentile by the clock; the rest in the note."""
        middle, late = np.percentile(self.wall, 50), float(np.percentile(self.wall, 99))
        said = f"p50 {middle:.3f} ms; of the processor p50 {np.percentile(self.processor, 50):.3f}, p99 {np.percentile(self.processor, 99):.3f} ms"
        return Row("views", f"{what}, p99", late, "ms", target, note=f"{said}{note and '; '}{note}")


def took(ask: Callable[[int], object], starts: Sequence[int]) -> Took:
    """Ask one question of each start."""
    made = Took([], [])
    for start in starts:
        begin, used = time.perf_counter(), time.process_time()
        ask(start)
        made.processor.append((time.process_time() - used) * 1000)
        made.wall.append((time.perf_counter() - begin) * 1000)
    return made


def rows() -> Iterator[Row]:
    source, target = edges()
    begin = time.perf_counter()
    network = Network.of(*tables(source, target, NODES_COUNT))
    built = time.perf_counter() - begin
    degree = np.bincount(source, minlength=NODES_COUNT) + np.bincount(target, minlength=NODES_COUNT)
    hubs = np.argsort(-degree)[:HUBS].tolist()
    starts = [*np.random.default_rng(1).integers(0, NODES_COUNT, AT_RANDOM).tolist(), *hubs]
    said = f"{NODES_COUNT:,} nodes, {len(source):,} ties, {AT_RANDOM} nodes at random and the {HUBS} greatest hubs (up to {degree.max():,} ties)"
    yield Row("views", "network out of Arrow tables", built, "s", note=said)
    network.reach(f"r:{starts[0]:07d}")
    for hops in (1, 2, 3):
        made = took(lambda n: network.reach(f"r:{n:07d}", hops), starts)  # noqa: B023 - asked at once
        yield made.row(f"{hops} hops, cap {CAP}, engine", "≤ 5 ms" if hops == 2 else "")
    yield took(lambda n: network.reach(f"r:{n:07d}", 2, on=DAY), starts).row(f"2 hops, cap {CAP}, on a day, engine")
    yield took(lambda n: network.neighbourhood(f"r:{n:07d}", 2), starts).row(f"2 hops, cap {CAP}, as a view")
    ends = np.random.default_rng(2).integers(0, NODES_COUNT, (100, 2))
    network.path("r:0000000", "r:0000001")
    paths = took(lambda n: network.path(f"r:{ends[n, 0]:07d}", f"r:{ends[n, 1]:07d}"), range(100))
    yield paths.row("shortest path between two nodes at random")
    begin = time.perf_counter()
    network.search("企业1")
    first = f"the first, which reads all names, {time.perf_counter() - begin:.1f} s"
    yield took(lambda n: network.search(f"企业 {n}7"), range(30)).row("search among a million names", note=first)
    yield from peers(source, target, starts)


def peers(source: np.ndarray, target: np.ndarray, starts: list[int]) -> Iterator[Row]:
    """All nodes within two hops, without a cap: what a library gives without further ado."""
    few = [*starts[: FEW - FEW // 4], *starts[-(FEW // 4) :]]
    for name, (ask, loaded) in {
        "DuckDB": _duckdb(source, target),
        "scipy": _scipy(source, target),
        "networkx": _networkx(source, target),
    }.items():
        note = f"{len(few)} starts, hubs among them; loaded in {loaded:.1f} s"
        yield took(ask, few).row(f"peer {name}: 2 hops, all nodes", note=note)


def _duckdb(source: np.ndarray, target: np.ndarray) -> tuple[Callable[[int], object], float]:
    import duckdb

    begin = time.perf_counter()
    con = duckdb.connect()
    con.execute("SET threads = 2")
    given = pa.table({"a": np.concatenate([source, target]), "b": np.concatenate([target, source])})
    con.register("given", given)
    con.execute("CREATE TABLE ties AS SELECT a, b FROM given ORDER BY a")
    con.unregister("given")
    asked = """
        WITH one AS (SELECT DISTINCT b AS v FROM ties WHERE a = $start)
        SELECT v FROM one UNION SELECT b FROM ties WHERE a IN (SELECT v FROM one)
    """
    return lambda n: con.execute(asked, {"start": n}).fetchnumpy(), time.perf_counter() - begin


def _scipy(source: np.ndarray, target: np.ndarray) -> tuple[Callable[[int], object], float]:
    from scipy.sparse import csr_array

    begin = time.perf_counter()
    one = np.ones(len(source), np.int8)
    rows_of = csr_array((one, (source, target)), shape=(NODES_COUNT, NODES_COUNT))
    both = (rows_of + rows_of.T).tocsr()

    def ask(start: int) -> object:
        near = both.indices[both.indptr[start] : both.indptr[start + 1]]
        return np.unique(np.concatenate([near, *(both.indices[both.indptr[v] : both.indptr[v + 1]] for v in near)]))

    return ask, time.perf_counter() - begin


def _networkx(source: np.ndarray, target: np.ndarray) -> tuple[Callable[[int], object], float]:
    import networkx as nx

    begin = time.perf_counter()
    graph = nx.Graph()
    graph.add_nodes_from(range(NODES_COUNT))
    graph.add_edges_from(zip(source.tolist(), target.tolist(), strict=True))
    loaded = time.perf_counter() - begin
    return lambda n: nx.single_source_shortest_path_length(graph, n, cutoff=2), loaded
