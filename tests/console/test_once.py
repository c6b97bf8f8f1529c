"""A form that is sent twice acts once: one after the other, both at once, after a server that died, and only then."""

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from fastapi import Request
from sqlalchemy import func, select
from starlette.testclient import TestClient
from tests.console.addresses import examples
from tests.console.helpers import a_bank, a_client

from windchime.console import addresses, once
from windchime.data.intake.quarantine import quarantined
from windchime.data.lake import versions
from windchime.decision import log
from windchime.service.access.tables import Consent
from windchime.service.bank import Bank
from windchime.service.idempotency.tables import KeyedCall
from windchime.service.proposals.tables import Proposal

TEMPLATES = Path(once.__file__).parent / "templates"
FIRM = "shop:SMALL"
TERMS = {"verdict": "approve", "limit": "200000", "rate": "8", "term_months": "12", "reason_codes": "collateral"}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    found = a_bank(tmp_path_factory.mktemp("once") / "home")
    yield found
    found.close()


@pytest.fixture
def client(bank: Bank) -> TestClient:
    return a_client(bank)


def hidden(client: TestClient, page: str) -> dict[str, str]:
    """Proof and key of the first form of a page that bears one."""
    text = client.get(page).text
    found = re.search(r'name="csrf" value="(\w+)"><input type="hidden" name="once" value="([\w-]+)"', text)
    assert found is not None
    return {"csrf": found[1], "once": found[2]}


def send(client: TestClient, address: str, fields: dict[str, str]) -> tuple[int, str]:
    answer = client.post(address, data=fields, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", "")


def consent(client: TestClient, document: str) -> dict[str, str]:
    """A form that records a consent."""
    page = f"/consents/{FIRM}"
    purpose = re.search(r'<select name="purpose"><option value="([^"]+)"', client.get(page).text)
    assert purpose is not None
    return {
        **hidden(client, page),
        "purpose": purpose[1],
        "category": "firm",
        "given_by": "operator",
        "document": sha256(document.encode()).hexdigest(),
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
    }


def count(bank: Bank, table: type[Consent | Proposal | KeyedCall]) -> int:
    with bank.session() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def decision(bank: Bank, firm: str) -> str:
    with bank.session() as session:
        row = log.latest(session, firm)
    assert row is not None
    return f"/decisions/{row.id}"


def test_every_form_of_a_change_bears_a_key_and_each_another(client: TestClient, bank: Bank) -> None:
    told = [p for p in TEMPLATES.rglob("*.html") if 'method="post"' in p.read_text()]
    assert len(told) > 10
    for template in told:
        text = template.read_text()
        forms = re.findall(r'<form[^>]*?method="post".*?(?=</form>|\{% endmacro)', text, re.DOTALL)
        assert len(forms) == text.count('method="post"')
        bare = [f for f in forms if "csrf(page)" not in f]
        # what only reads, and the ways in and out, may be asked for again
        allowed = r"/(sign-in|sign-in/code|sign-out|audit/verify|decisions/[^\"]*/replay)\"|to\.reveals\("
        assert all("csrf(page, once=false)" in f and re.search(allowed, f) for f in bare), template.name
    page = decision(bank, FIRM)
    assert hidden(client, page)["once"] != hidden(client, page)["once"]


def test_a_consent_sent_twice_is_one(bank: Bank, client: TestClient) -> None:
    form, before = consent(client, "first"), count(bank, Consent)
    first = send(client, f"/consents/{FIRM}", form)
    assert first == (303, f"/consents/{FIRM.replace(':', '%3A')}")
    assert [send(client, f"/consents/{FIRM}", form) for _again in range(2)] == [first] * 2
    assert count(bank, Consent) == before + 1
    # another rendering of the form is another wish
    assert send(client, f"/consents/{FIRM}", consent(client, "second"))[0] == 303
    assert count(bank, Consent) == before + 2


def test_an_override_sent_by_both_clicks_at_once_is_one_and_both_arrive(bank: Bank, client: TestClient) -> None:
    page = decision(bank, FIRM)
    form, before = {**hidden(client, page), **TERMS, "reason": "twice"}, count(bank, Proposal)
    start = threading.Barrier(3)

    def click(one: TestClient) -> tuple[int, str]:
        start.wait()
        return send(one, f"{page}/override", form)

    with ThreadPoolExecutor(3) as pool:
        found = set(pool.map(click, [client] * 3))
    assert len(found) == 1
    status, location = found.pop()
    assert (status, location[:11]) == (303, "/proposals/")
    assert count(bank, Proposal) == before + 1


def test_a_refused_form_keeps_no_key(bank: Bank, client: TestClient) -> None:
    page, before = decision(bank, "shop:SOUND"), count(bank, KeyedCall)
    form = {**hidden(client, page), **TERMS, "reason": ""}
    assert [send(client, f"{page}/override", form)[0] for _again in range(2)] == [400, 400]
    assert count(bank, KeyedCall) == before
    assert send(client, f"{page}/override", {**form, "reason": "now it says why"})[0] == 303


def test_a_used_form_with_something_else_in_it_is_refused_and_can_be_sent_from_the_answer(
    bank: Bank, client: TestClient
) -> None:
    form = consent(client, "third")
    assert send(client, f"/consents/{FIRM}", form)[0] == 303
    other, before = {**form, "valid_to": "2026-06-30"}, count(bank, Consent)
    answer = client.post(f"/consents/{FIRM}?lang=en", data=other)
    assert (answer.status_code, count(bank, Consent)) == (422, before)
    assert "this form was sent already" in answer.text
    key = re.search(r'name="once" value="([\w-]+)"', answer.text)
    assert key is not None
    assert key[1] != form["once"]


def test_a_key_of_one_session_is_nothing_to_another(bank: Bank, client: TestClient) -> None:
    form, before = consent(client, "fourth"), count(bank, Consent)
    other = a_client(bank)
    theirs = {**form, "csrf": consent(other, "fourth")["csrf"], "document": sha256(b"fifth").hexdigest()}
    assert [send(client, f"/consents/{FIRM}", form)[0], send(other, f"/consents/{FIRM}", theirs)[0]] == [303, 303]
    assert count(bank, Consent) == before + 2


def test_a_server_that_died_after_the_effect_makes_no_second(
    bank: Bank, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def died(_form: once.Sent, _location: str) -> None:
        raise OSError

    monkeypatch.setattr(once, "_PATIENCE_S", 0.0)
    monkeypatch.setattr(once.Sent, "settle", died)
    page = decision(bank, "shop:YOUNG")
    form, before = {**hidden(client, page), **TERMS, "reason": "died"}, count(bank, Proposal)
    assert send(client, f"{page}/override", form)[0] == 303
    assert send(client, f"{page}/override", form) == (303, f"{page}/override?sent=before")
    assert count(bank, Proposal) == before + 1
    # a form whose address is no page names the one on which it stands
    send(client, f"/consents/{FIRM}", consent(client, "to be revoked"))
    text = client.get(f"/consents/{FIRM}").text
    told = re.search(r'action="(/consent-revocations/[^"]+)"(.*?)</form>', text, re.DOTALL)
    assert told is not None
    revoked = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', told[2])) | {"reason": "by mistake"}
    assert send(client, told[1], revoked)[0] == 303
    status, location = send(client, told[1], revoked)
    assert (status, location) == (303, f"/consents/{FIRM.replace(':', '%3A')}?sent=before")
    page_there = client.get(f"{location}&lang=en")
    assert (page_there.status_code, "This form was sent already" in page_there.text) == (200, True)


def page_of(client: TestClient, action: str, sent: dict[str, str]) -> str:
    """Where a form leads that was sent before and told something once, as the application finds it."""
    seen: list[str] = []
    kept = once.prepare

    def prepare(request: Request, body: bytes) -> None:
        kept(request, body)
        seen.append(request.state.sent.page)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(once, "prepare", prepare)
        client.post(action, data=sent)
    return seen[0]


def test_every_form_can_be_led_back_to_a_page(shop: Bank) -> None:
    client, seen = a_client(shop), set()
    for address in examples(shop).values():
        answer = client.get(address)
        for action, inside in re.findall(r'<form[^>]*? action="([^"]+)"[^>]*>(.*?)</form>', answer.text, re.DOTALL):
            fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', inside))
            if "once" in fields and action not in seen:
                seen.add(action)
                # without the proof of the page nothing is done
                sent = {"once": "k" * 22, **({"back": fields["back"]} if "back" in fields else {})}
                led = page_of(client, unescape(action).partition("#")[0], sent)
                assert client.get(led, follow_redirects=True).status_code == 200, (action, led)
    assert {a.split("/")[1] for a in seen} >= {"consents", "customers", "decisions", "identity", "outbox", "proposals"}


def test_a_form_without_key_acts_as_often_as_it_is_sent(bank: Bank, client: TestClient) -> None:
    """A program with the proof of a page is no browser; the API is for it, and wants keys."""
    form, before = consent(client, "sixth"), count(bank, Consent)
    del form["once"]
    again = {**form, "document": sha256(b"seventh").hexdigest()}
    assert [send(client, f"/consents/{FIRM}", f)[0] for f in (form, again)] == [303, 303]
    assert count(bank, Consent) == before + 2


def test_a_repair_of_the_lake_sent_twice_writes_one_version(bank: Bank, client: TestClient) -> None:
    def head() -> int:
        with bank.session() as session:
            found = versions.head(session)
        assert found is not None
        return found.lake_version

    with bank.session() as session:
        page = addresses.quarantined(quarantined(bank, session, state=None)[0].quarantine_id)
    told = {"column:invoice_no": "broken1", "column:kind": "special", "reason": "as printed"}
    form, before = {**hidden(client, page), **told}, head()
    first = send(client, page, form)
    assert (first[0], head()) == (303, before + 1)
    assert send(client, page, form) == first
    assert head() == before + 1
    assert "已修复" in client.get("/quarantine").text
