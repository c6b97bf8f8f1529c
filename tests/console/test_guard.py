"""Who may ask and what every answer bears: Host, CSRF, headers, nothing inline, no traceback, no way out of the folders."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.console.addresses import examples, routes
from tests.console.helpers import NASTY, NASTY_ID, AsServed, a_client
from tests.present.helpers import Tags

from windchime.core.text import LANGS, Lang
from windchime.present.web import CONTENT_SECURITY_POLICY
from windchime.service.bank import Bank

TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
POSTS = (
    "/account",
    "/accounts",
    "/audit/verify",
    "/consent-revocations/{firm_id:path}",
    "/consents/{firm_id:path}",
    "/customers",
    "/decisions/{decision_id}/override",
    "/decisions/{decision_id}/replay",
    "/identity",
    "/identity/pair",
    "/jobs",
    "/jobs/{job_id}",
    "/models/{version}",
    "/outbox",
    "/proposals/{proposal_id}",
    "/reveals/{firm_id:path}",
    "/quarantine/{quarantine_id:path}",
    "/sign-in",
    "/sign-in/code",
    "/sign-out",
)


def app_of(client: TestClient) -> FastAPI:
    assert isinstance(client.app, AsServed)
    return client.app.app


def pages(client: TestClient, shop: Bank, lang: Lang) -> Iterator[tuple[str, str]]:
    """Every HTML page of the console: address and text."""
    for path, address in examples(shop).items():
        answer = client.get(address + ("&" if "?" in address else "?") + f"lang={lang}")
        assert answer.status_code in {200, 303}, (path, answer.status_code, answer.text[:300])
        if answer.headers.get("content-type", "").startswith("text/html"):
            yield address, answer.text


def test_every_route_has_an_example_and_answers(client: TestClient, shop: Bank) -> None:
    known = examples(shop)
    assert {path for method, path in routes(app_of(client)) if method == "GET"} == set(known)
    assert {path for method, path in routes(app_of(client)) if method == "POST"} == set(POSTS)
    for address in known.values():
        assert client.get(address).status_code in {200, 303}, address


@pytest.mark.parametrize("lang", LANGS)
def test_nothing_inline_and_everything_escaped(client: TestClient, shop: Bank, lang: Lang) -> None:
    seen = 0
    for address, text in pages(client, shop, lang):
        tags = Tags(text)
        seen += 1
        for name, attributes in tags.found:
            assert not any(a.startswith("on") or a == "style" for a in attributes), (address, name, attributes)
            assert not str(attributes.get("href", "")).lower().startswith(("javascript:", "data:")), address
        is_report = "report.html" in address
        assert is_report or not tags.named("style"), address
        for script in tags.named("script"):
            assert "src" in script or script.get("type") == "application/json", (address, script)
        assert NASTY not in text, address
        assert "<img src=x" not in text, address
    assert seen >= 15


def test_the_hostile_firm_is_shown_as_it_is_called(client: TestClient, shop: Bank) -> None:
    page = Tags(client.get(examples(shop)["/firms/{firm_id:path}"]).text)
    assert NASTY in page.text
    assert NASTY_ID in page.text
    links = [a["href"] for a in Tags(client.get("/").text).named("a") if "shop%3Aa" in str(a.get("href"))]
    assert links
    assert {client.get(str(href)).status_code for href in links} == {200}


@pytest.mark.parametrize("lang", LANGS)
def test_every_answer_bears_the_policy(client: TestClient, shop: Bank, lang: Lang) -> None:
    for address in (*examples(shop).values(), "/nowhere", "/static/nothing.js"):
        answer = client.get(address, params={"lang": lang} if "?" not in address else None)
        policy = answer.headers["content-security-policy"]
        if "-report." in address:
            assert policy.startswith("default-src 'none'; style-src 'sha256-")
            assert "script" not in policy
        else:
            assert policy == CONTENT_SECURITY_POLICY, address
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "unsafe" not in policy


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8000", "", "localhost.evil.example:80", "[::2]:80"]
)
def test_other_hosts_are_refused(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "shop" not in answer.text
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "localhost:1", "[::1]:8000", "127.0.0.1"])
def test_names_of_this_machine_are_served(client: TestClient, host: str) -> None:
    assert client.get("/audit", headers={"host": host}).status_code == 200


def post_addresses(shop: Bank) -> list[str]:
    known = examples(shop)
    return [known.get(path, path.replace("{firm_id:path}", "shop%3ASOUND")) for path in POSTS]


def test_a_post_without_the_token_changes_nothing(client: TestClient, shop: Bank) -> None:
    other = a_client(shop)
    stranger = TOKEN.search(other.get("/audit").text)
    assert stranger
    client.get("/audit")
    for address in post_addresses(shop):
        for form in ({}, {"csrf": ""}, {"csrf": "0" * 64}, {"csrf": stranger.group(1)}):
            refused = client.post(address, data={**form, "reason": "x", "column:kind": "special"})
            assert refused.status_code == 403, (address, form)
        assert client.post(address, headers={"x-csrf-token": "é".encode()}).status_code == 403
        assert client.post(address, json={"csrf": "x"}).status_code == 403
        assert a_client(shop).post(address, data={"csrf": stranger.group(1)}).status_code == 403
    with shop.session() as session:
        from windchime.data.intake.quarantine import quarantined

        assert [q.state for q in quarantined(shop, session, state=None)] == ["open"]


def test_a_post_with_the_token_passes(client: TestClient) -> None:
    token = TOKEN.search(client.get("/audit").text)
    assert token
    answer = client.post("/audit/verify?lang=en", data={"csrf": token.group(1)})
    assert answer.status_code == 200
    assert "The chain is whole" in answer.text
    assert client.post("/audit/verify", headers={"x-csrf-token": token.group(1)}, data={}).status_code == 200


def test_large_and_endless_bodies_are_refused(client: TestClient) -> None:
    assert client.post("/audit/verify", content=b"x" * 1_000_001).status_code == 413
    assert client.post("/audit/verify", content=iter([b"x"] * 3)).status_code == 413


@pytest.mark.parametrize(
    "address",
    [
        "/static/../app.py",
        "/static/..%2f..%2fapp.py",
        "/static/%2e%2e/%2e%2e/db.sqlite",
        "/static//etc/passwd",
        "/static/%2fetc%2fpasswd",
        "/static/console.css%00.js",
        "/static/",
        "/firms/shop%3ANOBODY",
        "/firms/",
        "/firms/%00",
        "/figures/nothing/shop%3ASOUND",
        "/figures/sales_12m/shop%3ANOBODY",
        "/decisions/0",
        "/decisions/%25",
        "/decisions/none/document.json",
        "/models/0123456789",
        "/models/x",
        "/content/policies/invoice_loan/0",
        "/jobs/0",
        "/jobs/%00",
        "/jobs/019a0b1c-7d2e-7f00-8000-0123456789ab",
        "/content/secrets/invoice_loan/..%2F..%2Fdb.sqlite",
        "/quarantine/nothing-1",
        "/firm-report.exe/shop%3ASOUND",
        "/firm-report.pdf/shop%3ANOBODY",
        "/portfolio-report.docx",
        "/nowhere",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404, answer.text[:200]
    assert "Traceback" not in answer.text
    assert "没有这个页面" in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "query",
    ["?page=0", "?page=-1", "?page=99999999", "?page=x", "?sort=nothing", "?sort=limit&order=x", "?q=%00%ff", "?verdict=nothing",
     "?band=%27%22", "?reason=nothing", "?lang=xx", "?format=exe", "?q=" + "x" * 5000],
)  # fmt: skip
def test_a_strange_question_is_still_a_page(client: TestClient, query: str) -> None:
    for path in (
        "/",
        "/firms",
        "/decisions",
        "/quarantine",
        "/models",
        "/content",
        "/audit",
        "/jobs",
        "/export",
        "/decisions-export",
    ):
        answer = client.get(path + query)
        assert answer.status_code in {200, 303}, (path, answer.status_code)


@pytest.mark.parametrize(
    "query", ["?as_of=x", "?as_of=2019-13-01", "?lake_version=x", "?lake_version=-1", "?as_of=2019-12-31"]
)
def test_a_figure_is_forgiving_of_its_date(client: TestClient, query: str) -> None:
    assert client.get(f"/figures/sales_12m/shop%3ASOUND{query}").status_code == 200


def test_a_lake_version_that_is_not_there_is_a_sentence(client: TestClient) -> None:
    answer = client.get("/figures/sales_12m/shop%3ASOUND?lake_version=77")
    assert answer.status_code == 400
    assert "77" in answer.text


def test_an_error_nobody_foresaw_is_no_traceback(shop: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    from windchime.console.pages import audit

    def broken(*_given: object) -> None:
        raise RuntimeError("secret path /home/somebody")

    monkeypatch.setattr(audit, "_table", broken)
    answer = a_client(shop).get("/audit")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY


def test_static_files_are_kept_and_pages_are_not(client: TestClient) -> None:
    assert "immutable" in client.get("/static/windchime.css").headers["cache-control"]
    assert client.get("/").headers["cache-control"] == "no-store"
