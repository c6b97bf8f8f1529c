"""Mappings of one's own: proposed, written down, checked, saved and followed, for one file, a folder or a zip of them."""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.data.helpers import LI, open_bank, rows_of

from windchime.core.errors import UnknownName
from windchime.data.contracts import Column, contracts
from windchime.data.intake import load, mapping_file, mapping_store, quarantined, repair
from windchime.data.intake.describing import NoAsOf
from windchime.data.intake.errors import NothingToLoad
from windchime.data.intake.headers import unit_of
from windchime.data.intake.limits import LIMITS, MIB
from windchime.data.intake.mapping_file import BadMapping
from windchime.data.intake.proposal_file import Proposed, mapping_text
from windchime.data.intake.proposing import propose
from windchime.data.intake.sampling import sample
from windchime.data.lake import Lake
from windchime.data.quality import check
from windchime.service.bank import Bank

AS_OF = date(2025, 12, 31)
HEAD = "企业代号,发票号码,开票日期,购方名称,金额（万元）,税额,价税合计,发票状态,备用\n"
ROWS = "".join(
    f"E{i % 3},{i:08d},2024年5月{i}日,示例{i}有限公司,0.01,13.00,1.13百元,正常,\n" for i in range(1, 10)
).replace("1.13百元", "113.00")
MORE = """\
          direction: {constant: sale}
          copy: {constant: seller}
          seller_id: {firm: reporting_firm_id}
          buyer_id: {firm: buyer_name}
          kind: {constant: general}
          colour: {sign_of: total, negative: red, otherwise: blue}
"""


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    bank = open_bank(tmp_path)
    yield bank
    bank.close()


def proposal(path: Path, table: str | None = None) -> str:
    (found,) = sample(path)
    return mapping_text(path, "sales_list", "pilot", [Proposed(found, propose(found.values, table)[0])])


def completed(path: Path) -> bytes:
    """The proposal for the list of sales with what a person adds."""
    return (
        proposal(path, "invoices")
        .replace(
            "        columns:\n          reporting_firm_id:\n",
            f"        columns:\n{MORE}          reporting_firm_id:\n",
        )
        .encode()
    )


def listing(path: Path, rows: str = ROWS) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes((HEAD + rows).encode("gbk"))
    return path


def test_a_proposal_is_completed_saved_and_followed(tmp_path: Path, bank: Bank) -> None:
    path = listing(tmp_path / "五月.csv")
    with pytest.raises(BadMapping, match=r"invoices\.direction"):
        mapping_file.read(proposal(path, "invoices").encode())
    with bank.unit(LI) as unit:
        saved = mapping_store.save(unit, completed(path))
    report = load(bank, LI, path, pack="sales_list", as_of=AS_OF)
    assert report.tables["invoices"].lake == 9
    assert {n.code for n in report.notes} == {"read_as", "unit_converted"}
    rows = rows_of(bank, "invoices")
    assert {(r["amount"], r["total"], r["seller_id"][:7], r["status"]) for r in rows} == {
        (Decimal("100.00"), Decimal("113.00"), "pilot:E", "normal")
    }
    with bank.session() as session:
        assert mapping_store.stored(session, "sales_list").version == saved.version
        assert "sales_list" in mapping_store.names(session)
        with pytest.raises(UnknownName, match="cumcm2020c"):
            mapping_store.known(session, "cumcm2020d")


def test_what_was_noted_of_a_file_of_ones_own_is_said_by_the_check(tmp_path: Path, bank: Bank) -> None:
    path = listing(tmp_path / "五月.csv")
    load(bank, LI, path, pack=mapping_file.read(completed(path)), as_of=AS_OF)
    with bank.session() as session, Lake(bank.lake_dir).reading(session, as_of=AS_OF) as reading:
        found = {f.code: f.sentence("zh") for f in check(reading, session).findings}
    assert "GB18030" in found["read_as"]
    assert "金额（万元）" in found["unit_converted"]


def test_a_row_that_fails_is_repaired_by_the_mapping_it_came_with(tmp_path: Path, bank: Bank) -> None:
    path = listing(tmp_path / "a.csv", ROWS.replace("0.01,13.00", "约,13.00", 1))
    load(bank, LI, path, pack=mapping_file.read(completed(path)), as_of=AS_OF)
    with bank.session() as session:
        (item,) = quarantined(bank, session)
    repair(bank, LI, item.quarantine_id, {"金额（万元）": "0.01"}, "seen on paper")
    assert len(rows_of(bank, "invoices")) == 9


def test_folders_and_zips_are_read_file_by_file(tmp_path: Path, bank: Bank) -> None:
    first = listing(tmp_path / "lists" / "五月.csv")
    listing(tmp_path / "lists" / "更多" / "六月.csv", ROWS.replace("5月", "6月"))
    (tmp_path / "lists" / "说明.docx").write_bytes(b"x")
    how = mapping_file.read(completed(first))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for path in sorted((tmp_path / "lists").rglob("*.*")):
            archive.write(path, path.relative_to(tmp_path / "lists").as_posix())
    report = load(bank, LI, tmp_path / "all.zip", pack=how, as_of=AS_OF)
    assert [(n.code, n.file) for n in report.notes if n.code == "file_left_out"] == [("file_left_out", "说明.docx")]
    assert {r["source_file"] for r in rows_of(bank, "invoices")} == {"五月.csv", "更多/六月.csv"}
    assert load(bank, LI, tmp_path / "lists", pack=how, as_of=AS_OF).already_loaded
    assert not list(Path(bank.lake_dir).rglob("unpacked-*"))


def test_what_a_mapping_does_not_say(tmp_path: Path, bank: Bank) -> None:
    path = listing(tmp_path / "a.csv")
    how = mapping_file.read(completed(path))
    with pytest.raises(NoAsOf):
        load(bank, LI, path, pack=how)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "b.bin").write_bytes(b"")
    with pytest.raises(NothingToLoad):
        load(bank, LI, tmp_path / "other", pack=how, as_of=AS_OF)


def test_every_fault_of_a_mapping_is_named_at_once() -> None:
    body = b"""
pack: Cumcm
label: x
source: "a b"
extra: 1
feeds:
  f:
    style: {encoding: latin1, separator: x, header_row: 0}
    columns: {a: {headers: []}, b: {headers: [B]}}
    tables:
      nothing: {columns: {}}
      firms:
        columns:
          firm_id: {firm: c}
          name: {column: b, constant: x}
          nonsense: {column: b}
          status: {column: b, values: {x: y}}
          registered_capital: {column: b, unit: percent}
"""
    with pytest.raises(BadMapping) as error:
        mapping_file.read(body)
    for said in (
        "pack",
        "source",
        "extra",
        "encoding",
        "separator",
        "header_row",
        "headers",
        "nothing",
        "firm: c?",
        "nonsense",
        "unit",
    ):
        assert said in error.value.params["faults"] or "(+" in error.value.params["faults"]


@pytest.mark.parametrize("kind", ["label", "name", "english"])
def test_headers_of_every_contract_are_found_again(kind: str) -> None:
    def said(column: Column) -> str:
        return {"label": column.label.zh, "name": column.name, "english": column.label.en}[kind]

    for found in contracts().values():
        names: dict[str, set[str]] = {}
        for column in found.expected:
            names.setdefault(said(column), set()).add(column.name)
        (best,) = propose(dict.fromkeys(names, ()), found.name)
        assert not [m for m in best.matches if m.column not in names[m.header]]
        assert not best.unused


def test_values_decide_where_headers_leave_a_doubt() -> None:
    days, codes = ["2024-01-02"] * 5, ["91350211M000100Y46"] * 5
    (best,) = propose({"登记": days, "企业的代码": codes}, "firms")
    assert {m.header: m.column for m in best.matches}.get("企业的代码") in ("credit_code", "firm_id")
    (asked,) = propose({"成立日期": ["甲", "乙"]}, "firms")
    (sure,) = propose({"成立日期": days}, "firms")
    assert sure.matches[0].confidence > (asked.matches[0].confidence if asked.matches else 0)


def test_units_stand_in_brackets() -> None:
    assert [unit_of(h) for h in ("注册资本（万元）", "利率(%)", "金额[亿元]", "金额（元）", "名称（全称）")] == [
        "wan",
        "percent",
        "yi",
        "",
        "",
    ]


@pytest.mark.soak
@pytest.mark.xfail(reason="a step after staging pins its blocks: DuckDB gives up at 128 MiB with 900,000 rows")
def test_a_file_larger_than_the_memory_of_the_workshop_is_loaded(tmp_path: Path, bank: Bank) -> None:
    count = 900_000
    path = tmp_path / "a.csv"
    with path.open("w", encoding="utf-8") as out:
        out.write(HEAD)
        out.writelines(
            f"E{i % 997},{i:08d},2024-05-01,示例购方{i}号机械设备制造有限责任公司{i:060d},0.01,13.00,113.00,正常,\n"
            for i in range(count)
        )
    limits = replace(LIMITS, staging_memory_bytes=128 * MIB)
    assert path.stat().st_size > limits.staging_memory_bytes
    report = load(bank, LI, path, pack=mapping_file.read(completed(path)), as_of=AS_OF, limits=limits)
    assert report.tables["invoices"].lake == count
