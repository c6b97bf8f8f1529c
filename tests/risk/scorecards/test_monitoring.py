"""Monitoring: histograms once, moves proven by the sampling distribution of the index and then judged by size."""

import json
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.risk.helpers import FEATURES, simulated

from windchime.core.canonical import canonical
from windchime.risk.scorecards import Scorecard
from windchime.risk.scorecards.reference import Reference, counted, reference_of
from windchime.risk.scorecards.shifts import Shift, shift, shifts
from windchime.risk.scorecards.watching import SCORE, model_reference, scored_table
from windchime.risk.scorecards.workbench import Workbench
from windchime.risk.validation import psi

LIMITS = Workbench.shipped().monitoring
numbers = st.lists(
    st.one_of(st.none(), st.floats(-5, 5), st.sampled_from([-9999.0, float("inf"), float("nan")])),
    min_size=1,
    max_size=60,
)


@settings(deadline=None, max_examples=60)
@given(numbers, numbers)
def test_every_row_is_counted_once_and_where_it_belongs(old: list[float | None], new: list[float | None]) -> None:
    table = pl.DataFrame({"x": old}, schema={"x": pl.Float64})
    found = reference_of(table, ["x"], bins=4, cut_rows=1000, specials={"x": [-9999.0]})
    column = found.columns["x"]
    assert sum(column.counts) == len(old)
    counts = counted(found, pl.DataFrame({"x": new}, schema={"x": pl.Float64}))["x"]
    seen = [v for v in new if v is not None and not np.isnan(v)]
    assert counts[-1] == len(new) - len(seen)
    assert counts[-2] == seen.count(-9999.0)
    edges = [-np.inf, *column.cuts, np.inf]
    usual = [v for v in seen if v != -9999.0]
    for i, (low, high) in enumerate(pairwise(edges)):
        assert counts[i] == sum(low <= v < high or (i == len(column.cuts) and v == np.inf) for v in usual)


def test_categories_unseen_ones_and_missing_are_parts_of_their_own() -> None:
    found = reference_of({"t": ["甲", "乙", "乙", None]}, ["t"], bins=5, cut_rows=10)
    assert found.columns["t"].parts == ("乙", "甲", "*", "")
    assert counted(found, {"t": ["丙", "甲", None, None]})["t"].tolist() == [0, 1, 1, 2]
    assert Reference.of(json.loads(canonical(found.as_dict()))) == found


def one(before: list[int], after: list[int], tests: int = 1) -> Shift:
    return shift("x", [""] * len(before), np.array(before), np.array(after), LIMITS, tests=tests)


@pytest.mark.parametrize("rows", [60, 300, 5000])
def test_where_nothing_moved_few_alarms_are_false_whatever_the_sample(rows: int) -> None:
    rng, share = np.random.default_rng(rows), np.array([0.3, 0.2, 0.2, 0.15, 0.1, 0.04, 0.01])
    proven = [one(list(rng.multinomial(2000, share)), list(rng.multinomial(rows, share))).p < 0.05 for _ in range(600)]
    assert 0.02 <= np.mean(proven) <= 0.08


def test_size_alone_proves_nothing_and_proof_alone_is_not_large() -> None:
    few = one([500, 500, 500, 500], [14, 5, 6, 5])
    assert (few.state, few.index > LIMITS.watch) == ("unproven", True)
    many = one([500_000, 500_000], [505_000, 495_000])
    assert (many.state, many.index < 0.001) == ("small", True)
    assert one([500, 500], [900, 100]).state == "alarm"
    assert one([500, 500], [500, 500]).state == "stable"


def test_the_index_is_the_customary_one_and_its_lower_bound_is_below_it() -> None:
    found = one([300, 400, 300], [500, 300, 200])
    assert found.index == pytest.approx(psi([300, 400, 300], [500, 300, 200]))
    assert 0 < found.at_least < found.index
    assert one([300, 400, 300], [500, 300, 200], tests=1000).at_least < found.at_least


def test_a_part_that_was_never_there_alarms_when_it_comes() -> None:
    assert one([500, 500, 0], [400, 400, 200]).state == "alarm"


def test_a_card_is_watched_in_its_own_bins_with_its_score() -> None:
    rows, later = simulated(600, 1), simulated(600, 3)
    model = Scorecard(FEATURES).fit(rows, rows["bad"])
    found = model_reference(model, rows, LIMITS)
    assert list(found.columns) == [SCORE, *model.card.codes]
    assert list(Reference.of(json.loads(canonical(found.as_dict()))).columns) == list(found.columns)
    for f in model.card.features:
        assert list(found.columns[f.feature.code].counts) == [b.goods + b.bads for b in f.bins.bins]
    assert {s.state for s in shifts(found, scored_table(model, later), LIMITS)} <= {"stable"}
    moved = later.with_columns(pl.col("size") - 1)
    states = {s.name: s.state for s in shifts(found, scored_table(model, moved), LIMITS)}
    assert states["size"] == states[SCORE] == "alarm"
    assert states["gaps"] == "stable"
