import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.twin.helpers import region, rows

from windchime.content import yamlfile
from windchime.core.canonical import sha256_file
from windchime.core.errors import UnknownName
from windchime.data.contracts import contract
from windchime.twin import Manifest, generate
from windchime.twin.generate import FirmsOutOfRange, NotOurFolder

TABLES = {"firms", "invoices", "loans", "loan_outcomes", "rate_churn"}


def _hashes(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): sha256_file(p) for p in sorted(folder.rglob("*")) if p.is_file()}


def test_equal_seeds_give_equal_bytes_in_every_file(small: Manifest, tmp_path: Path) -> None:
    region(tmp_path / "again")
    assert _hashes(tmp_path / "again") == _hashes(small.folder)


def test_the_size_of_chunks_changes_no_byte(small: Manifest, tmp_path: Path) -> None:
    region(tmp_path / "sevens", chunk=7)
    assert _hashes(tmp_path / "sevens") == _hashes(small.folder)


def test_another_seed_is_another_region(small: Manifest, tmp_path: Path) -> None:
    other = region(tmp_path / "other", seed=8)
    unlike = {name for name in small.files if other.files.get(name) != small.files[name]}
    assert {"firms.parquet", "invoices.parquet", "loans.parquet", "truth/firm_state.parquet"} <= unlike


def test_the_manifest_names_every_file(small: Manifest) -> None:
    hashes = _hashes(small.folder)
    manifest = json.loads((small.folder / "truth" / "manifest.json").read_text())
    assert manifest["files"] == small.files == {k: v for k, v in hashes.items() if k != "truth/manifest.json"}
    assert manifest["rows"] == small.rows
    assert all(pq.read_metadata(small.folder / f"{t}.parquet").num_rows == n for t, n in small.rows.items())


@pytest.mark.parametrize("table", sorted(TABLES))
def test_tables_have_the_schema_of_their_contract(pack: Path, table: str) -> None:
    found = pq.read_table(pack / f"{table}.parquet")
    whole = contract(table).source_schema()
    assert found.schema.equals(pa.schema([f for f in whole if f.name in found.column_names]))
    assert {f.name for f in whole if not f.nullable} <= set(found.column_names)
    assert all(found[f.name].null_count == 0 for f in found.schema if not f.nullable)


@pytest.mark.parametrize("table", sorted(TABLES))
def test_codes_are_those_of_the_contract(pack: Path, table: str) -> None:
    found = pq.read_table(pack / f"{table}.parquet")
    for column in contract(table).expected:
        if column.values and column.name in found.column_names:
            assert set(found[column.name].unique().to_pylist()) - {None} <= set(column.values)


def test_the_pack_describes_itself(pack: Path) -> None:
    body = yamlfile.read(pack / "pack.yaml")
    assert body["pack"] == "windchime"
    assert body["simulated"] is True
    assert (body["firms"], body["seed"], body["source"]) == (40, 7, "twin")
    assert body["train"]["features_as_of"].isoformat() == "2024-12-31"
    assert body["as_of"].isoformat() == body["train"]["labels_as_of"].isoformat() == "2025-12-31"
    assert "仿真" in body["label"]["zh"]
    assert "simulated" in body["label"]["en"]


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    generate(tmp_path / "p", firms=20, seed=1, chunk=10, progress=lambda *step: told.append(step))
    assert ("months", 60, 60) in told
    assert [t for t in told if t[0] == "invoices"] == [("invoices", 10, 20), ("invoices", 20, 20)]


@pytest.mark.parametrize("firms", [0, 19, 200_001])
def test_a_size_that_cannot_be_is_refused(tmp_path: Path, firms: int) -> None:
    with pytest.raises(FirmsOutOfRange, match=str(firms)):
        generate(tmp_path / "none", firms=firms, seed=1)
    assert not (tmp_path / "none").exists()


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("chapter 1")
    with pytest.raises(NotOurFolder):
        region(tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]


def test_no_file_of_the_pack_is_empty(tmp_path: Path) -> None:
    made = region(tmp_path / "p", firms=20, seed=3)
    assert all(n for name, n in made.rows.items() if not name.startswith("truth/"))
    assert all(pq.read_metadata(p).num_rows for p in (tmp_path / "p").glob("*.parquet"))


def test_an_earlier_region_is_replaced(tmp_path: Path) -> None:
    region(tmp_path, firms=20, seed=1)
    (tmp_path / "left_over.parquet").write_bytes(b"of another release")
    assert region(tmp_path, firms=25, seed=2).rows["firms"] == len(rows(tmp_path, "firms"))
    assert len({f["firm_id"] for f in rows(tmp_path, "firms")}) == 25


def test_a_population_is_another_region(tmp_path: Path) -> None:
    made = generate(tmp_path / "p", firms=60, seed=7, profile="population")
    body = json.loads((made.folder / "truth" / "manifest.json").read_text())
    assert body["profile"] == "population"
    starts = {r["issue_date"].year for r in rows(made.folder, "invoices")}
    assert starts == {2024, 2025}


def test_a_profile_nobody_described_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownName, match="census"):
        generate(tmp_path / "p", firms=60, seed=7, profile="census")
