"""The graph's pages: what is drawn is what is told, persons stay masked, the state stands in the address, every row is found."""

import html
import json
import re
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from starlette.testclient import TestClient
from tests.console.helpers import ANNA, NASTY, NASTY_ID, a_client, an_empty_bank
from tests.console.test_pages import said
from tests.console.web import ENDED, LONG, OWNER, OWNER_NAME, OWNER_NUMBER, SMALL, SOUND, YOUNG, a_web
from tests.present.helpers import Tags

from windchime.console import answers, graph_evidence
from windchime.console.graph_asked import CAPS, HOPS, LAYOUTS, Asked
from windchime.console.graph_found import PARTS
from windchime.data.contracts import contract, contracts
from windchime.graph.exchange.formats import FORMATS
from windchime.graph.results import publish
from windchime.graph.views.network import Network
from windchime.portfolio.shown.networks import Networks
from windchime.service.bank import Bank


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """Ties, and no run."""
    return a_web(tmp_path_factory.mktemp("bare") / "home")


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """Ties, and what a run found in them."""
    bank = a_web(tmp_path_factory.mktemp("web") / "home")
    publish(bank, ANNA)
    return bank


@pytest.fixture(scope="module")
def served(web: Bank) -> TestClient:
    """A console that has read the graph."""
    client = a_client(web)
    client.get(f"/graph-counts/{quote(SOUND, safe='')}")
    return client


@pytest.fixture
def browser(served: TestClient) -> TestClient:
    """A reader without script who was never there before."""
    served.cookies.clear()
    return served


def at(node: str, query: str = "", start: str = "graph") -> str:
    return f"/{start}/{quote(node, safe='')}{query}"


def data_of(client: TestClient, address: str) -> dict[str, Any]:
    """What the script of a page is given."""
    found = re.search(
        r'<script type="application/json" id="graph-data">(.*?)</script>', client.get(address).text, re.DOTALL
    )
    assert found
    read: dict[str, Any] = json.loads(found[1])
    return read


def key_of(href: str) -> list[str]:
    """The key that leads to a row."""
    return parse_qs(urlsplit(href).query, keep_blank_values=True)["key"]


def ends(view: dict[str, Any], kind: str) -> set[tuple[str, str]]:
    return {(t["source"], t["target"]) for t in view["ties"] if t["kind"] == kind}


# --- what is drawn


def test_the_canvas_shows_every_lasting_tie_and_waits_with_trade(browser: TestClient) -> None:
    data = data_of(browser, at(SOUND))
    assert ends(data["view"], "holds") == {(OWNER, SOUND), (SOUND, LONG), (SMALL, SOUND), (OWNER, SMALL)}
    assert ends(data["view"], "guarantees") == {(SOUND, LONG), (LONG, SOUND)}
    assert ends(data["view"], "sells") == set()
    assert set(data["asked"]["hide"]) == {"sells", "pays"}
    everything = data_of(browser, at(SOUND, "?hide="))
    assert ends(everything["view"], "sells")
    assert everything["asked"]["hide"] == []


def test_what_ended_is_marked_and_is_gone_on_a_later_day(browser: TestClient) -> None:
    ties = {(t["source"], t["target"]): t for t in data_of(browser, at(SOUND))["view"]["ties"] if t["kind"] == "holds"}
    assert [k for k, t in ties.items() if t["ended"]] == [(SMALL, SOUND)]
    before = data_of(browser, at(SOUND, f"?on={ENDED}"))
    after = data_of(browser, at(SOUND, "?on=2018-07-01"))
    assert (SMALL, SOUND) in ends(before["view"], "holds")
    assert (SMALL, SOUND) not in ends(after["view"], "holds")
    days = [o.get("value") for o in Tags(browser.get(at(SOUND)).text).named("option")]
    assert "2018-07-01" in days


def test_degree_counts_all_ties_and_menus_count_by_kind(browser: TestClient, web: Bank) -> None:
    node = next(n for n in data_of(browser, at(SOUND))["view"]["nodes"] if n["id"] == SOUND)
    counts = browser.get(at(SOUND, start="graph-counts")).json()
    assert node["degree"] == sum(c["count"] for c in counts)
    with web.session() as session:
        network = Networks(web).newest(session, 60)
    assert network is not None
    assert {c["kind"]: c["count"] for c in counts} == {k: sum(v) for k, v in network.counts(SOUND).items()}
    one = browser.get(at(SOUND, "?kinds=guarantees", "graph-view")).json()
    assert {t["kind"] for t in one["ties"]} == {"guarantees"}
    assert {n["id"] for n in one["nodes"]} == {SOUND, LONG}


def test_more_hops_reach_farther_and_the_cap_is_kept(browser: TestClient) -> None:
    near = {n["id"] for n in data_of(browser, at(SOUND))["view"]["nodes"]}
    far = {n["id"] for n in data_of(browser, at(SOUND, "?hops=2"))["view"]["nodes"]}
    assert NASTY_ID not in near
    assert {NASTY_ID, YOUNG} <= far
    assert len(browser.get(at(SOUND, "?hops=3&cap=60", "graph-view")).json()["nodes"]) <= 60


# --- the same in words


def test_words_tell_the_ties_with_their_rows(browser: TestClient) -> None:
    text = said(browser, at(SOUND) + "?lang=en")
    assert "60.00%" in text
    assert "51.00%" in text
    assert "ended" in text
    links = [str(a["href"]) for a in Tags(browser.get(at(SOUND)).text).named("a") if "/row?key=" in str(a.get("href"))]
    # of each table and each form of its keys, with and without an empty part, one stands for all
    forms = {(href.split("?")[0], key.count("|"), "" in key.split("|")): href for href in links for key in key_of(href)}
    assert len(forms) >= 6
    for href in forms.values():
        answer = browser.get(href)
        assert answer.status_code == 303, href
        assert browser.get(answer.headers["location"]).status_code == 200


def test_a_key_that_is_not_there_is_no_row(browser: TestClient) -> None:
    assert browser.get("/library/shareholdings/row?key=nothing").status_code == 404
    assert browser.get("/library/patents/row?key=nothing").status_code == 404


def test_the_path_is_explained_and_lit(browser: TestClient) -> None:
    for asked in (NASTY_ID, NASTY):
        address = at(OWNER, f"?to={quote(asked, safe='')}&lang=en")
        steps = Tags(browser.get(address).text)
        path = data_of(browser, address)["path"]
        assert f"in {len(path['ties'])} steps" in steps.text
        walked = [OWNER]
        for tie in path["ties"]:
            assert walked[-1] in (tie["source"], tie["target"])
            walked.append(tie["target"] if tie["source"] == walked[-1] else tie["source"])
        assert walked[-1] == NASTY_ID
        assert set(walked) == {n["id"] for n in path["nodes"]}
    assert "没有名为" in said(browser, at(OWNER, "?to=nobody-is-called-so&lang=zh"))
    assert "没有通向" in said(browser, at("shop:SILENT", f"?to={quote(OWNER, safe='')}&lang=zh"))


def test_answers_of_the_run_stand_with_their_evidence(browser: TestClient) -> None:
    text = said(browser, at(LONG) + "?lang=en")
    assert "Guarantee circles" in text
    assert "mutual pair" in text
    ids = {t.get("id") for _name, t in Tags(browser.get(at(LONG)).text).found}
    assert "circles" in ids


def test_without_a_run_the_page_says_how_to_get_one(bare: Bank) -> None:
    client = a_client(bare)
    client.get(at(SOUND, start="graph-counts"))
    assert "windchime graph run" in said(client, at(SOUND))
    assert "windchime graph run" in said(client, "/graph")


def test_the_start_page_searches_and_lists_what_was_found(browser: TestClient) -> None:
    text = said(browser, "/graph?lang=en")
    assert "What the newest run found" in text
    assert browser.get("/graph?q=shop%3ASOUND").headers["location"] == at(SOUND)
    assert browser.get("/graph?q=明达贸易").headers["location"] == at(SOUND)
    assert at(SOUND) in browser.get("/graph?q=有限&lang=en").text
    assert "Nothing is found" in said(browser, "/graph?q=nobody-is-called-so&lang=en")
    assert at(SOUND) in browser.get("/firms/shop%3ASOUND").text


# --- persons


def test_no_page_and_no_file_names_a_person(browser: TestClient) -> None:
    addresses = [at(SOUND), at(OWNER), at(SOUND, "?hops=2", "graph-view"), at(SOUND, f"?to={quote(OWNER, safe='')}")]
    addresses += [at(SOUND, start=f"graph-file.{f.name}") for f in FORMATS]
    for address in addresses:
        answer = browser.get(address)
        assert answer.status_code == 200, address
        for secret in (OWNER_NAME, OWNER_NUMBER):
            assert secret.encode() not in answer.content, address
            assert json.dumps(secret)[1:-1] not in answer.text, address
    assert OWNER not in browser.get(f"/graph?q={quote(OWNER_NAME)}").text


# --- addresses


def test_an_address_says_what_is_asked_and_nothing_else_is_believed() -> None:
    asked = Asked.of(
        {"hops": "2", "cap": "150", "on": "2018-01-01", "layout": "tree", "to": " x ", "hide": "sells,pays"}
    )
    assert (asked.hops, asked.cap, asked.on, asked.layout, asked.to) == (2, 150, date(2018, 1, 1), "tree", "x")
    assert asked.hide == ("sells", "pays")
    strange = Asked.of({"hops": "9", "cap": "1000000", "on": "never", "layout": "<b>", "to": "x" * 5000, "hide": ""})
    assert (strange.hops, strange.cap, strange.on) == (HOPS[0], CAPS[0], None)
    assert strange.layout in LAYOUTS
    assert len(strange.to) == 200
    assert strange.hide == ()


@pytest.mark.parametrize("query", ["?hops=x", "?cap=-1", "?on=9999-99-99", "?kinds=nothing", "?hide=%00", "?to=%00%ff"])
def test_a_strange_question_is_still_a_page(browser: TestClient, query: str) -> None:
    for start in ("graph", "graph-view", "graph-counts"):
        assert browser.get(at(SOUND, query, start)).status_code == 200


@pytest.mark.parametrize("start", ["graph", "graph-view", "graph-counts", "graph-file.gexf"])
def test_who_is_not_in_the_graph_has_no_page(browser: TestClient, start: str) -> None:
    assert browser.get(at("shop:NOBODY", start=start)).status_code == 404


def test_a_form_of_file_that_is_not_there_is_no_page(browser: TestClient) -> None:
    assert browser.get(at(SOUND, start="graph-file.exe")).status_code == 404


def test_the_hostile_firm_is_told_as_it_is_called(browser: TestClient) -> None:
    text = browser.get(at(NASTY_ID)).text
    assert NASTY not in text
    assert NASTY in html.unescape(text)


# --- the network in memory


def test_an_empty_bank_says_what_would_be_here(tmp_path: Path) -> None:
    client = a_client(an_empty_bank(tmp_path / "home"))
    assert "windchime demo" in said(client, "/graph")
    for start in ("graph", "graph-view", "graph-counts"):
        assert client.get(at(SOUND, start=start)).status_code == 404


def test_while_the_graph_is_read_the_page_says_so_and_asks_again(web: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Networks, "newest", lambda *_given, **_more: None)
    client = a_client(web)
    answer = client.get(at(SOUND, "?lang=en"))
    assert answer.status_code == 200
    assert "The graph is being read" in answer.text
    assert {"http-equiv": "refresh", "content": "2"} in Tags(answer.text).named("meta")
    assert "g6.min.js" not in answer.text
    assert "The graph is being read" in client.get("/graph").text
    assert client.get(at("shop:NOBODY")).status_code == 404
    assert client.get(at(SOUND, start="graph-view")).status_code == 404


def test_the_network_is_read_once_a_version(bare: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    real = Network.read

    def counted(*given: Any) -> Network:
        read.append(given)
        return real(*given)

    monkeypatch.setattr(Network, "read", counted)
    networks = Networks(bare)
    with bare.session() as session:
        first, second = networks.newest(session, 60), networks.newest(session)
    networks.close()
    assert first is second
    assert len(read) == 1


# --- result tables


def test_columns_that_pages_show_are_those_of_the_contracts() -> None:
    tables = {t for _anchor, _title, named in PARTS for t in named}
    assert set(answers.SHOWN) == tables
    for name in tables & set(contracts()):
        assert set(answers.SHOWN[name]) <= {c.name for c in contract(name).columns}, name
        assert answers.parties(contract(name)), name


def test_rows_of_evidence_are_found_wherever_they_stand() -> None:
    evidence = {
        "rows": [{"kind": "phone", "rows": [["contacts", "a|b"], ["nothing", "c"]]}],
        "net_assets": {"table": "statements", "row": "d"},
    }
    assert list(graph_evidence.rows_named(evidence)) == [("contacts", "a|b"), ("statements", "d")]


def test_chains_of_control_are_told_step_by_step() -> None:
    evidence = {
        "chains": [{"nodes": ["p", "a", "b"], "shares": [0.6, 0.5], "product": 0.3}],
        "more": 2,
        "members": [{"member": "a", "votes": 0.4}],
    }
    told = graph_evidence.sentences("control_links", {}, evidence, "en", str.upper)
    assert told == ("P —60.00%→ A —50.00%→ B = 30.00%", "and 2 more chains", "votes of A 40.00%")
