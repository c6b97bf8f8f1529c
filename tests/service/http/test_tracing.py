"""Spans of requests and statements, and nothing of what was sent in them; off unless an endpoint is named."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from windchime.core.clock import FixedClock
from windchime.service.bank import Bank
from windchime.service.http.observing import Observing
from windchime.service.http.tracing import SILENT, Traced, follow, provider_of

SENT = "110101199003070134"


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock, database: str | None) -> Bank:
    return Bank.open(tmp_path, f"t{tmp_path.name.replace('-', '')}", clock=clock, database=database)


def traced(bank: Bank, clock: FixedClock) -> tuple[TestClient, InMemorySpanExporter]:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    tracer = provider.get_tracer("test")
    follow(bank.engine, tracer)
    app = FastAPI(telemetry=SILENT)

    @app.get("/firms/{firm_id}")
    def firm(firm_id: str) -> str:
        with bank.session() as session:
            return str(session.execute(text("SELECT CAST(:v AS VARCHAR(40))"), {"v": firm_id}).scalar())

    @app.get("/wrong/{value}")
    def wrong(value: str) -> None:
        with bank.session() as session:
            session.execute(text("SELECT * FROM nowhere WHERE x = :v"), {"v": value})

    client = TestClient(Observing(Traced(app, tracer), clock), raise_server_exceptions=False)
    return client, kept


def told(spans: tuple[ReadableSpan, ...]) -> str:
    return "\n".join(s.to_json() for s in spans)


def test_a_request_and_its_statements_are_one_trace(bank: Bank, clock: FixedClock) -> None:
    client, kept = traced(bank, clock)
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    answer = client.get(f"/firms/{SENT}?q={SENT}", headers={"traceparent": parent, "user-agent": SENT})
    assert answer.json() == SENT
    spans = {s.name: s for s in kept.get_finished_spans()}
    request, statement = spans["GET /firms/{firm_id}"], spans["SELECT"]
    assert request.context is not None
    assert statement.parent is not None
    assert f"{request.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert statement.parent.span_id == request.context.span_id
    assert dict(request.attributes or {}) == {
        "http.request.method": "GET", "url.scheme": "http", "http.response.status_code": 200,
        "http.route": "/firms/{firm_id}", "windchime.request_id": answer.headers["x-request-id"],
    }  # fmt: skip
    assert set(statement.attributes or {}) == {"db.system.name", "db.query.text"}
    assert SENT not in told(kept.get_finished_spans())


def test_an_error_is_told_by_its_type(bank: Bank, clock: FixedClock) -> None:
    client, kept = traced(bank, clock)
    assert client.get(f"/wrong/{SENT}").status_code == 500
    spans = {s.name: s for s in kept.get_finished_spans()}
    assert not spans["GET /wrong/{value}"].status.is_ok
    assert not spans["SELECT"].status.is_ok
    assert (spans["GET /wrong/{value}"].attributes or {})["http.response.status_code"] == 500
    assert all(not s.events for s in kept.get_finished_spans())
    assert SENT not in told(kept.get_finished_spans())
    with pytest.raises(DBAPIError), bank.session() as session:
        session.execute(text("SELECT * FROM nowhere"))


def test_off_unless_an_endpoint_is_named() -> None:
    assert provider_of({}) is None
    assert provider_of({"OTEL_SERVICE_NAME": "x"}) is None
    assert provider_of({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SDK_DISABLED": "true"}) is None
    found = provider_of({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:9", "OTEL_SERVICE_NAME": "x"})
    assert found is not None
    assert found.resource.attributes["service.name"] == "x"
    found.shutdown()
