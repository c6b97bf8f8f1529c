"""`windchime graph loops|chain` over a small library and over an edge list."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.test_commands import Done, windchime
from tests.data.helpers import firm, invoice, load_pack, open_bank, pack


def sale(seller: int, buyer: int, number: int, day: date, yuan: int, side: str = "sale") -> dict[str, Any]:
    amount = {"amount": Decimal(yuan), "tax": Decimal(0), "total": Decimal(yuan)}
    by = seller if side == "sale" else buyer
    return invoice(
        reporting_firm_id=f"twin:F{by}", direction=side, copy="seller" if side == "sale" else "buyer",
        seller_id=f"twin:F{seller}", buyer_id=f"twin:F{buyer}", invoice_no=f"{number:08d}", issue_date=day, **amount,
    )  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loops")
    bank = open_bank(folder)
    day = date(2025, 5, 1)
    rows = [
        *(sale(a, b, n, day + timedelta(days=9 * n), 10_000 + 300 * n) for n, (a, b) in enumerate(((1, 2), (2, 3), (3, 1)))),
        sale(4, 1, 9, day, 5_000, "purchase"),
        sale(1, 4, 10, date(2023, 1, 1), 7),
    ]  # fmt: skip
    load_pack(bank, pack(folder / "pack", firms=[firm(n) for n in (1, 2, 3, 4)], invoices=rows))
    bank.close()
    return folder / "home"


def said(done: Done) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_loops_of_the_library(home: Path) -> None:
    found = said(windchime(home, "graph", "loops", "示例2", "--json"))
    assert [(r["kind"], r["from_id"]) for r in found["loops"]] == [("invoice", f"twin:F{n}") for n in (1, 2, 3)]
    assert "示例1有限公司 → 示例2有限公司 → 示例3有限公司 → 示例1有限公司" in windchime(home, "graph", "loops").stdout


def test_the_chain_of_a_firm(home: Path) -> None:
    found = said(windchime(home, "graph", "chain", "示例1", "--json"))
    assert (found["firm"], found["since"]) == ("twin:F1", "2025-01-01")
    assert {(k["firm"], k["tier"], k["share"]) for k in found["supplier"]["links"]} == {
        ("twin:F3", 1, 0.679487),
        ("twin:F4", 1, 0.320513),
    }
    assert found["supplier"]["is_known"]
    shown = windchime(home, "graph", "chain", "twin:F4").stdout
    assert "handed in no list of its own" in shown


def test_loops_of_a_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "payer,payee,amount,paid_at\na,b,10,2025-01-01\nb,a,9,2025-01-02\nx,y,1,2023-01-01\n,y,1,2023-01-01\n"
    )
    found = said(windchime(home, "graph", "loops", "--edges", str(file), "--json"))
    assert [(r["from_id"], r["to_id"], r["amount"]) for r in found["loops"]] == [
        ("a", "b", "10.00"),
        ("b", "a", "9.00"),
    ]
    assert [p["code"] for p in found["problems"]] == ["rows_say_no_transfer"]
    assert "a → b → a" in windchime(home, "graph", "loops", "--edges", str(file)).stdout
