"""What watching the service costs: the same requests to servers with everything off, and with logs, figures and traces on.

Real servers on loopback with one bank, whose pages and calls are small: what is added to each request weighs most there. One
client asks over one connection, a round of each server in turn, so that what else the machine does falls on all alike.
"""

import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle, islice
from pathlib import Path

import psutil

from bench import Row
from windchime.core.unit import Actor
from windchime.service.access import accounts, sessions
from windchime.service.access.accounts import SignInPolicy
from windchime.service.access.tables import Account
from windchime.service.bank import Bank
from windchime.service.http.visitors import PLAIN_COOKIE

ROUNDS, REQUESTS = 25, 80
TARGET = "< 15 %"
POLICY = SignInPolicy(12, 5, timedelta(minutes=15), timedelta(hours=8), timedelta(hours=12))
LOGS = {"WINDCHIME_LOG": "json", "WINDCHIME_METRICS": "on"}
#: servers by name: what they are told besides
SERVERS = {
    "off": {},
    "logs and figures": LOGS,
    "logs, figures, one trace in ten": {
        **LOGS,
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.1",
    },
    "logs, figures, every trace": LOGS,
}


class _Sink(BaseHTTPRequestHandler):
    """Takes traces and throws them away."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_said: object) -> None:
        """Say nothing."""


@contextmanager
def _sink() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Sink)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()


@contextmanager
def _served(home: Path, told: dict[str, str]) -> Iterator[tuple[int, psutil.Process]]:
    """A server of its own process; its log goes to a file, as under a service manager."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("WINDCHIME_", "OTEL_"))} | told
    command = [sys.executable, "-m", "windchime", "--lang", "en", "--home", str(home), "serve", "--port", "0"]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=log, text=True) as process,
    ):
        assert process.stdout is not None
        port = int(re.findall(r":(\d+)/", process.stdout.readline())[0])
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port)
                connection.request("GET", "/readyz")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                time.sleep(0.2)
        yield port, psutil.Process(process.pid)
        process.terminate()


def _bank(home: Path) -> list[tuple[str, dict[str, str]]]:
    """A bank with somebody signed in; what is asked: addresses and headers."""
    bank = Bank.open(home)
    with bank.unit(Actor("root")) as unit:
        accounts.make(
            unit, "officer", "officer", roles=["credit_officer"], password="a password of a bench", policy=POLICY
        )
        unit.session.get_one(Account, "officer").must_change = False
    with bank.unit(Actor("officer")) as unit:
        secret = sessions.begin(unit, unit.session.get_one(Account, "officer"))
        token = sessions.make_token(unit, "bench", ["decision.read"], unit.now + timedelta(days=1))[1]
    bank.close()
    session, bearer = {"cookie": f"{PLAIN_COOKIE}={secret}"}, {"authorization": f"Bearer {token}"}
    return [("/firms", session), ("/decisions", session), ("/api/v1/me", bearer), ("/api/v1/decisions", bearer)]


def _spent(process: psutil.Process) -> float:
    """Seconds of CPU a server has had."""
    times = process.cpu_times()
    return times.user + times.system


def _round(port: int, asked: list[tuple[str, dict[str, str]]]) -> float:
    """Requests a second over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    began = time.perf_counter()
    for address, headers in islice(cycle(asked), REQUESTS):
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{address}: {answer.status}")
    return REQUESTS / (time.perf_counter() - began)


def rows() -> Iterator[Row]:
    """Requests a second of each server, and what it costs against the one with everything off."""
    with tempfile.TemporaryDirectory(prefix="windchime-bench-") as folder, ExitStack() as stack:
        asked = _bank(Path(folder))
        sink = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{stack.enter_context(_sink())}"}
        ports = {
            name: stack.enter_context(_served(Path(folder), told | (sink if "trace" in name else {})))
            for name, told in SERVERS.items()
        }
        for port, _process in ports.values():
            _round(port, asked)
        before = {name: _spent(process) for name, (_port, process) in ports.items()}
        found: dict[str, list[float]] = {name: [] for name in ports}
        for turn in range(ROUNDS):
            names = list(ports)
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                found[name].append(_round(ports[name][0], asked))
        load = os.getloadavg()[0]
        asked_each = ROUNDS * REQUESTS
        spent = {name: 1000 * (_spent(p) - before[name]) / asked_each for name, (_port, p) in ports.items()}
    for name, rates in found.items():
        note = f"{spent[name]:.2f} ms of the server's CPU a request; load {load:.1f}"
        yield Row("observability", name, statistics.median(rates), "requests/s", note=note)
        if name != "off":
            costs = sorted(1 - one / off for one, off in zip(rates, found["off"], strict=True))
            spread = f"quartiles {costs[ROUNDS // 4]:.1%} … {costs[3 * ROUNDS // 4]:.1%}, {ROUNDS} rounds of {REQUESTS}"
            yield Row("observability", f"{name}: cost", 100 * statistics.median(costs), "%", TARGET, note=spread)
            more = 100 * (spent[name] / spent["off"] - 1)
            yield Row("observability", f"{name}: cost in CPU", more, "%", TARGET, note="what else runs falls out")
