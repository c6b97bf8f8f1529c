"""The pass over a sheet: a contract may have any number of columns, and every fault and note of a row is told."""

import json
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.data.helpers import open_bank

from windchime.data.contracts import Contract, contract
from windchime.data.intake import compiled, rejected
from windchime.data.intake.compiled import Facts, compile_table
from windchime.data.intake.mapping import identity
from windchime.data.intake.sheets import ROW, Sheet, match
from windchime.data.intake.staging import Staging, Stamp
from windchime.data.vault import Vault, protect

WIDE = 80


def wide() -> Contract:
    """A contract of 80 amounts behind its key, each with a lower bound: over 300 flags."""
    amounts = [
        {"name": f"c{i}", "label": f"c{i}", "type": "money", "nullable": False, "minimum": 0} for i in range(WIDE - 2)
    ]
    return Contract.of(
        {
            "contract": "wide",
            "version": 1,
            "category": "registry",
            "label": "wide",
            "grain": "one row",
            "firm_column": "firm_id",
            "key": ["firm_id"],
            "happened_at": "known_on",
            "known_at": "known_on",
            "columns": [
                {"name": "firm_id", "label": "firm", "type": "id", "nullable": False},
                {"name": "known_on", "label": "known", "type": "date", "nullable": False},
                *amounts,
            ],
            "rules": [
                {"code": f"zero_{i}", "kind": "zero", "column": f"c{i}", "effect": "note", "label": f"zero {i}"}
                for i in range(WIDE - 2)
            ],
        }
    )


def rejected_rows(staging: Staging, folder: Path) -> list[dict[str, Any]]:
    protect(staging, Vault.open(open_bank(folder)))
    found: list[dict[str, Any]] = rejected.rejected(staging).to_pylist()
    return found


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Staging:
    def found(name: str) -> Contract:
        return wide() if name == "wide" else contract(name)

    monkeypatch.setattr(compiled, "contract", found)
    monkeypatch.setattr(rejected, "contract", found)
    return Staging(Stamp("t", "load", date(2025, 1, 1)), str(tmp_path))


def stage(staging: Staging, rows: list[dict[str, str | None]]) -> None:
    table = pa.Table.from_pylist([row | {ROW: str(i)} for i, row in zip(count(2), rows, strict=False)])
    table = table.set_column(table.column_names.index(ROW), ROW, pa.array(range(2, len(rows) + 2)))
    staging.con.register("sheet", table)
    sheet = Sheet("w.csv", None, "sheet", dict.fromkeys((c for c in table.column_names if c != ROW), "text"), len(rows))
    feed = identity(wide())
    staging.stage(compile_table(match(sheet, feed), feed.tables[0], Facts("t", date(2025, 1, 1))))


def row(firm: int, **different: str | None) -> dict[str, str | None]:
    return {"firm_id": f"t:{firm}", "known_on": "2024-01-01"} | {f"c{i}": "1.5" for i in range(WIDE - 2)} | different


def test_every_fault_of_eighty_columns_is_told_in_order(staging: Staging, tmp_path: Path) -> None:
    stage(staging, [row(1), row(2, **dict.fromkeys((f"c{i}" for i in range(WIDE - 2)), "x"))])
    found = rejected_rows(staging, tmp_path)
    assert [(f["row_no"], f["column_name"]) for f in found] == [(3, "c0")]
    assert [f["column"] for f in json.loads(found[0]["faults"])] == [f"c{i}" for i in range(WIDE - 2)]


def test_the_last_of_many_flags_counts_like_the_first(staging: Staging, tmp_path: Path) -> None:
    last = f"c{WIDE - 3}"
    stage(staging, [row(1, c0="-1"), row(2, **{last: "-1"}), row(3, **{last: None}), row(4)])
    found = rejected_rows(staging, tmp_path)
    assert [(f["row_no"], f["code"], f["column_name"]) for f in found] == [
        (2, "below_minimum", "c0"),
        (3, "below_minimum", last),
        (4, "missing", last),
    ]
    assert staging.counts()["wide"].lake == 1


def test_every_note_of_many_columns_is_counted_with_its_rows(staging: Staging) -> None:
    zero = dict.fromkeys((f"c{i}" for i in range(WIDE - 2)), "0")
    stage(staging, [row(1, **zero), row(2), row(3, **zero)])
    assert [(n.code, n.count, n.rows) for n in staging.notes()] == [(f"zero_{i}", 2, (2, 4)) for i in range(WIDE - 2)]
