"""Ownership of made-up registries: all beneficial owners from 25 %, exact, beside SQL, sparse matrices and path search.

`BENCH_LARGE=1` adds the registry of 10 million shareholdings. Figures of peers say what they cost and what they get wrong,
counted on the same data. Kernels are warm; a table of text ids goes in, a table comes out.
"""

import os
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import TypeVar

import numpy as np
import pyarrow as pa

from bench import Row
from bench._ownership_peers import Peer, by_matrix, by_networkx, by_sql
from bench._registries import registry
from windchime import Ownership

AREA = "ownership"
PAGE = os.sysconf("SC_PAGE_SIZE")
T = TypeVar("T")


def rows() -> Iterator[Row]:
    """One million entities with peers, an update, one company; where asked for, ten million shareholdings."""
    small = registry(6_000, big=100).table()
    warm = Ownership.from_shares(small)
    warm.beneficial_owners()
    _changed(warm, small["owner"][0].as_py(), small["company"][0].as_py())
    before = _resident()
    table = registry(600_000).table()
    yield from _ours(table, before, "1.6 million shareholdings", "≤ 4 s")
    yield from _change(table)
    yield from _peers(table)
    if os.environ.get("BENCH_LARGE") == "1":
        large = registry(3_900_000).table()
        pa.default_memory_pool().release_unused()
        yield from _ours(large, before, "10.6 million shareholdings", "≤ 30 s, 15 s within reach")


def _ours(table: pa.Table, before: float, what: str, target: str) -> Iterator[Row]:
    started, worked = perf_counter(), process_time()
    (ownership, read), peak = _peak(lambda: _timed(lambda: Ownership.from_shares(table)))
    (found, solved), more = _peak(lambda: _timed(ownership.beneficial_owners))
    took, worked = perf_counter() - started, process_time() - worked
    certificate = ownership.certificate()
    note = f"{read:.1f} s read, {solved:.1f} s solved and decided; {worked:.1f} s of processor; load {os.getloadavg()[0]:.1f}; {certificate}"
    yield Row(AREA, f"{what}: all beneficial owners ≥ 25 %", took, "s", target, note=note)
    yield Row(
        AREA,
        f"{what}: memory",
        max(peak, more) - before,
        "GB",
        "≤ 2 GB",
        note="above what the process held before: tables in and out, all between",
    )
    yield Row(
        AREA,
        f"{what}: conservation",
        certificate.violation,
        "of 1",
        "≤ 1e-9",
        note=f"worst at {certificate.violation_at or 'none'} of {certificate.companies:,} companies; {found.num_rows:,} pairs",
    )


def _change(table: pa.Table) -> Iterator[Row]:
    """One stake of one company changed, told again: a company that holds others, drawn with a fixed seed."""
    ownership = Ownership.from_shares(table)
    ownership.beneficial_owners()
    random = np.random.default_rng(1)
    times, solved = [], []
    for row in random.integers(0, table.num_rows, 5).tolist():
        owner, company = table["owner"][row].as_py(), table["company"][row].as_py()
        after, took = _timed(partial(_changed, ownership, owner, company))
        times.append(took)
        solved.append(after.certificate().solved)
    yield Row(
        AREA,
        "1.6 million shareholdings: one stake changed, owners told again",
        float(np.median(times)),
        "s",
        note=f"median of {len(times)}; companies solved anew: {', '.join(f'{n:,}' for n in solved)}",
    )


def _changed(ownership: Ownership, owner: str, company: str) -> Ownership:
    after = ownership.with_change(owner, company, "0.0001")
    after.beneficial_owners()
    return after


def _answered(table: pa.Table) -> dict[tuple[str, str], float]:
    return _pairs(Ownership.from_shares(table).beneficial_owners())


def _peers(table: pa.Table) -> Iterator[Row]:
    """DuckDB on the whole registry, SciPy and networkx on a small one, each held against ours."""
    small = registry(30_000, big=500).table()
    for what, held, peers in (
        ("1.6 million shareholdings", table, (by_sql,)),
        (f"{small.num_rows:,} shareholdings", small, (by_sql, by_matrix, by_networkx)),
    ):
        ours, took = _timed(partial(_answered, held))
        for ask in peers:
            found, needed = _timed(partial(ask, held))
            yield _against(what, ours, took, found, needed)


def _against(what: str, ours: dict[tuple[str, str], float], took: float, peer: Peer, needed: float) -> Row:
    asked = {p for p in ours if peer.companies is None or p[1] in peer.companies}
    told = set(peer.pairs)
    off = sum(abs(peer.pairs[p] - ours[p]) > 1e-6 for p in asked & told)
    note = f"peer: of {len(asked):,} pairs {len(asked - told):,} missed, {len(told - asked):,} too many, {off:,} shares off by more than 1e-6"
    if peer.companies is not None:
        note += f"; ours answers all companies, the peer {len(peer.companies):,}"
    return Row(AREA, f"{what}: beside {peer.name}", took, "s", peer=peer.name, peer_measured=needed, note=note)


def _pairs(table: pa.Table) -> dict[tuple[str, str], float]:
    names = zip(table["owner"].to_pylist(), table["company"].to_pylist(), strict=True)
    return dict(zip(names, table["share"].to_pylist(), strict=True))


def _timed(ask: Callable[[], T]) -> tuple[T, float]:
    started = perf_counter()
    return ask(), perf_counter() - started


def _peak(ask: Callable[[], T]) -> tuple[T, float]:
    """What is asked for, and the most memory (GB) that the process held meanwhile, looked at every 5 ms."""
    most, done = [_resident()], threading.Event()

    def watch() -> None:
        while not done.is_set():
            most[0] = max(most[0], _resident())
            sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        return ask(), most[0]
    finally:
        done.set()
        watcher.join()


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE / 1e9
