"""Every route × everybody who may come × whose record it is: nothing opens that should not, nothing refuses that should open."""

from collections import Counter
from collections.abc import Iterator, Mapping

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.console.helpers import AsServed
from tests.ground import examples
from tests.ground.oracle import CONSOLE, GRANTS, Outcome, Want, expected
from tests.ground.world import COLLEAGUES, NOBODYS, OTHER, OWN, ROLES, UNKNOWN, Caller, World, a_world, digest

from windchime.console import create_app
from windchime.service.http import forgery
from windchime.service.http.rules import routes
from windchime.service.http.visitors import PLAIN_COOKIE

FIRMS = {"own": OWN, "colleague": COLLEAGUES, "other": OTHER, "nobody": NOBODYS, "unknown": UNKNOWN}
#: what a refused caller may leave behind: when their session was last seen
TOUCHED = frozenset({"login_session"})
#: of those who never get in, whoever tries the reading routes too in the short form
EXAMPLES = ("stranger", "session of the other bank", "token of the other bank")
Wants = Mapping[tuple[str, str], Want]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return a_world(tmp_path_factory.mktemp("ground") / "home")


@pytest.fixture(scope="module")
def app(world: World) -> FastAPI:
    return create_app(world.east, actor=None)


def client_of(app: FastAPI, caller: Caller) -> TestClient:
    """A browser or a program of somebody's, whose requests are no forgeries: it is their rights that are tried."""
    return TestClient(
        AsServed(app),
        base_url="http://127.0.0.1:8000",
        follow_redirects=False,
        raise_server_exceptions=False,
        headers={
            **caller.headers,
            forgery.HEADER: forgery.token(caller.cookies.get(PLAIN_COOKIE) or "nonce"),
            "accept": "application/json" if app.title == "Windchime API" else "text/html",
        },
        cookies={**caller.cookies, forgery.PLAIN_COOKIE: "nonce"},
    )


def outcome(client: TestClient, method: str, call: examples.Call) -> Outcome | str:
    """What was answered, as the reader sees it; anything unforeseen as status and text."""
    answer = client.request(method, call.address, data=call.form, json=call.body)
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in"):
        return "signed in first"
    if answer.status_code in {401, 403, 404}:
        return {401: "signed in first", 403: "not allowed", 404: "not there"}[answer.status_code]
    if answer.status_code in {200, 201, 202, 204, 303}:
        return "open"
    return f"{answer.status_code} {answer.text[:300]}"


def cells(app: FastAPI, wants: Wants) -> Iterator[tuple[str, str, Want, str]]:
    """Method, path, want and whose record, of every route of an application."""
    for method, path, _rule in routes(app.routes):
        want = wants[method, path]
        for whose in FIRMS if want.firm else ("",):
            yield method, path, want, whose


def test_both_books_name_the_same_routes(app: FastAPI, world: World) -> None:
    found = {(method, path) for method, path, _rule in routes(app.routes)}
    assert found == set(CONSOLE), "say in tests/ground/oracle.py who should get in"
    assert found == set(examples.console(world, OWN)), "put an example in tests/ground/examples.py"


def test_both_books_grant_the_same() -> None:
    from windchime.service.access import permissions

    granted = {
        p: {r.name: reach.name.lower() for r in permissions.ROLES.values() if (reach := r.grants.get(p))}
        for p in permissions.PERMISSIONS
    }
    assert granted == GRANTS


def refused(app: FastAPI, world: World, *, full: bool) -> Counter[str]:
    """Try whatever should be refused, of everybody; how often each refusal was met.

    Args:
        app: the console.
        world: the banks behind it.
        full: those who never get in try every reading route too, and not one of them for all.
    """
    wrong, seen = [], Counter[str]()
    about = {whose: examples.console(world, firm) for whose, firm in FIRMS.items()}
    for caller in world.callers:
        client = client_of(app, caller)
        before = digest(world.east, TOUCHED)
        for method, path, want, whose in cells(app, CONSOLE):
            should = expected(want, caller.role, whose)
            if should == "open" or (method == "GET" and not full and not caller.role and caller.name not in EXAMPLES):
                continue
            did = outcome(client, method, about[whose or "own"][method, path])
            seen[should] += 1
            if did != should:
                wrong.append((caller.name, method, path, whose, should, did))
        assert digest(world.east, TOUCHED) == before, f"refused calls of {caller.name} changed something"
    assert not wrong
    return seen


def opened(app: FastAPI, world: World, role: str, *, full: bool) -> int:
    """Try whatever should open to a role; how many routes did.

    Args:
        app: the console.
        world: the banks behind it.
        role: of whoever asks.
        full: with the records of everybody, not the nearest and the farthest alone.
    """
    client, wrong, seen = client_of(app, next(c for c in world.callers if c.role == role)), [], 0
    about = {whose: examples.console(world, firm) for whose, firm in FIRMS.items()}
    for method, path, want, whose in cells(app, CONSOLE):
        if expected(want, role, whose) != "open" or (not full and whose in {"colleague", "other"}):
            continue
        did = outcome(client, method, about[whose or "own"][method, path])
        seen += 1
        if did != "open":
            wrong.append((method, path, whose, did))
        if method != "GET":
            world.restore()
    assert not wrong
    return seen


def test_nobody_gets_in_where_they_should_not(app: FastAPI, world: World) -> None:
    seen = refused(app, world, full=False)
    assert min(seen[o] for o in ("signed in first", "not allowed", "not there")) > 100, seen


@pytest.mark.parametrize("role", ["relationship_manager", "compliance", "administrator"])
def test_everybody_gets_in_where_they_should(app: FastAPI, world: World, role: str) -> None:
    assert opened(app, world, role, full=False) > 5


@pytest.mark.soak
def test_nobody_gets_in_anywhere_they_should_not(app: FastAPI, world: World) -> None:
    print(dict(refused(app, world, full=True)))


@pytest.mark.soak
@pytest.mark.parametrize("role", [*ROLES, "none"])
def test_everybody_gets_in_wherever_they_should(app: FastAPI, world: World, role: str) -> None:
    print(role, opened(app, world, role, full=True))
