"""Codes of a wide table: what they keep, what a set of them means, and that both say the same of every row."""

import math
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from windchime.core.errors import UnknownName
from windchime.risk.coding import STATES, Coding, Feature, NotCodable, NotStates, TooManyStates, code_table
from windchime.risk.coding.cuts import TAILS
from windchime.risk.rules.rule import Condition

CODES = (-9999.0, -1.0)
EDGES = [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, -9999.0, -1.0, 1.0, 2.0, 1e308, -1e308, 0.1, None]
NUMBERS = st.lists(
    st.sampled_from(EDGES) | st.floats(width=32) | st.integers(-3, 60).map(float), min_size=1, max_size=80
)
TEXTS = st.lists(
    st.none() | st.sampled_from(["", "甲", "乙 ", "乙", "NaN", "null", "o'x"]) | st.text(max_size=2), max_size=60
)


def condition(feature: Feature, mask: int) -> Condition:
    return Condition(**asdict(feature.parts(mask)))


def taken(feature: Feature, mask: int, column: pl.Series) -> list[bool]:
    return [bool(mask >> int(code) & 1) for code in feature.encode(column)]


def held(feature: Feature, mask: int, column: pl.Series) -> list[bool]:
    rows = column.to_frame().with_columns(condition(feature, mask).holds().alias("?"))
    return rows["?"].to_list()


@settings(max_examples=60)
@given(NUMBERS, NUMBERS, st.integers(0, 2**32 - 1))
def test_a_set_of_states_of_a_number_means_what_its_condition_says(
    seen: list[float | None], later: list[float | None], mask: int
) -> None:
    feature = code_table({"x": pl.Series(seen, dtype=pl.Float64)}, specials=CODES, threads=1).coding.features[0]
    mask &= (1 << feature.size) - 1
    for values in (seen, later):
        column = pl.Series("x", values, dtype=pl.Float64)
        assert taken(feature, mask, column) == held(feature, mask, column)


@settings(max_examples=60)
@given(TEXTS, TEXTS, st.integers(0, 2**32 - 1))
def test_a_set_of_states_of_a_category_means_what_its_condition_says(
    seen: list[str | None], later: list[str | None], mask: int
) -> None:
    feature = code_table({"x": pl.Series(seen, dtype=pl.String)}, threads=1).coding.features[0]
    mask &= (1 << feature.size) - 1
    for texts in (seen, later):
        column = pl.Series("x", texts, dtype=pl.String)
        assert taken(feature, mask, column) == held(feature, mask, column)


@settings(max_examples=40)
@given(NUMBERS)
def test_cuts_lie_between_values_met_and_every_interval_has_some(values: list[float | None]) -> None:
    column = pl.Series("x", values, dtype=pl.Float64)
    coded = code_table({"x": column}, specials=CODES, threads=1)
    feature = coded.coding.features[0]
    ordinary = sorted({v for v in values if v is not None and not math.isnan(v) and v not in CODES})
    assert len(feature.cuts) == max(min(len(ordinary), STATES - 3) - 1, 0) or len(ordinary) > STATES - 3
    assert all(math.isfinite(cut) for cut in feature.cuts)
    assert list(feature.cuts) == sorted(set(feature.cuts))
    if ordinary:
        assert set(range(feature.ordered)) <= set(coded.codes[0].tolist())


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 4)), min_size=1, max_size=200))
def test_a_weight_is_as_good_as_as_many_rows(weighed: list[tuple[int, int]]) -> None:
    values, weight = np.array([v for v, _ in weighed], np.float64), np.array([w for _, w in weighed], np.float64)
    repeated = code_table({"x": np.repeat(values, weight.astype(int))}, threads=1)
    assert code_table({"x": values}, weight=weight, threads=1).coding == repeated.coding


def test_many_values_are_cut_closer_towards_the_ends_and_heavy_values_stand_alone() -> None:
    values = np.r_[np.zeros(6000), np.arange(1, 4001)].astype(np.float64)
    feature = code_table({"x": values}, threads=1).coding.features[0]
    assert feature.cuts[0] == 1  # zero is an interval of its own
    assert feature.size <= STATES
    share = np.bincount(feature.encode(pl.Series(values)))[:-1] / 4000
    assert share[1] <= 0.01
    assert share[-1] <= 0.01
    assert len(feature.cuts) > 20


def test_every_kind_of_column_has_states() -> None:
    table = pl.DataFrame(
        {
            "flag": [True, None, False],
            "day": [date(2024, 1, 31), None, date(2024, 2, 29)],
            "instant": [datetime(2024, 1, 31, 23, tzinfo=UTC), None, datetime(2024, 2, 29, tzinfo=UTC)],
            "text": ["1", None, "2"],
            "told": ["1", "x", "2"],
            "kind": pl.Series(["b", "a", None], dtype=pl.Categorical),
            "number": [1, 2, None],
            "constant": [1.0, 1.0, 1.0],
            "empty": pl.Series([None, None, None]),
            "no_text": pl.Series([None, None, None], dtype=pl.String),
        }
    )
    coded = code_table(table, numbers=["told"], categories=["number"])
    assert coded.codes.tolist() == [
        [1, 2, 0],
        [0, 2, 1],
        [0, 2, 1],
        [0, 3, 1],
        [0, 2, 1],
        [1, 0, 3],
        [0, 1, 3],
        [0, 0, 0],
        [1, 1, 1],
        [1, 1, 1],
    ]
    plain = coded.coding.plain(table)
    assert plain["day"].to_list() == [19753, None, 19782]
    assert plain["told"].to_list() == [1.0, None, 2.0]
    for feature in coded.coding.features:
        for mask in range(1 << feature.size):
            assert held(feature, mask, plain[feature.name]) == taken(feature, mask, table[feature.name])


def test_at_most_thirty_categories_have_a_name_those_met_most() -> None:
    texts = [f"c{k:02}" for k in range(40) for _ in range(k + 1)]
    feature = code_table({"x": texts}).coding.features[0]
    assert feature.named == tuple(f"c{k}" for k in range(10, 40))
    assert feature.encode(pl.Series(["c09", "never", None])).tolist() == [30, 30, 31]
    assert feature.parts(1 << 30 | 1).other
    assert feature.parts(1).named == ()


def test_tables_of_any_library_are_coded_alike_on_any_threads() -> None:
    draws = np.random.default_rng(3)
    columns: dict[str, Any] = {f"x{k}": draws.normal(size=300) for k in range(5)}
    columns["t"] = draws.choice(["a", "b"], 300).tolist()
    table = pl.DataFrame(columns)
    first = code_table(table, threads=1)
    for other in (columns, table.lazy(), table.to_arrow(), pa.table(columns), table.to_pandas()):
        again = code_table(other, threads=8)
        assert again.coding == first.coding
        assert again.codes.tobytes() == first.codes.tobytes()
    assert Coding.of(first.coding.as_dict()) == first.coding
    assert first.coding.encode(table, threads=2).codes.tobytes() == first.codes.tobytes()
    some = np.array([3, 1, 299])
    assert first.take(some).codes.tolist() == first.codes[:, some].tolist()
    assert first.take(np.arange(300) < 7).rows == 7


def test_more_rows_than_shares_are_learnt_on_are_cut_between_values_of_all_rows() -> None:
    values = np.random.default_rng(5).permutation(40_000) * 1000.0
    feature = code_table({"x": values}).coding.features[0]
    assert len(feature.cuts) == 25
    assert all(cut % 1000 == 0 for cut in feature.cuts)
    assert np.array(feature.cuts) / 40e6 == pytest.approx(np.array(TAILS), abs=0.01)


@pytest.mark.parametrize(
    "values",
    [
        [1.7976931348623157e308, math.inf, 1.0],
        [-1.7976931348623157e308, -math.inf],
        [math.inf, -math.inf],
        [0.0, 5e-324],
    ],
)
def test_cuts_stay_finite_at_the_end_of_numbers(values: list[float]) -> None:
    column = pl.Series("x", values)
    coded = code_table({"x": column}, specials=[math.nan])
    feature = coded.coding.features[0]
    assert all(math.isfinite(cut) for cut in feature.cuts)
    assert feature.specials == ()
    for mask in range(1 << feature.size):
        assert taken(feature, mask, column) == held(feature, mask, column)
    assert coded.codes.tolist() == [feature.encode(column).tolist()]


def test_what_cannot_be_coded_is_refused() -> None:
    with pytest.raises(NotCodable, match="feature x holds List"):
        code_table({"x": [[1], [2]]})
    with pytest.raises(UnknownName):
        code_table({"x": [1]}, categories=["y"])
    with pytest.raises(TooManyStates, match="28 special codes; a feature has room for 27"):
        code_table({"x": [1.0]}, specials={"x": range(28)})
    coding = code_table({"x": [1.0, 2.0]}).coding
    with pytest.raises(UnknownName):
        coding.encode({"y": [1.0]})
    with pytest.raises(NotStates):
        coding.features[0].parts(1 << 3)
    with pytest.raises(NotStates):
        coding.features[0].parts(-1)
