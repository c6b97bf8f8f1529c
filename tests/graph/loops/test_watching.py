from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.loops.helpers import START, transfers

from windchime.graph.loops.finding import find
from windchime.graph.loops.search import Search
from windchime.graph.loops.transfers import Transfers
from windchime.graph.loops.watching import OutOfOrder, Passed, Watcher

Told = tuple[str, str, int, float]


def watched(rows: list[Told], how: Search) -> list[tuple[int, ...]]:
    watcher = Watcher(how)
    found = []
    for number, (payer, payee, fen, hours) in enumerate(rows):
        closed = watcher.add(payer, payee, Decimal(fen) / 100, START + timedelta(hours=hours))
        assert not closed.is_cut
        assert all(loop[-1].number == number for loop in closed.loops)
        found += [tuple(p.number for p in loop) for loop in closed.loops]
    return sorted(found)


def test_the_transfer_that_closes_a_loop_tells_it() -> None:
    watcher = Watcher()
    assert watcher.add("a", "b", Decimal("10.00"), START).loops == ()
    assert watcher.add("b", "c", Decimal("9.90"), START + timedelta(hours=1)).loops == ()
    (loop,) = watcher.add("c", "a", Decimal("9.80"), START + timedelta(hours=2)).loops
    assert loop[0] == Passed(0, "a", "b", Decimal("10.00"), START)
    assert [p.payee for p in loop] == ["b", "c", "a"]


def test_what_was_filled_in_before_is_remembered() -> None:
    watcher = Watcher()
    watcher.fill([("a", "b", Decimal(10), START)])
    assert len(watcher.add("b", "a", Decimal(10), START + timedelta(days=7)).loops) == 1
    assert watcher.add("b", "a", Decimal(10), START + timedelta(days=7, seconds=1)).loops == ()


def test_time_does_not_run_back() -> None:
    watcher = Watcher()
    watcher.add("a", "b", Decimal(1), START)
    with pytest.raises(OutOfOrder, match="2025-03-03"):
        watcher.add("b", "a", Decimal(1), START - timedelta(seconds=1))


def test_a_hub_is_cut_at_the_limit_and_says_so() -> None:
    watcher = Watcher(Search(work=10))
    watcher.fill([("a", "b", Decimal(1), START), *((f"n{i}", "b", Decimal(1), START) for i in range(50))])
    closed = watcher.add("b", "a", Decimal(1), START + timedelta(hours=1))
    assert closed.is_cut
    assert closed.loops == ()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcde"), st.sampled_from("abcde"), st.sampled_from([79, 80, 100, 120, 121]),
            st.integers(0, 20),
        ),
        max_size=14,
    ),
    st.integers(2, 5),
    st.sampled_from([3, 8, 20]),
)  # fmt: skip
def test_the_stream_finds_what_the_whole_search_finds(
    rows: list[tuple[str, str, int, int]], hops: int, window: int
) -> None:
    how = replace(Search(), hops=hops, window=timedelta(hours=window))
    told: list[Told] = sorted(((a, b, fen, float(h)) for a, b, fen, h in rows), key=lambda r: r[3])
    batch = find(Transfers.of(transfers(*told)), how, threads=1).lists()
    assert watched(told, how) == sorted(tuple(loop) for loop in batch)


def test_the_stream_finds_the_same_when_its_rings_grow_and_turn() -> None:
    """Some thousand transfers: more than the first ring holds, and many times more than the window."""
    state = 12345
    told: list[Told] = []
    for i in range(6000):
        state = (state * 1103515245 + 12345) % 2**31
        payer, payee = (state >> 8) % 40, (state >> 16) % 40
        told.append((f"n{payer}", f"n{payee}", 100 + (state >> 5) % 7, i / 60 if i < 3000 else 50 + (i - 3000) * 0.02))
    how = Search(hops=3, window=timedelta(hours=20), low=Search().low, high=Search().high)
    batch = find(Transfers.of(transfers(*told)), how, threads=2).lists()
    assert len(batch) > 1000
    assert watched(told, how) == sorted(tuple(loop) for loop in batch)
