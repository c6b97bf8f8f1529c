"""Dependence along the supply chain: every firm on each of its suppliers, loops included, beside SciPy's sparse solver."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import splu

from bench import Row
from windchime.graph.csr import csr
from windchime.graph.nodes import Nodes
from windchime.graph.supply.dependence import dependence, reach
from windchime.graph.supply.flows import Flows, Shares

FIRMS, PAIRS = 20_000, 100_000
#: of the firms those that handed in lists
KNOWN = 0.6


def flows(seed: int = 20261121) -> Flows:
    """A region where suppliers are mostly a little upstream, a tenth anywhere: one large loop and many small ones."""
    draws = np.random.default_rng(seed)
    buyer = draws.integers(0, FIRMS, PAIRS)
    step = draws.geometric(0.0005, PAIRS)
    seller = np.where(draws.random(PAIRS) < 0.1, draws.integers(0, FIRMS, PAIRS), np.minimum(buyer + step, FIRMS - 1))
    keep = np.unique(np.stack([buyer, seller])[:, buyer != seller], axis=1)
    known = draws.random(FIRMS) < KNOWN
    size = keep.shape[1]
    return Flows(
        Nodes(pa.array(np.char.add("F", np.arange(FIRMS).astype(str)))),
        date(2025, 1, 1),
        date(2025, 12, 31),
        keep[1].astype(np.int32),
        keep[0].astype(np.int32),
        np.exp(draws.normal(12, 1.5, size)).astype(np.int64) + 1,
        np.ones(size, np.int64),
        pa.array([""] * size),
        known,
        known,
    )


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    begin = time.perf_counter()
    done = work()
    return done, time.perf_counter() - begin


def _warm() -> None:
    graph = csr(3, np.array([1, 1], np.int32), np.array([0, 2], np.int32))
    dependence(Shares(graph, np.arange(2), np.array([0.5, 0.5]), np.ones(3, np.int64)))


def rows() -> Iterator[Row]:
    """All firms, and one firm, beside an exact factorisation."""
    _warm()
    shares = flows().side("supplier")
    cpu = time.process_time()
    found, seconds = _timed(lambda: dependence(shares))
    cpu = time.process_time() - cpu
    what = f"{FIRMS:,} firms, {len(shares.share):,} pairs"
    yield Row(
        "supply",
        f"{what}: integrated dependence of all on each partner",
        seconds,
        "s",
        note=f"{cpu:.1f} s of processor, load {os.getloadavg()[0]:.1f}; error at most {np.nanmax(found.bound):.1e}",
    )
    nodes = shares.graph.nodes
    firm = np.repeat(np.arange(nodes), np.diff(shares.graph.start))
    matrix = csc_array((shares.share, (shares.graph.target, firm)), shape=(nodes, nodes))
    solver, factor = _timed(lambda: splu(csc_array(eye_array(nodes) - matrix)))
    chosen = np.flatnonzero(np.diff(shares.graph.start) > 3)[:20]
    spans, peers, worst = [], [], 0.0
    for j in chosen.tolist():
        unit = np.zeros(nodes)
        unit[j] = 1
        exact, peer = _timed(partial(solver.solve, unit))
        (visits, left), span = _timed(partial(reach, shares, j))
        worst = max(worst, float(np.abs(exact - visits).max() - left))
        spans.append(span)
        peers.append(peer)
    yield Row(
        "supply",
        f"{what}: one firm on all others",
        float(np.median(spans)) * 1000,
        "ms",
        "",
        f"SciPy splu, after {factor:.1f} s of factoring",
        float(np.median(peers)) * 1000,
        note=f"differs by the bound and at most {max(worst, 0):.1e}",
    )
