"""Exports of rules against the rules themselves on a million hostile rows; alarms of monitoring against their stated rates.

Rows and rules are those of the tests: values at cuts and beside them, NaN, infinities, subnormal numbers, special codes,
hostile names. A figure is the number of rows and rules that differ, over each rule alone and the first that hits.
"""

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from bench import Row

AREA = "rule exports"
SEED, RULES, ROWS, FEW = 20251231, 20, 1_000_000, 20_000


def rows() -> Iterator[Row]:
    yield from _sql()
    yield from _tables()
    yield from _alarms()


def _sql() -> Iterator[Row]:
    from tests.risk.rules.exports import hostile, test_sql

    def duckdb(text: Callable[[str], str], dialect: str, limits: hostile.Limits) -> tuple[int, float]:
        found, table = hostile.rules(SEED, RULES, limits), hostile.rows(SEED, ROWS, limits)
        start = perf_counter()
        answer = test_sql.on_duckdb(text(test_sql.asked(found, dialect)), table)
        taken = perf_counter() - start
        hits = hostile.flags(found, table)
        flags = sum(int((answer[f"rule_{i + 1}"].to_numpy() != h).sum()) for i, h in enumerate(hits))
        return flags + int((answer["first_rule"].to_numpy() != hostile.first(hits)).sum()), taken

    for dialect, text, limits, note in (
        ("duckdb", str, hostile.ALL, ""),
        (
            "mysql",
            test_sql.from_mysql,
            test_sql.MYSQL,
            "its text read by sqlglot and run on DuckDB; columns hold no NaN or infinity",
        ),
        ("oracle", test_sql.from_oracle, test_sql.ORACLE, "its text read by sqlglot and run on DuckDB; no empty texts"),
    ):
        differing, taken = duckdb(text, dialect, limits)
        yield Row(
            AREA,
            f"hits that differ, {dialect}",
            differing,
            f"of {ROWS:,} rows × {RULES + 1}",
            "0",
            note=f"{note} {taken:.1f} s".strip(),
        )
    yield from _postgresql()


def _postgresql() -> Iterator[Row]:
    import psycopg
    from tests import postgres
    from tests.risk.rules.exports import hostile, test_sql

    programs = postgres.programs()
    if programs is None:
        return
    found, table = hostile.rules(SEED, RULES), hostile.rows(SEED, ROWS)
    with postgres.server(programs) as address, psycopg.connect(address) as con, con.cursor() as cursor:
        test_sql.fill_postgresql(cursor, table)
        start = perf_counter()
        cursor.execute((test_sql.asked(found, "postgresql").rstrip() + " ORDER BY t.row_no").encode())
        got = np.array([r[-RULES - 1 :] for r in cursor.fetchall()])
        taken = perf_counter() - start
    hits = hostile.flags(found, table)
    differing = int((got[:, :RULES] != hits.T).sum() + (got[:, RULES] != hostile.first(hits)).sum())
    yield Row(
        AREA,
        "hits that differ, postgresql",
        differing,
        f"of {ROWS:,} rows × {RULES + 1}",
        "0",
        note=f"{taken:.1f} s with fetching",
    )


def _tables() -> Iterator[Row]:
    import ibis
    from tests.risk.rules.exports import hostile, test_tables
    from tests.risk.rules.exports.readers import DmnRules, PmmlRules

    from windchime.dmn import DecisionModel
    from windchime.risk.rules.exports.cells import prepared
    from windchime.risk.rules.exports.decision_table import decision_model
    from windchime.risk.rules.exports.dmn import dmn
    from windchime.risk.rules.exports.pmml import pmml

    found, table = hostile.rules(SEED, RULES, test_tables.FINITE), hostile.rows(SEED, ROWS, test_tables.FINITE)
    first = hostile.first(hostile.flags(found, table))
    cases = prepared(table, found)
    answer = DecisionModel.of(decision_model(found)).expression(
        ibis.memtable(cases.with_row_index("row_no").to_arrow())
    )
    got = answer.order_by("row_no").to_polars()["rule"].cast(pl.Int64).to_numpy()
    yield Row(AREA, "first hits that differ, decision table", int((got != first).sum()), f"of {ROWS:,} rows", "0")
    readers: tuple[tuple[str, Any, pl.DataFrame], ...] = (
        ("DMN", DmnRules(dmn(found)), cases.head(FEW)),
        ("PMML", PmmlRules(pmml(found)), table.head(FEW)),
    )
    for form, reader, some in readers:
        answers = np.array([reader.first(row) for row in some.iter_rows(named=True)])
        note = "read by a small reader of the tests"
        yield Row(
            AREA,
            f"first hits that differ, {form}",
            int((answers != first[:FEW]).sum()),
            f"of {FEW:,} rows",
            "0",
            note=note,
        )


def _alarms() -> Iterator[Row]:
    from tests.risk.rules.monitoring.test_evidence import years

    from windchime.risk.rules.monitoring import Settings
    from windchime.risk.rules.monitoring.evidence import evidence, hits_until_alarm

    settings, count = Settings.shipped(), 20_000
    asked = {"odds_ratios": settings.odds_ratios, "months": settings.months}
    of, hits = years(SEED, count, [0.3] * 12, 150)
    most = evidence(of, hits, 0.3, "fell", **asked).max(axis=1)  # type: ignore[arg-type]  # by name, each of its type
    for level in (0.2, 0.05):
        note = f"{count:,} years at the bound itself, 150 outcomes a month"
        yield Row(
            AREA,
            f"years with a false alarm, test at level {level:g}",
            float((most >= 1 / level).mean()),
            "share",
            f"≤ {level:g}",
            note=note,
        )
    threshold = 1 / settings.each(10)
    for true in (0.2, 0.15, 0.1):
        of, hits = years(SEED, 2000, [true] * 12, 150)
        found = evidence(of, hits, 0.27, "fell", **asked) >= threshold  # type: ignore[arg-type]  # as above
        delay = np.where(found.any(axis=1), found.argmax(axis=1) + 1.0, np.inf)
        stated = hits_until_alarm(0.27, true, threshold, **asked) / 150  # type: ignore[arg-type]  # as above
        note = f"ten rules at 5 % a year; stated delay {stated:.1f} months"
        yield Row(
            AREA,
            f"months until half the alarms, bad rate 30 % → {true:.0%}",
            float(np.median(delay)),
            "months",
            note=note,
        )
