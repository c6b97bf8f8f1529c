"""What every request passes: ids, forms, languages, limits; and hostile bodies, which are refused and break nothing."""

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api.helpers import Shop, a_key

from windchime.api import wire
from windchime.api.resources import jobs as module

JOBS = "/api/v1/jobs"


def admin(shop: Shop, **more: str) -> dict[str, str]:
    """Headers of a change by the administrator."""
    return {**shop.tokens["administrator"], **a_key(), "content-type": "application/json", **more}


def test_a_request_has_an_id(shop: Shop) -> None:
    known = "8e03978e-40d5-43e8-bc93-6894a57f9324"
    client = shop.client
    assert client.get("/api/v1/openapi.json", headers={"x-request-id": known}).headers["x-request-id"] == known
    for other in ("", "x" * 40, "11010519491231002X", "a\tb"):
        given_id = client.get("/api/v1/nix", headers={"x-request-id": other}).headers["x-request-id"]
        assert UUID(given_id).version == 7
        assert given_id != other
    problem = client.get("/api/v1/nix", headers={"x-request-id": known})
    assert problem.json()["request_id"] == problem.headers["x-request-id"] == known


def test_a_problem_is_told_in_the_callers_language(shop: Shop) -> None:
    said = {
        accepted: shop.client.get("/api/v1/me", headers={"accept-language": accepted.encode("latin-1")}).json()["title"]
        for accepted in ("en", "zh-CN,en;q=0.5", "fr, en;q=0.1", "de", "en;q=0, zh", "x" * 300, "en;q=ünknown")
    }
    assert [title == "Not signed in" for title in said.values()] == [True, False, True, False, False, False, False]


def test_a_problem_has_the_form_of_rfc_9457(shop: Shop) -> None:
    answer = shop.client.get("/api/v1/me", headers={"accept-language": "en"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-language"] == "en"
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (401, "NotSignedIn", "urn:windchime:problem:NotSignedIn")
    assert body["instance"] == "/api/v1/me"


def test_faults_are_pointed_at_and_not_repeated(shop: Shop) -> None:
    sent = {"kind": "secret kind", "as_of": "2026-13-01", "a~b/c": 1}
    answer = shop.client.post(JOBS, headers=admin(shop, **{"accept-language": "en"}), json=sent)
    assert answer.status_code == 422
    faults = {f["pointer"]: (f["where"], f["detail"]) for f in answer.json()["errors"]}
    assert set(faults) == {"#/kind", "#/as_of", "#/a~0b~1c"}
    assert all(where == "body" for where, _detail in faults.values())
    assert faults["#/a~0b~1c"][1] == "there is no such field"
    assert "secret kind" not in answer.text
    query = shop.client.get(f"{JOBS}?limit=0", headers=shop.tokens["administrator"])
    assert [(f["where"], f["pointer"]) for f in query.json()["errors"]] == [("query", "#/limit")]


def test_head_is_get_without_a_body(shop: Shop) -> None:
    client, headers = shop.client, shop.tokens["auditor"]
    whole, head = client.get("/api/v1/lake", headers=headers), client.head("/api/v1/lake", headers=headers)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]
    assert head.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/api/v1/me", "GET, HEAD"),
        ("PATCH", "/api/v1/jobs", "GET, HEAD, POST"),
        ("POST", "/api/v1/me/tokens/1", "DELETE, GET, HEAD"),
        ("DELETE", "/api/v1/firms/shop:SOUND/consents", "GET, HEAD, POST"),
        ("TRACE", "/api/v1/me", "GET, HEAD"),
    ],
)
def test_other_methods_are_told_which_there_are(shop: Shop, method: str, path: str, allowed: str) -> None:
    answer = shop.client.request(method, path, headers=shop.tokens["auditor"])
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert answer.json()["code"] == "NoSuchMethod"


@pytest.mark.parametrize(
    ("accepted", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("application/*;q=0.1", 200),
        ("text/html, application/json;q=0.1", 200),
        ("application/problem+json", 200),
        ("text/html", 406),
        ("application/json;q=0", 406),
        ("application/json; q=0.000", 406),
        ("nonsense", 406),
    ],
)
def test_answers_are_json(shop: Shop, accepted: str, status: int) -> None:
    answer = shop.client.get("/api/v1/openapi.json", headers={"accept": accepted})
    assert answer.status_code == status


def test_the_page_for_people_answers_people(shop: Shop) -> None:
    page = shop.client.get("/api/v1/docs", headers={"accept": "text/html", "accept-language": "en"})
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "POST /api/v1/jobs" in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=gbk", ""]
)
def test_bodies_are_json(shop: Shop, kind: str) -> None:
    answer = shop.client.post(JOBS, headers=admin(shop, **{"content-type": kind}), content=b'{"kind":"quality.check"}')
    assert (answer.status_code, answer.json()["code"]) == (415, "NotJson")


def test_long_bodies_are_not_read(shop: Shop) -> None:
    long = b'{"kind":"' + b"x" * wire.LONGEST_BODY + b'"}'
    assert shop.client.post(JOBS, headers=admin(shop), content=long).status_code == 413
    # in pieces that do not say how many they are
    pieces = (b"x" * 100_000 for _n in range(11))
    assert shop.client.post(JOBS, headers=admin(shop), content=pieces).status_code == 413
    declared = {"content-length": "9" * 30}
    assert shop.client.post(JOBS, headers=admin(shop, **declared), content=b"{}").status_code == 413


@pytest.mark.parametrize("path", ["/api/v1/firms/%00", "/api/v1/firms?q=%00", "/api/v1/firms/%0a", "/api/v1/firms/%ff"])
def test_addresses_without_meaning_are_refused(shop: Shop, path: str) -> None:
    answer = shop.client.get(path, headers=shop.tokens["auditor"])
    assert (answer.status_code, answer.json()["code"]) == (400, "BadAddress")


def test_long_addresses_are_refused(shop: Shop) -> None:
    assert shop.client.get("/api/v1/firms?q=" + "x" * 5000).json()["code"] == "BadAddress"


HOSTILE = {
    "not JSON": b"{",
    "nothing but a blank": b" ",
    "not UTF-8": b'{"kind":"\xff"}',
    "UTF-16": '{"kind":"quality.check"}'.encode("utf-16"),
    "deep": b"[" * 30_000 + b"]" * 30_000,
    "deeper than any of ours": b'{"a":' * 25 + b"1" + b"}" * 25,
    "huge number": b'{"kind":' + b"9" * 5000 + b"}",
    "number beyond exactness": b'{"kind":9007199254740993}',
    "infinite": b'{"kind":1e999}',
    "NaN": b'{"kind":NaN}',
    "-Infinity": b'{"kind":-Infinity}',
    "half a surrogate": b'{"kind":"\\ud800"}',
    "NUL": b'{"kind":"a\\u0000b"}',
    "NUL in a key": b'{"a\\u0000b":1}',
    "a key twice": b'{"kind":"quality.check","kind":"graph.run"}',
    "a byte order mark": b'\xef\xbb\xbf{"kind":"quality.check"}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_json_without_one_meaning_is_refused(shop: Shop, body: bytes) -> None:
    answer = shop.client.post(JOBS, headers=admin(shop), content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "BadJson")


@pytest.mark.parametrize("body", [b"null", b"[]", b'"text"', b"1", b"{}", b"true", b'{"kind":null}', b'{"kind":[{}]}'])
def test_json_of_another_form_is_refused(shop: Shop, body: bytes) -> None:
    answer = shop.client.post(JOBS, headers=admin(shop), content=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "NotValid")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(["kind", "as_of", "x"]), json_values) | json_values, st.binary(max_size=4))
def test_no_body_breaks_anything(shop: Shop, value: Any, tail: bytes) -> None:
    body = json.dumps(value).encode() + tail
    answer = shop.client.post(JOBS, headers=admin(shop), content=body)
    assert answer.status_code in (400, 422), answer.text


def test_an_error_nobody_foresaw_is_a_problem(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_row: object) -> None:
        raise RuntimeError("customer 11010519491231002X")

    monkeypatch.setattr(module.Job, "of", fail)
    answer = shop.client.get(f"/api/v1/jobs/{shop.ids['job']}", headers=shop.tokens["administrator"])
    assert answer.status_code == 500
    assert answer.json()["code"] == "InternalError"
    assert "11010519491231002X" not in answer.text
    assert "Traceback" not in answer.text
    assert [getattr(r, "request_id", "") for r in caplog.records if r.levelname == "ERROR"] == [
        answer.headers["x-request-id"]
    ]


def test_every_answer_bears_the_headers(shop: Shop) -> None:
    for answer in (
        shop.client.get("/api/v1/openapi.json"),
        shop.client.get("/api/v1/me"),
        shop.client.get("/nix"),
        shop.client.post(JOBS, content=b"{"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "cache-control" in answer.headers
        assert "set-cookie" not in answer.headers


def test_what_the_caller_has_is_not_sent_again(shop: Shop) -> None:
    client, headers = shop.client, shop.tokens["auditor"]
    whole = client.get("/api/v1/lake/1", headers=headers)
    tag = whole.headers["etag"]
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get("/api/v1/lake/1", headers={**headers, "if-none-match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/api/v1/lake/1", headers={**headers, "if-none-match": '"other"'}).status_code == 200
