"""The lake: versions published whole, killed writers undone, readers confined to their version's files."""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from tests.data.helpers import AS_OF, LI, firm, invoice, load_pack, open_bank, pack, rows_of

from windchime.core.clock import FixedClock
from windchime.core.dates import end_of_day
from windchime.data.contracts import contract
from windchime.data.lake import Lake, LakeBusy, NoLakeVersion, UnusablePath, delta, head, log, version
from windchime.service import audit
from windchime.service.bank import Bank


def lake_rows(name: str, *rows: dict[str, object], load_id: str = "L1") -> pa.Table:
    """Rows in lake form from own columns."""
    found = contract(name)
    full = []
    for i, row in enumerate(rows, start=1):
        day = row[found.known_from[0]]
        assert isinstance(day, date)
        full.append(
            {
                "source": "twin",
                "happened_at": next(row[c] for c in (*found.happened_from, *found.known_from) if row.get(c)),
                "known_at": end_of_day(day),
                "source_file": "f.parquet",
                "row_no": i,
                "load_id": load_id,
            }
            | row
        )
    return pa.Table.from_pylist(full, schema=found.arrow_schema())


def interrupted(bank: Bank, row: dict[str, object]) -> None:
    """A publication whose unit is rolled back."""

    def publish() -> None:
        with bank.unit(LI) as unit:
            Lake(bank.lake_dir).publish(unit, {"firms": lake_rows("firms", row)}, load_id="L9", content_hash="")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish()


def test_a_published_version_is_read_and_an_older_one_stays_readable(tmp_path: Path, clock: FixedClock) -> None:
    bank = open_bank(tmp_path, clock)
    lake = Lake(bank.lake_dir)
    for number, name in ((1, "first"), (2, "second")):
        with bank.unit(LI) as unit:
            made = lake.publish(
                unit,
                {"firms": lake_rows("firms", firm(number, name=name), load_id=f"L{number}")},
                load_id=f"L{number}",
                content_hash="0" * 64,
            )
        assert made.lake_version == number
    assert [r["name"] for r in rows_of(bank, "firms")] == ["first", "second"]
    assert [r["name"] for r in rows_of(bank, "firms", lake_version=1)] == ["first"]
    with bank.session() as session:
        assert [v.lake_version for v in log(session)] == [2, 1]
        newest = head(session)
        assert newest is not None
        assert newest == version(session, 2)
        assert newest.made_at == clock.now()
        assert [r.action for r in audit.records(session)] == ["lake.publish", "lake.publish"]


def test_a_rolled_back_unit_publishes_nothing_and_the_next_write_starts_clean(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    lake = Lake(bank.lake_dir)
    for _attempt in range(2):
        interrupted(bank, firm(1))
    with bank.session() as session:
        assert head(session) is None
    with bank.unit(LI) as unit:
        lake.publish(unit, {"firms": lake_rows("firms", firm(2))}, load_id="L2", content_hash="")
    assert [r["firm_id"] for r in rows_of(bank, "firms")] == ["twin:F2"]
    interrupted(bank, firm(3))
    assert [r["firm_id"] for r in rows_of(bank, "firms")] == ["twin:F2"]
    with bank.unit(LI) as unit:
        lake.publish(unit, {"firms": lake_rows("firms", firm(4), load_id="L4")}, load_id="L4", content_hash="")
    assert [r["firm_id"] for r in rows_of(bank, "firms")] == ["twin:F2", "twin:F4"]


def test_delta_tables_carry_our_settings(tmp_path: Path) -> None:
    from deltalake import DeltaTable

    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", firms=[firm(1)]))
    table = DeltaTable(bank.lake_dir / "firms")
    assert table.metadata().configuration == delta.SETTINGS
    assert table.metadata().partition_columns == []
    assert not table.protocol().reader_features


def test_rows_lie_sorted_by_firm_and_key(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    rows = [
        invoice(reporting_firm_id=f"twin:F{n % 3}", seller_id=f"twin:F{n % 3}", invoice_no=str(n)) for n in range(9)
    ]
    load_pack(bank, pack(tmp_path / "pack", invoices=rows))
    (file,) = Lake(bank.lake_dir).files("invoices", 1)
    stored = duckdb.connect().execute("SELECT reporting_firm_id, row_no FROM read_parquet(?)", [file]).fetchall()
    assert stored == sorted(stored)
    with bank.unit(LI) as unit:
        Lake(bank.lake_dir).publish(unit, {"firms": lake_rows("firms", firm(2), firm(1))}, load_id="L", content_hash="")
    (file,) = Lake(bank.lake_dir).files("firms", 1)
    assert duckdb.connect().execute("SELECT firm_id FROM read_parquet(?)", [file]).fetchall() == [
        ("twin:F1",),
        ("twin:F2",),
    ]


def test_a_column_added_later_is_null_in_rows_written_before(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    schema = contract("firms").arrow_schema()
    older = schema.remove(schema.get_field_index("industry_code"))
    staged = {"firms": 0}
    delta.prepare(bank.lake_dir / "firms", older, None)
    staged["firms"] = delta.append(bank.lake_dir / "firms", lake_rows("firms", firm(1)).select(older.names), older)
    from windchime.data.lake import versions

    with bank.unit(LI) as unit:
        versions.append(unit, staged, load_id="L1", content_hash="")
    assert [r["industry_code"] for r in rows_of(bank, "firms")] == [None]
    with bank.unit(LI) as unit:
        Lake(bank.lake_dir).publish(
            unit, {"firms": lake_rows("firms", firm(2, industry_code="C"))}, load_id="L2", content_hash=""
        )
    assert sorted((r["firm_id"], r["industry_code"]) for r in rows_of(bank, "firms")) == [
        ("twin:F1", None),
        ("twin:F2", "C"),
    ]


def test_a_reading_reaches_nothing_but_its_files(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", firms=[firm(1)], invoices=[invoice()]))
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    with bank.session() as session, Lake(bank.lake_dir).reading(session, as_of=AS_OF) as reading:
        con = reading.con.con
        invoice_file = Lake(bank.lake_dir).files("invoices", 1)[0]
        for forbidden in (
            f"SELECT * FROM read_csv('{secret}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'out.parquet'}'",
            f"COPY (SELECT 1) TO '{invoice_file}'",
            f"ATTACH '{tmp_path / 'x.db'}'",
            "SET enable_external_access = true",
            "INSTALL httpfs",
        ):
            with pytest.raises(duckdb.Error):
                con.execute(forbidden)
        assert con.execute("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]
        assert reading.table("invoices").count().to_pyarrow().as_py() == 1


def test_a_reading_may_be_of_some_tables_only(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    load_pack(bank, pack(tmp_path / "pack", firms=[firm(1)], invoices=[invoice()]))
    with (
        bank.session() as session,
        Lake(bank.lake_dir).reading(session, as_of=AS_OF, tables=["firms", "loans"]) as reading,
    ):
        assert reading.has("firms")
        assert not reading.has("invoices")
        assert not reading.has("loans")


def test_nothing_loaded_is_said_clearly(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    with bank.session() as session:
        with pytest.raises(NoLakeVersion, match="nothing was loaded yet"):
            version(session, 3)
        with pytest.raises(NoLakeVersion), Lake(bank.lake_dir).reading(session, as_of=AS_OF):
            pass
        with pytest.raises(NoLakeVersion):
            Lake(bank.lake_dir).pack(session)


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    folder = pack(tmp_path / "pack", firms=[firm(1)])
    with Lake(bank.lake_dir).writing(), pytest.raises(LakeBusy):
        load_pack(bank, folder)
    assert load_pack(bank, folder).lake_version == 1


def test_blanks_chinese_and_patterns_in_paths(tmp_path: Path) -> None:
    bank = open_bank(tmp_path / "银行 的'目录*")
    load_pack(bank, pack(tmp_path / "数据包 [x]*?", firms=[firm(1)]))
    assert len(rows_of(bank, "firms")) == 1


def test_a_home_that_delta_cannot_stand_in_is_refused(tmp_path: Path) -> None:
    bank = open_bank(tmp_path / "a [b]")
    with pytest.raises(UnusablePath, match="WINDCHIME_HOME"):
        load_pack(bank, pack(tmp_path / "pack", firms=[firm(1)]))


def test_a_correction_hides_what_it_supersedes_even_where_the_key_has_a_null(tmp_path: Path) -> None:
    bank = open_bank(tmp_path)
    outcome = {
        "firm_id": "twin:F1",
        "loan_id": None,
        "definition_id": "d",
        "observed_from": None,
        "observed_to": AS_OF,
        "event_on": None,
    }
    load_pack(bank, pack(tmp_path / "one", loan_outcomes=[outcome | {"bad": True}]))
    load_pack(bank, pack(tmp_path / "two", loan_outcomes=[outcome | {"bad": False}]))
    assert [r["bad"] for r in rows_of(bank, "loan_outcomes")] == [False]
    assert [r["bad"] for r in rows_of(bank, "loan_outcomes", lake_version=1)] == [True]
