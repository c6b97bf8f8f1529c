"""S-FEEL cells: what is read, what it holds of, and what is refused with a reason."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dmn.helpers import POOLS, cells, holds, near

from windchime.core.text import Text
from windchime.dmn.axis import Axis
from windchime.dmn.feel import Cell, CellFault, parse_cell, parse_literal
from windchime.dmn.parts import Variable
from windchime.dmn.values import literal

D = Decimal


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("-", [D(1), None, "A"], []),
        ("", [D(1), None], []),
        ("5", [D(5), D("5.00")], [D("5.01"), None]),
        ("< 5", [D("4.99")], [D(5), None]),
        (">=-0.5", [D("-0.5"), D(0)], [D("-0.51")]),
        ("[1..5]", [D(1), D(5)], [D("0.9"), D("5.1"), None]),
        ("]1..5[", [D("1.1")], [D(1), D(5)]),
        ("(1..5]", [D(5)], [D(1)]),
        ("[.5..1)", [D("0.5")], [D(1)]),
        ("1, 3, > 7", [D(1), D(3), D(8)], [D(2), D(7)]),
        ("not(1, 3)", [D(2)], [D(1), D(3), None]),
        ("null", [None], [D(0), ""]),
        ("not(null)", [D(0), ""], [None]),
        ('not("A", null)', ["B"], ["A", None]),
        ('"A, B", "制造业"', ["A, B", "制造业"], ["A"]),
        (r'"say \"hi\"\n\u98ce"', ['say "hi"\n风'], []),
        ('< date("2026-01-01")', [date(2025, 12, 31)], [date(2026, 1, 1)]),
        ("true", [True], [False, None]),
        ("not(false)", [True], [False]),
    ],
)
def test_a_cell_holds_of_these_and_not_of_those(text: str, inside: list[Any], outside: list[Any]) -> None:
    cell = parse_cell(text)
    assert [holds(cell, v) for v in (*inside, *outside)] == [True] * len(inside) + [False] * len(outside)
    assert parse_cell(cell.text) == cell


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(((", "broken_cell"),
        ("foo(", "not_supported"),
        ("> ", "broken_cell"),
        ("[1..", "broken_cell"),
        ("1,", "broken_cell"),
        ("5 5", "broken_cell"),
        ("not(1", "broken_cell"),
        ("not(1), 2", "broken_cell"),
        ("not(not(1))", "broken_cell"),
        ("1e3", "broken_cell"),
        ("1,000.5.2", "broken_cell"),
        ("= 5", "broken_cell"),
        ("“A”", "broken_cell"),
        ("＞5", "broken_cell"),
        ("'A'", "broken_cell"),
        (r'"\q"', "broken_cell"),
        ('date("2026-02-30")', "broken_cell"),
        ('date("20260101")', "broken_cell"),
        ("date(5)", "broken_cell"),
        ("[5..1]", "never_true"),
        ("]5..5]", "never_true"),
        ('[1..date("2026-01-01")]', "broken_cell"),
        ('> "A"', "wrong_literal_type"),
        ("< true", "wrong_literal_type"),
        ("approve", "not_supported"),
        ("limit * 2", "broken_cell"),
        ("upper(x)", "not_supported"),
        ("1" * 39, "too_many_digits"),
    ],
)
def test_a_broken_cell_is_refused_by_a_named_fault(text: str, code: str) -> None:
    with pytest.raises(CellFault) as fault:
        parse_cell(text)
    assert fault.value.code == code


@pytest.mark.parametrize("text", ["-", "", "< 5", "1, 2", "not(1)", "[1..2]", "approve"])
def test_an_output_is_one_literal(text: str) -> None:
    with pytest.raises(CellFault):
        parse_literal(text)


@given(text=st.text(st.sampled_from('[]()<>=.,-"\\ 015aAnul\u98cedte'), max_size=20))
def test_any_text_is_read_back_from_its_canonical_form_or_refused(text: str) -> None:
    try:
        cell = parse_cell(text)
    except CellFault:
        return
    assert parse_cell(cell.text) == cell


@given(value=st.one_of(st.text(max_size=12), st.decimals("-1e20", "1e20", places=6), st.booleans(), st.dates()))
def test_a_literal_is_read_back(value: Any) -> None:
    assert parse_literal(literal(value)) == value


@given(data=st.data(), kind=st.sampled_from(list(POOLS)), nullable=st.booleans())
def test_segments_answer_as_the_tests_do(data: st.DataObject, kind: Any, nullable: bool) -> None:
    """An axis knows of every value what its cells say of it."""
    found: list[Cell] = [parse_cell(data.draw(cells(kind, POOLS[kind], nullable))) for _ in range(3)]
    axis = Axis.of(Variable("x", Text("x", "x"), kind, nullable=nullable), found)
    for value in [*near(POOLS[kind], kind), *([None] if nullable else [])]:
        assert [bool(axis.cover(c) >> axis.index(value) & 1) for c in found] == [holds(c, value) for c in found]


@given(data=st.data(), kind=st.sampled_from(list(POOLS)), nullable=st.booleans())
def test_a_set_of_segments_described_is_a_cell_of_the_same_values(
    data: st.DataObject, kind: Any, nullable: bool
) -> None:
    cell = parse_cell(data.draw(cells(kind, POOLS[kind], nullable)))
    axis = Axis.of(Variable("x", Text("x", "x"), kind, nullable=nullable), [cell])
    said = axis.describe(axis.cover(cell) & axis.feasible)
    values = [*near(POOLS[kind], kind), *([None] if nullable else [])]
    parts = (
        [parse_cell(p) for p in said.replace("not(null), null", "-").split(", ")]
        if "not" not in said
        else [parse_cell("-")]
    )
    assert "not" in said or [any(holds(p, v) for p in parts) for v in values] == [holds(cell, v) for v in values]
