"""Vintages from whatever names a time; blocks that can tell something; what is held back."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.risk.rules.vintages import BadTimes, TooManyVintages, Vintages
from windchime.risk.rules.vintages import vintages as _vintages

MOST = 120
DAYS = [date(2020, 1, 15) + timedelta(days=40 * k) for k in range(6)]


def vintages(time: Any, rows: int) -> Vintages:
    return _vintages(time, rows, MOST)


@pytest.mark.parametrize(
    ("time", "labels"),
    [
        ([2003, 2001, 2003], ("2001", "2003")),
        (np.array([2.0, 1.0, 2.0]), ("1", "2")),
        (["2003", "2001", "2001"], ("2001", "2003")),
        ([202001, 202104, 202012], ("2020-01", "2020-12", "2021-04")),
        ([20200115, 20200131, 20200401], ("2020-01", "2020-04")),
        (["202001", "202002", "202002"], ("2020-01", "2020-02")),
        ([202001, 202013, 202013], ("202001", "202013")),
        ([5, 202001, 202001], ("5", "202001")),
        (pl.Series(DAYS[:3]), ("2020-01", "2020-02", "2020-04")),
        (["2020-01-15", "2020-02-24", "2020-04-04"], ("2020-01", "2020-02", "2020-04")),
        (pd.Series(pd.to_datetime(DAYS[:3])), ("2020-01", "2020-02", "2020-04")),
        (np.array(["2020-01-31T23", "2020-01-01T00", "2020-03-01T00"], "datetime64[h]"), ("2020-01", "2020-03")),
    ],
)
def test_times_of_every_kind(time: Any, labels: tuple[str, ...]) -> None:
    assert vintages(time, 3).labels == labels


def test_long_spans_are_cut_by_quarter_or_year() -> None:
    months = [date(2010 + k // 12, k % 12 + 1, 1) for k in range(60)]
    assert vintages(months, 60).labels[:2] == ("2010Q1", "2010Q2")
    assert vintages([date(1950 + k, 1, 1) for k in range(60)], 60).labels[-1] == "2009"


@pytest.mark.parametrize("time", [["x", "y"], [1.5, 2.0], [None, 2001], [2001], [[1], [2]], [float("nan"), 1.0]])
def test_what_names_no_vintage_is_refused(time: Any) -> None:
    with pytest.raises(BadTimes):
        vintages(time, 2)


def test_ids_and_seconds_are_no_vintages() -> None:
    seconds = 1_700_000_000 + np.arange(20_000)
    for time in (np.arange(20_000), seconds, seconds.astype(str)):
        with pytest.raises(TooManyVintages, match="20000") as raised:
            vintages(time, 20_000)
        assert "yyyymm" in str(raised.value.hint)
    days = np.datetime64("2021-01-01") + np.arange(400)
    written = np.char.replace(days.astype(str), "-", "").astype(np.int64)
    assert vintages(written, 400).labels == vintages(days, 400).labels


def test_without_times_there_is_one_vintage() -> None:
    found = vintages(None, 3)
    assert (found.labels, found.blocks(np.array([True, False, False]), least=(1, 1), most=4).tolist()) == (("",), [0])


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 60)), min_size=1, max_size=12), st.integers(1, 6))
def test_blocks_run_in_order_and_are_large_enough(cells: list[tuple[int, int]], most: int) -> None:
    years = np.repeat(np.arange(len(cells)), [b + g for b, g in cells])
    bad = np.concatenate([np.repeat([True, False], pair) for pair in cells]) if len(years) else np.zeros(0, bool)
    if not bad.any() or bad.all():
        return
    found = vintages(years, len(years))
    blocks = found.blocks(bad, least=(10, 5), most=most)
    assert (np.diff(blocks) >= 0).all()
    assert blocks[0] == 0
    assert blocks.max() < most
    assert len(set(blocks.tolist())) == blocks.max() + 1
    of_row = blocks[found.of_row]
    if blocks.max() > 0:
        for k in range(blocks.max() + 1):
            assert bad[of_row == k].sum() >= 10
            assert (~bad[of_row == k]).sum() >= 5


def test_the_newest_vintages_are_held_back_if_they_are_few_enough() -> None:
    years = np.repeat([2000, 2001, 2002], [100, 100, 20])
    bad = np.tile([True, False], 110)
    found = vintages(years, 220)
    assert found.newest(bad, least=(5, 5), most=0.2) == 1
    assert found.newest(bad, least=(15, 5), most=0.6) == 2
    assert found.newest(bad, least=(15, 5), most=0.2) == 0
