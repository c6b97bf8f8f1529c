"""The whole way of a person through the door, as a browser without script goes it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from httpx import Response
from sqlalchemy import func, select
from starlette.testclient import TestClient
from tests.accounts import ROOT, Moved, a_session, an_account, cheap_hashes, code_of
from tests.present.qr_reader import modules, read

from windchime.console import create_app
from windchime.core.unit import Actor
from windchime.portfolio.access import sign_in_policy
from windchime.service import audit
from windchime.service.access import accounts, sessions
from windchime.service.access.tables import LoginSession
from windchime.service.bank import Bank
from windchime.service.http.leading_on import own_path
from windchime.service.tables import AuditRecord

GIVEN, OWN = "given by somebody else", "一匹马走过长长的木桥 9 次"
FIELD = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
SECRET = re.compile(r'<code class="secret">([A-Z2-7 ]+)</code>')
PLAIN, OVER_TLS = "http://127.0.0.1:8000", "https://127.0.0.1:8000"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def bank(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Bank]:
    """One bank for all tests here; each has accounts of its own, and time goes on."""
    database = None if request.param == "sqlite" else request.getfixturevalue("postgres_address")
    found = Bank.open(tmp_path_factory.mktemp("home"), uuid4().hex, clock=Moved(), database=database)
    yield found
    with found.session() as session:
        assert audit.verify(session) == []
        told = str([(r.actor, r.subject, r.before, r.after, r.reason) for r in audit.records(session)])
    assert GIVEN not in told
    assert OWN not in told
    found.close()


@pytest.fixture
def time(bank: Bank) -> Moved:
    assert isinstance(bank.clock, Moved)
    bank.clock.at += timedelta(days=1)
    return bank.clock


@dataclass
class Browser:
    """A browser without script at the console of a bank."""

    client: TestClient

    def get(self, address: str) -> Response:
        found: Response = self.client.get(address)
        return found

    def send(self, address: str, page: str = "", **fields: Any) -> Response:
        """Fill in and send the form of a page."""
        token = FIELD.search(self.client.get(page or address).text)
        assert token, page or address
        found: Response = self.client.post(address, data={"csrf": token.group(1), **fields})
        return found

    def sign_in(self, name: str, password: str = OWN, **fields: str) -> Response:
        return self.send("/sign-in", name=name, password=password, **fields)


@cache
def _app(bank: Bank) -> FastAPI:
    return create_app(bank)


def _client(app: FastAPI, base: str = PLAIN) -> TestClient:
    return TestClient(app, base_url=base, follow_redirects=False, raise_server_exceptions=False)


def a_browser(bank: Bank, base: str = PLAIN) -> Browser:
    return Browser(_client(_app(bank), base))


def somebody(bank: Bank, *roles: str, password: str = OWN, must_change: bool = False) -> str:
    """An account with a password of its own, and no second factor."""
    name = f"li-{uuid4().hex[:8]}"
    with bank.unit(ROOT) as unit:
        policy = sign_in_policy(bank, unit.session)
        accounts.make(unit, name, "李", roles=roles, password=password, policy=policy)
        accounts.find(unit.session, name).must_change = must_change
    return name


def test_name_and_password_lead_on_to_what_was_asked_for(bank: Bank, time: Moved) -> None:
    name, browser = somebody(bank, "credit_officer"), a_browser(bank)
    asked = browser.get("/content?kind=schemes")
    assert (asked.status_code, asked.headers["location"]) == (303, "/sign-in?next=%2Fcontent%3Fkind%3Dschemes")
    page = browser.get(asked.headers["location"]).text
    assert 'name="next" value="/content?kind=schemes"' in page
    arrived = browser.sign_in(name, next="/content?kind=schemes")
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/content?kind=schemes")
    assert browser.get("/content?kind=schemes").status_code == 200
    assert browser.get("/sign-in?next=/content").headers["location"] == "/content"
    assert browser.get("/accounts").status_code == 403
    with bank.session() as session:
        record = session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc())).first()
    assert record is not None
    assert (record.action, record.actor, record.origin) == ("account.sign_in", name, "session testclient")
    left = browser.send("/sign-out", "/account")
    assert left.headers["location"] == "/sign-in"
    assert browser.get("/content").status_code == 303


@pytest.mark.parametrize(("base", "named"), [(PLAIN, "windchime_session"), (OVER_TLS, "__Host-windchime_session")])
def test_the_cookie_is_out_of_reach(bank: Bank, time: Moved, base: str, named: str) -> None:
    browser = a_browser(bank, base)
    told = browser.sign_in(somebody(bank)).headers.get_list("set-cookie")
    cookie = next(c for c in told if c.startswith(named + "="))
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert {"httponly", "path=/", "samesite=lax"} <= flags
    assert ("secure" in flags) is (base is OVER_TLS)
    assert not any(f.startswith(("domain", "max-age", "expires")) for f in flags)


def test_a_session_of_plain_http_is_none_over_tls(bank: Bank, time: Moved) -> None:
    name = somebody(bank)
    secret = a_session(bank, name)
    over_tls = a_browser(bank, OVER_TLS)
    over_tls.client.cookies.set("windchime_session", secret)
    assert over_tls.get("/account").status_code == 303
    plain = a_browser(bank)
    plain.client.cookies.set("windchime_session", secret)
    assert plain.get("/account").status_code == 200


def test_whoever_knew_the_cookie_before_knows_nothing_after(bank: Bank, time: Moved) -> None:
    """Session fixation: the cookie that a browser came with opens nothing once somebody has signed in."""
    name, browser = somebody(bank), a_browser(bank)
    attacker = somebody(bank)
    planted = a_session(bank, attacker)
    browser.client.cookies.set("windchime_session", planted)
    # the form is that of the planted session; signing in replaces it
    page = FIELD.search(browser.get("/account").text)
    assert page
    done = browser.client.post("/sign-in", data={"csrf": page.group(1), "name": name, "password": OWN})
    assert done.status_code == 303
    fresh = next(c for c in done.cookies.jar if c.name == "windchime_session").value
    assert fresh
    assert fresh != planted
    thief = a_browser(bank)
    thief.client.cookies.set("windchime_session", planted)
    assert thief.get("/account").status_code == 303


def test_nothing_tells_what_was_wrong(bank: Bank, time: Moved) -> None:
    open_, closed, paused = (somebody(bank) for _n in range(3))
    with bank.unit(ROOT) as unit:
        accounts.close(unit, closed)
    for _n in range(5):
        a_browser(bank).sign_in(paused, "wrong")
    answers = [
        a_browser(bank).sign_in(name, password)
        for name, password in (
            (open_, "wrong"), ("nobody-of-that-name", OWN), (closed, OWN), (paused, OWN), (open_, ""), ("", ""),
            ("x" * 3000, OWN), (open_, "x" * 100_000), ("名\u200b", OWN),
        )
    ]  # fmt: skip
    assert {a.status_code for a in answers} == {403}
    bodies = {re.sub(r'value="[0-9a-f]{64}"|content="[0-9a-f]{64}"', "", a.text) for a in answers}
    assert len(bodies) == 1
    assert all("set-cookie" not in a.headers or "session=" not in a.headers["set-cookie"] for a in answers)


def test_a_name_that_is_not_there_is_held_against_a_hash_and_put_on_record_alike(
    bank: Bank, time: Moved, monkeypatch: pytest.MonkeyPatch
) -> None:
    from windchime.service.access import passwords

    name, verified = somebody(bank), list[str]()
    hasher = type(passwords._hasher())
    verify = hasher.verify

    def counted(self: PasswordHasher, known: str, password: str) -> bool:
        verified.append(known)
        return verify(self, known, password)

    monkeypatch.setattr(hasher, "verify", counted)
    for typed in (name, "nobody-at-all"):
        with bank.session() as session:
            before = session.scalar(select(func.count()).select_from(AuditRecord))
        a_browser(bank).sign_in(typed, "wrong")
        with bank.session() as session:
            assert session.scalar(select(func.count()).select_from(AuditRecord)) == (before or 0) + 1
            last = session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc())).first()
        assert last is not None
        assert last.action == "account.refused"
        assert "nobody-at-all" not in last.subject
    assert len(verified) == 2


def test_a_given_password_must_be_changed_before_anything_else(bank: Bank, time: Moved) -> None:
    name, browser = somebody(bank, "credit_officer", password=GIVEN, must_change=True), a_browser(bank)
    assert browser.sign_in(name, GIVEN, next="/content").headers["location"] == "/content"
    other = a_browser(bank)
    other.sign_in(name, GIVEN)
    assert browser.get("/content").headers["location"] == "/account?next=%2Fcontent"
    assert browser.get("/inbox").status_code in {303, 404}
    page = browser.get("/account?next=%2Fcontent").text
    assert 'name="new"' in page
    assert 'name="scope"' not in page
    change = {"do": "password", "next": "/content"}
    for wrong in (
        {"old": GIVEN, "new": OWN, "again": OWN + "x"},
        {"old": "wrong", "new": OWN, "again": OWN},
        {"old": GIVEN, "new": GIVEN, "again": GIVEN},
        {"old": GIVEN, "new": "short", "again": "short"},
        {"old": GIVEN, "new": name * 2, "again": name},
    ):
        assert browser.send("/account", **change, **wrong).status_code in {400, 403}
    for do in ("token", "end", "offer", "confirm", "codes"):
        assert browser.send("/account", do=do, label="x", days="3").status_code == 403
    unknown = browser.send("/account", do="nothing")
    assert (unknown.status_code, "confirm" in unknown.text) == (422, True), "it says what there is"
    done = browser.send("/account", **change, old=GIVEN, new=OWN, again=OWN)
    assert (done.status_code, done.headers["location"]) == (303, "/content")
    assert browser.get("/content").status_code == 200
    assert other.get("/account").status_code == 303, "all other sessions have ended"
    assert a_browser(bank).sign_in(name, GIVEN).status_code == 403
    assert a_browser(bank).sign_in(name, OWN).status_code == 303


def enrol(browser: Browser, time: Moved, **proof: str) -> tuple[str, str]:
    """Secret of a second factor and the page that was shown once it was in force."""
    page = browser.send("/account", do="offer", **proof).text
    found = SECRET.search(page)
    assert found, page
    link = re.search(r'href="(otpauth://totp/[^"]+)"', page)
    assert link
    assert read(modules(page[page.index('class="qr"') :])) == unescape(link.group(1)), (
        "the picture says what the link says"
    )
    assert browser.send("/account", do="confirm", code="000000").status_code == 403
    done = browser.send("/account", do="confirm", code=code_of(found.group(1), time))
    assert done.status_code == 200
    return found.group(1), done.text


def test_a_role_that_wants_a_second_factor_is_led_to_set_it_up_and_shows_it_from_then_on(
    bank: Bank, time: Moved
) -> None:
    name, browser = somebody(bank, "manager"), a_browser(bank)
    browser.sign_in(name)
    assert browser.get("/content").headers["location"] == "/account?next=%2Fcontent"
    assert browser.send("/account", do="token", label="x", days="3", password=OWN).status_code == 403
    secret, page = enrol(browser, time)
    codes = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", page)
    assert len(codes) == 10
    assert browser.get("/content").status_code == 200
    assert codes[0] not in browser.get("/account").text

    time.at += timedelta(minutes=5)
    second = a_browser(bank)
    first_step = second.sign_in(name, next="/content")
    assert first_step.headers["location"] == "/sign-in/code?next=%2Fcontent"
    half = second.client.cookies["windchime_session"]
    assert second.get("/content").status_code == 303, "a password alone opens nothing"
    assert second.get("/account").status_code == 303
    assert second.send("/sign-in/code", code="123456").status_code == 403
    shown = code_of(secret, time)
    arrived = second.send("/sign-in/code", code=shown, next="/content")
    assert (arrived.status_code, arrived.headers["location"]) == (303, "/content")
    assert second.client.cookies["windchime_session"] != half
    assert second.get("/content").status_code == 200

    replayed = a_browser(bank)
    replayed.sign_in(name)
    assert replayed.send("/sign-in/code", code=shown).status_code == 403
    assert replayed.send("/sign-in/code", code=codes[0]).status_code == 303
    again = a_browser(bank)
    again.sign_in(name)
    assert again.send("/sign-in/code", code=codes[0]).status_code == 403


def test_wrong_codes_pause_the_account_and_a_right_password_does_not_forget_them(bank: Bank, time: Moved) -> None:
    name, browser = somebody(bank, "manager"), a_browser(bank)
    browser.sign_in(name)
    secret, _page = enrol(browser, time)
    tries = 0
    for _n in range(5):
        time.at += timedelta(seconds=20)
        thief = a_browser(bank)
        if thief.sign_in(name).status_code == 303:
            thief.send("/sign-in/code", code="000000")
            tries += 1
    assert tries == 5
    time.at += timedelta(minutes=2)
    owner = a_browser(bank)
    assert owner.sign_in(name).status_code == 403
    time.at += timedelta(minutes=15)
    assert owner.sign_in(name).status_code == 303
    assert owner.send("/sign-in/code", code=code_of(secret, time)).status_code == 303


def test_half_a_sign_in_is_forgotten_after_a_while(bank: Bank, time: Moved) -> None:
    name, browser = somebody(bank, "manager"), a_browser(bank)
    browser.sign_in(name)
    secret, _page = enrol(browser, time)
    time.at += timedelta(minutes=2)
    late = a_browser(bank)
    late.sign_in(name)
    time.at += timedelta(minutes=6)
    assert late.get("/sign-in/code").headers["location"] == "/sign-in?next=%2F"
    token = FIELD.search(late.get("/sign-in").text)
    assert token
    sent = late.client.post("/sign-in/code", data={"csrf": token.group(1), "code": code_of(secret, time)})
    assert sent.status_code == 403


def test_replacing_a_second_factor_wants_password_and_code(bank: Bank, time: Moved) -> None:
    name, browser = somebody(bank), a_browser(bank)
    browser.sign_in(name)
    assert browser.send("/account", do="offer").status_code == 403, "not without the password"
    secret, _page = enrol(browser, time, password=OWN)
    time.at += timedelta(minutes=2)
    for proof in ({"password": OWN}, {"password": OWN, "code": "000000"}, {"code": code_of(secret, time)}):
        assert browser.send("/account", do="offer", **proof).status_code == 403, proof
    time.at += timedelta(minutes=2)
    assert browser.send("/account", do="codes", password=OWN, code=code_of(secret, time)).status_code == 200
    time.at += timedelta(minutes=2)
    assert SECRET.search(browser.send("/account", do="offer", password=OWN, code=code_of(secret, time)).text)


def test_a_token_wants_the_code_where_there_is_a_second_factor(bank: Bank, time: Moved) -> None:
    name, browser = somebody(bank, "credit_officer"), a_browser(bank)
    browser.sign_in(name)
    secret, _page = enrol(browser, time, password=OWN)
    asked = {"do": "token", "label": "x", "days": "3", "scope": "content.read"}
    time.at += timedelta(minutes=2)
    for proof in ({"password": OWN}, {"password": OWN, "code": "000000"}, {"code": code_of(secret, time)}):
        assert browser.send("/account", **asked, **proof).status_code == 403, proof
    made = browser.send("/account", **asked, password=OWN, code=code_of(secret, time))
    assert re.search(r"wct_[\w-]{43}", made.text)
    time.at += timedelta(minutes=2)
    beyond = browser.send("/account", **{**asked, "scope": "audit.read"}, password=OWN, code=code_of(secret, time))
    assert (beyond.status_code, "audit.read" in beyond.text) == (403, True)


def test_whoever_finds_an_open_browser_guesses_no_password(bank: Bank, time: Moved) -> None:
    name, browser = somebody(bank, "credit_officer"), a_browser(bank)
    browser.sign_in(name)
    asked = {"do": "token", "label": "x", "days": "3", "scope": "content.read"}
    # five as the browser that is known, five as any other
    for _n in range(10):
        time.at += timedelta(seconds=20)
        assert browser.send("/account", **asked, password="wrong").status_code == 403
    assert browser.send("/account", **asked, password=OWN).status_code == 403, "the account pauses"
    time.at += timedelta(minutes=16)
    assert browser.send("/account", **asked, password=OWN).status_code == 200


def test_sessions_are_shown_and_ended(bank: Bank, time: Moved) -> None:
    name = somebody(bank)
    here, there, elsewhere = (a_browser(bank) for _n in range(3))
    for browser in (here, there, elsewhere):
        browser.sign_in(name)
        time.at += timedelta(minutes=1)
    page = here.get("/account").text
    ids = re.findall(r'name="session" value="([0-9a-f]{16})"', page)
    assert len(ids) == 2
    with bank.session() as session:
        hashes = [h.hex() for h in session.scalars(select(LoginSession.token_hash))]
    assert not any(i in h for i in ids for h in hashes)
    stranger = a_browser(bank)
    stranger.sign_in(somebody(bank))
    stranger.send("/account", do="end", session=ids[0])
    assert {there.get("/account").status_code, elsewhere.get("/account").status_code} == {200}
    here.send("/account", do="end", session=ids[0])
    assert sorted((there.get("/account").status_code, elsewhere.get("/account").status_code)) == [200, 303]
    here.send("/account", do="end")
    assert [b.get("/account").status_code for b in (here, there, elsewhere)] == [200, 303, 303]


def test_tokens_are_made_shown_once_and_revoked(bank: Bank, time: Moved) -> None:
    name, browser = somebody(bank, "credit_officer"), a_browser(bank)
    browser.sign_in(name)
    asked: dict[str, Any] = {"do": "token", "label": "export", "days": "30", "scope": ["content.read", "model.read"]}
    assert browser.send("/account", **asked, password="wrong").status_code == 403
    assert browser.send("/account", **{**asked, "days": "0"}, password=OWN).status_code == 400
    made = browser.send("/account", **asked, password=OWN)
    found = re.search(r"wct_[\w-]{43}", made.text)
    assert found
    token = found.group()
    assert token not in browser.get("/account").text
    program = a_browser(bank)
    program.client.headers["authorization"] = f"Bearer {token}"
    assert program.get("/content").status_code == 200
    assert program.get("/graph").status_code == 403, "beyond its scopes"
    with bank.session() as session:
        policy = sign_in_policy(bank, session)
        subject = sessions.of_token(session, bank.name, token, time.at, policy)
    assert subject is not None
    assert subject.scopes == frozenset({"content.read", "model.read"})
    assert program.get("/account").status_code == 403
    # a token does not make tokens, end sessions or change passwords
    for fields in ({**asked, "password": OWN}, {"do": "end"}, {"do": "password", "old": OWN, "new": OWN * 2}):
        assert program.send("/account", "/sign-in", **fields).status_code == 403
    token_id = re.search(r'name="token" value="([^"]+)"', browser.get("/account").text)
    assert token_id
    stranger = a_browser(bank)
    stranger.sign_in(somebody(bank))
    assert stranger.send("/account", do="revoke", token=token_id.group(1)).status_code == 404
    assert program.get("/content").status_code == 200
    browser.send("/account", do="revoke", token=token_id.group(1))
    assert program.get("/content").status_code == 303


def test_a_storm_of_sign_ins_does_not_exceed_the_failures_that_are_allowed(bank: Bank, time: Moved) -> None:
    """However many guess at once, no more than the limit are looked at, and the right one among the late does not open."""
    from windchime.service.access import proving

    name = somebody(bank)
    with bank.session() as session:
        policy = sign_in_policy(bank, session)
        wrong = [proving.check(session, name, f"guess {n}") for n in range(24)]
        right = proving.check(session, name, OWN)

    def attempt(checked: proving.Checked) -> bool:
        with bank.unit(Actor(name)) as unit:
            return proving.sign_in(unit, checked, policy) is not None

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(attempt, wrong))
    assert not attempt(right)
    with bank.session() as session:
        account = accounts.find(session, name)
        paused = session.scalars(select(AuditRecord).where(AuditRecord.subject == f"account:{name}")).all()
    assert account.locked_until is not None
    assert [r.action for r in paused].count("account.pause") == 1
    assert account.failures == 0


def test_attempts_are_limited_by_address_and_by_name(bank: Bank, time: Moved) -> None:
    browser = a_browser(bank)
    token = FIELD.search(browser.get("/sign-in").text)
    assert token

    def tried(name: str) -> int:
        sent = browser.client.post("/sign-in", data={"csrf": token.group(1), "name": name, "password": "x"})
        return int(sent.status_code)

    assert [tried(f"nobody-{n}") for n in range(31)] == [403] * 30 + [429]
    assert Browser(_client(create_app(bank))).sign_in("nobody-1", "x").status_code == 403, "a process counts by itself"
    time.at += timedelta(minutes=1)
    assert [tried("nobody-at-all") for _n in range(11)] == [403] * 10 + [429], "whether or not there is such a name"


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("/", "/"), ("/firms?q=a&page=2", "/firms?q=a&page=2"), ("/graph/a%2Fb?to=c", "/graph/a%2Fb?to=c"),
        ("", "/"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("\\\\evil.example", "/"), ("https://evil.example", "/"),
        ("https:evil.example", "/"), ("javascript:alert(1)", "/"), ("/\t/evil.example", "/"), ("/\n/evil.example", "/"),
        ("evil.example", "/"), (" /firms", "/"), ("/sign-in?next=/", "/"), ("/sign-out", "/"), ("/a\r\nset-cookie: x=1", "/"),
        ("/%0d%0aset-cookie:x", "/%0d%0aset-cookie:x"), ("///evil.example", "/"), ("/企业", "/"), ("/" + "a" * 2000, "/"),
        ("//[", "/"),
    ],
)  # fmt: skip
def test_the_door_leads_to_own_paths_alone(asked: str, leads: str) -> None:
    assert own_path(asked) == leads


def test_a_hostile_next_never_leaves(bank: Bank, time: Moved) -> None:
    name = somebody(bank)
    for hostile in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        assert a_browser(bank).sign_in(name, next=hostile).headers["location"] == "/"
    settled = an_account(bank, f"{name}-2", [], _policy(bank), factor=False)
    browser = a_browser(bank)
    browser.client.cookies.set("windchime_session", a_session(bank, settled))
    assert browser.get("/sign-in?next=//evil.example").headers["location"] == "/"


def _policy(bank: Bank) -> Any:
    with bank.session() as session:
        return sign_in_policy(bank, session)
