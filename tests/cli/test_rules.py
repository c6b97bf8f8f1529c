"""`windchime rules …` from a table to files, months, and the bank's keeping."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from python_calamine import CalamineWorkbook
from tests.cli.test_commands import Done, windchime
from tests.risk.rules.exports.builders import table


def said(done: Done) -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def run(folder: Path, *args: str | Path) -> Done:
    return windchime(folder / "home", *map(str, args))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of applications and what was mined from it."""
    found = tmp_path_factory.mktemp("rules")
    table(5, 6000).with_columns(pl.col("bad").cast(pl.Int8)).write_csv(found / "apps.csv")
    return found


@pytest.fixture(scope="module")
def mined(folder: Path) -> dict[str, Any]:
    asked: list[str | Path] = [
        "--target",
        "bad",
        "--time",
        "month",
        "--about",
        folder / "columns.yaml",
        "--drop",
        "age",
        "--out",
        folder / "out",
        "--json",
    ]
    (folder / "columns.yaml").write_text(
        "sales: {label: {zh: 销售额, en: Sales}, unit: yuan, specials: {-9999: {zh: 无, en: none}}}", encoding="utf8"
    )
    return said(run(folder, "rules", "mine", folder / "apps.csv", *asked))


def test_mining_writes_every_form(folder: Path, mined: dict[str, Any]) -> None:
    assert set(mined["files"]) == {p.name for p in (folder / "out").iterdir()}
    assert len(mined["files"]) == 12
    assert not mined["refused"]
    assert mined["sentences"][0]["en"].startswith("Sales ")
    assert "SELECT" in (folder / "out" / "rules.oracle.sql").read_text(encoding="utf8")
    assert CalamineWorkbook.from_path(str(folder / "out" / "rules.xlsx")).sheet_names[0] == "Rules"


def test_rules_are_applied(folder: Path, mined: dict[str, Any]) -> None:
    rules = folder / "out" / "rules.json"
    asked: list[str | Path] = ["--rules", rules, "--key", "行业", "--out", folder / "hits.csv", "--json"]
    found = said(run(folder, "rules", "apply", folder / "apps.csv", *asked))
    assert found["rows"] == 6000
    assert found["hits"][0]["hits"] >= mined["rules"]["rules"][0]["own"]["hits"]  # those of the months held back too
    written = pl.read_csv(folder / "hits.csv")
    assert written["first_rule"].value_counts().height == len(found["hits"])
    assert "'=1+1" in written["行业"].unique()  # no formula


def test_rules_are_watched(folder: Path, mined: dict[str, Any]) -> None:
    asked: list[str | Path] = [
        "rules",
        "monitor",
        folder / "apps.csv",
        "--rules",
        folder / "out" / "rules.json",
        "--month",
        "month",
        "--target",
        "bad",
    ]
    found = said(run(folder, *asked, "--json"))
    assert {r["month"] for r in found["months"]} == {str(m) for m in range(1, 13)}
    assert found["findings"] == []
    # all of a rule's hits turn out good
    good = pl.read_csv(folder / "apps.csv").with_columns(bad=pl.lit(0))
    good.write_parquet(folder / "good.parquet")
    asked[2] = folder / "good.parquet"
    done = run(folder, *asked, "--strict")
    assert done.returncode == 1
    assert "class A" in done.stdout


def test_one_form_and_the_keeping(folder: Path, mined: dict[str, Any]) -> None:
    rules = folder / "out" / "rules.json"
    assert "double precision" in run(folder, "rules", "export", rules, "--form", "postgresql", "--table", "a.b").stdout
    assert run(folder, "rules", "export", rules, "--form", "onnx").returncode == 2
    kept = said(run(folder, "rules", "keep", rules, "--name", "一月", "--json"))["kept"]
    assert kept["version"] == mined["version"]
    assert [r["name"] for r in said(run(folder, "rules", "list", "--json"))["rules"]] == ["一月"]


def test_wrong_calls(folder: Path) -> None:
    apps = folder / "apps.csv"
    assert run(folder, "rules", "mine", apps, "--target", "badd", "--out", folder / "no").returncode == 2
    assert not (folder / "no").exists()
    (folder / "x.json").write_text("{}", encoding="utf8")
    assert run(folder, "rules", "apply", apps, "--rules", folder / "x.json").returncode == 3


def test_columns_that_cannot_be_read_as_asked(folder: Path, mined: dict[str, Any]) -> None:
    """Code 3 with file, column and row; the cell itself is not repeated."""
    told = pl.read_csv(folder / "apps.csv").with_columns(
        bad=pl.when(pl.col("bad") == 1).then(pl.lit("Yes-9")).otherwise(pl.lit("N"))
    )
    told.write_csv(folder / "told.csv")
    asked: list[str | Path] = ["--target", "bad"]
    watched: list[str | Path] = ["--rules", folder / "out" / "rules.json", "--month", "month"]
    for done in (
        run(folder, "rules", "mine", folder / "told.csv", *asked, "--out", folder / "no"),
        run(folder, "rules", "monitor", folder / "told.csv", *asked, *watched),
    ):
        assert done.returncode == 3
        assert "told.csv: bad, data row 1" in " ".join(done.stderr.split())
        assert "Yes-9" not in done.stderr
