"""Token buckets: how many are let through, whatever the times between them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from windchime.service.access.limits import Limits

START = datetime(2026, 1, 5, 4, tzinfo=UTC)


@given(rate=st.integers(1, 20), waits=st.lists(st.integers(0, 40), max_size=120))
def test_no_window_lets_more_through_than_the_bucket_and_what_flows_in(rate: int, waits: list[int]) -> None:
    limits, at, taken = Limits(), START, []
    for wait in waits:
        at += timedelta(seconds=wait)
        if limits.allow("a", rate, at):
            taken.append(at)
    for i, first in enumerate(taken):
        for j in range(i, len(taken)):
            assert j - i + 1 <= rate + (taken[j] - first).total_seconds() * rate / 60 + 1e-6


def test_keys_know_nothing_of_each_other_and_their_number_is_bounded() -> None:
    limits = Limits(most_keys=10)
    assert [limits.allow("a", 2, START) for _n in range(3)] == [True, True, False]
    assert limits.allow("b", 2, START)
    for n in range(100):
        limits.allow(f"c{n}", 2, START)
    assert len(limits) == 10


def test_it_refills_evenly_and_a_clock_that_steps_back_refills_nothing() -> None:
    limits = Limits()
    assert [limits.allow("a", 60, START) for _n in range(61)] == [True] * 60 + [False]
    assert not limits.allow("a", 60, START - timedelta(hours=1))
    assert limits.allow("a", 60, START + timedelta(seconds=1))
    assert not limits.allow("a", 60, START + timedelta(seconds=1))


def test_a_rate_of_nothing_is_no_limit() -> None:
    limits = Limits()
    assert all(limits.allow("a", 0, START) for _n in range(1000))
    assert len(limits) == 0


def test_a_storm_takes_no_more_than_there_is() -> None:
    limits = Limits()
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _n: limits.allow("a", 30, START), range(400))) == 30
