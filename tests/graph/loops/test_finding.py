from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.graph.loops import oracle
from tests.graph.loops.helpers import Row, dated, transfers

from windchime.graph.loops import finding
from windchime.graph.loops.finding import find, table
from windchime.graph.loops.results import loop_rows
from windchime.graph.loops.rings import EVERY
from windchime.graph.loops.search import Search
from windchime.graph.loops.transfers import DAY_US, NotTransfers, Transfers

HOW = Search()


def loops(rows: pa.Table, how: Search = HOW, threads: int = 1) -> list[list[int]]:
    return sorted(find(Transfers.of(rows), how, threads=threads).lists())


def test_money_that_comes_back_is_a_loop_at_its_first_transfer() -> None:
    rows = transfers(("c", "a", 9_800, 5), ("a", "b", 10_000, 1), ("b", "c", 9_900, 3))
    assert loops(rows) == [[1, 2, 0]]


def test_two_hops_are_the_shortest_and_the_bound_the_longest() -> None:
    ring = transfers(*((f"n{i}", f"n{(i + 1) % 6}", 100, i) for i in range(6)))
    assert loops(ring) == []
    assert loops(ring, replace(HOW, hops=6)) == [[0, 1, 2, 3, 4, 5]]
    assert loops(transfers(("a", "b", 100, 0), ("b", "a", 100, 1)), replace(HOW, hops=2)) == [[0, 1]]


def test_one_instant_is_no_order() -> None:
    assert loops(transfers(("a", "b", 100, 1), ("b", "a", 100, 1))) == []
    assert loops(transfers(("a", "b", 100, 1), ("b", "a", 100, 1)), replace(HOW, any_order=True)) == []


def test_an_account_is_passed_once() -> None:
    eight = transfers(("a", "b", 100, 1), ("b", "c", 100, 2), ("c", "b", 100, 3), ("b", "a", 100, 4))
    assert loops(eight) == [[0, 3], [1, 2]]
    assert loops(transfers(("a", "a", 100, 1), ("a", "a", 100, 2))) == []


@pytest.mark.parametrize(("fen", "there"), [(79_999, False), (80_000, True), (120_000, True), (120_001, False)])
def test_the_ratio_met_exactly_counts(fen: int, there: bool) -> None:
    rows = transfers(("a", "b", 100_000, 1), ("b", "a", fen, 2))
    assert bool(loops(rows)) is there


def test_the_ratio_is_exact_where_floats_are_not() -> None:
    fen = 9_007_199_254_740_993  # beyond the whole numbers of a float
    how = replace(HOW, low=Fraction(1), high=Fraction(1))
    assert loops(transfers(("a", "b", fen, 1), ("b", "a", fen, 2)), how) == [[0, 1]]
    assert loops(transfers(("a", "b", fen, 1), ("b", "a", fen - 1, 2)), how) == []


def test_each_hop_is_held_against_the_one_before_and_not_the_last_against_the_first() -> None:
    falling = transfers(("a", "b", 100, 1), ("b", "c", 80, 2), ("c", "d", 64, 3), ("d", "a", 52, 4))
    assert loops(falling) == [[0, 1, 2, 3]]


@pytest.mark.parametrize(("hours", "there"), [(24 * 7, True), (24 * 7 + 0.001, False)])
def test_the_window_met_exactly_counts(hours: float, there: bool) -> None:
    assert bool(loops(transfers(("a", "b", 100, 0), ("b", "a", 100, hours)))) is there


def test_rows_of_one_day_without_times_are_in_order_only_where_any_order_is_taken() -> None:
    day = date(2025, 3, 3)
    rows = dated(("b", "c", 100, day), ("a", "b", 100, day), ("c", "a", 100, day))
    assert loops(rows) == []
    assert loops(rows, replace(HOW, any_order=True)) == [[0, 2, 1]]
    spread = dated(*((a, b, 100, day + timedelta(days=i)) for i, (a, b) in enumerate(zip("abc", "bca", strict=True))))
    assert loops(spread) == loops(spread, replace(HOW, any_order=True)) == [[0, 1, 2]]


def test_a_day_may_stand_between_two_times_but_times_never_turn_round() -> None:
    how = replace(HOW, any_order=True)
    # START is eight in the morning in China; rows of that day
    rising = transfers(("a", "b", 100, 1), ("b", "c", 100, 2, True), ("c", "a", 100, 3))
    assert loops(rising, how) == [[0, 1, 2]]
    two_ways = transfers(("a", "b", 100, 3), ("b", "c", 100, 2, True), ("c", "a", 100, 1))
    assert loops(two_ways, how) == [[1, 2, 0]]


def test_work_has_a_limit_and_what_it_cuts_is_told() -> None:
    fan = [("a", "hub", 100, 0.0), *(("hub", f"n{i}", 100, 1.0 + i / 100) for i in range(50))]
    rows = transfers(*fan, *((f"n{i}", "a", 100, 20.0) for i in range(50)))
    whole = find(Transfers.of(rows), HOW, threads=1)
    assert (len(whole), len(whole.cut)) == (50, 0)
    cut = find(Transfers.of(rows), replace(HOW, work=20), threads=1)
    assert cut.cut.tolist() == [0]
    assert 0 < len(cut) < 50


@pytest.mark.parametrize(("limit", "most"), [("MOST_LOOPS", 1_000), ("MOST_WORK", 20_000)])
def test_two_that_pay_each_other_all_day_do_not_fill_the_memory(
    monkeypatch: pytest.MonkeyPatch, limit: str, most: int
) -> None:
    monkeypatch.setattr(finding, limit, most)
    ways = (("a", "b"), ("b", "a"))
    rows = transfers(*((*ways[i % 2], 100, i / 100) for i in range(1_000)), ("x", "y", 7, 1), ("y", "x", 7, 2))
    found = find(Transfers.of(rows), HOW, threads=1)
    assert 0 < len(found) <= most + 500
    assert found.looked <= most + 500
    begin = {r[0] for r in found.lists()} | set(found.cut.tolist())
    assert begin >= set(range(999)) | {1_000}
    made, problems = loop_rows("payment", rows.append_column("row", pa.array(map(str, range(1_002)))), HOW, EVERY)
    assert made.num_rows
    assert problems[-1].code == "more_loops_cut"
    assert problems[-1].params["count"] > 800


def test_the_table_says_who_paid_whom() -> None:
    found = Transfers.of(transfers(("b", "a", 99, 2), ("a", "b", 100, 1)))
    rows = table(found, find(found, HOW)).to_pylist()
    assert [(r["loop"], r["hop"], r["hops"], r["payer"], r["payee"], r["fen"], r["row"]) for r in rows] == [
        (0, 1, 2, "a", "b", 100, 1),
        (0, 2, 2, "b", "a", 99, 0),
    ]


def test_nothing_in_nothing_out() -> None:
    assert loops(transfers()) == []
    assert table(Transfers.of(transfers()), find(Transfers.of(transfers()), HOW)).num_rows == 0


def test_a_list_without_amounts_says_what_is_missing() -> None:
    with pytest.raises(NotTransfers, match="amount"):
        Transfers.of(transfers(("a", "b", 1, 1)).drop_columns(["amount"]))


_rows = st.lists(
    st.tuples(
        st.sampled_from("abcd"),
        st.sampled_from("abcd"),
        st.sampled_from([79, 80, 100, 120, 121, 96]),
        st.sampled_from([0, 1, 2, 20, 24, 30, 47, 48]).map(float),
        st.booleans(),
    ),
    max_size=9,
)


def _edges(rows: list[Row]) -> list[oracle.Edge]:
    found = Transfers.of(transfers(*rows))
    return [
        (payer, payee, fen, int(at), int(at) + (DAY_US - 1 if day_only else 0))
        for (payer, payee, fen, _hours, day_only), at in zip(rows, found.at, strict=True)
    ]


@settings(max_examples=300, deadline=None)
@given(_rows, st.integers(2, 5), st.sampled_from([24, 47, 48]), st.booleans())
def test_brute_force_finds_the_same(rows: list[Row], hops: int, window: int, any_order: bool) -> None:
    how = Search(hops=hops, window=timedelta(hours=window), any_order=any_order)
    found = loops(transfers(*rows), how)
    assert len(found) == len({tuple(f) for f in found})
    assert {tuple(f) for f in found} == oracle.loops(_edges(rows), how)


@settings(max_examples=30, deadline=None)
@given(_rows, st.randoms(use_true_random=False))
def test_two_threads_and_another_order_of_rows_find_the_same(rows: list[Row], random) -> None:  # type: ignore[no-untyped-def]
    there = {tuple(f) for f in loops(transfers(*rows))}
    order = list(range(len(rows)))
    random.shuffle(order)
    turned = loops(transfers(*(rows[i] for i in order)), threads=2)
    assert {tuple(order[i] for i in f) for f in turned} == there
