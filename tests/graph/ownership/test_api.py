"""The door of notebooks."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from tests.graph.ownership.oracle import as_table, pairs

import windchime
from windchime.core.errors import UnknownName
from windchime.graph.ownership.api import Ownership

FIRM = as_table({("p", "a"): "0.6", ("fund", "a"): "0.4", ("a", "t"): "0.5", ("p", "t"): "0.1", ("fund", "t"): "0.4"})


def test_the_door_is_open_and_costs_nothing_until_used() -> None:
    assert windchime.Ownership is Ownership
    said = subprocess.run(
        [sys.executable, "-c", "import sys, windchime; print('numba' in sys.modules, 'pyarrow' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["False", "False"]


def test_answers_are_arrow_tables_that_other_frames_take() -> None:
    found = Ownership.from_shares(FIRM).integrated()
    assert found.column_names == ["owner", "company", "share"]
    frame = pl.from_arrow(found)
    assert isinstance(frame, pl.DataFrame)
    assert frame.shape == (4, 3)
    assert found.to_pandas()["share"].sum() == pytest.approx(2.0)


def test_ultimate_owners_are_all_and_beneficial_owners_the_persons_named() -> None:
    ownership = Ownership.from_shares(FIRM, persons=["p"])
    assert {o for o, _ in pairs(ownership.integrated())} == {"p", "fund"}
    assert pairs(ownership.beneficial_owners()) == {("p", "a"): pytest.approx(0.6), ("p", "t"): pytest.approx(0.4)}
    assert len(pairs(Ownership.from_shares(FIRM).beneficial_owners())) == 4


def test_integrated_from_a_least_share_on() -> None:
    assert set(pairs(Ownership.from_shares(FIRM).integrated("0.45"))) == {("p", "a"), ("fund", "t")}


def test_a_rule_of_law_brings_its_own_routes() -> None:
    ownership = Ownership.from_shares(FIRM, persons=["p"])
    found = ownership.beneficial_owners(rule="cn-2024")
    assert {(r["person"], r["company"], r["route"]) for r in found.to_pylist()} == {
        ("p", "a", "share"),
        ("p", "t", "share"),
    }
    with pytest.raises(UnknownName):
        ownership.beneficial_owners(rule="nowhere")


def test_files_are_read_and_dates_asked(tmp_path: Path) -> None:
    path = tmp_path / "shares.csv"
    path.write_text("owner,company,share,as_of\np,a,0.2,2020-01-01\np,a,0.9,2024-01-01\n,a,0.1,2020-01-01\n")
    from datetime import date

    assert pairs(Ownership.from_shares(str(path)).integrated()) == {("p", "a"): pytest.approx(0.9)}
    then = Ownership.from_shares(path, as_of=date(2021, 1, 1))
    assert pairs(then.integrated()) == {("p", "a"): pytest.approx(0.2)}
    assert [(p.code, p.row) for p in then.problems()] == [("owner_missing", 4)]


def test_nothing_is_owned_where_nothing_is_held() -> None:
    ownership = Ownership.from_shares({"owner": [], "company": [], "share": []})
    assert ownership.integrated().num_rows == 0
    assert ownership.beneficial_owners().num_rows == 0
    assert ownership.problems() == []
    assert ownership.certificate().holds
