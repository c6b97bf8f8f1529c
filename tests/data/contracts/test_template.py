"""Workbooks of the contracts: labels, validations and codes stand in them; filled in, they load back."""

import io
import zipfile
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook
from tests.data.contracts.rows import AS_OF, Row, sample
from tests.data.helpers import load_pack, open_bank, pack

from windchime.data.contracts import Contract, contracts
from windchime.data.contracts.template import template
from windchime.data.intake.compiled import Facts, compile_table
from windchime.data.intake.limits import LIMITS
from windchime.data.intake.mapping import identity
from windchime.data.intake.sheets import match
from windchime.data.intake.staging import Staging, Stamp
from windchime.data.intake.workbook import open_sheet
from windchime.data.staged import relation

CONTRACTS = list(contracts().values())
EACH = pytest.mark.parametrize("found", CONTRACTS, ids=lambda c: c.name)


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def read_back(found: Contract, data: bytes) -> list[Row]:
    """What intake makes of the first sheet, in the form of the contract."""
    with Staging(Stamp("twin", "load", AS_OF), "/tmp") as staging:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        feed = replace(identity(found), sheet=found.name)  # the library's own tables have none
        sheet = open_sheet(staging.con, book, "filled.xlsx", feed, LIMITS)
        staging.stage(compile_table(match(sheet, feed), feed.tables[0], Facts("twin", AS_OF)))
        kept = staging.con.sql(f"SELECT * FROM {relation(found)} ORDER BY row_no").to_arrow_table()
    assert not any(kept["__faults"].to_pylist())
    made: list[Row] = kept.select(found.source_schema().names).cast(found.source_schema()).to_pylist()
    return made


@pytest.mark.parametrize(
    ("found", "lang"),
    [*((c, "zh") for c in CONTRACTS), (contracts()["firms"], "en"), (contracts()["consents"], "en")],
    ids=lambda p: p.name if isinstance(p, Contract) else p,
)
def test_an_empty_template_explains_its_columns(found: Contract, lang: str) -> None:
    name, columns, codes = (said := sheets(template(found, lang)))  # type: ignore[arg-type]  # two languages above
    assert name == found.name
    assert said[name] == [[c.label[lang] for c in found.expected]]  # type: ignore[index]
    assert [row[0] for row in said[columns][1:]] == [c.name for c in found.expected]
    coded = [c for c in found.expected if c.values]
    for i, column in enumerate(coded):
        listed = [row[2 * i] for row in said[codes][1:] if row[2 * i] != ""]
        assert listed == list(column.values)


@EACH
def test_a_filled_template_loads_back(found: Contract) -> None:
    rows = sample(found)
    assert read_back(found, template(found, "zh", rows)) == rows


def test_a_template_is_always_the_same() -> None:
    found = contracts()["firms"]
    assert template(found, "zh") == template(found, "zh")


def test_text_is_never_a_formula() -> None:
    found = contracts()["firms"]
    rows = [sample(found)[0] | {"name": "=1+1", "address": "@SUM(A1)", "name_en": "http://example.com"}]
    with zipfile.ZipFile(io.BytesIO(template(found, "zh", rows))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert read_back(found, template(found, "zh", rows)) == rows


def test_moments_stand_in_shanghai_time() -> None:
    found = contracts()["consents"]
    rows = [sample(found)[0] | {"signed_at": datetime(2024, 5, 1, 16, 30, tzinfo=UTC)}]
    (_header, row) = sheets(template(found, "zh", rows))["consents"]
    place = [c.name for c in found.expected].index("signed_at")
    assert str(row[place]) == "2024-05-02 00:30:00"


def test_a_folder_of_filled_templates_is_a_pack(tmp_path: Path) -> None:
    folder = pack(tmp_path / "pack")
    for name, lang in (("licences", "zh"), ("counterparties", "en"), ("tax_filings", "zh")):
        (folder / f"{name}.xlsx").write_bytes(template(contracts()[name], lang, sample(contracts()[name])))  # type: ignore[arg-type]  # from the line above
    with closing(open_bank(tmp_path)) as bank:
        report = load_pack(bank, folder)
    assert {name: (c.lake, c.quarantined) for name, c in report.tables.items()} == {
        "counterparties": (3, 0),
        "licences": (3, 0),
        "tax_filings": (3, 0),
    }
    assert report.notes == ()
