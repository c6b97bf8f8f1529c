"""SQL hits what the rules hit: run on DuckDB, PostgreSQL and Spark; MySQL's and Oracle's text turned back and run."""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import pytest
import sqlglot
from sqlglot import exp
from tests.risk.rules.exports.hostile import ALL, Limits, first, flags, rows, rules
from tests.risk.rules.exports.readers import DmnRules

from windchime.core.errors import UnknownName
from windchime.core.text import Text
from windchime.risk.rules.exports.cells import prepared
from windchime.risk.rules.exports.dmn import dmn
from windchime.risk.rules.exports.sql import DIALECTS, first_hit_sql, rule_sql, script
from windchime.risk.rules.literals import NotWritable
from windchime.risk.rules.rule import Condition, Rule
from windchime.risk.rules.ruleset import RuleFeature

ROWS = 2000
MYSQL = Limits(nan=False, infinite=False)
ORACLE = Limits(empty=False, plain_names=True)


def asked(found: Sequence[Rule], dialect: str) -> str:
    """The query whose answer is compared: row number, a column a rule, the first rule."""
    return script(found, dialect, table="t")


def compare(found: list[Rule], table: pl.DataFrame, answer: pl.DataFrame) -> None:
    hits = flags(found, table)
    got = np.array([answer[f"rule_{i + 1}"].to_numpy() for i in range(len(found))])
    assert 0.02 < hits.mean() < 0.98
    np.testing.assert_array_equal(got, hits.astype(int))
    np.testing.assert_array_equal(answer["first_rule"].to_numpy(), first(hits))


def on_duckdb(query: str, table: pl.DataFrame) -> pl.DataFrame:
    with duckdb.connect() as con:
        con.register("t", table.with_row_index("row_no").to_arrow())
        return pl.DataFrame(con.sql(f"SELECT * FROM (\n{query}\n) ORDER BY row_no").pl())


@pytest.mark.parametrize("seed", [1, 2])
def test_duckdb_hits_alike(seed: int) -> None:
    found, table = rules(seed, 40), rows(seed, ROWS)
    compare(found, table, on_duckdb(asked(found, "duckdb"), table))


@pytest.mark.soak
def test_duckdb_hits_alike_on_a_million_rows() -> None:
    found, table = rules(3, 20), rows(3, 1_000_000)
    compare(found, table, on_duckdb(asked(found, "duckdb"), table))


def test_other_numeric_types_hit_alike() -> None:
    """Whole numbers and decimals are compared as doubles everywhere."""
    cut = Rule((Condition("x", spans=((0.1, 3.0),), codes=(2.0,), missing=True),))
    for kind in (pl.Int8, pl.UInt64, pl.Int64, pl.Decimal(18, 2), pl.Float32):
        table = pl.DataFrame({"x": pl.Series([0, 1, 2, 3, None, 120], dtype=pl.Int64).cast(kind)})
        got = on_duckdb(asked([cut], "duckdb"), table)["rule_1"].to_list()
        assert got == flags([cut], table)[0].astype(int).tolist() == [0, 1, 0, 0, 1, 0]


def test_whole_numbers_and_truth_values_may_be_categories() -> None:
    taken = [Rule((Condition("x", "category", categories=("1", "true"), named=("1", "true", "x")),))]
    for kind in (pl.Int32, pl.Boolean):
        table = pl.DataFrame({"x": pl.Series([0, 1, None]).cast(kind)})
        assert (
            on_duckdb(asked(taken, "duckdb"), table)["rule_1"].to_list() == flags(taken, table)[0].tolist() == [0, 1, 0]
        )


def fill_postgresql(cursor: Any, table: pl.DataFrame) -> None:
    """A temporary table `t` of the rows, with their numbers."""
    names = [f'"{c.replace(chr(34), chr(34) * 2)}"' for c in table.columns]
    kinds = ["double precision" if k == pl.Float64 else "text" for k in table.dtypes]
    declared = ", ".join(f"{n} {k}" for n, k in zip(names, kinds, strict=True))
    cursor.execute(f"CREATE TEMP TABLE t (row_no int, {declared})".encode())
    with cursor.copy("COPY t FROM STDIN") as copy:
        for i, row in enumerate(table.iter_rows()):
            copy.write_row((i, *row))


def test_postgresql_hits_alike(postgres_address: str) -> None:
    import psycopg

    found, table = rules(4, 40), rows(4, ROWS)
    with psycopg.connect(postgres_address) as con, con.cursor() as cursor:
        fill_postgresql(cursor, table)
        for conforming in ("on", "off"):
            cursor.execute(f"SET standard_conforming_strings = {conforming}".encode())
            # the driver reads a percent sign as a place only where values are given
            cursor.execute((asked(found, "postgresql").rstrip() + " ORDER BY t.row_no").encode())
            made = [d.name for d in cursor.description or ()]
            answer = pl.DataFrame(cursor.fetchall(), schema=made, orient="row", infer_schema_length=None)
            compare(found, table, answer)


@pytest.fixture(scope="module")
def session() -> Any:
    """A local Spark."""
    pytest.importorskip("pyspark", reason="pyspark is not installed (requirements/spark.lock)")
    if shutil.which("java") is None:
        pytest.skip("no Java is installed")
    from windchime.data.engines import spark

    return spark.session()


def on_spark(session: Any, found: list[Rule], table: pl.DataFrame, folder: Path) -> pl.DataFrame:
    table.with_row_index("row_no").write_parquet(folder / "rows.parquet")
    session.read.parquet(str(folder / "rows.parquet")).createOrReplaceTempView("t")
    query = asked(found, "spark").rstrip() + " ORDER BY t.row_no"
    return pl.DataFrame(pl.from_arrow(session.sql(query).drop(*table.columns).toArrow()))


@pytest.mark.spark
@pytest.mark.xdist_group("spark")
def test_spark_hits_alike(session: Any, tmp_path: Path) -> None:
    found, table = rules(5, 40), rows(5, ROWS)
    compare(found, table, on_spark(session, found, table, tmp_path))


@pytest.mark.soak
@pytest.mark.spark
@pytest.mark.xdist_group("spark")
def test_spark_hits_alike_on_a_million_rows(session: Any, tmp_path: Path) -> None:
    found, table = rules(8, 20), rows(8, 1_000_000)
    compare(found, table, on_spark(session, found, table, tmp_path))


def from_mysql(query: str) -> str:
    """DuckDB's text for MySQL's: a comparison of bytes is what DuckDB's comparison of texts is."""
    tree = sqlglot.parse_one(query, read="mysql")

    def plain(node: exp.Expression) -> exp.Expression:
        while isinstance(node, exp.Cast) and node.to.this != exp.DataType.Type.DATE:
            node = node.this
        if isinstance(node, exp.HexString):
            return exp.Literal.string(bytes.fromhex(node.name).decode())
        return node

    return tree.transform(plain).sql(dialect="duckdb")


def test_mysql_text_hits_alike() -> None:
    found, table = rules(6, 40, MYSQL), rows(6, ROWS, MYSQL)
    compare(found, table, on_duckdb(from_mysql(asked(found, "mysql")), table))


#: names and texts are passed over; what Oracle alone writes is turned into what DuckDB reads
_ORACLE = re.compile(
    r"""("(?:[^"]|"")*"|'(?:[^']|'')*'|--[^\n]*)|(-?(?:\d[\d.]*(?:e[+-]?\d+)?)d)|(\bIS NAN)|(-?BINARY_DOUBLE_INFINITY)""",
)


def from_oracle(query: str) -> str:
    def one(found: re.Match[str]) -> str:
        kept, number, nan, endless = found.groups()
        if kept is not None:
            return kept
        if number:
            return f"CAST('{number[:-1]}' AS DOUBLE)"
        return "= CAST('NaN' AS DOUBLE)" if nan else f"CAST('{'-' * endless.startswith('-')}Infinity' AS DOUBLE)"

    tree = sqlglot.parse_one(_ORACLE.sub(one, query), read="oracle")
    return str(tree.transform(lambda n: n.this if isinstance(n, exp.Collate) else n).sql(dialect="duckdb"))


def test_oracle_text_hits_alike() -> None:
    found, table = rules(7, 40, ORACLE), rows(7, ROWS, ORACLE)
    compare(found, table, on_duckdb(from_oracle(asked(found, "oracle")), table))


PLAIN = Rule(
    (
        Condition("资产", spans=((None, 0.5), (100.0, None)), specials=(-1.0,), codes=(-1.0, -9.0), missing=True),
        Condition("等级", "category", categories=("C", "it's\\"), named=("A", "C", "it's\\"), other=True),
    )
)
GOLDEN = {
    "duckdb": (
        """("资产" IS NULL OR "资产" = CAST('NaN' AS DOUBLE) OR ("资产" < 0.5e0 AND "资产" NOT IN (-9.0e0))"""
        """ OR ("资产" >= 100.0e0 AND NOT "资产" = CAST('NaN' AS DOUBLE)) OR ("资产" IN (-1.0e0)))"""
        """ AND ("等级" IS NOT NULL AND CAST("等级" AS VARCHAR) NOT IN ('A'))"""
    ),
    "mysql": (
        "(`资产` IS NULL OR (`资产` < 0.5e0 AND `资产` NOT IN (-9.0e0)) OR (`资产` >= 100.0e0) OR (`资产` IN (-1.0e0)))"
        " AND (`等级` IS NOT NULL AND CAST(CONVERT(`等级` USING utf8mb4) AS BINARY) NOT IN ('A'))"
    ),
    "oracle": (
        """("资产" IS NULL OR "资产" IS NAN OR ("资产" < 0.5d AND "资产" NOT IN (-9.0d))"""
        """ OR ("资产" >= 100.0d AND NOT "资产" IS NAN) OR ("资产" IN (-1.0d)))"""
        """ AND ("等级" IS NOT NULL AND "等级" COLLATE BINARY NOT IN ('A'))"""
    ),
}


@pytest.mark.parametrize("dialect", GOLDEN)
def test_the_text_of_a_rule(dialect: str) -> None:
    conditions = sorted(PLAIN.conditions, key=lambda c: c.kind, reverse=True)
    got = " AND ".join(rule_sql(Rule((c,)), dialect) for c in conditions)
    assert got == GOLDEN[dialect]


def test_names_that_a_database_would_change_are_refused() -> None:
    def of(*features: str) -> list[Rule]:
        return [Rule((Condition(f, spans=((0.0, None),)),)) for f in features]

    for dialect, refused in (
        ("postgresql", of("营" * 22)),
        ("mysql", of("x" * 65)),
        ("mysql", of("x ")),
        ("oracle", of('a"b')),
        ("duckdb", of("Sales", "sales")),
        ("spark", of("Sales", "sales")),
        ("duckdb", of("a\0")),
    ):
        with pytest.raises(NotWritable):
            first_hit_sql(refused, dialect)
    assert first_hit_sql(of("营" * 21, "Sales", "sales"), "postgresql")
    with pytest.raises(UnknownName):
        rule_sql(PLAIN, "access")
    with pytest.raises(NotWritable):
        rule_sql(Rule((Condition("x", specials=(float("nan"),)),)), "duckdb")


def test_no_comment_leaves_its_line() -> None:
    told = script([PLAIN], "duckdb", said=["ends\n; DROP TABLE t; --\r\u2028x"], about=["a\nb"])
    before = told.split("SELECT")[0]
    assert all(line.startswith("-- ") for line in before.splitlines())
    assert "\u2028" not in told


def test_texts_that_no_column_can_hold_are_left_out() -> None:
    empty = Rule((Condition("x", "category", categories=("", "A\0"), named=("", "A\0")),))
    rest = Rule((Condition("x", "category", named=("", "A\0"), other=True),))
    assert rule_sql(empty, "postgresql") == """("x" IS NOT NULL AND CAST("x" AS text) COLLATE "C" IN (''))"""
    assert rule_sql(Rule((Condition("x", "category", categories=("",)),)), "oracle") == "1 = 0"
    assert rule_sql(Rule((Condition("x", "category", named=("",), other=True),)), "oracle") == '"x" IS NOT NULL'
    table = pl.DataFrame({"x": ["", "A\0", "A", None]})
    assert on_duckdb(asked([empty, rest], "duckdb"), table)["first_rule"].to_list() == [0, 0, 1, -1]


def test_no_rules_hit_nothing() -> None:
    assert first_hit_sql([], "oracle") == "-1"
    assert set(DIALECTS) == {"duckdb", "postgresql", "spark", "mysql", "oracle"}
    assert ALL.nan


DATED = Rule(
    (Condition("since", spans=((17782.5, 18921.0),), specials=(-9999.0,), codes=(-9999.0, 18000.0), missing=True),)
)
YES = Rule((Condition("flag", spans=((1.0, None),)),))
KNOWN = (
    RuleFeature("since", Text("成立日期", "Founded"), unit="date"),
    RuleFeature("flag", Text("有无担保", "Secured"), unit="boolean"),
)


def dated() -> pl.DataFrame:
    days = [17781, 17782, 17783, 18000, 18920, 18921, -9999, None]
    flags_ = [True, False, None, True, True, False, False, True]
    return pl.DataFrame({"since": pl.Series(days).cast(pl.Int32).cast(pl.Date), "flag": flags_})


@pytest.mark.parametrize("kind", [pl.Date, pl.Datetime])
def test_dates_and_truth_values(kind: pl.DataType, postgres_address: str) -> None:
    import psycopg

    table = dated().with_columns(pl.col("since").cast(kind))
    if kind == pl.Datetime:
        table = table.with_columns(pl.col("since").dt.offset_by("13h"))
    expected = [[0, 0, 1, 0, 1, 0, 1, 1], [1, 0, 0, 1, 1, 0, 0, 1]]

    def query(dialect: str) -> str:
        return script([DATED, YES], dialect, table="t", features=KNOWN)

    answer = on_duckdb(query("duckdb"), table)
    assert [answer[f"rule_{i}"].to_list() for i in (1, 2)] == expected
    with psycopg.connect(postgres_address) as con, con.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE t (since timestamp, flag boolean)")
        cursor.executemany("INSERT INTO t VALUES (%s, %s)", table.rows())
        cursor.execute(query("postgresql").encode())
        assert [list(column) for column in zip(*cursor.fetchall(), strict=True)][2:4] == expected
    plain = prepared(table, [DATED, YES])
    assert [int(DmnRules(dmn([DATED])).first(c) == 0) for c in plain.iter_rows(named=True)] == expected[0]
    numbers = pl.DataFrame({"flag": table["flag"].cast(pl.Int8), "since": table["since"]})
    answer = on_duckdb(from_mysql(query("mysql")), numbers)
    assert [answer[f"rule_{i}"].to_list() for i in (1, 2)] == expected
    assert "TRUNC(\"since\") >= DATE '2018-09-09'" in query("oracle")


def test_a_date_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(NotWritable):
        rule_sql(Rule((Condition("since", spans=((None, 1e9),)),)), "duckdb", KNOWN)
