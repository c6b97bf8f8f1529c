"""Good rows of any contract, drawn by hypothesis: types, bounds, codes and rules of one row are kept; keys differ.

`rows(contract)` draws a list of rows as a source in contract form brings them, `sample(contract)` gives some. `broken(rule, row)` is the rules of a
contract said once more, in Python: it tells which rules a row breaks, and is held against what intake says.
"""

import re
import string
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from windchime.data.contracts import Column, Contract, Rule, contract

Row = dict[str, Any]
#: default as-of of the packs that tests write; nothing in a row lies after it
AS_OF = date(2025, 12, 31)
FIRST = date(2019, 1, 1)
#: characters of texts: none that is trimmed, split, or part of a number of a person
LETTERS = "甲乙丙丁戊己庚辛壬癸示例文本" + string.ascii_letters
#: how a value of each personal class is written, so that values which differ have tokens which differ
WRITTEN = {
    "contact": st.integers(0, 10**8 - 1).map(lambda n: f"139{n:08d}"),
    "identity": st.integers(0, 10**9 - 1).map(lambda n: f"自然人{n}"),
    "account": st.integers(0, 10**12 - 1).map(lambda n: f"6200{n:012d}"),
    "sensitive": st.integers(0, 10**9 - 1).map(lambda n: f"内容{n}"),
}
#: decimals of a number's type, and what it stays below where the contract sets no bound
DIGITS = {"money": (2, 10**12), "rate": (6, 100), "number": (4, 10**9), "quantity": (8, 10**9), "price": (10, 10**9)}


def rows(
    found: Contract, *, source: str = "twin", min_size: int = 1, max_size: int = 5
) -> st.SearchStrategy[list[Row]]:
    """Rows of one table, no two with the same key, none that breaks a rule, whatever its effect."""

    def key(row: Row) -> tuple[Any, ...]:
        return tuple(row.get(name) for name in found.key)

    unique = None if "row_no" in found.key else key
    return st.lists(row(found, source=source), min_size=min_size, max_size=max_size, unique_by=unique)


@st.composite
def row(draw: st.DrawFn, found: Contract, *, source: str = "twin") -> Row:
    """One row that breaks no rule; about every third value that may be empty is."""
    full = {c.name: draw(value(c, found, source=source)) for c in found.expected}
    empty = {c.name for c in found.expected if c.nullable and not _identifies(c) and draw(st.integers(0, 2)) == 0}
    made = {name: None if name in empty else v for name, v in full.items()}
    for _ in range(8):
        wrong = [r for r in found.rules if broken(r, made)]
        if not wrong:
            return made
        for rule in wrong:
            MENDS[rule.kind](rule.options, made, full)
    raise AssertionError(f"{found.name}: no good row found; broken: {[r.code for r in wrong]}")


def sample(found: Contract, count: int = 3, *, source: str = "twin") -> list[Row]:
    """Always the same good rows of a table, for tests that want some and no search."""
    return [dict(row) for row in _drawn(found.name, count, source)]


@cache
def _drawn(name: str, count: int, source: str) -> list[Row]:
    found = contract(name)
    drawn: list[list[Row]] = []

    @settings(
        max_examples=4,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(rows(found, source=source, min_size=count, max_size=count))
    def take(made: list[Row]) -> None:
        drawn.append(made)

    take()
    return drawn[-1]


def any_row(found: Contract, *, source: str = "twin") -> st.SearchStrategy[Row]:
    """One row whose values are good one by one; it may break rules."""
    return st.fixed_dictionaries(
        {
            c.name: value(c, found, source=source) | st.none()
            if c.nullable and not _identifies(c)
            else value(c, found, source=source)
            for c in found.expected
        }
    )


def table(found: Contract, made: Sequence[Row]) -> pa.Table:
    """Rows as an Arrow table in the source form of the contract."""
    return pa.Table.from_pylist(list(made), schema=found.source_schema())


def value(column: Column, found: Contract, *, source: str = "twin") -> st.SearchStrategy[Any]:
    """A value that the column accepts by itself."""
    shapes = [r.options["pattern"] for r in found.rules if r.kind == "matches" and r.options["column"] == column.name]
    if shapes:
        return st.from_regex(shapes[0], fullmatch=True, alphabet=LETTERS + string.digits + "（）号-")
    if column.personal != "none":
        return WRITTEN[column.personal]
    if column.type == "id":
        return st.integers(0, 10**6).map(lambda n: f"{source}:{column.name}{n}")
    if column.type in DIGITS:
        digits, limit = DIGITS[column.type]
        low, high = (int(b * 10**digits) for b in _bounds(column, limit))
        return st.integers(low, high).map(lambda n: Decimal(n).scaleb(-digits))
    return PLAIN[column.type](column)


def _codes(column: Column) -> st.SearchStrategy[str]:
    return st.sets(st.sampled_from(list(column.values)), min_size=1).map(lambda codes: "|".join(sorted(codes)))


def _instant(_column: Column) -> st.SearchStrategy[datetime]:
    """Whole seconds, so that every form of file can write them."""
    first = datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC)
    return st.integers(0, (AS_OF - FIRST).days * 86_400).map(lambda seconds: first + timedelta(seconds=seconds))


#: values of the types that need no source
PLAIN: dict[str, Callable[[Column], st.SearchStrategy[Any]]] = {
    "text": lambda _: st.text(LETTERS, min_size=1, max_size=12),
    "enum": lambda column: st.sampled_from(list(column.values)),
    "codes": _codes,
    "bool": lambda _: st.booleans(),
    "int": lambda column: st.integers(*(int(b) for b in _bounds(column, 10**6))),
    "date": lambda _: st.dates(FIRST, AS_OF),
    "month": lambda _: st.dates(FIRST, AS_OF - timedelta(days=31)).map(lambda day: day.replace(day=1)),
    "instant": _instant,
}


def _bounds(column: Column, limit: int) -> tuple[Decimal, Decimal]:
    low = Decimal(-limit) if column.minimum is None else column.minimum
    return low, max(low, Decimal(limit)) if column.maximum is None else column.maximum


def _identifies(column: Column) -> bool:
    """Ids of parties are always given: intake would make up those that are not."""
    return bool(column.party) and column.type == "id"


def broken(rule: Rule, row: Mapping[str, Any], *, as_of: date = AS_OF) -> bool:
    """Whether the row breaks the rule; what is empty breaks nothing but what asks for it."""
    return BREAKS[rule.kind](rule.options, row, as_of)


def _there(row: Mapping[str, Any], *names: str) -> bool:
    return all(row[n] is not None for n in names)


def _sum(o: Mapping[str, Any], row: Mapping[str, Any], _as_of: date) -> bool:
    parts = [row[p] for p in o["parts"]]
    return _there(row, *o["parts"], o["whole"]) and abs(sum(parts) - row[o["whole"]]) > Decimal(o["tolerance"])


def _sign(o: Mapping[str, Any], row: Mapping[str, Any], _as_of: date) -> bool:
    ((column, code),) = o["negative_when"].items()
    amount = row[o["column"]]
    return _there(row, column, o["column"]) and ((amount < 0) != (row[column] == code)) and amount != 0


def _says(o: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    said = row[o["column"]]
    said = str(said).lower() if isinstance(said, bool) else said
    return said is not None and not set(said.split("|")).isdisjoint(o["is"])


def _implies(o: Mapping[str, Any], row: Mapping[str, Any], _as_of: date) -> bool:
    return _says(o, row) and (
        not _there(row, *o.get("filled", ()))
        or any(row[c] is not None for c in o.get("empty", ()))
        or any(row[c] is not None and row[c] <= 0 for c in o.get("positive", ()))
    )


BREAKS: dict[str, Callable[[Mapping[str, Any], Mapping[str, Any], date], bool]] = {
    "sum": _sum,
    "sign": _sign,
    "not_after_known": lambda o, row, as_of: _there(row, o["column"]) and _day(row[o["column"]]) > as_of,
    "zero": lambda o, row, _: row[o["column"]] == 0,
    "distinct": lambda o, row, _: _there(row, *o["columns"]) and row[o["columns"][0]] == row[o["columns"][1]],
    "order": lambda o, row, _: _there(row, *o["columns"]) and row[o["columns"][0]] > row[o["columns"][1]],
    "any_of": lambda o, row, _: all(row[c] is None for c in o["columns"]),
    "implies": _implies,
    "matches": lambda o, row, _: row[o["column"]] is not None and not re.fullmatch(o["pattern"], row[o["column"]]),
}


def _day(said: date) -> date:
    return said.date() if isinstance(said, datetime) else said


def _mend_sum(o: Mapping[str, Any], row: Row, _full: Row) -> None:
    row[o["whole"]] = sum(row[p] for p in o["parts"])


def _mend_sign(o: Mapping[str, Any], row: Row, _full: Row) -> None:
    """The parts of the amount change their sign with it, so that sums go on to hold."""
    ((column, code),) = o["negative_when"].items()
    if row[o["column"]] < 0:
        row[column] = code
    else:
        row.update({c: -v for c, v in row.items() if isinstance(v, Decimal) and c in {"amount", "tax", "total"}})


def _mend_order(o: Mapping[str, Any], row: Row, _full: Row) -> None:
    first, second = o["columns"]
    row[first], row[second] = row[second], row[first]


def _mend_distinct(o: Mapping[str, Any], row: Row, _full: Row) -> None:
    row[o["columns"][1]] += "x"


def _mend_any_of(o: Mapping[str, Any], row: Row, full: Row) -> None:
    row[o["columns"][0]] = full[o["columns"][0]]


def _mend_implies(o: Mapping[str, Any], row: Row, full: Row) -> None:
    row.update({c: full[c] for c in o.get("filled", ()) if row[c] is None})
    row.update(dict.fromkeys(o.get("empty", ())))
    row.update({c: Decimal("0.01") for c in o.get("positive", ()) if row[c] is not None and row[c] <= 0})


def _mend_zero(o: Mapping[str, Any], row: Row, _full: Row) -> None:
    row[o["column"]] += Decimal("0.01")


#: how a row that breaks a rule is made one that does not; other rules may be broken by it, so they are tried again
MENDS: dict[str, Callable[[Mapping[str, Any], Row, Row], None]] = {
    "sum": _mend_sum,
    "sign": _mend_sign,
    "zero": _mend_zero,
    "distinct": _mend_distinct,
    "order": _mend_order,
    "any_of": _mend_any_of,
    "implies": _mend_implies,
}
