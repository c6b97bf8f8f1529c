"""Contagion on 100,000 firms with a million exposures: every firm fails once; one failure with its paths; clearing."""

import os
import time
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_array

from bench import Row
from windchime.graph.contagion.cascade import cascade
from windchime.graph.contagion.clearing import clear
from windchime.graph.contagion.debtrank import ranks, spread
from windchime.graph.contagion.network import Network
from windchime.graph.nodes import Nodes

FIRMS, EXPOSURES = 100_000, 1_000_000
LEAST, ROUNDS, LISTED = 1e-4, 100, 0.01
#: failures that the sparse recursion of the peer is asked for
SHOCKS = 20


def network(seed: int = 20261121, firms: int = FIRMS, exposures: int = EXPOSURES) -> Network:
    """Firms of very different size; the large have more partners, an exposure is a small part of the smaller one."""
    draws = np.random.default_rng(seed)
    size = draws.pareto(1.3, firms) + 1.0
    ends = np.searchsorted(np.cumsum(size**0.7) / (size**0.7).sum(), draws.random((2, exposures))).astype(np.int32)
    ends = ends[:, ends[0] != ends[1]]
    smaller = np.minimum(size[ends[0]], size[ends[1]])
    loss = smaller * draws.lognormal(-4.0, 1.0, ends.shape[1])
    return Network(
        firms=Nodes(pa.array([f"bench:{n}" for n in range(firms)])),
        failed=ends[0],
        loser=ends[1],
        loss=loss,
        buffer=size * draws.lognormal(0.0, 0.3, firms),
        is_assumed=np.zeros(firms, dtype=bool),
    )


def _sparse(net: Network) -> float:
    """Seconds a failure takes by the recursion over a scipy matrix, on average."""
    count = len(net.firms)
    weight = csr_array((net.weight, (net.loser, net.failed)), shape=(count, count))
    begin = time.perf_counter()
    for firm in range(SHOCKS):
        now, before = np.zeros(count), np.zeros(count)
        now[firm] = 1.0
        for _ in range(ROUNDS):
            now, before = np.minimum(1.0, now + weight @ (now - before)), now
            if np.abs(now - before).max() < LEAST:
                break
    return (time.perf_counter() - begin) / SHOCKS


def rows() -> Iterator[Row]:
    ranks(network(1, 50, 200), alpha=0.0, least=LEAST, rounds=ROUNDS, listed_from=LISTED)
    net = network()
    _ = net.by_failed, net.by_loser
    size = f"{FIRMS:,} firms, {len(net.loss):,} exposures"
    for alpha, name in ((0.0, "linear"), (5.0, "non-linear"), (float("inf"), "threshold")):
        begin, used = time.perf_counter(), time.process_time()
        found = ranks(net, alpha=alpha, least=LEAST, rounds=ROUNDS, listed_from=LISTED)
        wall, cpu = time.perf_counter() - begin, time.process_time() - used
        note = f"{size}; {found.hits.mean():.1f} hit and {found.falls.mean():.2f} fall on average; {cpu:.1f} s of processors; load {os.getloadavg()[0]:.1f}"
        peer = _sparse(net) * FIRMS if alpha == 0.0 else None
        yield Row("contagion", f"every firm fails once, {name} DebtRank", wall, "s", "seconds",
                  "scipy sparse recursion, projected" if peer else "", peer, note)  # fmt: skip
    first = np.zeros(FIRMS)
    worst = int(np.argmax(np.bincount(net.failed, net.loss)))
    first[worst] = 1.0
    exact, _rounds = spread(net, first, alpha=0.0, least=0.0, rounds=ROUNDS)
    near, _rounds = spread(net, first, alpha=0.0, least=LEAST, rounds=ROUNDS)
    missing = float(((exact - near) * net.buffer).sum() / (exact * net.buffer).sum())
    yield Row("contagion", "loss left out by changes that wait, largest failure", 100 * missing, "%", "", note="linear")
    begin = time.perf_counter()
    shown = cascade(net, {f"bench:{worst}": 1.0}, alpha=5.0, least=LEAST, rounds=ROUNDS, listed_from=LISTED)
    note = f"{len(shown.hits):,} hit"
    yield Row("contagion", "one failure with the path to each firm", time.perf_counter() - begin, "s", note=note)
    begin = time.perf_counter()
    outside = np.maximum(net.buffer + np.bincount(net.failed, net.loss, FIRMS), 0.0)
    outside = np.maximum(outside - np.bincount(net.loser, net.loss, FIRMS), 0.0)
    outside[:100] = 0.0
    cleared = clear(net.failed, net.loser, net.loss, outside)
    note = f"{int((cleared.round > 0).sum()):,} cannot pay, {int(cleared.round.max())} rounds"
    yield Row("contagion", "clearing after a hundred failures", time.perf_counter() - begin, "s", note=note)
