"""`windchime graph owners|controllers` over a small library and over files of shareholdings."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cli.test_commands import Done, windchime
from tests.data.helpers import firm, load_pack, open_bank, pack


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("owners")
    bank = open_bank(folder)

    def stake(owner: int, company: int, share: str) -> dict[str, Any]:
        return {
            "firm_id": f"twin:F{company}",
            "holder_type": "firm",
            "holder_id": f"twin:F{owner}",
            "share_class": "ordinary",
            "share": Decimal(share),
            "basis": "registry",
            "valid_from": date(2021, 1, 1),
            "known_on": date(2021, 2, 1),
        }

    stakes = [stake(3, 1, "0.6"), stake(1, 2, "0.8")]
    load_pack(bank, pack(folder / "pack", firms=[firm(n) for n in (1, 2, 3, 4)], shareholdings=stakes))
    bank.close()
    return folder / "home"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """P holds 60 % of A, A 50 % of T, P 10 % of T: 40 %."""
    written = tmp_path_factory.mktemp("edges") / "edges.csv"
    written.write_text("owner,company,share\nP,A,0.6\nQ,A,0.4\nA,T,0.5\nP,T,0.1\nR,T,0.2\n", encoding="utf8")
    return written


def said(done: Done) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_owners_of_one_firm_with_their_chains(home: Path, file: Path) -> None:
    shown = windchime(home, "graph", "owners", "T", "--edges", str(file)).stdout
    assert "P is a beneficial owner of T by cn-2024, 6(1): 40.00% of the shares" in shown
    assert "  P holds 60.00% of A, A holds 50.00% of T: 30.00% by this chain" in shown
    assert "R is" not in shown
    (owner,) = said(windchime(home, "graph", "owners", "T", "--edges", str(file), "--json"))["owners"]
    assert (owner["controller_id"], owner["share"], owner["votes"]) == ("P", "0.400000", "0.600000")
    assert owner["evidence"]["chains"][0]["rows"] == [["2"], ["4"]]
    assert owner["sentences"]["zh"][0] == "P 是 T 的受益所有人（cn-2024，6(1)）：持股合计 40.00%"


def test_a_threshold_takes_the_place_of_the_schemes(home: Path, file: Path) -> None:
    found = said(windchime(home, "graph", "owners", "T", "--edges", str(file), "--threshold", "0.2", "--json"))
    assert [r["controller_id"] for r in found["owners"]] == ["P", "Q", "R"]
    assert windchime(home, "graph", "owners", "T", "--edges", str(file), "--threshold", "25").returncode == 2


def test_another_rule_and_all_firms(home: Path, file: Path) -> None:
    found = said(windchime(home, "graph", "owners", "--all", "--edges", str(file), "--rule", "eu-amlr", "--json"))
    assert {(r["controller_id"], r["firm_id"], r["article"]) for r in found["owners"]} == {
        ("P", "A", "52"),
        ("Q", "A", "52"),
        ("P", "T", "52"),
    }
    unknown = windchime(home, "graph", "owners", "T", "--edges", str(file), "--rule", "cn-1999")
    assert (unknown.returncode, "cn-2024" in unknown.stderr) == (2, True)


def test_controllers_of_one_firm(home: Path, file: Path) -> None:
    shown = windchime(home, "graph", "controllers", "T", "--edges", str(file)).stdout
    assert "P, whom nobody controls, controls T with 60.00% of the votes: A 50.00%, P 10.00%" in shown
    found = said(windchime(home, "graph", "controllers", "T", "--edges", str(file), "--threshold", "0.7", "--json"))
    assert [r["kind"] for r in found["controllers"]] == ["likely"]


def test_over_the_library_firms_go_by_their_names(home: Path) -> None:
    found = said(windchime(home, "graph", "controllers", "示例2有限", "--json"))
    assert {(r["controller_id"], r["kind"]) for r in found["controllers"]} == {
        ("twin:F3", "ultimate"),
        ("twin:F3", "control"),
        ("twin:F1", "control"),
    }
    assert found["as_of"]
    assert found["lake_version"]
    shown = windchime(home, "graph", "controllers", "twin:F2").stdout
    assert "示例3有限公司, whom nobody controls, controls 示例2有限公司 with 80.00% of the votes" in shown
    assert "nobody is found" in windchime(home, "graph", "controllers", "twin:F3").stdout
    early = said(windchime(home, "graph", "controllers", "--all", "--as-of", "2020-06-01", "--json"))
    assert early["controllers"] == []


def test_faults_of_a_file_are_told_by_its_rows(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "edges.csv"
    file.write_text("owner,company,share\nP,A,0.9\nQ,A,0.4\nA,,0.5\nR,T,half\n", encoding="utf8")
    found = said(windchime(home, "graph", "controllers", "A", "--edges", str(file), "--json"))
    assert [r["controller_id"] for r in found["controllers"]] == ["P", "P"]
    problems = {p["code"]: p for p in found["problems"]}
    assert problems["over_issued"]["params"]["rows"] == ["2", "3"]
    assert problems["company_missing"]["row"] == 4


def test_a_file_of_another_kind_and_dated_rows(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "edges.parquet"
    rows = {
        "owner": ["P", "P"],
        "company": ["A", "A"],
        "share": [0.9, 0.3],
        "as_of": [date(2020, 1, 1), date(2023, 1, 1)],
    }
    pq.write_table(pa.table(rows), file)
    now = said(windchime(home, "graph", "controllers", "A", "--edges", str(file), "--json"))
    then = said(windchime(home, "graph", "controllers", "A", "--edges", str(file), "--as-of", "2021-01-01", "--json"))
    assert [r["kind"] for r in now["controllers"]] == ["likely"]
    assert [r["kind"] for r in then["controllers"]] == ["ultimate", "control"]


@pytest.mark.parametrize("words", [(), ("T", "--all"), ("没有",)])
def test_one_firm_or_all(home: Path, file: Path, words: tuple[str, ...]) -> None:
    assert windchime(home, "graph", "owners", *words, "--edges", str(file)).returncode == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("owner,company,share\nP,A,60\nQ,A,40\n", "2 of 2 are above 1 or bear a percent sign, the largest is 60"),
        ("owner,company,share\nP,A,60%\nQ,A,0.5 %\n", "in percent"),
        ("holder,company,share\nP,A,0.6\n", "missing: owner"),
    ],
)
def test_shares_in_percent_and_missing_columns_are_bad_input(home: Path, tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "edges.csv"
    file.write_text(text, encoding="utf8")
    done = windchime(home, "graph", "controllers", "A", "--edges", str(file))
    assert (done.returncode, told in done.stderr) == (3, True), done.stderr
