"""A whole batch decided by one Ibis expression, equal to deciding its rows one by one.

The same segments as in `dmn.axis`, found by a balanced tree of comparisons; the rules that hold on a segment are looked up
as 62-bit words and intersected.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.datatypes as dt

from windchime.core.errors import UnknownName
from windchime.dmn.axis import Axis
from windchime.dmn.bounds import segment
from windchime.dmn.errors import ColumnNotUsable, ColumnTaken
from windchime.dmn.parts import Variable
from windchime.dmn.table import DecisionTable
from windchime.dmn.values import Kind

#: rules a word; a signed 64-bit integer minus its sign and one bit to spare
WORD = 62
#: rules looked through together when hits are listed: most stretches have none and are passed over
STRETCH = 16
_PREFIX = "_dmn_"


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # ibis is published without types here
def bit_count(x: dt.int64) -> dt.int8:
    """How many bits of an integer are set: the engine's own function, in eight bits on DuckDB, too few to add on."""


def _bits(word: Any) -> Any:
    return bit_count(word).cast("int64")


def decided(tables: Sequence[DecisionTable], inputs: Sequence[Variable], batch: Any) -> Any:
    """The batch with the results of the tables in order; see `DecisionModel.expression`."""
    made = [o.name for t in tables for o in t.results] + [f"{t.name}_hits" for t in tables] + ["error", "error_at"]
    for column in made:
        if column in batch.columns:
            raise ColumnTaken(column=column)
    columns = list(batch.columns)
    # inputs and their segments; later tables read columns of earlier ones
    failures: list[tuple[str, str, str]] = []
    frame = batch
    for variable in inputs:
        frame = _taken(frame, variable, failures)
    for table in tables:
        frame = _decided(frame, table, failures)
    code = ibis.cases(*[(frame[flag], ibis.literal(c)) for flag, c, _at in failures], else_=ibis.null("string"))
    where = ibis.cases(*[(frame[flag], ibis.literal(at)) for flag, _c, at in failures], else_=ibis.null("string"))
    frame = frame.mutate(error=code, error_at=where)
    fine = frame.error.isnull()
    results = {name: fine.ifelse(frame[name], ibis.null(frame[name].type())) for name in made[:-2]}
    return frame.select(*columns, **results, error=frame.error, error_at=frame.error_at)


def _taken(frame: Any, variable: Variable, failures: list[tuple[str, str, str]]) -> Any:
    """The frame with a flag for each way in which this input can fail."""
    name = variable.name
    if name not in frame.columns:
        raise UnknownName("column", name, list(frame.columns))
    column = frame[name]
    _usable(name, column, variable.kind)
    flags: dict[str, Any] = {}

    def fails(code: str, when: Any) -> None:
        flag = f"{_PREFIX}{code}_{name}"
        flags[flag] = when.fill_null(False)
        failures.append((flag, code, name))

    if not variable.nullable:
        fails("MissingInput", column.isnull())
    if column.type().is_floating():
        fails("WrongType", column.isnan() | column.isinf())
    if variable.values or variable.range:
        axis = Axis.of(variable, ())
        fails(
            "ValueNotAllowed",
            column.notnull() & (segment(column, axis, [int(axis.allowed >> s & 1) for s in range(axis.present)]) == 0),
        )
    return frame.mutate(**flags) if flags else frame


def _usable(name: str, column: Any, kind: Kind) -> None:
    found = column.type()
    fits = {
        "number": found.is_numeric() and not found.is_boolean(),
        "string": found.is_string(),
        "boolean": found.is_boolean(),
        "date": found.is_date(),
    }
    if not fits[kind]:
        raise ColumnNotUsable(column=name, found=str(found), kind=kind)


def _decided(frame: Any, table: DecisionTable, failures: list[tuple[str, str, str]]) -> Any:
    """The frame with the outputs, the hits and the failures of one table."""
    own = f"{_PREFIX}{table.name}_"
    count = -(-len(table.rules) // WORD)
    words = [f"{own}word{w}" for w in range(count)]
    groups: list[dict[int, int]] = []
    segments: dict[str, Any] = {}
    for i, axis in enumerate(table.axes):
        group: dict[int, int] = {}
        labels = [group.setdefault(mask, len(group)) for mask in table.holds[i]]
        groups.append(group)
        segments[f"{own}segment{i}"] = segment(frame[axis.variable.name], axis, labels)
    frame = frame.mutate(**segments)
    frame = frame.mutate(**{name: _word(frame, own, groups, w) for w, name in enumerate(words)})
    first = f"{own}first"
    frame = frame.mutate(**{first: _first(frame, words, None if table.default is None else len(table.rules))})
    flag = f"{own}none"
    frame = frame.mutate(**{flag: frame[first].isnull()})
    failures.append((flag, "NoMatch", table.name))
    if table.hit in {"U", "A"}:
        several = f"{own}several"
        code = "SeveralHits" if table.hit == "U" else "OutputsDiffer"
        frame = frame.mutate(**{several: _several(frame, table, words, first)})
        failures.append((several, code, table.name))
    return _concluded(frame, table, words, first)


def _word(frame: Any, own: str, groups: Sequence[dict[int, int]], w: int) -> Any:
    """The rules of one word that hold on every axis."""
    word = None
    for i, group in enumerate(groups):
        parts = [mask >> (w * WORD) & ((1 << WORD) - 1) for mask in group]
        part = ibis.literal(parts[0], "int64") if len(parts) == 1 else _pick(parts, "int64", frame[f"{own}segment{i}"])
        word = part if word is None else word & part
    return word


def _first(frame: Any, words: Sequence[str], default: int | None) -> Any:
    """The place of the first rule that matches; the place after the last for the default; null for no match."""
    places = [(frame[name] != 0, _bits(frame[name] ^ (frame[name] - 1)) - 1 + w * WORD) for w, name in enumerate(words)]
    return ibis.cases(*places, else_=ibis.null("int64") if default is None else ibis.literal(default, "int64"))


def _several(frame: Any, table: DecisionTable, words: Sequence[str], first: str) -> Any:
    """U: a second rule matches; A: a rule matches whose outputs are not those of the first."""
    if table.hit == "U":
        return sum((_bits(frame[name]) for name in words), ibis.literal(0, "int64")) > 1
    return ibis.or_(*[(frame[name] & _others(frame, table, first, w)) != 0 for w, name in enumerate(words)]).fill_null(
        False
    )


def _others(frame: Any, table: DecisionTable, first: str, w: int) -> Any:
    full = (1 << WORD) - 1
    others = [~mask >> (w * WORD) & full for mask in table.same]
    return _pick([*others, 0], "int64", frame[first])


def _concluded(frame: Any, table: DecisionTable, words: Sequence[str], first: str) -> Any:
    """Outputs and hits from the rules that match."""
    ids = [r.id for r in table.rules]
    matched = f"{_PREFIX}{table.name}_matched"
    if table.hit in {"U", "F"}:
        one = ibis.array([_pick([*ids, ""], "string", frame[first])])
        hits = (frame[first] < len(ids)).ifelse(one, ibis.null("array<string>")).fill_null(_empty("string"))
    else:
        frame = frame.mutate(**{matched: _matched(frame, table, words, first)})
        hits = frame[matched].map(lambda i: _pick(ids, "string", i))
    made: dict[str, Any] = {f"{table.name}_hits": hits}
    for at, output in enumerate(table.parts.outputs):
        kind = _type(table, at)
        entries = [row[at] for row in table.outputs]
        default = None if table.default is None else table.default[at]
        if not (table.parts.collects or table.parts.aggregator):
            made[output.name] = _pick([*entries, default], kind, frame[first])
            continue
        found = _collected(frame[matched], table, entries, kind)
        if table.default is not None:
            otherwise = (
                _array(list(default), kind) if isinstance(default, tuple) else _literal(default, _result(table, at))
            )
            found = (frame[first] < len(ids)).ifelse(found, otherwise)
        made[output.name] = found
    return frame.mutate(**made)


def _collected(matched: Any, table: DecisionTable, entries: list[Any], kind: str) -> Any:
    if table.parts.aggregator == "count":
        return matched.length().cast("decimal(18, 0)")
    listed = matched.map(lambda i: _pick(entries, kind, i))
    if not table.parts.aggregator:
        return listed
    found = {"sum": listed.sums, "min": listed.mins, "max": listed.maxs}[table.parts.aggregator]()
    return found.cast(kind)


def _matched(frame: Any, table: DecisionTable, words: Sequence[str], first: str) -> Any:
    """The places of the rules that stand, as an array."""
    parts = []
    for w, name in enumerate(words):
        word = frame[name] & ~_others(frame, table, first, w) if table.hit == "P" else frame[name]
        for offset in range(0, min(WORD, len(table.rules) - w * WORD), STRETCH):
            start = w * WORD + offset
            places = list(range(start, min(start + STRETCH, (w + 1) * WORD, len(table.rules))))
            some = (word & (((1 << len(places)) - 1) << offset)) != 0
            held = _array(places, "int64").filter(_holds(word, w * WORD))
            parts.append(some.ifelse(held, _empty("int64")))
    return parts[0].concat(*parts[1:]) if len(parts) > 1 else parts[0]


def _holds(word: Any, offset: int) -> Callable[[Any], Any]:
    return lambda i: ((word >> (i - offset)) & 1) == 1


def _type(table: DecisionTable, at: int) -> str:
    output = table.parts.outputs[at]
    if output.kind == "number":
        # every number of the column has its digits after the point; what stands before takes the rest
        return f"decimal(38, {table.places[at]})" if table.parts.aggregator != "count" else "int64"
    return output.kind


def _result(table: DecisionTable, at: int) -> str:
    return "decimal(18, 0)" if table.parts.aggregator == "count" else _type(table, at)


def _literal(value: Any, kind: str) -> Any:
    if value is None:
        return ibis.null(kind)
    if isinstance(value, Decimal):
        return ibis.literal(format(value, "f")).cast(kind)
    return ibis.literal(value, kind)


def _array(values: Sequence[Any], kind: str) -> Any:
    return ibis.array([_literal(v, kind) for v in values]) if values else _empty(kind)


def _empty(kind: str) -> Any:
    return ibis.literal([], f"array<{kind}>")


def _pick(values: Sequence[Any], kind: str, place: Any) -> Any:
    """The value at a place; null at null."""
    return _array(values, kind)[place]
