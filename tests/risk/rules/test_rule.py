"""What a rule means, row by row."""

import math

import polars as pl
import pytest

from windchime.risk.rules.rule import Condition, Rule

ROWS = pl.DataFrame(
    {
        "months": [1.0, 3.0, -9999.0, None, math.nan, math.inf, -math.inf],
        "region": ["甲", "乙", None, "丙", "甲", "NaN", ""],
    }
)


def hits(*conditions: Condition) -> list[int]:
    return ROWS.with_columns(Rule(conditions).holds().alias("hit"))["hit"].arg_true().to_list()


def test_intervals_leave_codes_and_missing_values_out() -> None:
    assert hits(Condition("months", spans=((None, 3.0),), codes=(-9999.0,))) == [0, 6]
    assert hits(Condition("months", spans=((None, 3.0),))) == [0, 2, 6]
    assert hits(Condition("months", spans=((3.0, None),))) == [1, 5]


def test_codes_and_missing_values_are_taken_by_name() -> None:
    assert hits(Condition("months", specials=(-9999.0,), codes=(-9999.0,))) == [2]
    assert hits(Condition("months", spans=((3.0, 4.0),), missing=True)) == [1, 3, 4]
    assert hits(Condition("months", missing=True)) == [3, 4]


def test_categories() -> None:
    assert hits(Condition("region", "category", categories=("甲",))) == [0, 4]
    assert hits(Condition("region", "category", other=True, named=("甲", "乙"))) == [3, 5, 6]
    assert hits(Condition("region", "category", missing=True)) == [2]


def test_conjunction_and_the_empty_rule() -> None:
    young, here = Condition("months", spans=((None, 2.0),)), Condition("region", "category", categories=("甲",))
    assert hits(here, young) == [0]
    assert hits() == list(range(7))


def test_a_rule_comes_back_from_json() -> None:
    rule = Rule(
        (
            Condition("months", spans=((None, 2.0), (5.0, 7.5)), specials=(-1.0,), codes=(-9.0, -1.0), missing=True),
            Condition("region", "category", categories=("甲",), other=True, named=("甲", "乙")),
        )
    )
    assert Rule.of(rule.as_dict()) == rule
    assert rule.features == ("months", "region")


def test_one_condition_a_feature() -> None:
    with pytest.raises(ValueError, match="one condition a feature"):
        Rule((Condition("months"), Condition("months", missing=True)))
