"""The service under load: client, two workers and PostgreSQL on this machine, 10,000 firms, sessions checked, durable commits.

`WINDCHIME_BENCH_SECONDS` sets the length of the measured part (60); the bank is built once and kept under the folder of
temporary files. The client is an open loop (`bench.loading.client`): latencies count from when a request was due.
"""

import os
from collections.abc import Iterator
from time import monotonic

import numpy as np
import psutil
from sqlalchemy import text

from bench import Row
from bench.loading.bank import FIRMS, on_postgres
from bench.loading.client import Seen, run
from bench.loading.mix import READS, WRITES, Callers, callers
from bench.loading.server import Service, serving
from windchime.service import audit
from windchime.service.bank import Bank

AREA = "service"
#: seconds of the measured part, after a warm-up that is not counted
SECONDS, WARM_SECONDS = float(os.environ.get("WINDCHIME_BENCH_SECONDS", "60")), 10.0
#: wanted of the service: reads and writes a second, and how long the slowest hundredth may take
READ_RATE, WRITE_RATE, LONGEST_MILLISECONDS = 300.0, 100.0, 250.0
#: where the wanted rates are too much: parts of them that are tried, the largest first, and seconds of each
SHARES, STEP_SECONDS = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1), 15.0
#: seconds between two looks at the memory of the workers
LOOK_SECONDS = 5.0


def rows() -> Iterator[Row]:
    """Throughput and latency at the wanted rates, then the slope of memory in the same run."""
    with on_postgres() as (home, address):
        bank = Bank.open(home, database=address)
        durable = _durability(bank)
        asking = callers(bank, FIRMS)
        with serving(home, address, workers=2, jobs=False) as service:
            run(service.port, asking.mix(30, 10), WARM_SECONDS, seed=2)
            load = os.getloadavg()[0]
            parts: list[Seen] = []
            memory, began, spent = [_resident(service)], monotonic(), _spent(service)
            while (left := SECONDS - (monotonic() - began)) > 0.5:
                part = min(LOOK_SECONDS, left)
                parts.append(run(service.port, asking.mix(READ_RATE, WRITE_RATE), part, seed=3 + len(parts)))
                memory.append(_resident(service))
            spent = _spent(service) - spent
            share = 1.0 if _borne(parts) else _largest(service, asking)
        yield from _figures(parts, durable, load)
        note = f"{share * READ_RATE:.0f} reads/s and {share * WRITE_RATE:.0f} writes/s"
        yield Row(AREA, "part of the wanted rates whose p99 is short enough", share, "", "≥ 1", note=note)
        count = sum(len(t) for p in parts for t in p.latencies.values())
        note = "depends less than latencies do on what else the machine does"
        yield Row(AREA, "processor time of the workers, a request", spent / count * 1000, "ms", note=note)
        yield _slope(memory)
        with bank.session() as session:
            faults = len(audit.verify(session))
        yield Row(AREA, "faults of the audit chain after the load", faults, "", "0")
        bank.close()


def _largest(service: Service, asking: Callers) -> float:
    """The largest part of the wanted rates that is borne."""
    for share in SHARES:
        if _borne([run(service.port, asking.mix(share * READ_RATE, share * WRITE_RATE), STEP_SECONDS, seed=90)]):
            return share
    return 0.0


def _borne(parts: list[Seen]) -> bool:
    """Whether every request succeeded and the slowest hundredth was quick enough, of reads and of writes."""
    return not any(p.bad() for p in parts) and all(
        np.quantile([t for p in parts for n in names for t in p.latencies.get(n, ())], 0.99)
        <= LONGEST_MILLISECONDS / 1000
        for names in (READS, WRITES)
    )


def _figures(parts: list[Seen], durable: str, load: float) -> Iterator[Row]:
    seconds = sum(p.seconds for p in parts)
    failed = sum(p.bad() for p in parts)
    said = next((f"{n}: {m}" for p in parts for n, m in p.failures.items()), "")
    for what, names, rate in (("reads", READS, READ_RATE), ("audited writes", WRITES, WRITE_RATE)):
        every = [t for p in parts for n in names for t in p.latencies.get(n, ())]
        good = sum(p.good(tuple(names)) for p in parts)
        mix = ", ".join(f"{share} % {name}" for name, share in names.items())
        yield Row(AREA, f"{what} a second", good / seconds, "1/s", f"≥ {rate:.0f}", note=f"{mix}; asked for {rate:.0f}")
        p50, p99 = np.quantile(every, [0.5, 0.99]) * 1000
        note = f"p50 {p50:.0f} ms, {len(every)} requests, load of the machine before {load:.1f}; {durable}"
        yield Row(AREA, f"{what}, p99", float(p99), "ms", f"≤ {LONGEST_MILLISECONDS:.0f} ms", note=note)
    yield Row(AREA, "requests that failed", failed, "", "0", note=said)
    for name in (*READS, *WRITES):
        every = [t for p in parts for t in p.latencies.get(name, ())]
        if every:
            p50, p99 = np.quantile(every, [0.5, 0.99]) * 1000
            yield Row(AREA, f"{name}, p99", float(p99), "ms", note=f"p50 {p50:.0f} ms, {len(every)} requests")


def _slope(memory: list[float]) -> Row:
    """Growth of the workers' memory, with the 95 % interval of a regression over the second half."""
    half = np.asarray(memory[len(memory) // 2 :])
    at = np.arange(len(half)) * LOOK_SECONDS / 60
    if len(half) < 3:
        return Row(AREA, "memory of the workers", float(half[-1]), "MiB")
    slope, start = np.polyfit(at, half, 1)
    rest = half - (slope * at + start)
    error = np.sqrt((rest**2).sum() / (len(half) - 2) / ((at - at.mean()) ** 2).sum())
    note = f"± {1.96 * error:.2f} MiB/min (95 %), {half[-1]:.0f} MiB at the end, {len(memory)} looks"
    return Row(AREA, "growth of memory, both workers", float(slope), "MiB/min", "0 within the interval", note=note)


def _resident(service: Service) -> float:
    """MiB that the workers hold."""
    return sum(psutil.Process(p).memory_info().rss for p in service.children()) / 2**20


def _spent(service: Service) -> float:
    """Seconds of processor time the workers have used."""
    return sum(sum(psutil.Process(p).cpu_times()[:2]) for p in service.children())


def _durability(bank: Bank) -> str:
    """What the server of the database says of its commits.

    Raises:
        AssertionError: they are not durable.
    """
    with bank.session() as session:
        said = {n: str(session.scalar(text(f"SHOW {n}"))) for n in ("fsync", "synchronous_commit", "full_page_writes")}
    assert set(said.values()) == {"on"}, said
    return ", ".join(f"{n} {v}" for n, v in said.items())
