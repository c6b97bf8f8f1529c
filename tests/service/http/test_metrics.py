"""Figures: requests by template, what stands in the tables, several workers as one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.service.bank import Bank
from windchime.service.http.metrics import Metrics, Standing
from windchime.service.http.observing import Seen
from windchime.service.jobs import queue

CLERK = Actor("clerk")


def seen(route: str = "/firms", status: int = 200, method: str = "GET") -> Seen:
    return Seen("id", method, route, status, 0.02, "default", "session")


def figures(page: bytes) -> dict[tuple[str, ...], float]:
    """Samples by name and label values, in the labels' alphabetical order."""
    found = text_string_to_metric_families(page.decode())
    return {(s.name, *(v for _k, v in sorted(s.labels.items()))): s.value for f in found for s in f.samples}


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock, database: str | None) -> Bank:
    return Bank.open(tmp_path, f"m{tmp_path.name.replace('-', '')}", clock=clock, database=database)


def test_requests_are_counted_by_template_and_status(bank: Bank) -> None:
    metrics = Metrics(Standing(lambda: [bank]))
    for one in (seen(), seen(), seen(status=404), seen("/sign-in", 401, "POST"), seen("/sign-in", 303, "POST")):
        metrics.observer(one)
    found = figures(metrics.page())
    assert found["windchime_http_requests_total", "default", "GET", "/firms", "200"] == 2
    assert found["windchime_http_requests_total", "default", "GET", "/firms", "404"] == 1
    assert found["windchime_http_request_seconds_count", "default", "GET", "/firms"] == 3
    assert found["windchime_sign_in_failures_total", "default"] == 1


def test_jobs_and_deeds_are_counted_from_the_tables(bank: Bank) -> None:
    metrics = Metrics(Standing(lambda: [bank], {"things": lambda _session: {"new": 4}}))
    with bank.unit(CLERK) as unit:
        first = queue.enqueue(unit, "graph.run", {})
        queue.enqueue(unit, "quality.check", {})
    before = figures(metrics.page())
    assert before["windchime_jobs", bank.name, "waiting"] == 2
    assert before["windchime_deeds_total", "job.ask", bank.name] == 2
    with bank.unit(CLERK) as unit:
        queue.cancel(unit, first)
    after = figures(metrics.page())
    assert (after["windchime_jobs", bank.name, "waiting"], after["windchime_jobs", bank.name, "cancelled"]) == (1, 1)
    assert (
        after["windchime_deeds_total", "job.ask", bank.name],
        after["windchime_deeds_total", "job.cancelled", bank.name],
    ) == (2, 1)
    assert (after["windchime_things", bank.name, "new"], after["windchime_up", bank.name]) == (4, 1)
    # another worker, who counts from the beginning, tells the same
    assert figures(Metrics(Standing(lambda: [bank])).page())["windchime_deeds_total", "job.ask", bank.name] == 2


def test_a_database_that_is_away_is_told(tmp_path: Path, clock: FixedClock) -> None:
    bank = Bank.open(tmp_path, clock=clock)
    metrics = Metrics(Standing(lambda: [bank]))
    bank.close()
    (bank.folder / "db.sqlite").write_bytes(b"no database at all" * 100)
    assert figures(metrics.page()) == {("windchime_up", "default"): 0}


WORKER = """
import sys
from windchime.service.http.metrics import Metrics, Standing
from windchime.service.http.observing import Seen
metrics = Metrics(Standing(list), sys.argv[1])
for _ in range(3):
    metrics.observer(Seen("id", "GET", "/firms", 200, 0.02, "default", ""))
sys.stdout.buffer.write(metrics.page())
"""


def test_workers_are_summed(tmp_path: Path) -> None:
    environ = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    command = [sys.executable, "-c", WORKER, str(tmp_path)]
    for times in (1, 2):
        page = subprocess.run(command, env=environ, check=True, capture_output=True, timeout=120).stdout
        found = figures(page)
        assert found["windchime_http_requests_total", "default", "GET", "/firms", "200"] == 3 * times
        assert found["windchime_http_request_seconds_count", "default", "GET", "/firms"] == 3 * times
