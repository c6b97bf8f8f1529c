"""Decision tables: a table of 200 rows and 6 inputs, one case at a time and a million at once, beside plain translations."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise
from time import perf_counter
from typing import Any

import ibis
import numpy as np
import pyarrow as pa

from bench import Row
from windchime.dmn import DecisionModel
from windchime.dmn.analysis import uncovered

SEED = 20
CASES = 20_000
BATCH = 1_000_000
SCORES = (300, 420, 480, 540, 600, 650, 700, 750, 800)
TURNOVERS = ("0.5", "2", "8", "30")
RATINGS = ("A", "B", "C", "D")
SECTORS = ("制造业", "批发业", "零售业", "建筑业", "农业", "其他")
FOUNDED = (date(2015, 1, 1), date(2022, 1, 1))


def _bands(cuts: tuple[Any, ...]) -> list[str]:
    return [f"< {cuts[0]}", *(f"[{a}..{b}[" for a, b in pairwise(cuts)), f">= {cuts[-1]}"]


def body(hit: str) -> dict[str, Any]:
    """199 rows of bands, and a last one: for everything else (F), or for overdue firms alone (U, with gaps)."""
    draw = random.Random(SEED)
    rows: list[str] = []
    for score in _bands(SCORES):
        for turnover in _bands(TURNOVERS):
            for rating in RATINGS:
                sectors = ", ".join(f'"{s}"' for s in SECTORS[: draw.randint(2, 5)])
                founded = draw.choice(["-", f'< date("{FOUNDED[0]}")', f'>= date("{FOUNDED[1]}")', "-"])
                n = len(rows) + 1
                rows.append(
                    f'R{n} | {score} | {turnover} | "{rating}" | {sectors} | {founded} | false => '
                    f'"{draw.choice(["approve", "refer", "reject"])}" | {n * 1000}.50'
                )
    last = (
        'R200 | - | - | - | - | - | - => "refer" | 0'
        if hit == "F"
        else 'R200 | - | - | - | - | - | true => "reject" | 0'
    )
    return {
        "model": "bench",
        "label": {"zh": "测速", "en": "Bench"},
        "inputs": {
            "score": {"type": "number", "range": "[0..1000]"},
            "turnover": {"type": "number"},
            "rating": {"type": "string", "values": list(RATINGS)},
            "sector": {"type": "string"},
            "founded": {"type": "date"},
            "overdue": {"type": "boolean"},
        },
        "tables": {
            "policy": {
                "label": {"zh": "政策", "en": "Policy"},
                "hit": hit,
                "inputs": ["score", "turnover", "rating", "sector", "founded", "overdue"],
                "outputs": {
                    "verdict": {"type": "string", "values": ["approve", "refer", "reject"]},
                    "limit": {"type": "number"},
                },
                "rules": [*rows[:199], last],
            }
        },
    }


def cases(count: int) -> pa.Table:
    """Firms of which about half fall to the last rows."""
    draw = np.random.default_rng(SEED)
    days = draw.integers(0, 8000, count)
    return pa.table(
        {
            "score": np.round(draw.uniform(0, 1000, count), 1),
            "turnover": np.round(draw.lognormal(1, 1.5, count), 3),
            "rating": draw.choice(RATINGS, count),
            "sector": draw.choice(SECTORS, count),
            "founded": pa.array([date(2004, 1, 1) + timedelta(days=int(d)) for d in days], pa.date32()),
            "overdue": draw.random(count) < 0.1,
        }
    )


def _best(work: Callable[[], object], times: int = 3) -> float:
    def once() -> float:
        started = perf_counter()
        work()
        return perf_counter() - started

    return min(once() for _ in range(times))


def _condition(cell: Any, name: str, vector: bool) -> str:
    """A cell as plain Python (`if`) or numpy source."""
    parts = []
    for test in cell.tests:
        kind = type(test).__name__
        if kind == "Equal":
            parts.append(f"({name} == {_value(test.value)})")
        elif kind == "Compare":
            parts.append(f"({name} {test.operator} {_value(test.value)})")
        else:
            low, high = ">=" if test.low_closed else ">", "<=" if test.high_closed else "<"
            parts.append(
                f"(({name} {low} {_value(test.low)}) {'&' if vector else 'and'} ({name} {high} {_value(test.high)}))"
            )
    return "(" + (" | " if vector else " or ").join(parts) + ")"


def _value(value: Any) -> str:
    if isinstance(value, date):
        return f"D('{value.isoformat()}')"
    return repr(value) if isinstance(value, str | bool) else repr(float(value))


def _chain(model: DecisionModel) -> Callable[..., Any]:
    """The same table as one function of `if … return`, floats and no checks: what a person in a hurry would write."""
    table = model.tables["policy"].parts
    lines = [f"def policy({', '.join(v.name for v in table.inputs)}):"]
    for rule in table.rules:
        tests = " and ".join(
            _condition(c, v.name, False) for c, v in zip(rule.when, table.inputs, strict=True) if c.tests
        )
        lines.append(f"    if {tests or 'True'}: return {rule.then[0]!r}, {float(str(rule.then[1]))!r}, {rule.id!r}")
    scope: dict[str, Any] = {"D": date.fromisoformat}
    source = "\n".join(lines)
    for day in FOUNDED:
        source = source.replace(f"D('{day.isoformat()}')", f"D{day.year}")
        scope[f"D{day.year}"] = day
    exec(source, scope)
    return scope["policy"]  # type: ignore[no-any-return]


def _select(model: DecisionModel, batch: pa.Table) -> Callable[[], Any]:
    """The same table with `numpy.select`, floats and no checks."""
    table = model.tables["policy"].parts
    scope: dict[str, Any] = {name: batch[name].to_numpy() for name in batch.column_names} | {"D": np.datetime64}
    scope |= {name: scope[name].astype(str) for name in ("rating", "sector")}
    source = [
        " & ".join(_condition(c, v.name, True) for c, v in zip(r.when, table.inputs, strict=True) if c.tests)
        or "overdue | True"
        for r in table.rules
    ]
    compiled = [compile(s, "rule", "eval") for s in source]
    verdicts: Any = [r.then[0] for r in table.rules]
    limits: Any = [float(str(r.then[1])) for r in table.rules]
    ids: Any = [r.id for r in table.rules]

    def work() -> Any:
        found = [eval(c, scope) for c in compiled]
        return np.select(found, verdicts, ""), np.select(found, limits, 0.0), np.select(found, ids, "")

    return work


def rows() -> Iterator[Row]:
    """Rates, the share of cases that the last rows decide, and the time of the gap analysis."""
    model = DecisionModel.of(body("F"))
    batch = cases(BATCH)
    people = batch.slice(0, CASES).to_pylist()
    chain = _chain(model)

    def single() -> None:
        for case in people:
            model.decide(case)

    def plain() -> None:
        for case in people:
            chain(**case)

    taken, peer = _best(single), _best(plain)
    hits = [model.decide(c).hits["policy"][0] for c in people]
    assert hits == [chain(**c)[2] for c in people]
    share = sum(h == "R200" for h in hits) / CASES
    note = f"{CASES / taken:,.0f} cases/s, {share:.0%} fall to the last row; inputs checked, exact numbers"
    yield Row(
        "dmn",
        "one case, 200 rows × 6 inputs",
        1e6 * taken / CASES,
        "µs",
        "≤ 50 µs (20,000 cases/s)",
        "Python if chain, unchecked floats",
        1e6 * peer / CASES,
        note,
    )
    traced = _best(lambda: [model.decide(c, trace=True) for c in people[:500]])
    yield Row("dmn", "one case with trace of every row", 1e6 * traced / 500, "µs")

    con = ibis.duckdb.connect(threads=2)
    con.con.register("batch_arrow", batch)
    con.con.execute("create table batch as select * from batch_arrow")
    sql = str(con.compile(model.expression(con.table("batch"))))
    taken = _best(lambda: con.con.execute(f"create or replace temp table decided as {sql}"))
    select = _select(model, batch)
    peer = _best(select, 1)
    ours = con.con.sql("select verdict, policy_hits[1] h, error from decided").to_arrow_table()
    theirs = select()
    assert ours["h"].to_pylist() == theirs[2].tolist()
    assert ours["error"].null_count == BATCH
    yield Row(
        "dmn",
        "batch of 1 million, 200 rows × 6 inputs",
        taken,
        "s",
        "≤ 1 s (1 million cases/s)",
        "numpy.select, unchecked floats",
        peer,
        "DuckDB table to DuckDB table: outputs, hits and errors",
    )
    yield Row(
        "dmn",
        "expression built and compiled to SQL",
        _best(lambda: con.compile(model.expression(con.table("batch"))), 1),
        "s",
        note=f"{len(sql):,} characters, once a model",
    )
    unique = DecisionModel.of(body("U"))
    yield Row(
        "dmn", "gaps and overlaps, 200 rows × 6 inputs", _best(unique.check), "s", note=f"{len(unique.check())} notes"
    )
    table = unique.tables["policy"]
    found = len(uncovered(table, (1 << 200) - 1, wanted=BATCH))
    yield Row(
        "dmn",
        "every gap of it as a box",
        _best(lambda: uncovered(table, (1 << 200) - 1, wanted=BATCH)),
        "s",
        note=f"{found} boxes",
    )
    yield Row("dmn", "read and compiled from its parsed body", _best(lambda: DecisionModel.of(body("U"))), "s")
