"""Requests made from the description, well-formed and not, by several roles and a stranger: no server error, every answer as declared."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.api.helpers import OWN, Shop
from tests.console.helpers import AsServed

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
#: parts of addresses that lead to what is there
REAL = {
    "firm_id": OWN,
    "decision_id": "decision",
    "job_id": "job",
    "consent_id": "consent",
    "lake_version": "1",
    "seq": "1",
}
#: these take a second each: their real records are asked for elsewhere
SLOW = frozenset({"decisions_replayed", "decisions_decide"})
ROLES = ("auditor", "administrator", "relationship_manager", "stranger")
#: requests of each operation, well-formed and again not
FEW, MANY = 2, 500
#: schemathesis gives an answer ten seconds and raises an error of its own: a stranger's first request may take them on a
#: machine that does much else
PATIENCE_SECONDS = 300


def send(shop: Shop, operation: Any, mode: GenerationMode, roles: Sequence[str], most: int) -> set[int]:
    """Send requests of one operation, by any of the roles; the statuses that came back."""
    seen: set[int] = set()
    slow = operation.definition.raw["operationId"] in SLOW

    @settings(
        max_examples=most,
        deadline=None,
        derandomize=most == FEW,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode), st.sampled_from(roles), st.booleans())
    def each(case: Any, role: str, real: bool) -> None:
        if real and not slow:
            there = {n: shop.ids.get(v, v) for n, v in REAL.items() if n in (case.path_parameters or {})}
            case.path_parameters = {**(case.path_parameters or {}), **there}
        answer = case.call(headers=shop.tokens.get(role, {}), timeout=PATIENCE_SECONDS)
        seen.add(answer.status_code)
        case.validate_response(answer, checks=CHECKS)

    each()
    return seen


def operations(shop: Shop) -> Iterator[Any]:
    """What the description describes."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", AsServed(shop.app), timeout=PATIENCE_SECONDS)
    for found in schema.get_all_operations():
        yield found.ok()  # type: ignore[union-attr]  # what is no operation has no business here


def run(shop: Shop, most: int) -> set[int]:
    """Send requests of every operation, well-formed and not."""
    seen: set[int] = set()
    for operation in operations(shop):
        for mode in GenerationMode:
            seen |= send(shop, operation, mode, ROLES, most)
    return seen


def test_no_request_breaks_anything(shop: Shop) -> None:
    seen = run(shop, FEW)
    assert max(seen) < 500
    assert {200, 401, 404, 422} <= seen


def test_a_slow_machine_is_no_fault(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    me = next(o for o in operations(shop) if o.label == "GET /api/v1/me")
    monkeypatch.setattr("schemathesis.transport.requests.DEFAULT_RESPONSE_TIMEOUT", 0.0)
    assert send(shop, me, GenerationMode.POSITIVE, ["stranger"], 1) == {401}


@pytest.mark.soak
def test_no_request_of_very_many_breaks_anything(shop: Shop) -> None:
    assert max(run(shop, MANY)) < 500
