"""Whatever one firm's figure is, two answers that differ by that firm are explained by any other figure as well."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.service.agreements.answers import PERIODS, Answers
from windchime.service.agreements.errors import BadTerms

STEP = Decimal("1000000.00")
MANNER = Answers(3, 10, Decimal("0.5"), 5, STEP)
CENT = Decimal("0.01")
figures = st.decimals(2 * CENT, STEP - 2 * CENT, places=2)


def test_it_is_read_as_it_was_written() -> None:
    assert Answers.of(MANNER.as_dict()) == MANNER
    assert MANNER.as_dict()["amount_step"] == "1000000.00"


@pytest.mark.parametrize(
    "changed",
    [
        {"months": 5}, {"months": 0}, {"months": "3"}, {"months": True}, {"least_firms": 4}, {"firms_step": 1},
        {"firms_step": 11}, {"largest_share": "1"}, {"largest_share": "0"}, {"largest_share": "0.50"},
        {"largest_share": "half"}, {"amount_step": "0.00"}, {"amount_step": "-1.00"}, {"amount_step": "1e6"},
        {"amount_step": "NaN"}, {"amount_step": None}, {"more": 1},
        {"largest_share": "1e-9"}, {"largest_share": "1e999999999"},
    ],
)  # fmt: skip
def test_a_manner_that_hides_nothing_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(BadTerms):
        Answers.of(MANNER.as_dict() | changed)


@pytest.mark.parametrize("said", [None, [], "x", {}, {"months": 3}])
def test_what_is_none_is_refused(said: Any) -> None:
    with pytest.raises(BadTerms):
        Answers.of(said)


def test_less_in_any_respect_hides_less() -> None:
    assert MANNER.hides(MANNER)
    for stricter in (
        replace(MANNER, months=6),
        replace(MANNER, least_firms=11),
        replace(MANNER, largest_share=Decimal("0.4")),
        replace(MANNER, firms_step=6),
        replace(MANNER, amount_step=STEP * 2),
    ):
        assert stricter.hides(MANNER)
        assert not MANNER.hides(stricter)


@given(day=st.dates(date(2000, 1, 1), date(2100, 1, 1)), months=st.sampled_from(PERIODS))
def test_periods_follow_one_another_through_the_year(day: date, months: int) -> None:
    manner = replace(MANNER, months=months)
    last = manner.until(day)
    assert day <= last
    assert manner.until(last) == last
    assert (last.month % months, (last + timedelta(days=1)).day) == (0, 1)
    assert manner.until(last + timedelta(days=1)) > last
    assert (last - day).days < 31 * months


def a_group(total: Decimal, size: int) -> list[Decimal]:
    """Figures of so many firms, as even as cents allow."""
    each = (total / size).quantize(CENT)
    return [*[each] * (size - 1), total - each * (size - 1)]


@given(group=st.lists(figures, min_size=10, max_size=40), newcomer=figures)
def test_two_answers_differ_by_steps_and_nothing_between(group: list[Decimal], newcomer: Decimal) -> None:
    before, after = MANNER.total(group), MANNER.total([*group, newcomer])
    assert before is None or after is None or after - before in {0, STEP}
    assert MANNER.firms(len(group) + 1) - MANNER.firms(len(group)) in {0, MANNER.firms_step}


@given(newcomer=figures, told=st.integers(5, 15), size=st.integers(20, 40))
def test_whatever_a_newcomer_adds_each_pair_of_answers_is_possible(newcomer: Decimal, told: int, size: int) -> None:
    """So a pair of answers rules out no figure up to the step."""
    low, high = (a_group(told * STEP + edge, size) for edge in (CENT - STEP / 2, STEP / 2 - CENT))
    assert MANNER.total(low) == MANNER.total(high) == told * STEP
    assert MANNER.total([*low, newcomer]) == told * STEP
    assert MANNER.total([*high, newcomer]) == (told + 1) * STEP


def test_a_figure_larger_than_the_step_or_the_part_is_in_no_told_sum() -> None:
    many = [Decimal("900000.00")] * 20
    assert MANNER.total(many) == 18 * STEP
    assert MANNER.total([*many, STEP + CENT]) is None
    assert MANNER.total([*[Decimal("1.00")] * 20, STEP]) is None
    assert MANNER.total([Decimal("0.00")] * 20) == 0
