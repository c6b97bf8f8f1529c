"""The engine of the rule forest: codes, candidates and counts of made-up wide tables, and its kernels by themselves.

Kernels are warm. The tables mix amounts, shares with missing values, counts, and columns that are mostly nought; a rule of
three conditions is planted.
"""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter, process_time, sleep
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench import Row
from windchime.risk.rules.engine import Coded, Coding, Limits, Pool, candidates, code_table, counts
from windchime.risk.rules.engine.histograms import by_pair, by_state

AREA = "rule_engine"
PAGE = os.sysconf("SC_PAGE_SIZE")
LIMITS = Limits(0.002, 0.05)
T = TypeVar("T")
Ints = NDArray[np.int64]


def rows() -> Iterator[Row]:
    """Three sizes of tables, then the kernels."""
    _whole(*table(2_000, 10), threads=2)
    yield from _size(10_000, 20, "≤ 0.2 s")
    yield from _size(100_000, 100, "≤ 2 s")
    yield from _size(1_000_000, 500, "≤ 40 s")
    yield from _kernels(1_000_000)


def table(height: int, width: int, seed: int = 20261121) -> tuple[pl.DataFrame, Ints, Ints]:
    """A wide table, its bads, and the month of each row."""
    draws = np.random.default_rng(seed)
    kinds: list[Callable[[], NDArray[Any]]] = [
        lambda: draws.exponential(1000, height).round(2),
        lambda: draws.normal(size=height).astype(np.float32),
        lambda: draws.integers(0, 200, height).astype(np.int32),
        lambda: np.where(draws.random(height) < 0.2, np.nan, draws.normal(size=height)).astype(np.float32),
        lambda: np.where(draws.random(height) < 0.7, 0, draws.integers(1, 50, height)).astype(np.int16),
    ]
    columns = {f"x{k}": kinds[k % 5]() for k in range(width)}
    rule = (columns["x1"] > 0.8) & (columns["x2"] < 60) & (columns["x6"] > 0.2)
    bad = (draws.random(height) < np.where(rule, 0.5, 0.08)).astype(np.int64)
    return pl.DataFrame(columns), bad, draws.integers(202401, 202425, height)


def _whole(frame: pl.DataFrame, bad: Ints, month: Ints, threads: int) -> tuple[Pool, tuple[float, ...]]:
    start = perf_counter()
    coded = code_table(frame, threads=threads)
    after = perf_counter()
    pool = candidates(coded, bad, limits=LIMITS, vintage=month, threads=threads)
    found = perf_counter()
    counts(coded, pool, bad, month, threads=threads)
    return pool, (after - start, found - after, perf_counter() - found)


def _size(height: int, width: int, target: str) -> Iterator[Row]:
    frame, bad, month = table(height, width)
    before = _resident()
    worked = process_time()
    (pool, spans), peak = _peak(lambda: _whole(frame, bad, month, 2))
    worked = process_time() - worked
    what = f"{height:,} rows × {width} features"
    yield Row(
        AREA,
        f"{what}: coded, searched, counted by month",
        sum(spans),
        "s",
        target,
        note=f"{spans[0]:.2f} coding, {spans[1]:.2f} search, {spans[2]:.2f} counts of {len(pool):,} rules in 24 months; "
        f"{worked:.1f} s of processor on 2 threads; load {os.getloadavg()[0]:.1f}",
    )
    if height >= 1_000_000:
        yield Row(AREA, f"{what}: memory", peak - before, "GB", "≤ 2 GB", note="above the table, codes included")
        return
    one, eight = (_whole(frame, bad, month, threads)[0] for threads in (1, 8))
    same = all(_bytes(one) == _bytes(other) for other in (pool, eight))
    yield Row(AREA, f"{what}: the same bytes on 1, 2 and 8 threads", float(same), "", "1")


def _kernels(height: int) -> Iterator[Row]:
    draws = np.random.default_rng(1)
    codes = draws.integers(0, 16, (20, height)).astype(np.uint8)
    bad = (draws.random(height) < 0.1).astype(np.uint8)
    coded, none = Coded(Coding(()), codes), np.zeros(0)
    yield Row(
        AREA,
        f"{height:,} rows by state, one feature",
        _least(lambda: by_state(codes[0], bad, none)) * 1e3,
        "ms",
        "≤ 3.9 ms",
    )
    yield Row(
        AREA,
        f"{height:,} rows by pair of states",
        _least(lambda: by_pair(codes[0], codes[1], bad, none)) * 1e3,
        "ms",
        "≤ 1.04 ms",
    )
    features = np.argsort(draws.random((20_000, 20)), axis=1)[:, :3]
    pool = Pool.of(features, ((1 << draws.integers(2, 15, features.shape)) - 1).astype(np.uint32))
    span = _least(lambda: counts(coded, pool, bad, threads=1))
    few = pool.take(np.arange(100))
    yield Row(
        AREA,
        f"a rule of three conditions counted on {height:,} rows, one thread",
        span / len(pool) * 1e6,
        "µs",
        "≤ 13.9 µs",
        "NumPy masks",
        _least(lambda: _by_masks(codes, few, bad)) / len(few) * 1e6,
        note="packing of the literals included; seconds of processor",
    )


def _by_masks(codes: NDArray[np.uint8], pool: Pool, bad: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """The obvious way: comparisons and masks of truth values."""
    is_bad = bad == 1
    found = []
    for features, masks in zip(pool.features[:, :3], pool.masks[:, :3], strict=True):
        hit = np.ones(codes.shape[1], np.bool_)
        for feature, mask in zip(features, masks, strict=True):
            hit &= codes[feature] < int(mask).bit_length()
        found.append((int(hit.sum()), int((hit & is_bad).sum())))
    return found


def _bytes(pool: Pool) -> bytes:
    return b"".join(a.tobytes() for a in (pool.features, pool.masks, pool.trees, pool.rows, pool.bads))


def _least(work: Callable[[], object]) -> float:
    """Seconds of processor, the least of three."""
    spans = []
    for _ in range(4):
        start = process_time()
        work()
        spans.append(process_time() - start)
    return min(spans[1:])


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e9


def _peak(work: Callable[[], T]) -> tuple[T, float]:
    """The result, and the most memory held while it was made, in GB."""
    most, done = [_resident()], threading.Event()

    def watch() -> None:
        while not done.is_set():
            most.append(max(most.pop(), _resident()))
            sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        return work(), most[0]
    finally:
        done.set()
        watcher.join()
