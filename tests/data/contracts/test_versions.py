"""Contracts change by versions that only add; a lake written under an earlier version is read and goes on."""

from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from tests.data.contracts.freeze import frozen, today
from tests.data.helpers import LI, firm, load_pack, open_bank, pack, rows_of

from windchime.data.contracts import SHARED, Contract, contract, contracts
from windchime.data.contracts.evolution import at_version, differences
from windchime.data.lake import Lake, delta, versions
from windchime.data.migration import migration
from windchime.service.bank import Bank

EACH = pytest.mark.parametrize("found", contracts().values(), ids=lambda c: c.name)


@EACH
def test_a_version_once_frozen_never_changes(found: Contract) -> None:
    was, now = frozen().get(found.name, {}), today()[found.name]
    changed = [v for v in was if was[v] != now.get(v)]
    assert not changed, (
        f"{found.name}: the columns of version {', '.join(changed)} are not what they were. If columns were added, raise "
        "`version`, say in `changes` what it added, and run `python -m tests.data.contracts.freeze`. A column that went, "
        "changed its type, its class of personal data or whether it may be empty is not accepted."
    )
    assert set(now) == set(was), f"{found.name}: run `python -m tests.data.contracts.freeze` and commit the new line"


@EACH
def test_every_version_says_what_it_added(found: Contract) -> None:
    assert [c.version for c in found.changes] == list(range(2, found.version + 1))
    added = [name for change in found.changes for name in change.added]
    assert len(set(added)) == len(added)
    assert [name for name in added if not found[name].nullable] == []
    assert not set(added) & set(found.key)


def written_under(bank: Bank, found: Contract, version: int, rows: list[dict[str, object]]) -> None:
    """Write rows to the lake as a release with the earlier version of the contract did."""
    kept = {c.name for c in (*at_version(found, version), *SHARED)} | {c.name for c in found.columns if c.derived}
    schema = pa.schema([f for f in found.arrow_schema() if f.name in kept])
    folder = Lake(bank.lake_dir).folder / found.name
    with Lake(bank.lake_dir).writing(), bank.unit(LI) as unit:
        delta.prepare(folder, schema, None)
        made = delta.append(folder, pa.Table.from_pylist(rows, schema=schema), schema)
        versions.append(unit, {found.name: made}, load_id="old", content_hash="old")


def old_firm(bank: Bank, number: int) -> dict[str, object]:
    """A firm with its shared columns, as version 1 stored it."""
    shared = {
        "source": "twin",
        "happened_at": date(2020, 1, 1),
        "known_at": bank.clock.now().replace(year=2020),
        "source_file": "earlier.parquet",
        "row_no": number,
        "load_id": "old",
    }
    return firm(number) | shared


def test_a_lake_of_version_1_is_read_and_goes_on_under_version_2(tmp_path: Path) -> None:
    found = contract("firms")
    with closing(open_bank(tmp_path)) as bank:
        written_under(bank, found, 1, [old_firm(bank, 1), old_firm(bank, 2)])
        before = rows_of(bank, "firms")
        with bank.session() as session:
            (state,) = migration(Lake(bank.lake_dir), session)
        load_pack(bank, pack(tmp_path / "pack", firms=[firm(3, status="active", registered_capital=100)]))
        after = rows_of(bank, "firms")
        with bank.session() as session:
            (now,) = [s for s in migration(Lake(bank.lake_dir), session) if s.table == "firms"]
    added = found.changes[0].added
    assert [row["name"] for row in before] == ["示例1有限公司", "示例2有限公司"]
    assert {row[name] for row in before for name in added} == {None}
    assert [d.column for d in state.differences] == [c.name for c in found.columns if c.name in added]
    assert not state.refused
    assert [(row["firm_id"], row["status"]) for row in after] == [
        ("twin:F1", None),
        ("twin:F2", None),
        ("twin:F3", "active"),
    ]
    assert now.differences == ()


def stored(found: Contract, **changed: pa.Field | None) -> pa.Schema:
    """The schema of a table as it is stored, but for some columns (None: a column it lacks)."""
    fields = {f.name: f for f in found.arrow_schema()} | changed
    return pa.schema([f for f in fields.values() if f is not None])


@pytest.mark.parametrize(
    ("changed", "column", "kind", "refused"),
    [
        ({"status": None}, "status", "added", False),
        ({"name": None}, "name", "required", True),
        ({"colour": pa.field("colour", pa.string())}, "colour", "removed", True),
        ({"established_on": pa.field("established_on", pa.string())}, "established_on", "retyped", True),
    ],
)
def test_only_columns_that_may_be_empty_can_be_added(
    changed: dict[str, pa.Field | None], column: str, kind: str, refused: bool
) -> None:
    found = contract("firms")
    (only,) = differences(found, stored(found, **changed))
    assert (only.column, only.kind, only.refused) == (column, kind, refused)


@EACH
def test_a_table_as_it_is_written_today_differs_in_nothing(found: Contract) -> None:
    assert differences(found, found.arrow_schema()) == []
    assert at_version(found, found.version) == found.expected


def test_a_table_without_a_contract_is_refused(tmp_path: Path) -> None:
    with closing(open_bank(tmp_path)) as bank:
        written_under(bank, replace(contract("firms"), name="companies"), 2, [old_firm(bank, 1)])
        with bank.session() as session:
            (state,) = migration(Lake(bank.lake_dir), session)
    assert (state.table, state.version, state.refused) == ("companies", 0, True)
