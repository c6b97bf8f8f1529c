"""`windchime graph view|path|export|import` over a small library and over files."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import networkx as nx
import pyarrow.csv
import pyarrow.parquet
import pytest
from tests.cli.test_commands import Done, windchime
from tests.data.helpers import firm, invoice, load_pack, open_bank, pack

STATEMENTS = [
    {"recordType": "entity", "recordId": "a", "recordDetails": {"entityType": {"type": "registeredEntity"}}},
    {"recordType": "person", "recordId": "p", "recordDetails": {"personType": "knownPerson"}},
    {
        "recordType": "relationship",
        "recordId": "r",
        "recordDetails": {
            "subject": "a",
            "interestedParty": "p",
            "interests": [
                {"type": "shareholding", "share": {"exact": 75}, "startDate": "2020-01-01", "endDate": "2024-01-01"},
                {"type": "boardMember"},
            ],
        },
    },
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("graph")
    bank = open_bank(folder)
    stake = {
        "firm_id": "twin:F1",
        "holder_type": "firm",
        "holder_id": "twin:F3",
        "share_class": "ordinary",
        "share": Decimal("0.6"),
        "basis": "registry",
        "valid_from": date(2021, 1, 1),
        "known_on": date(2021, 2, 1),
    }
    load_pack(
        bank,
        pack(folder / "pack", firms=[firm(n) for n in (1, 2, 3, 4)], invoices=[invoice()], shareholdings=[stake]),
    )
    bank.close()
    return folder / "home"


def said(done: Done) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_view(home: Path) -> None:
    view = said(windchime(home, "graph", "view", "twin:F1", "--json"))["view"]
    assert {n["node"] for n in view["nodes"]} == {"twin:F1", "twin:F2", "twin:F3"}
    assert (view["truncated"], view["left_out"]) == (False, {})
    assert view["ties"][0]["share"] == "0.600000"
    shown = windchime(home, "graph", "view", "示例1有限", "--kinds", "holds").stdout
    assert "示例3有限公司 holds 60.00% of 示例1有限公司, since 2021-01-01" in shown
    assert "示例2有限公司" not in shown
    early = said(windchime(home, "graph", "view", "twin:F1", "--on", "2020-06-01", "--json"))
    assert early["view"]["ties"] == []
    several = windchime(home, "graph", "view", "示例")
    assert (several.returncode, "may mean several" in several.stderr) == (2, True)
    assert windchime(home, "graph", "view", "没有", "--json").returncode == 2
    assert windchime(home, "graph", "view", "twin:F1", "--kinds", "loves").returncode == 2


def test_path(home: Path) -> None:
    path = said(windchime(home, "graph", "path", "twin:F3", "twin:F2", "--json"))["path"]
    assert [t["kind"] for t in path["ties"]] == ["holds", "sells"]
    assert path["sentences"]["zh"][0] == "示例3有限公司 持有 示例1有限公司 60.00%，自 2021-01-01"
    assert "sold 113.00 yuan" in windchime(home, "graph", "path", "twin:F3", "twin:F2").stdout
    assert "are not tied within 6 steps" in windchime(home, "graph", "path", "twin:F3", "twin:F4").stdout


def test_export(home: Path, tmp_path: Path) -> None:
    whole, part = tmp_path / "all.graphml", tmp_path / "part.json"
    done = said(windchime(home, "graph", "export", "--format", "graphml", "--out", str(whole), "--json"))
    assert done["export"]["nodes"] == 4
    assert set(nx.read_graphml(whole)) == {f"twin:F{n}" for n in (1, 2, 3, 4)}
    assert windchime(home, "graph", "export", "twin:F1", "--format", "bods", "--out", str(part)).returncode == 0
    assert [s["recordType"] for s in json.loads(part.read_text("utf8"))] == ["entity", "entity", "relationship"]
    new = tmp_path / "new" / "part.json"
    assert windchime(home, "graph", "export", "twin:F1", "--format", "bods", "--out", str(new)).returncode == 0
    assert new.read_bytes() == part.read_bytes()
    new.unlink()
    new.parent.rmdir()
    assert windchime(home, "graph", "export", "--format", "dot", "--out", str(part)).returncode == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["all.graphml", "part.json"]


def test_import(tmp_path: Path) -> None:
    file, table, rows = tmp_path / "bods.json", tmp_path / "edges.csv", tmp_path / "edges.parquet"
    file.write_text(json.dumps(STATEMENTS), "utf8")
    on = ["--on", "2022-01-01"]
    done = said(windchime(tmp_path, "graph", "import", str(file), "--out", str(table), *on, "--json"))
    assert [p["code"] for p in done["problems"]] == ["not_a_stake"]
    assert done["import"]["edges"] == [
        {"owner": "bods:p", "company": "bods:a", "share": "0.750000", "votes": "0.750000"}
    ]
    assert pyarrow.csv.read_csv(table)["owner"].to_pylist() == ["bods:p"]
    shown = windchime(tmp_path, "graph", "import", str(file), "--out", str(rows), *on).stdout
    assert "75.00%" in shown
    assert "an interest of type boardMember is no share" in shown
    assert pyarrow.parquet.read_table(rows)["share"].to_pylist() == [Decimal("0.75")]
    assert said(windchime(tmp_path, "graph", "import", str(file), "--json"))["import"]["edges"] == []
    assert windchime(tmp_path, "graph", "import", str(file), "--out", str(tmp_path / "edges.xlsx")).returncode == 2


def test_import_of_a_file_without_statements_is_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "bods.json"
    file.write_text("no JSON", "utf8")
    done = windchime(tmp_path, "graph", "import", str(file))
    assert (done.returncode, "nothing can be read from bods.json" in done.stderr) == (3, True), done.stderr
