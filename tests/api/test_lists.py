"""Lists in parts: every entry once, in order, whatever is added meanwhile; a cursor is ours or refused."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api.helpers import Shop

from windchime.core.clock import FixedClock

LISTS = {
    "/firms": "auditor",
    "/decisions": "auditor",
    "/jobs": "administrator",
    "/lake": "auditor",
    "/content": "auditor",
    "/audit": "auditor",
    "/consents": "auditor",
}


def walk(shop: Shop, path: str, limit: int) -> list[dict[str, Any]]:
    """All entries, part by part, as the header leads."""
    found: list[dict[str, Any]] = []
    address = f"{path}?limit={limit}"
    for _part in range(100):
        answer = shop.ask(LISTS[path], "GET", address)
        assert answer.status_code == 200
        assert len(answer.json()["items"]) <= limit
        found += answer.json()["items"]
        link = answer.headers.get("link")
        assert (link is None) == (answer.json()["next"] is None)
        if link is None:
            return found
        assert link.endswith('>; rel="next"')
        address = link[1:].partition(">")[0].removeprefix("/api/v1")
    raise AssertionError("the list has no end")


@pytest.mark.parametrize("path", LISTS)
def test_parts_make_the_whole(shop: Shop, path: str) -> None:
    whole = walk(shop, path, 200)
    for limit in (1, 3) if len(whole) < 60 else (17,):
        assert walk(shop, path, limit) == whole


def test_what_is_added_meanwhile_moves_nothing(shop: Shop) -> None:
    for _n in range(3):
        shop.ask("administrator", "POST", "/jobs", json={"kind": "graph.run"})
    first = shop.ask("administrator", "GET", "/jobs?limit=2").json()
    before = [j["id"] for j in walk(shop, "/jobs", 200)]
    assert isinstance(shop.bank.clock, FixedClock)
    shop.bank.clock.instant += timedelta(seconds=1)
    shop.ask("administrator", "POST", "/jobs", json={"kind": "graph.run"})
    rest = shop.ask("administrator", "GET", f"/jobs?limit=200&cursor={first['next']}").json()
    assert [j["id"] for j in first["items"] + rest["items"]] == before


@pytest.mark.parametrize(
    ("query", "field", "value"),
    [
        ("verdict=approve", "verdict", "approve"),
        ("firm_id=shop:SOUND", "firm_id", "shop:SOUND"),
        ("as_of=2020-02-21", "as_of", "2020-02-21"),
        ("product=nix", "product", "nix"),
    ],
)
def test_filters_hold(shop: Shop, query: str, field: str, value: str) -> None:
    found = shop.ask("auditor", "GET", f"/decisions?{query}").json()["items"]
    assert all(item[field] == value for item in found)
    assert bool(found) == (value != "nix") or field == "verdict"


def test_latest_is_one_for_each_firm(shop: Shop) -> None:
    shop.ask("relationship_manager", "POST", "/firms/shop:SOUND/decisions", json={})
    firms = [d["firm_id"] for d in shop.ask("auditor", "GET", "/decisions?latest=true&limit=200").json()["items"]]
    assert len(firms) == len(set(firms)) == 4


def test_a_search_finds_parts_of_ids_and_names(shop: Shop) -> None:
    for words, firm in (("sound", "shop:SOUND"), ("小本", "shop:SMALL")):
        assert [f["firm_id"] for f in shop.ask("auditor", "GET", f"/firms?q={words}").json()["items"]] == [firm]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "cursor", ["", "x", "!!", "bnVsbA", "LTE", "MWU5OTk", "W10", "dHJ1ZQ", "OTk5OTk5OTk5OTk5OTk5OTk5OTk"]
)
def test_a_cursor_is_ours_or_refused(shop: Shop, path: str, cursor: str) -> None:
    answer = shop.ask(LISTS[path], "GET", f"{path}?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "BadCursor")


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=30), st.sampled_from(sorted(LISTS)))
def test_no_cursor_breaks_anything(shop: Shop, data: bytes, path: str) -> None:
    cursor = base64.urlsafe_b64encode(data).decode().rstrip("=")
    assert shop.ask(LISTS[path], "GET", f"{path}?cursor={cursor}").status_code in (200, 400)


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5", "x", ""])
def test_a_limit_is_held(shop: Shop, limit: str) -> None:
    assert shop.ask("auditor", "GET", f"/audit?limit={limit}").status_code == 422
