"""The description says what the API does: every example is answered as declared."""

import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from itertools import count
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.api.helpers import OWN, Shop, a_code, a_key, browser, damaged
from tests.api.test_proposals import propose, wanted

from windchime.api import create_api
from windchime.api.description import operations
from windchime.service.bank import Bank

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"
#: what stands in the place of an example's id
PLACES = {
    "firm_id": OWN,
    "decision_id": "decision",
    "job_id": "job",
    "consent_id": "consent",
    "lake_version": "1",
    "seq": "1",
    "token_id": "token",
    "webhook_id": "webhook",
}
#: no proposal is like another
amounts = count(1)
#: who may call what; everything else the auditor may
CALLERS = {
    "job.run": "administrator",
    "consent.record": "relationship_manager",
    "consent.read": "relationship_manager",
    "decision.make": "relationship_manager",
    "webhook.manage": "administrator",
}


def described() -> dict[str, Any]:
    """The description as it is committed."""
    found: dict[str, Any] = json.loads(REFERENCE.read_text(encoding="utf8"))
    return found


OPERATIONS = [(p, m, o) for p, m, o in operations(described())] if REFERENCE.exists() else []
NAMES = [o["operationId"] for _p, _m, o in OPERATIONS]


def test_the_committed_description_is_the_applications_own(shop: Shop) -> None:
    made = json.loads(json.dumps(shop.app.openapi()))
    assert made == described(), "renew it: windchime api openapi > docs/reference/openapi.json"


def test_a_summary_is_in_words_and_names_no_class() -> None:
    words = re.compile(r"[a-z][A-Z]")
    assert [o["operationId"] for _p, _m, o in OPERATIONS if words.search(o["summary"] + o["x-summary-zh"])] == []


def test_names_of_operations_are_unique() -> None:
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_an_operation_is_described_whole(path: str, method: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["x-summary-zh"]
    assert operation["description"]
    assert {"400", "404", "406", "422", "500"} <= set(operation["responses"])
    names = {p["name"] for p in operation["parameters"]}
    if method != "get":
        assert "Idempotency-Key" in names
        assert {"409", "413", "415"} <= set(operation["responses"])
    for status, answer in operation["responses"].items():
        for kind, content in answer.get("content", {}).items():
            if kind == "application/json" and content["schema"]:
                check(content["schema"], content["example"])
                assert status.startswith("2")
    for content in operation.get("requestBody", {}).get("content", {}).values():
        check(content["schema"], content["example"])


def check(schema: dict[str, Any], value: Any) -> None:
    """Hold a value against a schema of the description."""
    whole = {**schema, "components": described()["components"]}
    jsonschema.Draft202012Validator(whole, format_checker=jsonschema.FormatChecker()).validate(value)


def called(shop: Shop, path: str, operation: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The path of an operation's example, and its query."""
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            name = parameter["name"]
            place = PLACES.get(name, {"version": "model" if "models" in path else "content"}.get(name, name))
            # what is ended by its example is another one than those that are used by theirs
            place = "other webhook" if path.endswith("/webhooks/{webhook_id}/end") else place
            path = path.replace(f"{{{name}}}", shop.ids.get(place, place))
    query = {p["name"]: p["example"] for p in operation["parameters"] if p["in"] == "query" and "example" in p}
    yield path, query


def proposing(shop: Shop, path: str, verb: str, body: Any) -> tuple[str, str, Any]:
    """Who calls an operation on proposals, its path to a proposal of its own, and its body: what is proposed must be there."""
    if "{" not in path:
        return (
            "credit_officer",
            path,
            wanted(shop, limit=f"{300 + next(amounts)}000.00") if verb == "propose" else body,
        )
    made = propose(shop, limit=f"{300 + next(amounts)}000.00")
    told = {"approve": {"seen": made["digest"]}, "revise": {"after": wanted(shop)["after"]}}
    caller = "compliance" if verb in ("approve", "send_back") else "credit_officer"
    return caller, path.replace("{proposal_id}", made["id"]), {**body, **told.get(verb, {})} if body else body


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=NAMES)
def test_an_example_is_answered_as_declared(shop: Shop, path: str, method: str, operation: dict[str, Any]) -> None:
    caller = CALLERS.get(operation["x-permission"], "auditor")
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    if "/proposals" in path:
        caller, path, body = proposing(shop, path, operation["operationId"].removeprefix("proposals_"), body)
    # people do these, and no program
    by_people = "tokens" in path or path.endswith(("/approve", "/send-back"))
    client, headers = browser(shop, caller) if by_people else (shop.client, {**shop.tokens[caller], **a_key()})
    if body and "expires_at" in body:
        # the clock of this bank stands in another year than the example's
        body = {**body, "expires_at": "2020-03-01T00:00:00Z"}
    if body and "code" in body:
        body = {**body, "code": a_code(shop.bank, caller)}
    for address, query in called(shop, path, operation):
        amiss = damaged(shop, address.split("/")[-2]) if address.endswith("/close") else nullcontext()
        with amiss:
            answer = client.request(method, address, params=query, json=body, headers=headers)
        success = next(status for status in operation["responses"] if status.startswith("2"))
        assert str(answer.status_code) == success, answer.text
        declared = operation["responses"][success]
        kind = answer.headers["content-type"].partition(";")[0]
        schema = declared["content"][kind]["schema"]
        if schema and kind == "application/json":
            check(schema, answer.json())
        assert "x-request-id" in answer.headers
        if "$ref" in str(schema):
            assert answer.headers["etag"].startswith('"')


def test_the_application_knows_its_rules_at_once(tmp_path: Path) -> None:
    with_bank = create_api(Bank.open(tmp_path))
    assert "/api/v1/me" in with_bank.openapi()["paths"]
