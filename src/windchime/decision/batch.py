"""A decision model asked about many cases at once: inputs as one Arrow table, answers from the model's expression."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa

from windchime.dmn import DecisionModel
from windchime.dmn.parts import Outcome, Variable

#: the column that keeps the cases' order
_CASE = "case_number"
#: every figure of a decision has at most this many decimals: figures and rates are rounded to six or fewer
_PLACES = 10
_TYPES = {"number": pa.decimal128(38, _PLACES), "string": pa.string(), "boolean": pa.bool_(), "date": pa.date32()}


def outcomes(model: DecisionModel, cases: Sequence[Mapping[str, Any]]) -> list[Outcome | tuple[str, str]]:
    """The outcome of each case in order, or the code and place of the error that has none."""
    if not cases:
        return []
    columns = {v.name: _column(v, [c[v.name] for c in cases]) for v in model.inputs}
    with duckdb.connect() as con:
        con.register("cases", pa.table({_CASE: pa.array(range(len(cases)), pa.int64()), **columns}))
        answers = con.sql(_sql(model)).to_arrow_table().to_pydict()
    errors, places = answers["error"], answers["error_at"]
    outputs = [(o.name, answers[o.name]) for o in model.outputs]
    hits = [(name, answers[f"{name}_hits"]) for name in model.tables]
    return [
        Outcome({n: _value(v[i]) for n, v in outputs}, {n: tuple(v[i]) for n, v in hits})
        if errors[i] is None
        else (str(errors[i]), str(places[i]))
        for i in range(len(cases))
    ]


@lru_cache(maxsize=32)
def _sql(model: DecisionModel) -> str:
    """The model's expression over a table of cases, compiled once."""
    import ibis

    schema = pa.schema([(_CASE, pa.int64()), *((v.name, _TYPES[v.kind]) for v in model.inputs)])
    cases = ibis.table(ibis.Schema.from_pyarrow(schema), name="cases")
    answers = model.expression(cases).drop(*(v.name for v in model.inputs)).order_by(_CASE)
    return str(ibis.to_sql(answers, dialect="duckdb"))


def _column(variable: Variable, values: list[Any]) -> pa.Array:
    kind = _TYPES[variable.kind]
    if variable.kind != "number":
        return pa.array(values, kind)
    return pa.array([None if v is None else Decimal(v) for v in values], kind)


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
