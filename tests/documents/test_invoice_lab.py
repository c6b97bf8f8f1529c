"""What is seen of operations at lists of one's own: norms learnt, kept, brought again, and a table of recall."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from tests.risk.invoices.lab.borrowers import borrowers

from windchime.documents.invoice_files import Asked, Methods, learn_norms, verify_files
from windchime.documents.invoice_lab import CHEATS, clean_firms, evaluate_files
from windchime.risk.invoices.population.norms import Norms

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lists of forty firms."""
    path = tmp_path_factory.mktemp("lists") / "invoices.parquet"
    rows = borrowers(40, 6, lines=False).invoices
    money = [(pl.col(c) / 100).cast(pl.Decimal(18, 2)) for c in ("amount", "tax", "total")]
    rows.with_columns(money).drop("row", "partner_id", "source_file", "row_no").write_parquet(path)
    return path


def test_norms_are_learnt_and_used(lists: Path, tmp_path: Path) -> None:
    methods = Methods.shipped()
    norms = learn_norms([lists], methods, spill=tmp_path, now=NOW)
    assert norms.firms == 40
    again = Norms.of_json(norms.to_json())
    found = verify_files(Asked(lists), Methods.shipped(again), spill=tmp_path, now=NOW, by="x")
    assert found.verification.norms == norms.digest
    assert found.firms.height == 40
    assert (found.firms["verdict"] == "reject").mean() <= 0.1  # type: ignore[operator]  # a number


def test_what_is_seen_of_operations(lists: Path, tmp_path: Path) -> None:
    asked = ["insert_invented"]
    table = evaluate_files([lists], Methods.shipped(), operations=asked, seed=3, spill=tmp_path, now=NOW)
    assert set(table["operation"]) == set(asked)
    # an earlier download contradicts whatever was done
    assert table.filter(pl.col("count") == "100%")["earlier"].to_list() == [1.0]
    assert table["detected"].is_between(0, 1).all()
    assert (table["low"] <= table["high"]).all()


def test_simulated_firms_that_cheat_are_left_out_and_ids_are_told_apart(tmp_path: Path) -> None:
    region = tmp_path / "7"
    (region / "truth").mkdir(parents=True)
    rows = pl.DataFrame({c: ["t:A", "t:B", "t:C"] for c in ("reporting_firm_id", "seller_id", "buyer_id")})
    rows.write_parquet(region / "invoices.parquet")
    rows.drop("buyer_id").write_parquet(region / "invoice_lines.parquet")
    for name, columns in CHEATS.items():
        named = ["t:B"] if name == "intent" else []
        pl.DataFrame(dict.fromkeys(columns, named), schema=dict.fromkeys(columns, pl.String)).write_parquet(
            region / "truth" / f"{name}.parquet"
        )
    clean = pl.read_parquet(clean_firms(region, tmp_path / "out") / "invoices.parquet")
    assert clean["reporting_firm_id"].to_list() == clean["buyer_id"].to_list() == ["t:A-7", "t:C-7"]
