"""One case, a batch and the oracle agree on random models: outputs, hits and errors."""

import math
import random
from decimal import Context, Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.dmn.helpers import POOLS, models, near, oracle, table_body

from windchime.dmn import CaseError, DecisionModel, DecisionTable
from windchime.dmn.values import plain

NUMERIC = [
    pa.float64(),
    pa.float64(),
    pa.float32(),
    pa.decimal128(18, 2),
    pa.decimal128(38, 10),
    pa.decimal128(9, 6),
    pa.int64(),
    pa.int8(),
    pa.uint64(),
]
ARROW = {"string": pa.string(), "boolean": pa.bool_(), "date": pa.date32()}


@pytest.fixture(scope="module")
def con() -> Any:
    return ibis.duckdb.connect(threads=1)


def column(kind: str, arrow: pa.DataType, pool: list[Any], draw: random.Random, count: int) -> pa.Array:
    """Values of a column: on, between and beside the literals, null, and for floats their neighbours, NaN and infinities."""
    values = [None if draw.random() < 0.1 else draw.choice(near(pool, kind)) for _ in range(count)]
    return pa.array([None if v is None else fitted(v, arrow, draw) for v in values], arrow)


def fitted(value: Any, arrow: pa.DataType, draw: random.Random) -> Any:
    """A number as the column can hold it; other values as they are."""
    if pa.types.is_floating(arrow):
        found = draw.choice(
            [float(value), math.nextafter(float(value), math.inf), math.nextafter(float(value), -math.inf)]
        )
        return draw.choice([math.nan, math.inf, -math.inf]) if draw.random() < 0.02 else found
    if pa.types.is_decimal(arrow):
        most = Decimal(10) ** (arrow.precision - arrow.scale) - 1
        return max(-most, min(most, value)).quantize(Decimal(1).scaleb(-arrow.scale), context=Context(prec=60))
    if pa.types.is_integer(arrow):
        top, low = {"int8": (127, -128), "int64": (2**63 - 1, -(2**63)), "uint64": (2**64 - 1, 0)}[str(arrow)]
        return max(low, min(top, int(value)))
    return value


def single(decisions: DecisionModel, case: dict[str, Any]) -> dict[str, Any]:
    """The batch row that deciding one case amounts to."""
    names = [o.name for o in decisions.outputs] + [f"{t}_hits" for t in decisions.tables]
    try:
        found = decisions.decide(case)
    except CaseError as error:
        return dict.fromkeys(names) | {"error": error.code, "error_at": error.at}
    hits = {f"{t}_hits": list(h) for t, h in found.hits.items()}
    return {**found.outputs, **hits, "error": None, "error_at": None}


def agree(con: Any, decisions: DecisionModel, batch: pa.Table) -> None:
    con.con.register("batch", batch)
    rows = decisions.expression(con.table("batch")).to_pyarrow().to_pylist()
    for case, row in zip(batch.to_pylist(), rows, strict=True):
        one = single(decisions, case)
        wide = {k: v for k, v in row.items() if k not in case}
        assert {k: plain(tuple(v) if isinstance(v, list) else v) for k, v in wide.items()} == {
            k: plain(tuple(v) if isinstance(v, list) else v) for k, v in one.items()
        }, case
        named = oracle(decisions, case)
        assert {k: list(v) if isinstance(v, tuple) else v for k, v in one.items()} == {
            k: list(v) if isinstance(v, tuple) else v for k, v in named.items()
        }, case


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=models(), seed=st.integers(0, 2**32))
def test_random_models_decide_alike(con: Any, body: dict[str, Any], seed: int) -> None:
    decisions = DecisionModel.of(body)
    draw = random.Random(seed)
    columns = {}
    for name, variable in body["inputs"].items():
        kind = variable["type"]
        arrow = draw.choice(NUMERIC) if kind == "number" else ARROW[kind]
        columns[name] = column(kind, arrow, POOLS[kind], draw, 80)
    agree(con, decisions, pa.table(columns))


@pytest.mark.parametrize("hit", ["U", "A", "P", "F", "R", "C", "C sum", "C count"])
def test_tables_longer_than_two_words_decide_alike(con: Any, hit: str) -> None:
    """130 rules: the rules of a case stand in the first, second and third word of bits."""
    draw = random.Random(7)
    kind = {"type": "number"} if hit == "C sum" else {"type": "string", "values": ["a", "b", "c"]}
    then = ["0.5", "2", "3.25"] if hit == "C sum" else ['"a"', '"b"', '"c"']
    rules = []
    for n in range(130):
        low = draw.randint(0, 95)
        wide = draw.choice([1, 2, 5, 30])
        rules.append(f"R{n} | [{low}..{low + wide}[ | {draw.choice(['-', 'true', 'false'])} => {draw.choice(then)}")
    decisions = DecisionModel.of(
        table_body({"x": {"type": "number"}, "y": {"type": "boolean"}}, rules, hit=hit, outputs={"out": kind})
    )
    agree(
        con,
        decisions,
        pa.table(
            {
                "x": [draw.uniform(-5, 130) for _ in range(400)] + [float(n) for n in range(130)],
                "y": [draw.random() < 0.5 for _ in range(530)],
            }
        ),
    )


def test_a_table_alone_decides_as_in_its_model(con: Any) -> None:
    table = DecisionTable.of(
        {
            "table": "t",
            "label": {"zh": "表", "en": "Table"},
            "hit": "F",
            "inputs": {"x": {"type": "number", "range": "[0..9]"}},
            "outputs": {"y": {"type": "string"}},
            "rules": ['R1 | < 5 => "low"', 'R2 | - => "high"'],
        }
    )
    con.con.register("alone", pa.table({"x": [1.0, 5.0, 10.0, None]}))
    rows = table.expression(con.table("alone")).to_pyarrow().to_pylist()
    assert [(r["y"], r["t_hits"], r["error"]) for r in rows] == [
        ("low", ["R1"], None),
        ("high", ["R2"], None),
        (None, None, "ValueNotAllowed"),
        (None, None, "MissingInput"),
    ]
    assert table.decide({"x": 1}).outputs == {"y": "low"}


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ("<= 0.3", 0.1 + 0.2, False),  # its text is 0.30000000000000004
        ("<= 0.3", 0.3, True),
        ("0.1", 0.1, True),
        ("< 0.1000000000000000055511151231257827", 0.1, True),  # the float's exact binary value; its text 0.1 is less
        (">= 9007199254740993", 9007199254740992.0, False),
        ("-0.0", 0.0, True),
        ("0", -0.0, True),
    ],
)
def test_floats_count_as_their_shortest_decimal_text(con: Any, cell: str, value: float, expected: bool) -> None:
    decisions = DecisionModel.of(
        table_body(
            {"x": {"type": "number"}}, [f'R | {cell} => "in"'], outputs={"out": {"type": "string", "default": '"out"'}}
        )
    )
    assert (decisions.decide({"x": value}).outputs["out"] == "in") is expected
    con.con.register("floats", pa.table({"x": [value]}))
    assert (decisions.expression(con.table("floats")).to_pyarrow().to_pylist()[0]["out"] == "in") is expected
