"""SQL sources: one SELECT, read-only, administrators only, and nobody ever hears the password."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.data.helpers import LI, open_bank, rows_of
from tests.data.intake.outcomes import SMALL

from windchime.data.intake import SqlSource, load_query, mapping_file
from windchime.data.intake.sqlguard import NotASelect, only_select
from windchime.data.intake.sqlsource import DatabaseNotAccepted, NotAdministrator, QueryFailed, fetch
from windchime.service import audit
from windchime.service.bank import Bank

MAPPING = """
pack: core_firms
label: {zh: 核心系统, en: Core system}
source: core
feeds:
  firms:
    columns:
      id: {headers: [CUST_NO]}
      name: {headers: [CUST_NAME]}
      founded: {headers: [SETUP_DATE], optional: true}
    tables:
      firms:
        columns:
          firm_id: {firm: id}
          name: {column: name}
          established_on: {column: founded}
          known_on: {pack: as_of}
"""
AS_OF = date(2025, 12, 31)


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    bank = open_bank(tmp_path)
    yield bank
    bank.close()


@pytest.fixture
def core(tmp_path: Path) -> SqlSource:
    path = tmp_path / "core.db"
    with sqlite3.connect(path) as con:
        con.execute("CREATE TABLE customers (CUST_NO TEXT, CUST_NAME TEXT, SETUP_DATE TEXT)")
        con.executemany(
            "INSERT INTO customers VALUES (?, ?, ?)",
            [("1", "甲示例有限公司", "2001-02-03"), ("2", "乙示例有限公司", None)],
        )
    return SqlSource(f"sqlite:///{path}", "SELECT * FROM customers ORDER BY CUST_NO", "customers.sql")


def test_the_rows_of_a_query_are_loaded_with_their_numbers(bank: Bank, core: SqlSource) -> None:
    how = mapping_file.read(MAPPING.encode())
    report = load_query(bank, LI, core, administrator=True, mapping=how, as_of=AS_OF)
    assert report.tables["firms"].lake == 2
    rows = rows_of(bank, "firms")
    assert [(r["firm_id"], r["source_file"], r["row_no"]) for r in rows] == [
        ("core:1", "customers.sql", 1),
        ("core:2", "customers.sql", 2),
    ]
    assert load_query(bank, LI, core, administrator=True, mapping=how, as_of=AS_OF).already_loaded


def test_only_administrators_ask(bank: Bank, core: SqlSource) -> None:
    with pytest.raises(NotAdministrator):
        load_query(bank, LI, core, administrator=False, mapping="cumcm2020c")


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM customers", "SELECT 1; SELECT 2", "", "ATTACH 'x' AS y", "PRAGMA query_only", "SELECT load_extension('x')",
        "WITH x AS (DELETE FROM customers RETURNING *) SELECT * FROM x", "VACUUM", "SELECT * INTO y FROM customers", "(" * 5000,
        "SELECT readfile('/etc/passwd')", "CREATE TABLE a AS SELECT 1",
    ],
)  # fmt: skip
def test_only_a_select_is_asked(core: SqlSource, tmp_path: Path, query: str) -> None:
    with pytest.raises(NotASelect):
        fetch(replace(core, query=query), tmp_path / "out.parquet", SMALL)


def test_reaching_out_of_the_database_is_refused_in_every_dialect() -> None:
    for database, query in (
        ("postgresql", "SELECT pg_catalog.pg_read_file('x')"),
        ("postgresql", "SELECT * FROM dblink('h', 'SELECT 1')"),
        ("postgresql", "SELECT * FROM t FOR UPDATE"),
        ("mysql", "SELECT load_file('x')"),
        ("oracle", "SELECT utl_http.request('x') FROM dual"),
        ("oracle", "SELECT sys.utl_http.request('x') FROM dual"),
        ("oracle", "SELECT * FROM t@elsewhere"),
        ("postgresql", "SELECT U&\"pg\\005fread_file\"('x')"),
        ("postgresql", "SELECT * FROM ts_stat('SELECT pg_read_file(''x'')')"),
        ("postgresql", "SELECT pg_drop_replication_slot('x')"),
        ("mysql", "SELECT 1 /*!50000 INTO OUTFILE 'x' */"),
        ("mysql", "SELECT sys.ps_kill(1)"),
        ("sqlite", "SELECT * FROM fsdir('x')"),
        ("sqlite", "SELECT zeroblob(1000000000)"),
    ):
        with pytest.raises(NotASelect):
            only_select(query, database)
    for database in ("sqlite", "postgresql", "mysql", "oracle"):
        only_select("WITH a AS (SELECT x FROM t) SELECT a.x, count(*) FROM a GROUP BY a.x", database)
        only_select("SELECT coalesce(trim(a), '-'), substr(b, 1, 4), sum(c), max(d) FROM t GROUP BY 1, 2", database)


def test_even_a_query_that_got_through_could_not_write(
    core: SqlSource, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("windchime.data.intake.sqlsource.only_select", lambda *_said: None)
    with pytest.raises(QueryFailed):
        fetch(replace(core, query="DELETE FROM customers RETURNING *"), tmp_path / "out.parquet", SMALL)
    fetch(core, tmp_path / "out.parquet", SMALL)
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 2


def test_a_query_has_its_time(core: SqlSource, tmp_path: Path) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
    with pytest.raises(QueryFailed):
        fetch(replace(core, query=endless), tmp_path / "out.parquet", replace(SMALL, query_seconds=0.3))


@pytest.mark.parametrize(
    "url",
    ["", "x", "sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=rwc&uri=true", "sqlite:////nowhere/x?mode=rwc", "duckdb:///x",
     "mssql+pyodbc://u:geheim@h/d", "postgresql+psycopg2://u:geheim@h/d", "postgresql+pg8000://u:geheim@h/d"],
)  # fmt: skip
def test_databases_that_are_not_on_the_list(tmp_path: Path, url: str) -> None:
    with pytest.raises(DatabaseNotAccepted) as error:
        fetch(SqlSource(url, "SELECT 1"), tmp_path / "x.parquet", SMALL)
    assert "geheim" not in str(error.value)


def test_no_secret_is_ever_told(bank: Bank, core: SqlSource, tmp_path: Path) -> None:
    secret = SqlSource("postgresql://user:geheim@127.0.0.1:1/d?password=geheim", "SELECT 1")
    assert "geheim" not in repr(secret)
    assert secret.address == "postgresql://127.0.0.1/d"
    with pytest.raises((QueryFailed, DatabaseNotAccepted)) as error:
        fetch(secret, tmp_path / "x.parquet", SMALL)
    assert "geheim" not in str(error.value) + repr(error.value.__context__ and "")
    load_query(bank, LI, core, administrator=True, mapping=mapping_file.read(MAPPING.encode()), as_of=AS_OF)
    with bank.session() as session:
        said = " ".join(f"{r.action} {r.subject} {r.after}" for r in audit.records(session))
    assert "core.db" not in said
