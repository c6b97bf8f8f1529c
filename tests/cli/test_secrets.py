"""What must never be told is planted, everything that can go wrong is made to go wrong, and then it is looked for.

Looked for in the log at its most talkative, in the figures, in the traces, in the bodies of errors and in the sources of
pages. A second listener that tells records in full shows that the values did pass, and that the search finds them.
"""

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pyotp
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import insert, text
from starlette.testclient import TestClient
from tests.console.helpers import ANNA, FIRMS, write_pack
from tests.console.web import OWNER, OWNER_NAME, OWNER_NUMBER, SOUND, TABLES

from windchime.cli.failures import report
from windchime.cli.serving import application
from windchime.cli.supervising import START_FAILED, served
from windchime.core.clock import FixedClock
from windchime.core.errors import BadCall
from windchime.core.settings import Settings
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.intake import load
from windchime.service.access import accounts, second_factor, sessions
from windchime.service.access.accounts import SignInPolicy
from windchime.service.access.tables import Account
from windchime.service.bank import Bank
from windchime.service.http import front, logs, rules
from windchime.service.http.rules import open_to_all
from windchime.service.jobs import queue
from windchime.service.jobs.tables import Job
from windchime.service.jobs.worker import Kind, work_one
from windchime.service.outbox import webhooks

POLICY = SignInPolicy(12, 50, timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12))
PASSWORD, WRONG, DATABASE = "planted-right-password", "planted-wrong-password", "planted-database-password"
PHONE, ACCOUNT_NO = "13800138000", "6222021234567890123"
#: of nobody: what visitors type
TYPED = ("350203198512120018", "15912345678", "张三丰", "planted typed words")
STORED = (OWNER_NAME, OWNER_NUMBER, PHONE, ACCOUNT_NO)
TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


class Told(BadCall):
    """An error of ours with a value in its message."""

    msgid = _("there is no such record")


@dataclass
class Spy:
    """What was told to whom."""

    #: of the service's own log, and of a listener without restraint
    log: io.StringIO = field(default_factory=io.StringIO)
    bare: io.StringIO = field(default_factory=io.StringIO)
    spans: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)
    errors: list[str] = field(default_factory=list)
    pages: list[str] = field(default_factory=list)
    #: never told anywhere
    secrets: set[str] = field(default_factory=lambda: {PASSWORD, WRONG, DATABASE})

    def saw(self, answer: Any, *, typed: bool = False) -> Any:
        """Keep an answer: one in which somebody reads what they have typed is no leak of it."""
        kept = self.errors if answer.status_code >= 400 else self.pages
        told = answer.text + json.dumps({k: v for k, v in answer.headers.items() if k != "set-cookie"})
        kept.append(re.sub("|".join(TYPED), "", told) if typed else told)
        for value in answer.cookies.values():
            self.secrets.add(value)
        return answer


@pytest.fixture
def spy() -> Iterator[Spy]:
    spy, root = Spy(), logging.getLogger()
    before, levels = root.handlers[:], {}
    logs.configure("json", spy.log)
    listener = logging.StreamHandler(spy.bare)
    root.addHandler(listener)
    for name in ("", "windchime", "sqlalchemy.engine", "sqlalchemy.pool", "httpx", "uvicorn.error"):
        logger = logging.getLogger(name)
        levels[logger] = logger.level
        logger.setLevel(logging.DEBUG)
    yield spy
    root.handlers = before
    for logger, level in levels.items():
        logger.setLevel(level)
    logging.captureWarnings(False)


@pytest.fixture
def bank(tmp_path: Path, database: str | None) -> Bank:
    """A bank that knows a person, served on a database whose address has a password."""
    address = database and database.replace("//windchime@", f"//windchime:{DATABASE}@")
    clock = FixedClock(datetime(2020, 2, 22, 4, 0, tzinfo=UTC))
    bank = Bank.open(tmp_path / "home", f"s{tmp_path.name.replace('-', '')}", clock=clock, database=address)
    folder = write_pack(tmp_path / "pack", FIRMS[:2])
    known = {"known_on": date(2016, 3, 1)}
    contact = {"firm_id": SOUND, "person_id": OWNER, "kind": "mobile", "value": PHONE, "usage": "registered",
               "first_seen_at": datetime(2016, 3, 1, tzinfo=UTC), **known}  # fmt: skip
    for name, rows in {
        "persons": TABLES["persons"],
        "key_persons": TABLES["key_persons"],
        "contacts": [contact],
    }.items():
        schema = contract(name).source_schema()
        pq.write_table(pa.Table.from_pylist([dict(r) for r in rows], schema=schema), folder / f"{name}.parquet")
    load(bank, ANNA, folder, pack="windchime")
    return bank


def people(bank: Bank, spy: Spy) -> tuple[pyotp.TOTP, str]:
    """An officer, an auditor with a second factor, a token; gives the factor and the token."""
    with bank.unit(Actor("root")) as unit:
        for name, role in (("officer", "credit_officer"), ("auditor", "auditor")):
            accounts.make(unit, name, name, roles=[role], password=PASSWORD, policy=POLICY)
            unit.session.get_one(Account, name).must_change = False
    with bank.unit(Actor("auditor")) as unit:
        second_factor.offer(bank, unit)
    with bank.session() as session:
        offered = second_factor.offered(bank, session, "auditor")
    assert offered is not None
    factor = pyotp.TOTP(offered.secret.replace(" ", ""))
    with bank.unit(Actor("auditor")) as unit:
        codes = second_factor.confirm(bank, unit, factor.at(bank.clock.now()))
        _id, token = sessions.make_token(unit, "t", ["audit.read", "data.quality"], unit.now + timedelta(days=9))
        webhook = webhooks.add_in(bank, unit, "https://hooks.example/in", ["decision.made"])
    spy.secrets |= {factor.secret, token, webhook.secret, *codes}
    return factor, token


def breaking(app: FastAPI, bank: Bank, spy: Spy, prefix: str) -> None:
    """Routes that fail as no page should: with everything that is secret in the error."""

    @open_to_all
    def boom() -> None:
        said = f"{sorted(spy.secrets)} {STORED} {TYPED}"
        try:
            dict[str, str]()[said]
        except KeyError as error:
            raise RuntimeError(said) from error

    @open_to_all
    def twice(value: str) -> None:
        row = {"id": "1", "kind": value, "params": value, "state": "waiting", "attempt": 0, "max_attempts": 1,
               "run_after": bank.clock.now(), "step": value, "steps_done": 0, "steps_total": 0, "cancel_asked": False,
               "author": value, "author_kind": "person", "made_at": bank.clock.now()}  # fmt: skip
        with bank.unit(Actor("x")) as unit:
            unit.session.execute(insert(Job), [row])
            unit.session.execute(insert(Job), [row])

    @open_to_all
    def unreadable(value: str) -> None:
        with bank.unit(Actor("x")) as unit:
            unit.session.execute(text("SELECT CAST(:v AS INTEGER) / nothing FROM nowhere"), {"v": value})

    @open_to_all
    def number(n: int) -> int:
        return n

    for function in (boom, twice, unreadable, number):
        app.add_api_route(
            f"{prefix}/made/{function.__name__}", function, methods=["GET"], operation_id=function.__name__
        )


def drive(app: front.Front, bank: Bank, spy: Spy) -> None:
    """Right and wrong ways of coming in, every way of failing; on one of the databases every page."""
    factor, token = people(bank, spy)
    house = app.houses[0]
    breaking(house.console, bank, spy, "")
    breaking(house.api, bank, spy, "/api/v1")

    def browser() -> TestClient:
        return TestClient(app, base_url="http://127.0.0.1:8000", follow_redirects=False, raise_server_exceptions=False)

    stranger, officer, auditor = browser(), browser(), browser()

    def send(client: TestClient, path: str, **form: str) -> Any:
        page = spy.saw(client.get("/sign-in" if client is not auditor or "code" not in path else path))
        found = TOKEN.search(page.text) or TOKEN.search(client.get("/account").text)
        assert found
        return spy.saw(client.post(path, data={**form, "csrf": found[1]}), typed=True)

    for name in ("officer", "nobody", TYPED[0]):
        assert send(stranger, "/sign-in", name=name, password=WRONG).status_code == 403
    assert send(officer, "/sign-in", name="officer", password=PASSWORD).status_code == 303
    assert send(auditor, "/sign-in", name="auditor", password=PASSWORD).status_code == 303
    assert send(auditor, "/sign-in/code", code="0" * 6).status_code == 403
    assert isinstance(bank.clock, FixedClock)
    bank.clock.instant += timedelta(seconds=60)
    assert send(auditor, "/sign-in/code", code=factor.at(bank.clock.now())).status_code == 303

    assert spy.saw(stranger.get("/api/v1/me", headers={"authorization": f"Bearer wct_{WRONG}"})).status_code == 401
    if bank.engine.dialect.name == "sqlite":
        every_page(house, auditor, token, spy)
    for typed in (TYPED[0], TYPED[2], PASSWORD, token):
        for path in (f"/firms?q={typed}", f"/firms/{typed}", f"/decisions/{typed}", f"/{typed}", f"/api/v1/firms?q={typed}",
                     f"/api/v1/decisions/{typed}", f"/api/v1/{typed}?token={typed}"):  # fmt: skip
            officer.get(
                path, headers={"x-request-id": typed.encode(), "user-agent": typed.encode(), "traceparent": "00"}
            )
    for prefix in ("", "/api/v1"):
        for value in (TYPED[1], OWNER_NAME, OWNER_NUMBER):
            for path in (f"made/twice?value={value}", f"made/unreadable?value={value}", "made/boom"):
                answer = spy.saw(officer.get(f"{prefix}/{path}"))
                assert answer.status_code == 500, path
        for value in TYPED:
            answer = spy.saw(officer.get(f"{prefix}/made/number?n={value}x"), typed=True)
            assert answer.status_code in {400, 422}
    failing_jobs(bank, spy)
    spy.saw(officer.get("/metrics"))


def every_page(house: front.House, reader: TestClient, token: str, spy: Spy) -> None:
    """Everything that can be read, by somebody whose reach is the bank, and by their program."""
    bearer = {"authorization": f"Bearer {token}"}
    for served_ in (house.console, house.api):
        for method, path, _rule in rules.routes(served_.routes):
            address = re.sub(r"\{firm_id[^}]*\}", SOUND, path)
            address = re.sub(r"\{[^}]*\}", "x", address)
            if "/made/" not in address and method == "GET":
                spy.saw(reader.get(address))
                if served_ is house.api:
                    spy.saw(reader.get(address, headers=bearer))


def failing_jobs(bank: Bank, spy: Spy) -> None:
    """Jobs that end badly, in words of their own and of the database."""
    said = f"{sorted(spy.secrets)} {STORED}"

    def boom(_work: Any) -> None:
        raise RuntimeError(said)

    def wrong(_work: Any) -> None:
        with bank.unit(Actor("x")) as unit:
            unit.session.execute(text("SELECT CAST(:v AS INTEGER) / nothing FROM nowhere"), {"v": OWNER_NUMBER})

    def refused(_work: Any) -> None:
        raise Told(value=OWNER_NUMBER)

    kinds = {"boom": Kind(boom), "wrong": Kind(wrong), "refused": Kind(refused)}
    with bank.unit(Actor("clerk")) as unit:
        for kind in kinds:
            queue.enqueue(unit, kind, {}, max_attempts=1)
    for _kind in kinds:
        assert work_one(bank, "w", kinds)
    with bank.session() as session:
        found = queue.jobs(session, state="failed")
        assert {j.kind for j in found} == set(kinds)
        spy.pages.extend(f"{j.error} {j.said} {j.result}" for j in found)


def found(told: str, planted: set[str]) -> set[str]:
    """Which planted values stand in a text, as they are or as JSON and HTML write them."""
    forms = {p: {p, json.dumps(p)[1:-1], p.replace("'", "&#39;")} for p in planted if p}
    return {p for p, ways in forms.items() if any(w in told for w in ways)}


def test_nothing_planted_is_told(bank: Bank, spy: Spy) -> None:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spy.spans))
    settings = Settings(
        home=bank.folder.parents[1], bank=bank.name, lang="en", log="json", metrics=True, metrics_token="t"
    )
    app = application(settings, {}, banks=[bank], traces=provider)
    drive(app, bank, spy)
    assert app.figures is not None
    log, figures = spy.log.getvalue(), app.figures().decode()
    traces = "\n".join(s.to_json() for s in spy.spans.get_finished_spans())
    never = spy.secrets | set(STORED) | set(TYPED)

    # the control: records did bear what was planted, and the search finds it
    assert found(spy.bare.getvalue(), never) >= {*STORED, *TYPED, PASSWORD}
    assert found(spy.bare.getvalue() + PASSWORD, {PASSWORD}) == {PASSWORD}
    # what was looked at is not empty
    assert log.count('"event": "a request failed"') >= 16
    assert '"route": "/firms/{firm_id}"' in log
    assert 'route="/firms/{firm_id}"' in figures
    assert "GET /firms/{firm_id}" in traces
    assert "SELECT" in traces
    assert len(spy.errors) > 20
    if bank.engine.dialect.name == "sqlite":
        assert sum("<html" in page for page in spy.pages) > 10

    assert found(log, never) == set()
    assert found(figures, never) == set()
    assert found(traces, never) == set()
    for body in (*spy.errors, *spy.pages):
        assert found(body, never - set(TYPED)) == set(), body[:3000]
    for line in log.splitlines():
        assert set(json.loads(line)) <= {"at", "level", "logger", "event", "errors", *logs.FIELDS}


def test_a_database_that_does_not_open_keeps_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], spy: Spy
) -> None:
    monkeypatch.setenv("WINDCHIME_HOME", str(tmp_path))
    for address in (
        f"postgresql://u:{DATABASE}@127.0.0.1:1/x",
        f"postgresql://u:{DATABASE}@127.0.0.1:port/x",
        DATABASE,
    ):
        monkeypatch.setenv("WINDCHIME_DATABASE_URL", address)
        with pytest.raises(SystemExit) as ended:
            served()
        assert ended.value.code == START_FAILED
        with pytest.raises(Exception) as failed:
            application(Settings.from_environment())
        assert report(failed.value) in {3, 5}
    told = capfd.readouterr().err
    assert told.count("the worker cannot start") == 3
    assert DATABASE not in told + spy.log.getvalue() + spy.bare.getvalue()
