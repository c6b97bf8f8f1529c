"""Loops among ten million transfers, each planted one found once, beside self-joins in DuckDB; and one transfer at a time."""

import os
import resource
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import psutil
import pyarrow as pa

from bench import Row
from windchime.graph.loops.finding import Loops, find
from windchime.graph.loops.search import Search
from windchime.graph.loops.transfers import DAY_US, Transfers
from windchime.graph.loops.watching import Watcher

#: transfers, accounts for every ten of them, planted loops
TRANSFERS, PLANTED = 10_000_000, 2_000
BEGIN = 1_735_660_800_000_000
HOW = Search()
#: transfers watched one by one, after a week that went before
WATCHED = 50_000


def transfers(size: int, days: int, seed: int = 20261121) -> tuple[pa.Table, list[tuple[int, ...]]]:
    """Payments among accounts of which some are hubs, with planted loops of two to five hops; and the rows of these."""
    draws = np.random.default_rng(seed)
    accounts = size // 10
    sizes = draws.integers(2, HOW.hops + 1, PLANTED)
    plain = size - int(sizes.sum())

    def ends() -> np.ndarray[Any, np.dtype[np.int32]]:
        drawn = draws.random(plain)
        hub = draws.random(plain) < 0.05
        return (np.where(hub, drawn**3, drawn) * accounts).astype(np.int32)

    payer, payee = ends(), ends()
    payee = np.where(payer == payee, (payee + 1) % accounts, payee).astype(np.int32)
    at = draws.integers(0, days * DAY_US, plain)
    fen = np.exp(draws.normal(13, 1.6, plain)).astype(np.int64) + 100
    ring: list[tuple[int, int, int, int]] = []
    rows: list[tuple[int, ...]] = []
    for hops in sizes.tolist():
        members = draws.choice(accounts, hops, replace=False)
        times = np.sort(draws.integers(0, 7 * DAY_US, hops)) + draws.integers(0, (days - 7) * DAY_US)
        amount = float(draws.integers(100_000, 100_000_000))
        rows.append(tuple(range(plain + len(ring), plain + len(ring) + hops)))
        for n in range(hops):
            ring.append((int(members[n]), int(members[(n + 1) % hops]), int(times[n]), round(amount)))
            amount *= draws.uniform(0.85, 1.15)
    planted = np.array(ring, np.int64)
    ids = pa.array(np.char.add("ACC", np.char.zfill(np.arange(accounts).astype(str), 8)))
    words = np.zeros((size, 2), np.int64)
    words[:, 0] = np.concatenate([fen, planted[:, 3]])
    table = pa.table(
        {
            "payer": ids.take(pa.array(np.concatenate([payer, planted[:, 0]]))),
            "payee": ids.take(pa.array(np.concatenate([payee, planted[:, 1]]))),
            "amount": pa.Array.from_buffers(pa.decimal128(18, 2), size, [None, pa.py_buffer(words)]),
            "paid_at": pa.array(BEGIN + np.concatenate([at, planted[:, 2]]), pa.timestamp("us", "UTC")),
        }
    )
    return table, rows


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.perf_counter()
    done = work()
    return done, time.perf_counter() - begin


def _whole(days: int) -> Iterator[Row]:
    table, planted = transfers(TRANSFERS, days)
    find(Transfers.of(table.slice(0, 10_000)), HOW)
    held = psutil.Process().memory_info().rss

    def work() -> Loops:
        return find(Transfers.of(table), HOW)

    cpu = time.process_time()
    found, seconds = _timed(work)
    cpu = time.process_time() - cpu
    grown = max(0, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - held)
    what = f"{TRANSFERS:,} transfers in {days} days, loops of at most five hops"
    load = os.getloadavg()[0]
    yield Row(
        "loops", what, seconds, "s", "≤ 10 s", note=f"ids in, {cpu:.1f} s of processor, load {load:.1f} on two cores"
    )
    yield Row("loops", f"{what}: memory beyond the input", grown / 1e9, "GB", "≤ 1 GB")
    lists = [tuple(rows) for rows in found.lists()]
    once = len(lists) == len(set(lists)) and set(planted) <= set(lists)
    yield Row(
        "loops",
        f"{what}: planted loops found, each once",
        sum(p in set(lists) for p in [*planted]) if len(lists) < 1_000_000 else float("nan"),
        "loops",
        f"{PLANTED}",
        note=f"{len(lists)} in all, each once: {once}; searches cut: {len(found.cut)}",
    )
    if days > 31:
        yield from _peers(table, found, seconds)
        yield from _stream(table, found)


def _peers(table: pa.Table, found: Loops, seconds: float) -> Iterator[Row]:
    """Self-joins in DuckDB on two threads: the same conditions, in SQL."""
    sizes = np.bincount(np.diff(found.begins), minlength=HOW.hops + 1)
    with duckdb.connect() as con:
        con.execute("SET threads = 2")
        con.register("given", table)
        con.execute(
            "CREATE TABLE t AS SELECT payer AS a, payee AS b, (amount * 100)::BIGINT AS x, epoch_us(paid_at) AS t FROM given"
        )
        week = 7 * DAY_US
        near = "5 * {n}.x BETWEEN 4 * {m}.x AND 6 * {m}.x AND {n}.t > {m}.t AND {n}.t <= e1.t + " + str(week)
        two = f"SELECT count(*) FROM t e1 JOIN t e2 ON e2.a = e1.b AND e2.b = e1.a AND {near.format(n='e2', m='e1')}"
        three = (
            f"SELECT count(*) FROM t e1 JOIN t e2 ON e2.a = e1.b AND e2.b <> e1.a AND {near.format(n='e2', m='e1')}"
            f" JOIN t e3 ON e3.a = e2.b AND e3.b = e1.a AND {near.format(n='e3', m='e2')}"
        )
        for hops, text in ((2, two), (3, three)):
            rows, peer = _timed(con.sql(text).fetchall)
            yield Row(
                "loops",
                f"{TRANSFERS:,} transfers, loops of {hops} hops",
                seconds,
                "s",
                "",
                "DuckDB self-join",
                peer,
                note=f"here all lengths at once; counts {int(sizes[hops])} and {rows[0][0]}",
            )


def _stream(table: pa.Table, found: Loops) -> Iterator[Row]:
    """The last transfers of the year told one by one, after a week that went before."""
    at = table["paid_at"].cast(pa.int64()).to_numpy()
    order = np.argsort(at, kind="stable")
    week = order[np.searchsorted(at[order], at[order[-WATCHED]] - 7 * DAY_US) :]
    rows = table.take(pa.array(week)).to_pydict()
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    times = [epoch + timedelta(microseconds=int(t)) for t in at[week]]
    told = list(zip(rows["payer"], rows["payee"], rows["amount"], times, strict=True))
    watcher = Watcher(HOW)
    watcher.fill(told[:-WATCHED])
    watcher.add("x", "y", Decimal(1), times[-WATCHED])
    spans, closed = np.empty(WATCHED), 0
    for i, transfer in enumerate(told[-WATCHED:]):
        begin = time.perf_counter()
        closed += len(watcher.add(*transfer).loops)
        spans[i] = time.perf_counter() - begin
    last = set(order[-WATCHED:].tolist())
    ends = sum(int(row) in last for row in found.rows[found.begins[1:] - 1])
    what = f"a new transfer against the week before, among {TRANSFERS:,} a year"
    yield Row("loops", f"{what}: p50", float(np.quantile(spans, 0.5)) * 1000, "ms")
    yield Row(
        "loops",
        f"{what}: p99",
        float(np.quantile(spans, 0.99)) * 1000,
        "ms",
        "≤ 5 ms",
        note=f"{WATCHED:,} transfers; {closed} loops closed, the whole search has {ends}",
    )


def rows() -> Iterator[Row]:
    """The figures; thirty days too where BENCH_LARGE is set."""
    yield from _whole(365)
    if os.environ.get("BENCH_LARGE"):
        yield from _whole(30)
