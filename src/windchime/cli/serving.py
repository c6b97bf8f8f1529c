"""One application of everything that is served: of each bank the console and the API, beside them health and metrics.

Whoever asks is led to a bank by the name they asked under. Jobs and the sending of events are no part of it: they take
minutes and all of a core, so they run in processes of their own (`windchime job work`), which can be limited, stopped and
begun again without a page waiting.
"""

import getpass
import os
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.types import ASGIApp

from windchime.api.app import create_api
from windchime.cli.keyfiles import KeyFiles
from windchime.console import create_app
from windchime.core.clock import SystemClock
from windchime.core.settings import Settings
from windchime.core.unit import Actor
from windchime.data.lake import versions
from windchime.decision.tables import Decision
from windchime.service.access.provider import Provider, ProviderSettings
from windchime.service.bank import Bank
from windchime.service.banks import BankEntry, Banks, plain_host
from windchime.service.http import health, logs, tracing
from windchime.service.http.front import Front, House
from windchime.service.http.observing import Observer, Observing
from windchime.service.http.reaching import is_exposed, own_names

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider


def application(
    settings: Settings,
    environ: Mapping[str, str] = os.environ,
    *,
    banks: Iterable[Bank] | None = None,
    traces: "TracerProvider | None" = None,
) -> Front:
    """Everything that is served, for these settings.

    Args:
        settings: which banks, under which names, whether other machines come here, what is told.
        environ: the standard variables of OpenTelemetry and of Prometheus' files are read from it.
        banks: open banks, in the order of the file of banks; opened here by default.
        traces: where spans go; where the environment says by default.

    Raises:
        TelemetryMissing: traces are asked for, and the extra is not installed.
    """
    registry = Banks.of(settings)
    opened = list(banks) if banks is not None else [registry.open(entry) for entry in registry.entries]
    names = own_names(settings)
    houses = {
        entry.name: _house(entry, bank, settings, frozenset(entry.hosts) if registry.listed else names, len(opened) > 1)
        for entry, bank in zip(registry.entries, opened, strict=True)
    }

    def house_of(host: str) -> House | None:
        entry = registry.by_host(host) if registry.listed or plain_host(host) in names else None
        return houses[entry.name] if entry is not None else None

    observers: list[Observer] = [logs.observer] if settings.log != "off" else []
    figures = None
    if settings.metrics:
        from windchime.service.http.metrics import Metrics, Standing

        standing = Standing(lambda: opened, {"decisions": _decisions})
        metrics = Metrics(standing, environ.get("PROMETHEUS_MULTIPROC_DIR"))
        observers.append(metrics.observer)
        figures = metrics.page
    provider = traces or tracing.provider_of(environ)
    tracer = provider.get_tracer("windchime") if provider else None
    if tracer is not None:
        for bank in opened:
            tracing.follow(bank.engine, tracer)

    def around(app: ASGIApp) -> ASGIApp:
        seen = tracing.Traced(app, tracer) if tracer is not None else app
        return Observing(seen, SystemClock(), tuple(observers))

    return Front(
        house_of,
        list(houses.values()),
        is_exposed(settings),
        bool(settings.proxies),
        settings.lang,
        health.Health(lambda: opened, (health.database, health.room, KeyFiles(), lake)),
        figures,
        settings.metrics_token,
        provider.shutdown if provider else lambda: None,
        around,
    )


def lake(bank: Bank) -> None:
    """The log of each table of the newest lake version can be read.

    Raises:
        OSError: of a table it cannot.
    """
    with bank.session() as session:
        head = versions.head(session)
    for table, version in head.tables.items() if head else ():
        with (bank.lake_dir / table / "_delta_log" / f"{version:020d}.json").open("rb") as log:
            log.read(1)


def _house(entry: BankEntry, bank: Bank, settings: Settings, hosts: frozenset[str], several: bool) -> House:
    local = None if is_exposed(settings) else Actor(getpass.getuser())
    named = ProviderSettings.of(settings)
    elsewhere = Provider(named) if named else None
    console = create_app(
        bank, lang=entry.lang, actor=local, engine=settings.engine, hosts=hosts, provider=elsewhere, several=several
    )
    shared = {"library": console.state.library, "networks": console.state.networks}
    api = create_api(bank, lang=entry.lang, local=local, **shared)
    for part in (console, api):
        part.state.webhook_networks = settings.webhook_networks
    return House(bank, console, api)


def _decisions(session: Session) -> dict[str, int]:
    query = select(Decision.verdict, func.count().label("rows")).group_by(Decision.verdict)
    return {row.verdict: row.rows for row in session.execute(query)}
