"""Loading: what goes to the lake, what to quarantine, what is noted; never twice, never in part."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.data.helpers import AS_OF, LI, firm, invoice, invoices, load_pack, open_bank, pack, rows_of

from windchime.core.clock import FixedClock
from windchime.core.errors import UnknownName
from windchime.data.intake import load, packs, quarantined
from windchime.data.intake.errors import EditionLacksRows, PackNotDescribed, RepeatedColumn, UnknownPart
from windchime.data.lake import head, log
from windchime.service import audit


def test_good_rows_reach_the_lake_as_they_are(tmp_path: Path, clock: FixedClock) -> None:
    bank = open_bank(tmp_path, clock)
    report = load_pack(bank, pack(tmp_path / "pack", firms=[firm(1), firm(2)], invoices=[invoice()]))
    assert {n: (c.source, c.lake, c.quarantined) for n, c in report.tables.items()} == {
        "firms": (2, 2, 0),
        "invoices": (1, 1, 0),
    }
    (row,) = rows_of(bank, "invoices")
    assert invoice().items() <= row.items()
    assert row["known_at"] == datetime(2025, 3, 1, 15, 59, 59, 999999, tzinfo=UTC)
    assert row["happened_at"] == date(2025, 3, 1)
    assert (row["source"], row["source_file"], row["row_no"]) == ("twin", "invoices.parquet", 1)
    assert (row["load_id"], row["supersedes"], row["duplicate_of"]) == (report.load_id, None, None)


def test_the_load_is_recorded_with_its_pack_and_in_the_audit_chain(tmp_path: Path, clock: FixedClock) -> None:
    bank = open_bank(tmp_path, clock)
    report = load_pack(bank, pack(tmp_path / "pack", firms=[firm(1)]))
    with bank.session() as session:
        (found,) = packs(session)
        assert (found.source, found.as_of, found.features_as_of, found.labels_as_of, found.simulated) == (
            "twin",
            AS_OF,
            date(2024, 12, 31),
            AS_OF,
            True,
        )
        assert found.label.zh == "仿真区域"
        assert [(r.action, r.subject) for r in audit.records(session) if r.action != "vault.make"] == [
            ("lake.publish", "lake:1"),
            ("data.load", f"load:{report.load_id}"),
        ]
        assert audit.verify(session) == []


def test_the_same_files_are_loaded_once(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    folder = pack(tmp_path / "pack", firms=[firm(1)], invoices=invoices(5))
    first, again = load_pack(bank, folder), load_pack(bank, folder)
    assert not first.already_loaded
    assert again.already_loaded
    assert (again.load_id, again.lake_version, again.tables) == (first.load_id, first.lake_version, first.tables)
    with bank.session() as session:
        assert len(log(session)) == 1


def test_a_later_load_reads_only_what_is_new(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", firms=[firm(1)]))
    report = load_pack(bank, pack(tmp_path / "pack", firms=[firm(1)], invoices=invoices(3)))
    assert report.unchanged == ("firms.parquet",)
    assert set(report.tables) == {"invoices"}
    assert (len(rows_of(bank, "firms")), len(rows_of(bank, "invoices"))) == (1, 3)


def test_truth_beside_the_files_is_never_looked_at(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    folder = pack(tmp_path / "pack", firms=[firm(1)])
    (folder / "truth").mkdir()
    (folder / "truth" / "invoices.parquet").write_bytes(b"no parquet")
    assert set(load_pack(bank, folder).tables) == {"firms"}


FAULTY = [
    ("total_disagrees", invoice(total=Decimal("114.00"))),
    ("colour_disagrees_with_sign", invoice(colour="red")),
    ("colour_disagrees_with_sign", invoice(amount=Decimal(-100), tax=Decimal(-13), total=Decimal(-113))),
    ("issued_in_the_future", invoice(issue_date=date(2099, 1, 1))),
    ("not_accepted", invoice(status="正常")),
    ("not_an_id", invoice(seller_id="twin:F 1")),
    ("not_an_id", invoice(seller_id="twin:F\u30001")),
    ("not_an_id", invoice(seller_id="twin:F\u2028")),
    ("not_an_id", invoice(seller_id="twin:\u202eF1")),
    ("too_long", invoice(seller_id="twin:" + "F" * 200)),
    ("not_of_source", invoice(reporting_firm_id="other:F1")),
    ("not_of_source", invoice(reporting_firm_id="twin:")),
    ("not_of_source", invoice(reporting_firm_id="F1")),
    ("not_a_date", invoice(issue_date=date(1900, 1, 1))),
    ("control_characters", invoice(invoice_no="12\x0034")),
    ("missing", invoice(buyer_id="　")),
]


@pytest.mark.parametrize(("code", "row"), FAULTY, ids=[f"{c}-{i}" for i, (c, _r) in enumerate(FAULTY)])
def test_a_faulty_row_goes_to_quarantine_and_hides_no_good_one(
    tmp_path: Path, code: str, row: dict[str, object]
) -> None:
    bank = open_bank(tmp_path)
    report = load_pack(bank, pack(tmp_path / "pack", invoices=[invoice(invoice_no="1"), row, invoice(invoice_no="3")]))
    assert (report.tables["invoices"].lake, report.tables["invoices"].quarantined) == (2, 1)
    assert report.faults == {"invoices": {code: 1}}
    assert [r["row_no"] for r in rows_of(bank, "invoices")] == [1, 3]
    with bank.session() as session:
        (item,) = quarantined(bank, session)
        assert (item.table, item.row, item.faults[0].code) == ("invoices", 2, code)
        problem = item.problems()[0]
        assert problem.sentence("en").startswith("invoices.parquet row 2, column ")
        assert problem.sentence("zh") != problem.sentence("en")


def test_all_faults_of_a_row_are_told_together(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", invoices=[invoice(status="x", kind="y", total=Decimal("1.00"))]))
    with bank.session() as session:
        (item,) = quarantined(bank, session)
    assert [(f.code, f.column, f.value) for f in item.faults] == [
        ("not_accepted", "kind", "y"),
        ("not_accepted", "status", "x"),
        ("total_disagrees", "total", "1.00"),
    ]
    assert "one of: normal, void" in item.problems()[1].sentence("en")
    assert item.source_row["amount"] == "100.00"


def test_a_repeated_key_is_rejected_once(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    report = load_pack(bank, pack(tmp_path / "pack", firms=[firm(1, name="first"), firm(2), firm(1, name="second")]))
    assert report.faults == {"firms": {"key_repeated": 1}}
    assert [r["name"] for r in rows_of(bank, "firms")] == ["first", "示例2有限公司"]


def test_exact_duplicates_point_at_the_first_of_their_kind(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    rows = [invoice(invoice_no=no) for no in ("1", "2", "1", "1", "2", "3")]
    load_pack(bank, pack(tmp_path / "pack", invoices=rows))
    found = rows_of(bank, "invoices")
    assert [r["duplicate_of"] for r in found] == [None, None, 1, 1, 2, None]
    assert [r["countable"] for r in found] == [True, True, False, False, False, True]


def test_doubts_are_noted_and_the_row_is_kept(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    zero = invoice(amount=Decimal(0), tax=Decimal(0), total=Decimal(0))
    report = load_pack(
        bank,
        pack(
            tmp_path / "pack",
            firms=[firm(1, credit_code="91350100M000100Y43"), firm(2, credit_code="91350100M000100Y44")],
            invoices=[zero, invoice(buyer_id="twin:F1"), invoice(status=" normal ")],
        ),
    )
    assert report.quarantined == 0
    assert {(n.code, n.column, n.count, n.rows) for n in report.notes} == {
        ("total_is_zero", "total", 1, (1,)),
        ("seller_is_buyer", "seller_id", 1, (2,)),
        ("blanks_trimmed", "status", 1, (3,)),
        ("credit_code_doubtful", "credit_code", 1, (2,)),
    }
    assert all(n.sentence("zh") != n.sentence("en") for n in report.notes)


def test_a_new_edition_of_a_file_replaces_the_old_one(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", invoices=[invoice(), invoice(total=Decimal("1.00"))]))
    report = load_pack(bank, pack(tmp_path / "pack", invoices=[invoice(invoice_no="9"), invoice(invoice_no="8")]))
    assert [r["invoice_no"] for r in rows_of(bank, "invoices")] == ["9", "8"]
    assert [r["invoice_no"] for r in rows_of(bank, "invoices", lake_version=1)] == ["00000001"]
    with bank.session() as session:
        assert quarantined(bank, session) == []
        assert [q.state for q in quarantined(bank, session, state=None)] == ["replaced"]
    assert report.lake_version == 2


def test_a_new_edition_with_rows_gone_is_refused(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", invoices=invoices(3)))
    with pytest.raises(EditionLacksRows, match="replaces only 2 of 3 rows"):
        load_pack(bank, pack(tmp_path / "pack", invoices=invoices(2)))
    assert len(rows_of(bank, "invoices")) == 3


def test_a_correction_is_not_known_before_the_day_the_corrected_data_were_taken(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", as_of=date(2025, 6, 30), invoices=[invoice()]))
    load_pack(bank, pack(tmp_path / "pack", as_of=date(2025, 12, 31), invoices=[invoice(status="void")]))

    def status(as_of: date) -> list[str]:
        return [row["status"] for row in rows_of(bank, "invoices", as_of=as_of)]

    assert status(date(2025, 3, 1)) == status(date(2025, 6, 30)) == status(date(2025, 12, 30)) == ["normal"]
    assert status(date(2025, 12, 31)) == ["void"]


def test_changed_dates_of_the_pack_are_a_new_edition(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    future = invoice(issue_date=date(2026, 1, 15))
    assert load_pack(bank, pack(tmp_path / "pack", invoices=[future])).quarantined == 1
    report = load_pack(bank, pack(tmp_path / "pack", as_of=date(2026, 1, 31), invoices=[future]))
    assert (report.already_loaded, report.quarantined) == (False, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pack: other\n", "pack: windchime"),
        ("pack: windchime\nsource: a b\nas_of: 2020-01-01\n", "source"),
        ("pack: windchime\nsource: twin\nas_of: soon\n", "as_of"),
        ("pack: windchime\nsource: twin\nas_of: 2020-01-01T00:00:00\n", "as_of"),
        ("pack: windchime\nsource: twin\nas_of: 0020-01-01\n", "as_of"),
        ("pack: windchime\nsource: " + "a" * 65 + "\nas_of: 2020-01-01\n", "source"),
        ("pack: windchime\nsource: twin\nas_of: 2020-01-01\nlabel: {zh: null, en: x}\n", "label"),
        ("pack: windchime\nsource: twin\nas_of: 2020-01-01\nlabel: {zh: [x], en: x}\n", "label"),
        ("pack: windchime\nsource: twin\nas_of: 2020-01-01\ntrain: [x]\n", "train"),
        (
            (
                "pack: windchime\nsource: twin\nas_of: 2020-01-01\n"
                "train: {features_as_of: 2021-01-01, labels_as_of: 2020-01-01}\n"
            ),
            "features_as_of <= labels_as_of",
        ),
        ("- a\n", "pack: windchime"),
        ("pack: windchime\nsource: twin\nas_of: 2020-01-01\nlabel: {zh: x}\n", "label"),
    ],
)
def test_a_pack_that_does_not_describe_itself_is_refused(tmp_path: Path, text: str, said: str) -> None:
    folder = pack(tmp_path / "pack", firms=[firm(1)])
    (folder / "pack.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PackNotDescribed, match=said):
        load_pack(open_bank(tmp_path), folder)


def test_files_that_are_no_pack_are_told_of_mappings(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "清单.csv").write_bytes("发票号码\n1\n".encode("gbk"))
    for place in (tmp_path / "lists", tmp_path / "lists" / "清单.csv"):
        with pytest.raises(PackNotDescribed, match="no data pack") as error:
            load_pack(open_bank(tmp_path), place)
        assert "windchime mapping propose" in error.value.message("zh")


def test_unknown_packs_and_parts_are_named(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    with pytest.raises(UnknownName, match="cumcm2020c"):
        load(bank, LI, tmp_path, pack="cumcm2020")
    with pytest.raises(UnknownPart, match="rated, unrated, market"):
        load(bank, LI, tmp_path, pack="cumcm2020c", parts=["all"])


@pytest.mark.parametrize("name", ["AMOUNT", "__row", "file_row_number", " Amount "])
def test_columns_that_could_be_taken_for_others_are_refused(tmp_path: Path, name: str) -> None:
    folder = pack(tmp_path / "pack", invoices=[invoice()])
    file = folder / "invoices.parquet"
    pq.write_table(pq.read_table(file).append_column(name, pa.array(["7"])), file)
    with pytest.raises(RepeatedColumn):
        load_pack(open_bank(tmp_path), folder)


def test_columns_that_nobody_asked_for_are_left_out_and_noted(tmp_path: Path) -> None:
    folder = pack(tmp_path / "pack", firms=[firm(1)])
    table = pq.read_table(folder / "firms.parquet")
    pq.write_table(table.append_column("手机号", pa.array(["13800000000"])), folder / "firms.parquet")
    bank = open_bank(tmp_path)
    report = load_pack(bank, folder)
    assert [(n.code, n.column) for n in report.notes] == [("column_not_expected", "手机号")]
    assert "手机号" not in rows_of(bank, "firms")[0]


def good(row: dict[str, Any]) -> bool:
    """Whether the contract accepts an invoice that the property below makes."""
    adds_up = abs(row["total"] - Decimal(113)) <= Decimal("0.01")
    return row["status"] in ("normal", "void") and adds_up and row["issue_date"] <= AS_OF


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.builds(
            lambda total, status, day, no: invoice(
                total=Decimal(total) / 100, status=status, issue_date=day, invoice_no=no
            ),
            st.sampled_from([11300, 11301, 11302, 0]),
            st.sampled_from(["normal", "void", "", "x"]),
            st.dates(date(2024, 1, 1), date(2027, 1, 1)),
            st.sampled_from(["1", "2"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_no_row_is_ever_lost(tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.mktemp("any")
    bank = open_bank(folder)
    report = load_pack(bank, pack(folder / "pack", invoices=rows))
    counts = report.tables["invoices"]
    kept = [row for row in rows if good(row)]
    assert (counts.source, counts.lake, counts.quarantined) == (len(rows), len(kept), len(rows) - len(kept))
    with bank.session() as session:
        assert len(quarantined(bank, session)) == counts.quarantined
        assert head(session) is not None
