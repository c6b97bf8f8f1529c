"""Ultimate controllers: worked cases, and the definition walked by hand on random networks."""

from typing import Any

from hypothesis import given
from tests.graph.ownership.voting import Edges, held, naive, networks

from windchime.graph.ownership import ultimate
from windchime.graph.ownership.control import control


def _told(written: "str | Edges", persons: "set[str] | None" = None, threshold: str = "0.5") -> dict[str, list[Any]]:
    found = held(written, persons)
    controls = control(found, threshold)
    rows = ultimate.table(ultimate.ultimate(controls), controls, found.is_person)
    assert rows.schema == ultimate.ULTIMATE
    told: dict[str, list[Any]] = {}
    for row in rows.to_pylist():
        told.setdefault(row["company"], []).append((row["controller"], row["kind"], tuple(row["members"])))
    return told


def test_a_pyramid_leads_to_its_top() -> None:
    top = ("P", "person", ("P",))
    assert _told("P A 51, A B 51, B C 51") == {"A": [top], "B": [top], "C": [top]}


def test_where_a_chain_is_too_thin_the_company_below_it_is_the_answer() -> None:
    assert _told("P A 40, Q A 30, A B 60, B C 60") == {
        "B": [("A", "company", ("A",))],
        "C": [("A", "company", ("A",))],
    }


def test_a_loop_at_the_top_controls_itself() -> None:
    """Two companies at 51 % of each other: management control, no person behind."""
    loop = ("A", "loop", ("A", "B"))
    assert _told("A B 51, B A 51, P A 49, Q B 49, B T 60") == {"A": [loop], "B": [loop], "T": [loop]}


def test_a_loop_under_a_person_is_no_top() -> None:
    found = _told("A B 60, B A 40, P A 55, Q B 40, B T 60")
    assert found == {c: [("P", "person", ("P",))] for c in "ABT"}


def test_a_ring_of_three_is_one_answer_told_once() -> None:
    loop = ("A", "loop", ("A", "B", "C"))
    assert _told("A B 60, B C 60, C A 60, C T 51") == {c: [loop] for c in "ABCT"}


def test_over_issued_votes_and_low_thresholds_have_several() -> None:
    assert [r[0] for r in _told("P T 60, Q T 60")["T"]] == ["P", "Q"]
    assert [r[0] for r in _told("P T 40, Q T 40", threshold="0.3")["T"]] == ["P", "Q"]


def test_nobody_controls_nothing_is_told() -> None:
    assert _told("P A 50, Q A 50") == {}


@given(networks())
def test_the_top_is_where_walking_up_ends(rows: Edges) -> None:
    controls = naive(rows)
    expected: dict[str, set[tuple[str, ...]]] = {}
    for x, y in controls:
        outside = {z for z, w in controls if w == x and (x, z) not in controls}
        if not outside:
            members = tuple(sorted({x} | {z for z, w in controls if w == x}))
            expected.setdefault(y, set()).add(members)
    found = _told(rows)
    assert {c: {m for _top, _kind, m in told} for c, told in found.items()} == expected
    assert all(len(told) == len({m for _t, _k, m in told}) for told in found.values())


@given(networks())
def test_control_is_transitive(rows: Edges) -> None:
    """What the walk rests on."""
    controls = naive(rows)
    assert all((x, z) in controls for x, y in controls for w, z in controls if w == y and x != z)
