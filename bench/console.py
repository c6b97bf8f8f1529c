"""How fast the console's pages answer: a demo bank, a real server on loopback, one reader."""

import http.client
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import uvicorn

from bench import Row
from windchime.console import create_app
from windchime.console.app import WARMING
from windchime.service.bank import Bank

#: requests over all pages, sequential; the first of each page is counted like any other
REQUESTS = 400
TARGET = "p95 ≤ 200 ms"


def _bank() -> Bank:
    """The bank of WINDCHIME_BENCH_HOME, or a demo of 300 firms made for this run."""
    named = os.environ.get("WINDCHIME_BENCH_HOME")
    if not named:
        named = tempfile.mkdtemp(prefix="windchime-bench-")
        made = [sys.executable, "-m", "windchime.cli", "--home", named, "demo", "--firms", "300", "--no-serve"]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    return Bank.open(Path(named))


def _served(bank: Bank) -> tuple[uvicorn.Server, threading.Thread, int]:
    server = uvicorn.Server(uvicorn.Config(create_app(bank), host="127.0.0.1", port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    return server, thread, server.servers[0].sockets[0].getsockname()[1]


def _pages(port: int) -> dict[str, list[str]]:
    """Addresses by kind of page: many firms and decisions, so that most are asked for the first time."""
    firms = [
        quote(f, safe="") for f in re.findall(r"<td class=\"id[^>]*>([^<]+)<", _get(port, "/decisions?sort=firm_id"))
    ]
    decisions = re.findall(r'href="(/decisions/[0-9a-f-]{36})"', _get(port, "/decisions?sort=firm_id"))
    models = re.findall(r'href="(/models/[0-9a-f]{64})"', _get(port, "/models"))
    documents = re.findall(r'href="(/content/[^"]+/[0-9a-f]{64})"', _get(port, "/content"))
    codes = ("sales_12m", "void_rate_12m", "top1_buyer_share_12m", "months_known")
    return {
        "portfolio": ["/", "/?verdict=approve", "/?sort=limit&order=desc", "/?band=B&q=有限", "/?page=2"],
        "firms": ["/firms", "/firms?verdict=decline", "/firms?q=贸易"],
        "firm": [f"/firms/{f}" for f in firms],
        "graph": [f"/graph/{f}" for f in firms],
        "graph, two hops of at most 500": [f"/graph/{f}?hops=2&cap=500&hide=" for f in firms],
        "graph, view as data": [f"/graph-view/{f}?hops=2&cap=500" for f in firms],
        "graph, counts": [f"/graph-counts/{f}" for f in firms],
        "graph, search": ["/graph", "/graph?q=贸易", "/graph?q=有限"],
        "figure": [f"/figures/{code}/{f}" for f in firms for code in codes],
        "decisions": ["/decisions", "/decisions?verdict=refer", "/decisions?sort=probability"],
        "decision": decisions,
        "quarantine": ["/quarantine"],
        "quality": ["/quality"],
        "models": ["/models"],
        "model card": models,
        "content": ["/content"],
        "document": documents,
        "audit": ["/audit"],
    }


def _get(port: int, address: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", quote(address, safe="/?&=%"))
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{address}: {answer.status}")
    return text


def _part(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def rows() -> Iterator[Row]:
    """p50 and p95 of each kind of page, and of all."""
    bank = _bank()
    server, thread, port = _served(bank)
    while any(t.name == WARMING for t in threading.enumerate()):
        time.sleep(0.1)
    pages = _pages(port)
    while "progress" in _get(port, "/quality"):
        time.sleep(0.2)
    while "graph-plot" not in _get(port, pages["graph"][0]):
        time.sleep(0.5)
    times: dict[str, list[float]] = {kind: [] for kind in pages}
    for turn in range(-(-REQUESTS // len(pages))):
        for kind, addresses in pages.items():
            began = time.perf_counter()
            _get(port, addresses[turn % len(addresses)])
            times[kind].append((time.perf_counter() - began) * 1000)
    server.should_exit = True
    thread.join()
    for kind, found in {**times, "all pages": [t for f in times.values() for t in f]}.items():
        note = f"p50 {_part(found, 0.5):.0f} ms, {len(found)} requests"
        yield Row("console", f"{kind}, p95", _part(found, 0.95), "ms", TARGET, note=note)
