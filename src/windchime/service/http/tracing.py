"""Traces for OpenTelemetry: one span a request and one a statement, made here so that no value can be in one.

Nothing is traced unless the standard variables name an endpoint (OTEL_EXPORTER_OTLP_ENDPOINT, or that of traces alone), and
the extra `telemetry` is installed. A span of a request bears method, template of the route, status and the request's id; a
span of a statement its text, in which values are placeholders. Nothing else is recorded: no address, no query, no header,
no message of an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, event
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.service.http.observing import known_method, route_of

if TYPE_CHECKING:
    from fastapi.telemetry import TelemetryConfig
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

#: any of them switches traces on (OpenTelemetry specification, OTLP exporter configuration)
ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
#: the web framework's own telemetry records addresses and the messages of errors: it is never on
SILENT: "TelemetryConfig" = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}


class TelemetryMissing(BadCall):
    """Traces were asked for, and what makes them is not installed."""

    msgid = _("traces are asked for by {variable}, but OpenTelemetry is not installed")
    hint = _("install windchime[telemetry], or unset the variable")

    def __init__(self, variable: str) -> None:
        super().__init__(variable=variable)


def provider_of(environ: Mapping[str, str]) -> "TracerProvider | None":
    """What sends spans where the environment says; None where it says nothing.

    Raises:
        TelemetryMissing: the extra `telemetry` is not installed.
    """
    named = next((v for v in ENDPOINTS if environ.get(v)), None)
    if named is None or environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise TelemetryMissing(named) from None
    # the exporter and the sampler read their own standard variables
    resource = Resource.create({"service.name": environ.get("OTEL_SERVICE_NAME") or "windchime"})
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


@dataclass(frozen=True, slots=True)
class Traced:
    """An application each of whose requests is a span; it goes on with the trace that the caller names."""

    app: ASGIApp
    tracer: "Tracer"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on within a span."""
        from opentelemetry.trace import SpanKind, StatusCode
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        named = {n.decode("latin-1"): v.decode("latin-1") for n, v in scope["headers"] if n == b"traceparent"}
        method = known_method(scope)
        with self.tracer.start_as_current_span(
            method,
            context=TraceContextTextMapPropagator().extract(named),
            kind=SpanKind.SERVER,
            attributes={"http.request.method": method, "url.scheme": scope["scheme"]},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:

            async def told(message: Message) -> None:
                if message["type"] == "http.response.start":
                    span.set_attribute("http.response.status_code", message["status"])
                    if message["status"] >= 500:
                        span.set_status(StatusCode.ERROR)
                await send(message)

            try:
                await self.app(scope, receive, told)
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise
            finally:
                route, state = route_of(scope), scope.get("state", {})
                span.update_name(f"{method} {route}")
                span.set_attribute("http.route", route)
                for name in ("bank", "request_id"):
                    if state.get(name):
                        span.set_attribute(f"windchime.{name}", state[name])


def follow(engine: Engine, tracer: "Tracer") -> None:
    """Make every statement of a database a span, within the span of its request where there is one."""
    from opentelemetry.trace import SpanKind, StatusCode

    system = {"sqlite": "sqlite", "postgresql": "postgresql"}.get(engine.dialect.name, engine.dialect.name)

    @event.listens_for(engine, "before_cursor_execute")
    def _begin(_connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        if context is not None:
            said = {"db.system.name": system, "db.query.text": statement}
            name = statement.lstrip().partition(" ")[0].upper()[:16]
            context.windchime_span = tracer.start_span(name, kind=SpanKind.CLIENT, attributes=said)

    @event.listens_for(engine, "after_cursor_execute")
    def _end(_connection: Any, _cursor: Any, _statement: str, _values: Any, context: Any, _many: bool) -> None:
        if (span := getattr(context, "windchime_span", None)) is not None:
            span.end()

    @event.listens_for(engine, "handle_error")
    def _fail(failed: Any) -> None:
        if (span := getattr(failed.execution_context, "windchime_span", None)) is not None:
            span.set_attribute("error.type", type(failed.original_exception).__name__)
            span.set_status(StatusCode.ERROR)
            span.end()
