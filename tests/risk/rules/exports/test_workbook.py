"""The workbook: its sheets, its figures, and nothing that a spreadsheet program would run."""

import io
import zipfile
from datetime import UTC, datetime

import numpy as np
import pytest
from python_calamine import CalamineWorkbook
from tests.risk.rules.exports.builders import RULES, rule_set

from windchime.core.text import Lang
from windchime.present.exports import Provenance
from windchime.risk.rules.exports.workbook import workbook

MADE = Provenance(datetime(2026, 1, 5, tzinfo=UTC), "=cmd()", "0.1")


@pytest.fixture(scope="module")
def written() -> bytes:
    return workbook(rule_set(), MADE)


def sheets(content: bytes) -> dict[str, list[list[object]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_sheets_and_their_figures(written: bytes) -> None:
    found, rules = sheets(written), rule_set()
    assert list(found) == ["规则清单", "累计与增量", "分月稳定性", "重叠矩阵", "样本与口径"]
    head, *rows = found["规则清单"]
    assert len(rows) == len(RULES)
    first = dict(zip(head, rows[0], strict=True))
    assert first["规则"] == "近12个月销售额 < 5 万元，或 为“查无记录 (-9999)”"
    assert (first["命中数"], first["命中坏账率"]) == (rules.rules[0].own.hits, rules.rules[0].own.bad_rate.value)
    head, *rows = found["累计与增量"]
    assert dict(zip(head, rows[-1], strict=True))["累计命中数"] == rules.rules[-1].cumulative.hits
    assert len(found["分月稳定性"]) == 1 + 12 * len(RULES)
    got = np.array([row[1:] for row in found["重叠矩阵"][1:]], dtype=float)
    np.testing.assert_allclose(got, rules.overlap, rtol=1e-14)
    said = {str(row[0]): str(row[1]) for row in found["样本与口径"] if row[0]}
    assert said["样本数"] == "3,000"
    assert said["版本"] == rules.version


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_cell_is_a_formula(lang: Lang) -> None:
    with zipfile.ZipFile(io.BytesIO(workbook(rule_set(), MADE, lang))) as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert b"<f>" not in book.read(name)
    assert any(
        "=cmd()" in row
        for row in sheets(workbook(rule_set(), MADE, lang))[["样本与口径", "Sample and terms"][lang == "en"]]
    )


def test_an_empty_list_is_a_workbook_too() -> None:
    assert len(sheets(workbook(rule_set(rules=()), MADE))["规则清单"]) == 1
