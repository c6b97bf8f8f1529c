"""Every route × everybody who may come × whose record it is: nothing opens that should not, nothing refuses that should open."""

import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4
from zlib import crc32

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI
from httpx import Response
from starlette.testclient import TestClient
from tests.console.helpers import AsServed
from tests.ground import examples
from tests.ground.examples import Call
from tests.ground.oracle import API, CONSOLE, GRANTS, Outcome, Want, expected
from tests.ground.world import COLLEAGUES, NOBODYS, OTHER, OWN, ROLES, UNKNOWN, Caller, World, digest

from windchime.api.app import create_api
from windchime.console import create_app
from windchime.service.bank import Bank
from windchime.service.copying import copy_rows
from windchime.service.http import forgery
from windchime.service.http.rules import routes
from windchime.service.http.visitors import PLAIN_COOKIE

FIRMS = {"own": OWN, "colleague": COLLEAGUES, "other": OTHER, "nobody": NOBODYS, "unknown": UNKNOWN}
#: what a refused caller may leave behind: when their session was last seen
TOUCHED = frozenset({"login_session"})
#: of those who never get in, whoever tries the reading routes too in the short form
EXAMPLES = ("stranger", "session of the other bank", "token of the other bank")
#: the event loop of all clients of a module, if it has one
LOOP: list[BlockingPortal] = []
#: for which purpose a role reveals personal data
PURPOSES = {"post_loan": "post_loan", "compliance": "audit"}
pytestmark = pytest.mark.xdist_group("ground")


@dataclass(frozen=True)
class Site:
    """An application, who should get in where, and a call for every route."""

    app: FastAPI
    wants: Mapping[tuple[str, str], Want]
    examples: Callable[[World, str], dict[tuple[str, str], Call]]


@pytest.fixture(scope="module", params=["console", "api"])
def site(world: World, request: pytest.FixtureRequest) -> Site:
    """The console and the API in turn."""
    if request.param == "console":
        return Site(create_app(world.east, actor=None), CONSOLE, examples.console)
    return Site(create_api(world.east), API, examples.api)


@pytest.fixture(scope="module", autouse=True)
def loop() -> Iterator[None]:
    """One event loop for all requests: a client would make one for each."""
    with start_blocking_portal() as portal:
        LOOP.append(portal)
        yield
        LOOP.clear()


def client_of(app: FastAPI, caller: Caller) -> TestClient:
    """A browser or a program of somebody's, whose requests are no forgeries: it is their rights that are tried."""
    client = TestClient(
        AsServed(app),
        base_url="http://127.0.0.1:8000",
        follow_redirects=False,
        raise_server_exceptions=False,
        headers={
            **caller.headers,
            forgery.HEADER: forgery.token(caller.cookies.get(PLAIN_COOKIE) or "nonce"),
        },
        cookies={**caller.cookies, forgery.PLAIN_COOKIE: "nonce"},
    )
    client.portal = next(iter(LOOP), None)
    return client


def patiently(client: TestClient, method: str, address: str, **sent: Any) -> Response:
    """Ask; what is being read for the first time, and says so, is asked for again."""
    for _n in range(100):
        answer: Response = client.request(method, address, **sent)
        if answer.status_code != 503 or "retry-after" not in answer.headers:
            break
        time.sleep(0.1)
    return answer


def spoken(value: Any, role: str) -> Any:
    """A form or body as a role fills it in."""
    giver = "applicant" if role == "applicant" else "legal_rep"
    return value and {k: giver if v == "{giver}" else v for k, v in value.items()}


def led(caller: Caller, method: str, address: str, location: str) -> Outcome | None:
    """What it means to be led elsewhere; None where that follows from a form that was accepted."""
    way, _mark, query = location.partition("?")
    if way == "/sign-in" and ((query and way not in address) or (not query and method != "GET")):
        return None if address == "/sign-out" and caller.role else "signed in first"
    # on from the first page to one that is theirs; to what must be settled first
    unfinished = caller.role == "unfinished" and way == "/account" and address not in {way, "/sign-out"}
    if address.startswith("/?") or unfinished:
        return "not allowed"
    return None


def outcome(client: TestClient, caller: Caller, method: str, call: Call) -> Outcome | str:
    """What was answered, as the reader sees it; a failure of the server as status and text.

    Whoever was let in may have been told that their form is wrong.
    """
    address = call.address.replace("{purpose}", PURPOSES.get(caller.role, "loan_review"))
    form, body = spoken(call.form, caller.role), spoken(call.body, caller.role)
    answer = patiently(client, method, address, data=form, json=body, headers={"idempotency-key": str(uuid4())})
    if answer.status_code == 303 and (refusal := led(caller, method, address, answer.headers["location"])):
        return refusal
    if answer.status_code == 403 and call.again and call.again in answer.text:
        return "open"
    if answer.status_code in {401, 403, 404}:
        return {401: "signed in first", 403: "not allowed", 404: "not there"}[answer.status_code]
    return "open" if answer.status_code < 500 else f"{answer.status_code} {answer.text[:300]}"


def cells(site: Site) -> Iterator[tuple[str, str, Want, str]]:
    """Method, path, want and whose record, of every route of an application."""
    for method, path, _rule in routes(site.app.routes):
        want = site.wants[method, path]
        for whose in FIRMS if want.firm else ("",):
            yield method, path, want, whose


def test_both_books_name_the_same_routes(site: Site, world: World) -> None:
    found = {(method, path) for method, path, _rule in routes(site.app.routes)}
    assert found == set(site.wants), "say in tests/ground/oracle.py who should get in"
    assert found == set(site.examples(world, OWN)), "put an example in tests/ground/examples.py"


def test_both_books_grant_the_same() -> None:
    from windchime.service.access import permissions

    granted = {
        p: {r.name: reach.name.lower() for r in permissions.ROLES.values() if (reach := r.grants.get(p))}
        for p in permissions.PERMISSIONS
    }
    assert granted == GRANTS


def told_apart(caller: Caller, want: Want, method: str, path: str, whose: str) -> bool:
    """Whether a cell is tried in the short form: one that no other cell stands for.

    Who is not let in at all is told nothing of whose record it is: three of them try everything, the others a part of what
    changes something. Whoever has not the permission is refused alike whosever record it is, and reads alike whatever
    says so: they try all that changes something, and a part of the rest.
    """
    part = crc32(f"{caller.name} {path}".encode()) % 4 == 0
    if caller.role in {"", "unfinished"}:
        return whose in {"", "own"} and (caller.name in EXAMPLES or (part and (method != "GET" or bool(caller.role))))
    granted = caller.role in GRANTS.get(want.permission, {})
    if method == "GET":
        return whose in {"", "other", "unknown"} if granted else whose in {"", "own"} and part
    return whose in ({*FIRMS, ""} if granted else {"", "own", "other"})


def refused(site: Site, world: World, *, full: bool) -> Counter[str]:
    """Try whatever should be refused, of everybody; how often each refusal was met.

    Args:
        site: console or API.
        world: the banks behind it.
        full: those who never get in try every reading route too, and not some of them for all.
    """
    wrong, seen = [], Counter[str]()
    about = {whose: site.examples(world, firm) for whose, firm in FIRMS.items()}
    world.restore()
    before = digest(world.east, TOUCHED)
    for caller in world.callers:
        client = client_of(site.app, caller)
        for method, path, want, whose in cells(site):
            should = expected(want, caller.role, whose, method=method, by_token=bool(caller.headers))
            if should == "open" or not (full or told_apart(caller, want, method, path, whose)):
                continue
            did = outcome(client, caller, method, about[whose or "own"][method, path])
            seen[should] += 1
            if did != should:
                wrong.append((caller.name, method, path, whose, should, did))
        changed = {name for name, rows in digest(world.east, TOUCHED).items() if rows != before[name]}
        assert not changed, f"refused calls of {caller.name} changed {changed}"
    assert not wrong
    return seen


def opened(site: Site, world: World, role: str, *, full: bool, reading: bool = False) -> int:
    """Try whatever should open to a role; how many routes did.

    Args:
        site: console or API.
        world: the banks behind it.
        role: of whoever asks.
        full: with the records of everybody, not the nearest and the farthest alone.
        reading: what changes nothing alone.
    """
    caller = next(c for c in world.callers if c.role == role)
    client, wrong, seen = client_of(site.app, caller), [], 0
    about = {whose: site.examples(world, firm) for whose, firm in FIRMS.items()}
    world.restore()
    for method, path, want, whose in cells(site):
        if reading and (method != "GET" or path == "/sign-out"):
            continue
        if expected(want, role, whose, method=method) != "open" or (not full and whose in {"colleague", "other"}):
            continue
        did = outcome(client, caller, method, about[whose or "own"][method, path])
        seen += 1
        if did != "open":
            wrong.append((method, path, whose, did))
        if method != "GET" or path == "/sign-out":
            world.restore()
    assert not wrong
    return seen


def test_nobody_gets_in_where_they_should_not(site: Site, world: World) -> None:
    seen = refused(site, world, full=False)
    assert min(seen[o] for o in ("signed in first", "not allowed", "not there")) > 50, seen


@pytest.mark.parametrize("role", ["relationship_manager", "compliance", "administrator"])
def test_everybody_gets_in_where_they_should(site: Site, world: World, role: str) -> None:
    assert opened(site, world, role, full=False) > 5


@pytest.mark.soak
def test_nobody_gets_in_anywhere_they_should_not(site: Site, world: World) -> None:
    seen = refused(site, world, full=True)
    print(dict(seen))
    assert min(seen[o] for o in ("signed in first", "not allowed", "not there")) > 50, seen


@pytest.mark.soak
@pytest.mark.parametrize("role", [*ROLES, "none", "unfinished"])
def test_everybody_gets_in_wherever_they_should(site: Site, world: World, role: str) -> None:
    count = opened(site, world, role, full=True)
    print(role, count)
    assert count > 0


@pytest.fixture(scope="module")
def on_postgres(world: World, postgres_address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    """The eastern bank as it stands on PostgreSQL."""
    world.restore()
    home = tmp_path_factory.mktemp("postgres") / "home"
    shutil.copytree(world.east.folder, home / "banks" / "ground")
    light = Bank.open(home, "ground", clock=world.east.clock)
    heavy = Bank.open(home, "ground", clock=world.east.clock, database=postgres_address)
    copy_rows(light.engine, heavy.engine)
    light.close()
    yield heavy
    heavy.close()


@pytest.mark.parametrize("role", ["compliance", "administrator"])
def test_every_page_and_resource_opens_on_postgresql(world: World, on_postgres: Bank, role: str) -> None:
    """Whatever one database reads, the other must: pages are tried on SQLite everywhere else."""
    console = Site(create_app(on_postgres, actor=None), CONSOLE, examples.console)
    api = Site(create_api(on_postgres), API, examples.api)
    for site_ in (console, api):
        assert opened(site_, world, role, full=False, reading=True) > 3
