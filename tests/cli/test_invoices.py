"""`windchime invoices …` in this process: files in, page, tables, JSON and exit codes out; no bank is made on the way."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from tests.cli.test_commands import windchime
from tests.risk.invoices.lab.borrowers import borrowers
from typer.testing import CliRunner, Result

from windchime.cli.commands import app
from windchime.core.errors import BadInput, UnknownName
from windchime.risk.invoices.lab import OPERATIONS

LIST = "invoices.parquet"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean list, and the same with invoices invented."""
    found = tmp_path_factory.mktemp("invoices")
    listing = borrowers(1, 6, lines=False).invoices
    money = [(pl.col(c) / 100).cast(pl.Decimal(18, 2)) for c in ("amount", "tax", "total")]
    named = pl.when(pl.col("buyer_id") == "own:B1").then(pl.lit("=1+1")).otherwise("buyer_name").alias("buyer_name")
    listing.with_columns(*money, named).drop("row", "partner_id", "source_file", "row_no").write_parquet(found / LIST)
    said(
        run(found, "tamper", found / LIST, "--operation", "insert_invented", "--count", "5", "--out", found / "forged")
    )
    return found


def run(folder: Path, *args: object) -> Result:
    asked = ["--home", str(folder / "home"), "--lang", "en", "invoices", *map(str, args), "--json"]
    return CliRunner().invoke(app, asked)


def said(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, (done.output, done.exception)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def table(path: Path) -> list[dict[str, str]]:
    """The rows of an exported table, without its footer."""
    text = path.read_bytes().decode("utf-8-sig").split("\r\n\r\n")[0]
    return list(csv.DictReader(io.StringIO(text)))


def test_a_list_against_the_platforms_copy(folder: Path) -> None:
    out = folder / "out"
    told = said(
        run(folder, "verify", folder / "forged" / LIST, "--against", folder / LIST, "--out", out, "--actor", "审核员")
    )
    found = told["verification"]
    (firm,) = found["firms"]
    assert firm["verdict"] == "reject"
    assert found["hits"]["absent_from_platform"] == 5
    assert {f["code"] for f in firm["findings"]} >= {"absent_from_platform"}
    assert found["others"] == {"platform": LIST}
    assert found["norms"] is None
    assert {Path(f).name for f in told["files"]} == {p.name for p in out.iterdir()}
    altered = pl.read_csv(folder / "forged" / "altered.csv", schema_overrides={"invoice_no": pl.String})
    assert {row["invoice number"] for row in table(out / "differences.csv")} == set(altered["invoice_no"])
    hits = [row for row in table(out / "hits.csv") if row["check"] == "absent_from_platform"]
    assert [int(row["row"]) for row in hits] == sorted(n - 1 for n in altered["file_row"])
    rejected = [row for row in table(out / "invoices.csv") if row["verdict"] == "reject"]
    assert len(rejected) >= 5
    assert json.loads((out / "verification.json").read_bytes())["firms"][0]["verdict"] == "reject"
    for lang, words in {
        "zh": "税务平台有而清单" if firm["verdict"] == "pass" else "清单所列而税务平台没有",
        "en": "not in the tax platform",
    }.items():
        page = (out / f"verification.{lang}.html").read_text(encoding="utf-8")
        assert words in page
        assert "<script" not in page
    assert "审核员" in (out / "verification.zh.html").read_text(encoding="utf-8")
    assert CalamineWorkbook.from_path(str(out / "firms.xlsx")).get_sheet_by_name("firms").to_python()[1][1] == "reject"
    # verifying a file makes no bank
    assert not (folder / "home").exists()


def test_an_exit_code_is_given_where_it_was_asked_for(folder: Path) -> None:
    asked = ["verify", folder / "forged" / LIST, "--before", folder / LIST, "--out", folder / "failing", "--fail-on"]
    assert run(folder, *asked, "question").exit_code == 1
    assert run(folder, *asked, "reject").exit_code == 1
    clean = run(
        folder, "verify", folder / LIST, "--before", folder / LIST, "--out", folder / "clean", "--fail-on", "reject"
    )
    assert clean.exit_code == 0
    assert table(folder / "clean" / "differences.csv") == []
    wrong = run(folder, *asked, "pass")
    assert type(wrong.exception).__name__ == "UnknownVerdict"


def test_text_of_a_file_is_never_a_formula_in_what_is_written(folder: Path) -> None:
    swapped = folder / "swapped"
    said(run(folder, "tamper", folder / LIST, "--operation", "swap_partner", "--count", "100%", "--out", swapped))
    other = pl.read_parquet(swapped / LIST).with_columns(buyer_code=pl.lit(None, pl.String))
    other.write_parquet(swapped / LIST)
    said(run(folder, "verify", swapped / LIST, "--against", folder / LIST, "--out", folder / "formulas"))
    rows = table(folder / "formulas" / "differences.csv")
    assert "'=1+1" in {row["in the copy"] for row in rows} | {row["in the list"] for row in rows}


def test_operations_are_listed(folder: Path) -> None:
    told = said(run(folder, "operations"))["operations"]
    assert [o["code"] for o in told] == [o.code for o in OPERATIONS]
    assert {o["level"] for o in told} == {"invoice", "set", "population", "none"}


def test_what_a_list_lacks_and_what_is_no_operation_is_said(folder: Path) -> None:
    lacking = said(run(folder, "tamper", folder / LIST, "--operation", "alter_item", "--out", folder / "none"))
    assert lacking["skipped"] == "lines"
    unknown = run(folder, "tamper", folder / LIST, "--operation", "nothing", "--out", folder / "none")
    assert isinstance(unknown.exception, UnknownName)
    count = run(
        folder, "tamper", folder / LIST, "--operation", "delete_reds", "--count", "many", "--out", folder / "none"
    )
    assert type(count.exception).__name__ == "BadAmount"


def test_norms_of_too_few_firms_are_refused_and_what_is_no_norms_too(folder: Path) -> None:
    assert isinstance(run(folder, "norms", folder / LIST, "--out", folder / "norms.json").exception, BadInput)
    (folder / "no.json").write_text("{}", encoding="utf-8")
    asked = ["verify", folder / LIST, "--norms", folder / "no.json", "--out", folder / "out"]
    assert isinstance(run(folder, *asked).exception, BadInput)


@pytest.mark.parametrize("what", ["missing", "folder", "no_rarest", "deep", "infinite", "zero"])
def test_norms_that_cannot_be_used_are_bad_input(folder: Path, what: str) -> None:
    body: dict[str, Any] = {"format": 1, "norms": [], "firms": 50, "rarest": [0.1], "hardest": [0.1]}
    unusable = {
        "code": "x", "form": "count", "end": "high", "firms": 50, "model": [0, 0], "usual": [], "weight": 1, "hard": False,
        "tail": {"share": 0.1, "begin": 1, "fall": 1},
    }  # fmt: skip
    told = {
        "no_rarest": json.dumps(body | {"rarest": []}),
        "deep": "[" * 100_000,
        "infinite": json.dumps(body | {"firms": float("inf")}),
        "zero": json.dumps(body | {"norms": [unusable]}),
    }
    file = folder / f"{what}.json"
    if what == "folder":
        file.mkdir()
    elif what in told:
        file.write_text(told[what], encoding="utf-8")
    done = windchime(
        folder / "home", "invoices", "verify", str(folder / LIST), "--norms", str(file), "--out", str(folder / "x")
    )
    assert done.returncode == 3, done.stderr
    assert f"{what}.json holds no norms" in done.stderr
    assert "windchime invoices norms" in done.stderr
