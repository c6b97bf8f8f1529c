"""A confined connection reaches its files and nothing else of the machine, whoever writes the SQL and however.

Nothing but the folder it spills to, that is: DuckDB lets a connection read and write there, so each bank has its own.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.data.helpers import firm, load_pack, open_bank, pack

from windchime.data.intake.staging import Staging, Stamp
from windchime.data.lake import Lake, opening
from windchime.service.bank import Bank

SECRET = "kept-secret"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file that is allowed, in a folder of others that are not."""
    made = tmp_path_factory.mktemp("confined")
    for name in ("mine", "other"):
        pq.write_table(pa.table({"a": [SECRET if name == "other" else "seen"]}), made / f"{name}.parquet")
    (made / "other.csv").write_text(f"a\n{SECRET}\n")
    (made / "other.json").write_text(f'{{"a": "{SECRET}"}}\n')
    with duckdb.connect(str(made / "other.duckdb")) as con:
        con.execute(f"CREATE TABLE t AS SELECT '{SECRET}' AS a")
    return made


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    made = tmp_path_factory.mktemp("bank")
    with closing(open_bank(made)) as opened:
        load_pack(opened, pack(made / "pack", firms=[firm(1)]))
        yield opened


@pytest.fixture(params=["confined", "staging", "lake"])
def con(
    request: pytest.FixtureRequest, folder: Path, bank: Bank, tmp_path: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The connections that stored and uploaded data are read with; each has a view `mine`."""
    mine = folder / "mine.parquet"
    match request.param:
        case "confined":
            made = duckdb.connect(config={"temp_directory": str(tmp_path / "spill")})
            made.execute("SET python_enable_replacements = false")
            opening.confine(made, [str(mine)])
            opening.lock(made)
            made.execute(f"CREATE VIEW mine AS SELECT * FROM read_parquet('{mine}')")
            yield made
            made.close()
        case "staging":
            with Staging(Stamp("twin", "load", date(2025, 1, 1)), str(tmp_path / "spill"), [mine]) as staging:
                staging.con.execute(f"CREATE VIEW mine AS SELECT * FROM read_parquet('{mine}')")
                yield staging.con
        case _:
            with (
                bank.session() as session,
                Lake(bank.lake_dir).reading(session, as_of=date(2025, 12, 31)) as reading,
            ):
                backend = reading.con
                assert isinstance(backend, ibis.backends.duckdb.Backend)
                backend.raw_sql("CREATE VIEW mine AS SELECT name AS a FROM firms")
                yield backend.con


STATEMENTS = {
    "parquet": "SELECT * FROM read_parquet('{folder}/other.parquet')",
    "pattern": "SELECT * FROM read_parquet('{folder}/*.parquet')",
    "file as a table": "SELECT * FROM '{folder}/other.parquet'",
    "csv": "SELECT * FROM read_csv('{folder}/other.csv')",
    "json": "SELECT * FROM read_json('{folder}/other.json')",
    "text": "SELECT * FROM read_text('{folder}/other.csv')",
    "blob": "SELECT * FROM read_blob('/etc/hostname')",
    "listing": "SELECT * FROM glob('{folder}/*')",
    "up and down": "SELECT * FROM read_csv('{folder}/../{name}/other.csv')",
    "web": "SELECT * FROM read_csv('http://127.0.0.1:9/other.csv')",
    "metadata": "SELECT * FROM parquet_metadata('{folder}/other.parquet')",
    "attach": "ATTACH '{folder}/other.duckdb' AS o",
    "attach new": "ATTACH '{out}/new.duckdb' AS n",
    "copy out": "COPY (SELECT 1) TO '{out}/out.csv'",
    "copy mine out": "COPY mine TO '{out}/out.parquet'",
    "export": "EXPORT DATABASE '{out}/export'",
    "copy in": "COPY (SELECT * FROM mine) TO '{folder}/mine.parquet'",
    "import": "IMPORT DATABASE '{folder}'",
    "install": "INSTALL httpfs",
    "install here": "INSTALL '{folder}/x.duckdb_extension'",
    "load": "LOAD httpfs",
    "load here": "LOAD '{folder}/x.duckdb_extension'",
    "open the door": "SET enable_external_access = true",
    "more paths": "SET allowed_paths = ['{folder}/other.parquet']",
    "more folders": "SET allowed_directories = ['{folder}']",
    "spill elsewhere": "SET temp_directory = '{out}'",
    "unlock": "SET lock_configuration = false",
    "reset": "RESET enable_external_access",
    "pragma": "PRAGMA enable_external_access = true",
    "home": "SET home_directory = '{folder}'",
    "extensions": "SET extension_directory = '{folder}'",
    "unsigned": "SET allow_unsigned_extensions = true",
    "log to file": "CALL enable_logging(storage = 'file', storage_path = '{out}')",
    "profile to file": "PRAGMA profiling_output = '{out}/profile.json'",
    "secret": "CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')",
    "environment": "SELECT getenv('WINDCHIME_SECRET')",
    "environment through a macro": "CREATE MACRO e(x) AS getenv(x); SELECT e('WINDCHIME_SECRET')",
    "python variable": "SELECT * FROM table_of_python",
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_nothing_else_is_reached(
    con: duckdb.DuckDBPyConnection, folder: Path, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WINDCHIME_SECRET", SECRET)
    table_of_python = pa.table({"a": [SECRET]})
    out = tmp_path / "out"
    out.mkdir()
    sql = STATEMENTS[name].format(folder=folder, out=out, name=folder.name)
    with pytest.raises(duckdb.Error) as refused:
        con.execute(sql).fetchall()
    assert SECRET not in str(refused.value)
    assert list(out.iterdir()) == []
    assert con.execute("SELECT count(*) FROM mine").fetchall() == [(1,)]
    assert table_of_python.num_rows == 1


@pytest.mark.parametrize("name", ["parquet", "csv", "text", "listing", "environment"])
def test_a_view_reaches_no_further_than_its_author(con: duckdb.DuckDBPyConnection, folder: Path, name: str) -> None:
    sql = STATEMENTS[name].format(folder=folder, name=folder.name)
    with pytest.raises(duckdb.Error):
        con.execute(f"CREATE VIEW v AS {sql}; SELECT * FROM v").fetchall()


def test_ibis_has_no_way_around(folder: Path, tmp_path: Path) -> None:
    mine = folder / "mine.parquet"
    con = duckdb.connect(config={"temp_directory": str(tmp_path / "spill")})
    con.execute("SET python_enable_replacements = false")
    con.execute("SET TimeZone = 'UTC'")
    opening.confine(con, [str(mine)])
    backend = ibis.duckdb.from_connection(con)
    opening.lock(con)
    assert con.execute(f"SELECT a FROM read_parquet('{mine}')").fetchall() == [("seen",)]
    other = str(folder / "other.parquet")
    ways: tuple[Callable[[], Any], ...] = (
        lambda: backend.read_parquet(other).to_pyarrow(),
        lambda: backend.read_csv(str(folder / "other.csv")).to_pyarrow(),
        lambda: backend.read_json(str(folder / "other.json")).to_pyarrow(),
        lambda: backend.raw_sql(f"SELECT * FROM read_parquet('{other}')").fetchall(),
        lambda: backend.sql(f"SELECT * FROM read_parquet('{other}')").to_pyarrow(),
        lambda: backend.attach(str(folder / "other.duckdb"), name="o"),
        lambda: backend.load_extension("httpfs"),
        lambda: backend.to_parquet(ibis.memtable({"a": [1]}), str(tmp_path / "out.parquet")),
        lambda: backend.to_csv(ibis.memtable({"a": [1]}), str(tmp_path / "out.csv")),
    )
    for way in ways:
        with pytest.raises(Exception) as refused:
            way()
        assert SECRET not in str(refused.value)
    assert not (tmp_path / "out.parquet").exists()
    assert not (tmp_path / "out.csv").exists()
    con.close()


def test_the_statements_work_where_nothing_is_confined(folder: Path, tmp_path: Path) -> None:
    """The refusals above are the doing of the confinement: an open connection reads what they ask for."""
    with duckdb.connect() as open_one:
        for name in ("parquet", "csv", "json", "text", "listing"):
            sql = STATEMENTS[name].format(folder=folder, name=folder.name)
            assert open_one.execute(sql).fetchall()
        open_one.execute(STATEMENTS["copy out"].format(out=tmp_path))
    assert [f.name for f in tmp_path.iterdir()] == ["out.csv"]
