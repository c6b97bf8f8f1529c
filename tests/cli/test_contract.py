"""`windchime contract …`: tables listed and shown, schemas and workbooks written, a lake checked."""

import json
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineWorkbook
from tests.cli.test_commands import windchime

from windchime.core.unit import Actor
from windchime.data.contracts import contract, contracts
from windchime.data.contracts.categories import BESIDE
from windchime.data.lake import Lake, delta, versions
from windchime.service.bank import Bank


def test_every_table_is_listed(tmp_path: Path) -> None:
    done = windchime(tmp_path, "contract", "list", "--json")
    said = json.loads(done.stdout)
    ten = [c for c in contracts().values() if c.category not in BESIDE]
    assert (said["tables"], said["columns"]) == (len(ten), sum(len(c.expected) for c in ten))
    assert {t["table"] for c in said["categories"] for t in c["tables"]} == set(contracts())
    assert f"{len(ten)} tables of the ten categories" in windchime(tmp_path, "contract", "list").stdout


def test_one_table_is_shown(tmp_path: Path) -> None:
    shown = windchime(tmp_path, "contract", "show", "guarantees").stdout
    assert "key contract_no, guarantor_id" in shown
    assert "guarantor_is_debtor" in shown
    assert (
        json.loads(windchime(tmp_path, "contract", "show", "guarantees", "--json").stdout)["contract"]["x-versions"]
        == "states"
    )


def test_an_unknown_table_is_named_with_its_near_misses(tmp_path: Path) -> None:
    done = windchime(tmp_path, "contract", "schema", "guarantee")
    assert done.returncode == 2
    assert "guarantees" in done.stderr


def test_schema_and_workbook_are_written(tmp_path: Path) -> None:
    schema = json.loads(windchime(tmp_path, "contract", "schema", "firms").stdout)
    assert schema["$id"] == f"urn:windchime:contract:firms:{contract('firms').version}"
    to = tmp_path / "filled.xlsx"
    assert windchime(tmp_path, "contract", "template", "firms", "--to", str(to)).returncode == 0
    assert CalamineWorkbook.from_path(str(to)).sheet_names[0] == "firms"
    filled = to.read_bytes()
    again = windchime(tmp_path, "contract", "template", "invoices", "--to", str(to))
    assert (again.returncode, to.read_bytes()) == (2, filled)
    assert "filled.xlsx" in again.stderr


def test_a_lake_that_cannot_go_on_fails_the_check(tmp_path: Path) -> None:
    assert windchime(tmp_path, "contract", "migrate", "--check").returncode == 0
    bank = Bank.open(tmp_path)
    fields = [pa.field("colour", pa.string()) if f.name == "known_on" else f for f in contract("firms").arrow_schema()]
    schema = pa.schema(fields)
    with Lake(bank.lake_dir).writing(), bank.unit(Actor("li")) as unit:
        delta.prepare(Lake(bank.lake_dir).folder / "firms", schema, None)
        versions.append(unit, {"firms": 0}, load_id="old", content_hash="old")
    bank.close()
    done = windchime(tmp_path, "contract", "migrate", "--check", "--json")
    (table,) = json.loads(done.stdout)["tables"]
    assert done.returncode == 1
    assert [(d["column"], d["kind"]) for d in table["differences"]] == [("known_on", "required"), ("colour", "removed")]
    assert windchime(tmp_path, "contract", "migrate").returncode == 0
