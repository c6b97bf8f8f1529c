"""Business time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.core.dates import Month, NotADate, Window, end_of_day, last_complete_month, parse_date

days = st.dates(date(1990, 1, 1), date(2090, 12, 31))


def test_the_as_of_date_ends_at_midnight_in_shanghai() -> None:
    assert end_of_day(date(2026, 1, 5)) == datetime(2026, 1, 5, 15, 59, 59, 999999, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-21", "2026/11/21", "20261121", "2026年11月21日", " 2026-11-21 "])
def test_dates_as_people_write_them(text: str) -> None:
    assert parse_date(text) == date(2026, 11, 21)


@pytest.mark.parametrize(
    "text", ["2023-02-30", "21/11/2026", "2026-13-01", "", "yesterday", "２０２６1121", "2026-11-21T00:00"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(NotADate):
        parse_date(text)


@given(days)
def test_the_last_complete_month_is_over_and_the_next_is_not(as_of: date) -> None:
    month = last_complete_month(as_of)
    assert month.last <= as_of < (month + 1).last


@given(days, st.integers(1, 60))
def test_a_window_has_its_months_and_ends_before_the_as_of_date(as_of: date, months: int) -> None:
    begin, end = Window(months).bounds(as_of)
    assert Month.of(end) - Month.of(begin) == months
    assert begin.day == end.day == 1
    assert end - timedelta(days=1) <= as_of


@given(days, st.integers(-500, 500))
def test_months_add_and_subtract(day: date, months: int) -> None:
    assert (Month.of(day) + months) - Month.of(day) == months
