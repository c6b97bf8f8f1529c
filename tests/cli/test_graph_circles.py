"""`windchime graph circles|contagion` over a small library and over an edge list."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_commands import Done, windchime
from tests.data.helpers import firm, invoice, load_pack, open_bank, pack


def promise(guarantor: int, debtor: int) -> dict[str, Any]:
    return {
        "contract_no": f"C{guarantor}{debtor}",
        "guarantor_type": "firm",
        "guarantor_id": f"twin:F{guarantor}",
        "debtor_type": "firm",
        "debtor_id": f"twin:F{debtor}",
        "creditor_type": "firm",
        "creditor_id": "twin:F4",
        "kind": "joint_several",
        "amount": Decimal(5_000_000),
        "signed_on": date(2025, 1, 1),
        "status": "active",
        "known_on": date(2025, 1, 1),
    }


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("circles")
    bank = open_bank(folder)
    held = [promise(1, 2), promise(2, 3), promise(3, 1)]
    load_pack(bank, pack(folder / "pack", firms=[firm(n) for n in (1, 2, 3, 4)], invoices=[invoice()], guarantees=held))
    bank.close()
    return folder / "home"


def said(done: Done) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_circles_of_the_library(home: Path) -> None:
    found = said(windchime(home, "graph", "circles", "--json"))
    assert {(r["kind"], r["firm_id"]) for r in found["circles"]} == {("circle", f"twin:F{n}") for n in (1, 2, 3)}
    shown = windchime(home, "graph", "circles").stdout
    assert "circle of 3 members: 示例1有限公司, 示例2有限公司, 示例3有限公司" in shown
    assert "示例1有限公司 → 示例2有限公司 → 示例3有限公司 → 示例1有限公司" in shown


def test_what_a_firm_promised_and_what_follows_if_it_fails(home: Path) -> None:
    shown = windchime(home, "graph", "circles", "示例2", "--call").stdout
    assert "示例2有限公司 has promised 5.00 million yuan in all; its net assets are not known" in shown
    assert (
        "round 1: 示例1有限公司 is called for 3.00 million yuan, can pay 1.00 million yuan (assumed) and fails" in shown
    )
    found = said(windchime(home, "graph", "circles", "twin:F2", "--call", "--json"))
    assert [(f["party"], f["round"]) for f in found["call"]["fallen"]] == [
        ("twin:F2", 0), ("twin:F1", 1), ("twin:F3", 2),
    ]  # fmt: skip
    assert {r["kind"] for r in found["circles"]} == {"circle", "cluster"}


def test_a_firm_that_is_not_known_is_refused(home: Path) -> None:
    assert windchime(home, "graph", "circles", "nobody").returncode == 2
    assert windchime(home, "graph", "circles", "示例").returncode == 2


def test_a_firm_without_promises_is_no_error(home: Path) -> None:
    for words in ("circles", "loops"):
        done = windchime(home, "graph", words, "示例4")
        assert (done.returncode, "is found" in done.stdout) == (0, True), done.stderr


def test_a_list_without_its_columns_is_bad_input(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "e.csv"
    file.write_text("guarantor,owed_by,amount\na,b,1\n", encoding="utf8")
    done = windchime(home, "graph", "circles", "--edges", str(file))
    assert (done.returncode, "lacks the columns debtor" in done.stderr) == (3, True), done.stderr


def test_an_edge_list_needs_no_library(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "e.csv"
    file.write_text("guarantor,debtor,amount\na,b,1\nb,a,2\nx,x,1\n", encoding="utf8")
    found = said(windchime(home, "graph", "circles", "--edges", str(file), "--json"))
    assert [(r["kind"], r["firm_id"], r["total_out_amount"]) for r in found["circles"]] == [
        ("mutual", "a", "1.00"), ("mutual", "b", "2.00"),
    ]  # fmt: skip
    assert [p["code"] for p in found["problems"]] == ["own_guarantee"]


def test_who_falls_and_by_which_way(home: Path) -> None:
    shown = windchime(home, "graph", "contagion", "twin:F2").stdout
    assert shown.startswith("if 示例2有限公司 fails, 2 more fall")
    assert "falls in round 1: 示例2有限公司 → (by guarantee, 500.00 thousand yuan) 示例1有限公司" in shown
    found = said(windchime(home, "graph", "contagion", "twin:F2", "--model", "threshold", "--json"))
    assert {h["firm"] for h in found["contagion"]["hits"]} >= {"twin:F1", "twin:F3"}
    assert len(found["sentences"]["zh"]) == 1 + len(found["contagion"]["hits"])


def test_clearing_and_ranks(home: Path) -> None:
    found = said(windchime(home, "graph", "contagion", "twin:F2", "--model", "clearing", "--json"))["clearing"]
    assert [(u["firm"], u["round"], u["owed"], u["lost"]) for u in found] == [
        ("twin:F1", 0, 0.0, 16.95), ("twin:F2", 1, 16.95, 0.0),
    ]  # fmt: skip
    shown = windchime(home, "graph", "contagion", "twin:F2", "--model", "clearing").stdout
    assert "示例1有限公司" in shown
    ranks = said(windchime(home, "graph", "contagion", "--rank", "2", "--json"))["ranks"]
    assert [r["rank"] for r in ranks] == [1, 2]
    assert windchime(home, "graph", "contagion").returncode == 2
