"""Runs of numbers against plain loops over all possibilities, and the tampering that each check is there for."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.invoices.checks.builders import SETTINGS, Row, books, day, hit, judged, purchase, ran, sale

from windchime.risk.invoices.checks.ordering import days_off

GAP, FEW = SETTINGS.run.sale, SETTINGS.run.few


def _fewest(days: list[int]) -> int:
    """The fewest days that must be taken away for the rest never to fall, by trying."""
    for away in range(len(days) + 1):
        for kept in combinations(days, len(days) - away):
            if all(a <= b for a, b in pairwise(kept)):
                return away
    raise AssertionError


@settings(deadline=None, max_examples=40)
@given(st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=8), min_size=1, max_size=4))
def test_the_fewest_are_out_of_order(runs: list[list[int]]) -> None:
    days = np.array([d for run in runs for d in run])
    starts = np.array([i == 0 for run in runs for i in range(len(run))])
    off, stretch, size = days_off(days, starts)
    at = 0
    for run in runs:
        mine, end = off[at : at + len(run)].tolist(), at + len(run)
        kept = [d for d, o in zip(run, mine, strict=True) if o == 0]
        assert kept == sorted(kept)
        assert len(run) - len(kept) == _fewest(run)
        assert size[at:end].tolist() == [len(run)] * len(run)
        # the days off are those to the nearest place between the kept neighbours
        for i, o in enumerate(mine):
            before = [d for d, x in zip(run[:i], mine[:i], strict=True) if x == 0][-1:]
            after = [d for d, x in zip(run[i:], mine[i:], strict=True) if x == 0 and o][:1]
            assert not o or o == max([b - run[i] for b in before] + [run[i] - a for a in after])
        marks = "".join("x" if o else "." for o in mine)
        assert stretch[at:end].tolist() == [
            n for part in _parts(marks) for n in [len(part) * (part[0] == "x")] * len(part)
        ]
        at = end


def _parts(marks: str) -> list[str]:
    parts: list[str] = []
    for mark in marks:
        if parts and parts[-1][0] == mark:
            parts[-1] += mark
        else:
            parts.append(mark)
    return parts


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.sampled_from([1, 1, 1, 1, 2, FEW + 1, FEW + 2, GAP, GAP + 1, 400]), min_size=1, max_size=30),
    st.randoms(),
)
def test_gaps_and_lone_numbers_by_a_loop(steps: list[int], order: "np.random.Generator") -> None:
    numbers = [5000]
    for step in steps:
        numbers.append(numbers[-1] + step)
    rows = [sale(f"{n:08d}", i, 11300 + 100 * i) for i, n in enumerate(numbers)]
    missing: list[int] = []
    skipped: list[int] = []
    alone: list[int] = []
    for i, n in enumerate(numbers):
        if i and 1 < n - numbers[i - 1] <= GAP:
            (missing if n - numbers[i - 1] <= FEW + 1 else skipped).append(i)
        joined = (i and n - numbers[i - 1] <= GAP) or (i + 1 < len(numbers) and numbers[i + 1] - n <= GAP)
        if not joined:
            alone.append(i)
    order.shuffle(rows)
    place = {row["invoice_no"]: at for at, row in enumerate(rows)}
    found = ran(rows)
    assert hit(found, "number_missing") == sorted(place[f"{numbers[i]:08d}"] for i in missing)
    assert hit(found, "numbers_skipped") == sorted(place[f"{numbers[i]:08d}"] for i in skipped)
    assert hit(found, "number_stands_alone") == sorted(place[f"{numbers[i]:08d}"] for i in alone)
    assert judged(found, "number_missing") == sum(s <= GAP for s in steps)
    assert judged(found, "number_stands_alone") == 1 + sum(s > GAP for s in steps)


def test_a_moved_day_is_out_of_order() -> None:
    rows = books(20)
    rows[9]["issue_date"] = day(9)
    found = ran(rows)
    assert hit(found, "date_out_of_order") == [9]
    assert judged(found, "date_out_of_order") == 20
    told = found.hits.filter(code="date_out_of_order").row(0, named=True)
    assert (told["figure"], told["detail"]) == (4.0, "10000010")


def test_a_second_book_is_not_out_of_order() -> None:
    first, second = books(10), books(10, start=10000011)
    for row in first:
        row["issue_date"] = day(200)
    assert hit(ran(first + second), "date_out_of_order") == []


def test_lost_zeros_do_not_break_a_run() -> None:
    rows = [sale(n, i, 11300 + i) for i, n in enumerate(["00099998", "99999", "100000", "00100001"])]
    assert set(ran(rows).hits["code"]) == set()


def test_void_rows_hold_their_numbers() -> None:
    rows = books(10)
    rows[4]["status"] = "void"
    assert hit(ran(rows), "number_missing") == []
    assert hit(ran(rows[:4] + rows[5:]), "number_missing") == [4]


@pytest.mark.parametrize("stem", ["24312", "24992"])
def test_digital_numbers_rise_through_a_year(stem: str) -> None:
    rows = [sale(f"{stem}{10**9 + 977 * i:015d}", i, 11300 + i, kind="digital_special") for i in range(12)]
    rows[5]["issue_date"] = day(40)
    found = ran(rows)
    assert hit(found, "digital_date_out_of_order") == [5]
    assert judged(found, "digital_number_missing") == 0
    assert judged(found, "date_out_of_order") == 0


def test_digital_numbers_of_another_year_are_another_stem() -> None:
    rows = [
        sale("23312000000099999999", day(-9), kind="digital_special"),
        sale("24312000000000000001", 9, 22600, kind="digital_special"),
    ]
    assert set(ran(rows).hits["code"]) == set()


def test_numbers_of_a_code_rise_beyond_runs() -> None:
    rows = [
        sale(f"{n:08d}", d, 11300 + d, invoice_code="3100191130") for n, d in ((100, 0), (101, 1), (900, 2), (500, 9))
    ]
    found = ran(rows)
    assert hit(found, "date_out_of_order_in_code") == [3]
    assert hit(found, "date_out_of_order") == []


def test_purchases_are_ordered_by_seller() -> None:
    def bought(seller: str) -> list[Row]:
        return [purchase(f"{500 + i:08d}", i, 11300 + i, partner=seller) for i in range(6)]

    rows = bought("own:S") + bought("own:T")
    rows[3]["issue_date"] = day(30)
    found = ran(rows)
    assert hit(found, "purchase_date_out_of_order") == [3]
    assert judged(found, "date_out_of_order") == 0
