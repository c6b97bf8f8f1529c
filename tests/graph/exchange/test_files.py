"""Files of other programs, read back by networkx and the csv module; names as hostile as texts can be."""

import csv
import io
import itertools
import json
import zipfile
from datetime import UTC, date, datetime
from typing import Any
from xml.etree import ElementTree as ET

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.views.small import day, network, tie

from windchime.core.errors import UnknownName
from windchime.graph.exchange.drawing import Drawing
from windchime.graph.exchange.formats import FORMATS, format_of
from windchime.graph.exchange.xml import Ids, legal
from windchime.graph.views.network import Network
from windchime.present.exports import Provenance

TOLD = Provenance(datetime(2026, 1, 5, 4, tzinfo=UTC), "li", "0.1.0", as_of=date(2025, 12, 31), lake_version=7)
TOKEN = "t_abcdefabcdefabcdefabcdefabcdefab"
HOSTILE = ['"><script>&amp;]]>', "=cmd|' /C calc'!A0", "\x00\x1b\ufffe", "a\nb\r\tc", "𠮷野", "\\", "'", ",", "--", ""]


def written(name: str, drawing: Drawing) -> bytes:
    out = io.BytesIO()
    format_of(name).write(drawing, out)
    return out.getvalue()


def drawn(*labels: str, made: Network | None = None) -> Drawing:
    """A drawing of firms of these names, each holding the next."""
    ids = [f"f{n}" for n in range(len(labels))]
    rows = [tie("holds", a, b, share="0.333333", row=labels[0]) for a, b in itertools.pairwise(ids)]
    return Drawing.of_network(made or network(*rows, labels=dict(zip(ids, labels, strict=True))), TOLD)


def region() -> Network:
    return network(
        tie("holds", "p", "a", share="0.51", since=day("2019-03-01"), until=day("2024-05-31")),
        tie("holds", "p", "a", share="0.2", since=day("2024-06-01")),
        tie("sells", "a", "b", amount="12.50", count=3),
        tie("contact", "a", f"mobile:{TOKEN}"),
        labels={"p": TOKEN, "a": "澄岭铭达有限公司", "b": None, f"mobile:{TOKEN}": TOKEN},
        p="person",
        **{f"mobile:{TOKEN}": "mobile"},
    )


@pytest.mark.parametrize(
    "drawing", [Drawing.of_network(region(), TOLD), Drawing.of_view(region().neighbourhood("a", 2), TOLD)]
)
def test_graphml_and_gexf_say_the_same_as_the_network(drawing: Drawing) -> None:
    graphml = nx.parse_graphml(written("graphml", drawing).decode(), force_multigraph=True)
    gexf = nx.read_gexf(io.BytesIO(written("gexf", drawing)))
    for graph in (graphml, gexf):
        assert isinstance(graph, nx.MultiDiGraph)
        assert set(graph) == {"p", "a", "b", f"mobile:{TOKEN}"}
        assert graph.nodes["a"]["label"] == "澄岭铭达有限公司"
        assert graph.nodes["p"]["label"] == "****abcdef"
        held = sorted((d["share"] for _u, _v, d in graph.edges(data=True) if d["kind"] == "holds"), reverse=True)
        assert held == [0.51, 0.2]
        assert [(u, v, d["amount"], d["count"]) for u, v, d in graph.edges(data=True) if d["kind"] == "sells"] == [
            ("a", "b", 12.5, 3)
        ]
    assert graphml.graph["generator"] == "Windchime"
    assert (graphml.graph["as_of"], graphml.graph["lake_version"], graphml.graph["release"]) == (
        "2025-12-31",
        "7",
        "0.1.0",
    )
    days = {(d.get("start"), d.get("end")) for *_ends, d in gexf.edges(data=True) if d["kind"] == "holds"}
    assert days == {("2019-03-01", "2024-05-31"), ("2024-06-01", None)}
    assert b"lake_version: 7" in written("gexf", drawing)


def test_node_link_and_csv_say_the_same_as_the_network() -> None:
    drawing = Drawing.of_network(region(), TOLD)
    told = json.loads(written("node_link", drawing))
    graph = nx.node_link_graph(told, edges="links")
    assert graph.number_of_edges() == 4
    assert told["graph"]["lake_version"] == "7"
    assert {t["share"] for t in told["links"] if t["kind"] == "holds"} == {"0.510000", "0.200000"}
    nodes, ties, about = tables(drawing)
    assert {n["id:ID"]: (n[":LABEL"], n["label"]) for n in nodes} == {
        "p": ("Person", "****abcdef"),
        "a": ("Firm", "澄岭铭达有限公司"),
        "b": ("Firm", ""),
        f"mobile:{TOKEN}": ("Mobile", "****abcdef"),
    }
    first = ties[0]
    assert (first[":START_ID"], first[":END_ID"], first[":TYPE"], first["share:double"]) == (
        "p",
        "a",
        "HOLDS",
        "0.510000",
    )
    assert (first["since:date"], first["until:date"]) == ("2019-03-01", "2024-05-31")
    assert about["release"] == "0.1.0"


def tables(drawing: Drawing) -> tuple[list[dict[str, str]], list[dict[str, str]], dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(written("cypher", drawing))) as archive:
        nodes, ties = (
            list(csv.DictReader(io.StringIO(archive.read(n).decode(), newline="")))
            for n in ("nodes.csv", "relationships.csv")
        )
        return nodes, ties, json.loads(archive.read("about.json"))


def lines(text: str) -> list[str]:
    """A carriage return within a text is a line break to every reader of XML."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


@settings(max_examples=40)
@given(st.lists(st.text() | st.sampled_from(HOSTILE), min_size=2, max_size=6))
def test_any_name_is_well_formed_and_comes_back(labels: list[str]) -> None:
    labels = [label.encode("utf8", "replace").decode() or "甲" for label in labels]
    drawing = drawn(*labels)
    shown = dict(zip(drawing.nodes["node"].to_pylist(), drawing.nodes["label"].to_pylist(), strict=True))
    graphml = nx.parse_graphml(written("graphml", drawing).decode())
    for read in (graphml, nx.read_gexf(io.BytesIO(written("gexf", drawing)))):
        assert {n: lines(read.nodes[n]["label"]) for n in shown} == {n: lines(legal(x)) for n, x in shown.items()}
    assert {n["id"]: n.get("label") for n in json.loads(written("node_link", drawing))["nodes"]} == shown
    assert {n["id:ID"]: n["label"] for n in tables(drawing)[0]} == {
        n: " ".join(label.splitlines()) for n, label in shown.items()
    }


@given(st.lists(st.text(), unique=True, min_size=1, max_size=8))
def test_ids_stay_different(nodes: list[str]) -> None:
    ids = Ids()
    given_ids = [ids[n] for n in nodes]
    assert len(set(given_ids)) == len(nodes)
    assert [ids[n] for n in nodes] == given_ids
    assert all(legal(i) == i for i in given_ids)


def test_hostile_ids_are_well_formed() -> None:
    made = network(*(tie("holds", a, b) for a, b in itertools.pairwise(HOSTILE) if a and b))
    drawing = Drawing.of_network(made, TOLD)
    for name in ("graphml", "gexf"):
        root = ET.fromstring(written(name, drawing))
        assert len([e for e in root.iter() if e.tag.endswith("}node")]) == len(made.nodes)


def test_a_name_that_looks_like_a_formula_stays_as_it_is_in_a_file_for_a_database() -> None:
    assert [n["label"] for n in tables(drawn("=1+1", "@甲"))[0]] == ["=1+1", "@甲"]


def test_equal_drawings_are_equal_bytes_and_some_kinds_may_be_asked_for() -> None:
    for form in FORMATS:
        assert written(form.name, Drawing.of_network(region(), TOLD)) == written(
            form.name, Drawing.of_network(region(), TOLD)
        )
    some = Drawing.of_network(region(), TOLD, kinds=["holds"], on=date(2024, 6, 1))
    assert [str(t["share"]) for t in some.tie_rows()] == ["0.200000"]
    with pytest.raises(UnknownName):
        format_of("dot")


def test_no_name_of_a_person_leaves() -> None:
    plain = network(tie("holds", "p", "a", share="1"), labels={"p": "欧阳某某", "a": "甲"}, p="person")
    for form in FORMATS:
        out = written(form.name, Drawing.of_network(plain, TOLD))
        assert "欧阳某某" not in out.decode("utf8", "ignore")
