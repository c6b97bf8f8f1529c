"""SQL and PMML give the points that Python gives, on rows with missing, not-a-number, infinite, special and unseen values."""

import re
import sqlite3
from xml.etree import ElementTree as ET

import duckdb
import numpy as np
import polars as pl
import pytest
import sqlglot

from windchime.risk.arrays import Floats
from windchime.risk.scorecards import Scorecard
from windchime.risk.scorecards.card_pmml import SPACE
from windchime.risk.scorecards.card_sql import Dialect, score_sql
from windchime.risk.scorecards.challenger import Challenger
from windchime.risk.scorecards.exporting import NoCard, card_as

TEXTS = ['甲"级', "乙'类", "丙\\n", "丁 ", "a b", "A b"]


def learnt() -> Scorecard:
    rng = np.random.default_rng(2)
    x, grade = rng.normal(size=3000), rng.choice(TEXTS, 3000)
    code = np.where(rng.random(3000) < 0.2, -9999.0, rng.integers(0, 9, 3000))
    worst = np.isin(grade, TEXTS[:2]) * 1.5 + np.isin(grade, ["a b"]) * 0.8
    eta = -2 - x + worst + (code == -9999) - 0.2 * np.where(code == -9999, 0, code)
    bad = (rng.random(3000) < 1 / (1 + np.exp(-eta))).astype(float)
    table = {'销售额 "净"': np.where(rng.random(3000) < 0.1, np.nan, x), "等级`": grade, "查询码": code}
    return Scorecard().fit(table, bad, specials={"查询码": [-9999]})


MODEL = learnt()


def rows(count: int, *, nan: bool) -> pl.DataFrame:
    rng = np.random.default_rng(5)
    edges = [c for f in MODEL.card.features for c in f.bins.cuts]
    odd = [None, np.inf, -np.inf, 0.0, -0.0, 1e308, -9999.0, *edges, *(np.nextafter(e, -np.inf) for e in edges)]
    odd += [float("nan")] if nan else []
    # a first column of all three kinds keeps each type
    drawn = [
        [odd[i] if u < 0.5 else float(v) for i, u, v in zip(rng.integers(0, len(odd), count), rng.random(count), rng.normal(size=count) * 3, strict=True)]
        for _ in range(2)
    ]  # fmt: skip
    texts = [[*TEXTS, "unseen", "", None][i] for i in rng.integers(0, len(TEXTS) + 3, count)]
    return pl.DataFrame(
        {'销售额 "净"': drawn[0], "等级`": texts, "查询码": drawn[1]},
        schema={'销售额 "净"': pl.Float64, "等级`": pl.String, "查询码": pl.Float64},
    )


def test_the_card_uses_all_three() -> None:
    assert len(MODEL.card.features) == 3


def byte_by_byte(text: str) -> str:
    """What MySQL must be told to compare byte by byte, for databases that do so untold."""
    return re.sub(r"CAST\((.*?) AS BINARY\)", r"\1", text)


def test_duckdb_scores_alike() -> None:
    table = rows(20_000, nan=True)
    with duckdb.connect() as con:
        con.register("t", table.to_arrow())
        found = con.sql(f"SELECT {score_sql(MODEL.card)} AS s FROM t").fetchnumpy()["s"]
    assert (np.asarray(found) == MODEL.score(table)).all()


@pytest.mark.parametrize("dialect", ["mysql", "spark", "postgresql", "oracle"])
def test_other_dialects_score_alike_once_told_to_duckdb(dialect: Dialect) -> None:
    """The text is read as its own dialect by an independent parser and written as DuckDB's, which compares texts byte by byte."""
    names = {"postgresql": "postgres"}
    table = rows(5_000, nan=dialect not in ("mysql", "oracle"))
    text = byte_by_byte(score_sql(MODEL.card, dialect)).replace("IS NAN", "IS NULL")  # DuckDB's parser knows no IS NAN
    (told,) = sqlglot.transpile(f"SELECT {text} AS s FROM t", read=names.get(dialect, dialect), write="duckdb")
    with duckdb.connect() as con:
        con.register("t", table.to_arrow())
        found = con.sql(told).fetchnumpy()["s"]
    assert (np.asarray(found) == MODEL.score(table)).all()


def test_sqlite_runs_what_is_written_for_mysql() -> None:
    table = rows(3_000, nan=False).with_columns(pl.col(pl.String).str.replace_all("\\", "/", literal=True))
    text = byte_by_byte(score_sql(MODEL.card, "mysql"))
    with sqlite3.connect(":memory:") as con:
        con.execute('CREATE TABLE t ("销售额 ""净""" REAL, "等级`" TEXT, "查询码" REAL)')
        con.executemany("INSERT INTO t VALUES (?, ?, ?)", table.rows())
        found = [s for (s,) in con.execute(f"SELECT {text} FROM t").fetchall()]
    con.close()
    assert found == MODEL.score(table).tolist()


def pmml_scores(text: str, table: pl.DataFrame) -> Floats:
    """A small reader of PMML scorecards, written from the standard: the first attribute that holds gives its points."""
    model = ET.fromstring(text.encode()).find(f"{{{SPACE}}}Scorecard")
    assert model is not None
    total = np.full(table.height, float(model.attrib["initialScore"]))
    for part in model.iter(f"{{{SPACE}}}Characteristic"):
        open_ = np.ones(table.height, dtype=bool)
        for attribute in part:
            here = open_ & holds(attribute[0], table)
            total[here] += float(attribute.attrib["partialScore"])
            open_ &= ~here
        assert not open_.any()
    return total


def holds(predicate: ET.Element, table: pl.DataFrame) -> np.ndarray:
    kind = predicate.tag.removeprefix(f"{{{SPACE}}}")
    if kind == "True":
        return np.ones(table.height, dtype=bool)
    if kind == "CompoundPredicate":
        both: np.ndarray = np.logical_and.reduce([holds(p, table) for p in predicate])
        return both
    column = pl.col(predicate.attrib["field"])
    if kind == "SimpleSetPredicate":
        words = [w.replace('\\"', '"').replace("\\\\", "\\") for w in (predicate[0].text or "").strip('"').split('" "')]
        return table.select(column.is_in(words).fill_null(False)).to_series().to_numpy()
    value = float(predicate.get("value", "nan"))
    tests = {
        "isMissing": column.is_null(),
        "equal": column == value,
        "lessThan": column < value,
        "greaterOrEqual": column >= value,
    }
    return table.select(tests[predicate.attrib["operator"]].fill_null(False)).to_series().to_numpy()


def test_pmml_scores_alike() -> None:
    table = rows(5_000, nan=False)
    assert (pmml_scores(card_as(MODEL, "pmml"), table) == MODEL.score(table)).all()


def test_boosted_trees_are_refused() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=200)
    trees = Challenger().fit({"x": x}, (x > 0).astype(float))
    with pytest.raises(NoCard, match="is no scorecard"):
        card_as(trees, "sql")
