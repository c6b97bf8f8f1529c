"""Figures for Prometheus: requests as they come, and what stands in the databases when somebody asks.

Requests are counted by each worker in files of a folder that all workers share, and summed when asked for; jobs, events and
deeds are counted from the bank's own tables, so that every worker gives the same figures, after a restart too.
"""

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import InstrumentedAttribute, Session

from windchime.service.bank import Bank
from windchime.service.http.observing import Seen
from windchime.service.jobs.tables import Job
from windchime.service.outbox.tables import Delivery
from windchime.service.tables import AuditRecord

#: seconds; pages answer in less than 0.2, writes in less than 0.25
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
#: where people show who they are
SIGN_IN = frozenset({"/sign-in", "/sign-in/code", "/sign-in/elsewhere/back"})
#: rows of a table by state, for a gauge of their own
Count = Callable[[Session], Mapping[str, int]]


@dataclass(eq=False)
class Standing(Collector):
    """What stands in the banks' tables; a bank whose database does not answer is left out and told by `windchime_up`."""

    banks: Callable[[], Iterable[Bank]]
    #: figures of upper floors: name of the gauge, and what counts it by state
    counts: Mapping[str, Count] = field(default_factory=dict)
    #: last record of the audit chain that was counted, and deeds up to it, by bank
    _counted: dict[str, tuple[int, Tally[str]]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def collect(self) -> Iterator[Metric]:
        """Count."""
        up = GaugeMetricFamily("windchime_up", "Whether the bank's database answers.", labels=["bank"])
        deeds = CounterMetricFamily("windchime_deeds", "Records of the audit chain.", labels=["bank", "action"])
        gauges = {
            name: GaugeMetricFamily(f"windchime_{name}", f"Rows of {name} by state.", labels=["bank", "state"])
            for name in ("jobs", "outbox", *self.counts)
        }
        for bank in self.banks():
            try:
                with bank.session() as session:
                    found = {"jobs": _by(session, Job.state), "outbox": _by(session, Delivery.state)} | {
                        n: count(session) for n, count in self.counts.items()
                    }
                    done = self._deeds(bank.name, session)
            except SQLAlchemyError:
                up.add_metric([bank.name], 0)
                continue
            up.add_metric([bank.name], 1)
            for name, states in found.items():
                for state, rows in states.items():
                    gauges[name].add_metric([bank.name, state], rows)
            for action, records in done.items():
                deeds.add_metric([bank.name, action], records)
        yield from (up, deeds, *gauges.values())

    def _deeds(self, bank: str, session: Session) -> Tally[str]:
        """Deeds by kind since the first; only records that came since the last question are read."""
        with self._lock:
            last, known = self._counted.get(bank, (0, Tally[str]()))
            query = select(AuditRecord.action, func.count(), func.max(AuditRecord.seq))
            for action, rows, newest in session.execute(
                query.where(AuditRecord.seq > last).group_by(AuditRecord.action)
            ):
                known[action] += rows
                last = max(last, newest)
            self._counted[bank] = (last, known)
            return known.copy()


class Metrics:
    """The figures of one process."""

    def __init__(self, standing: Standing, folder: str | None = None) -> None:
        """Take up counting.

        Args:
            standing: what is counted from the databases.
            folder: where workers share their counts: the value of PROMETHEUS_MULTIPROC_DIR, which must have stood in the
                environment before this module was imported; None for a single process.
        """
        self._folder = folder
        self._standing = standing
        self._registry = CollectorRegistry()
        labels = ["bank", "method", "route", "status"]
        self._requests = Counter("windchime_http_requests", "Requests answered.", labels, registry=self._registry)
        self._seconds = Histogram(
            "windchime_http_request_seconds",
            "How long requests took.",
            ["bank", "method", "route"],
            registry=self._registry,
            buckets=BUCKETS,
        )
        self._refused = Counter(
            "windchime_sign_in_failures", "Attempts to sign in that failed.", ["bank"], registry=self._registry
        )

    def observer(self, seen: Seen) -> None:
        """Count a request."""
        self._requests.labels(seen.bank, seen.method, seen.route, str(seen.status)).inc()
        self._seconds.labels(seen.bank, seen.method, seen.route).observe(seen.seconds)
        if seen.route in SIGN_IN and seen.status >= 400:
            self._refused.labels(seen.bank).inc()

    def page(self) -> bytes:
        """The figures in Prometheus' text format."""
        shown = self._registry
        if self._folder is not None:
            shown = CollectorRegistry()
            MultiProcessCollector(shown, self._folder)  # type: ignore[no-untyped-call]  # published so
        standing = CollectorRegistry()
        standing.register(self._standing)
        return generate_latest(shown) + generate_latest(standing)


def _by(session: Session, state: InstrumentedAttribute[str]) -> dict[str, int]:
    """Rows of a table by state."""
    query = select(state.label("state"), func.count().label("rows")).group_by(state)
    return {row.state: row.rows for row in session.execute(query)}
