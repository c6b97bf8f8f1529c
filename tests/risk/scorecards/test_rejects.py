"""Reject inference: each way says what it assumes, and moves the figures where its assumption points."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.risk.helpers import simulated

from windchime.risk.scorecards import Scorecard, Settings
from windchime.risk.scorecards.rejects import ASSUMPTIONS, Method, NotSaid, RejectInference, infer_rejects

#: a lender that turned away small firms with gaps, and by features only
ALL = simulated(900, 4).drop("firm_id")
REFUSED = (ALL["size"] - ALL["gaps"] + pl.Series(np.random.default_rng(0).normal(size=900))) < -1.0
INSIDE, OUTSIDE = ALL.filter(~REFUSED), ALL.filter(REFUSED)
TRUTH = OUTSIDE["bad"].to_numpy().mean()
SETTINGS = Settings.shipped()
FEW = replace(SETTINGS, validation=replace(SETTINGS.validation, folds=2))


def inferred(method: Method, worse_by: float | None = None) -> RejectInference:
    return infer_rejects(
        INSIDE.drop("bad"),
        INSIDE["bad"],
        OUTSIDE.drop("bad"),
        method=method,
        worse_by=worse_by,
        card=lambda: Scorecard(settings=FEW),
    )


@pytest.fixture(scope="module")
def found() -> dict[str, RejectInference]:
    return {"none": inferred("none"), "fuzzy": inferred("fuzzy", 1.0), "worse": inferred("fuzzy", 3.0),
            "reweighting": inferred("reweighting"), "parcelling": inferred("parcelling", 1.5)}  # fmt: skip


def test_each_names_its_assumption_in_both_languages(found: dict[str, RejectInference]) -> None:
    for inference in found.values():
        assert inference.assumption("zh") != inference.assumption("en")
        assert "{" not in inference.assumption("zh")
    assert "times 3.0" in found["worse"].assumption("en")
    assert {f.method for f in found.values()} == set(ASSUMPTIONS)


@pytest.mark.parametrize("method", ["fuzzy", "parcelling"])
def test_how_much_worse_must_be_said(method: Method) -> None:
    with pytest.raises(NotSaid, match="needs worse_by"):
        infer_rejects(INSIDE.drop("bad"), INSIDE["bad"], OUTSIDE.drop("bad"), method=method)


def test_without_inference_nothing_moves(found: dict[str, RejectInference]) -> None:
    none = found["none"]
    assert none.after.dump() == none.before.dump()
    assert (none.auc_change.low, none.auc_change.high) == (0.0, 0.0)
    assert none.mean_after == none.mean_before


def test_rejected_firms_are_expected_to_be_worse_and_the_more_so_the_harder_the_assumption(
    found: dict[str, RejectInference],
) -> None:
    for inference in found.values():
        assert inference.rejected_rate > inference.accepted_rate
    assert found["worse"].rejected_rate > found["fuzzy"].rejected_rate
    assert found["worse"].mean_after[1] > found["none"].mean_after[1]


def test_reweighting_comes_near_the_truth_where_features_decided(found: dict[str, RejectInference]) -> None:
    inference = found["reweighting"]
    assert inference.rejected_rate == pytest.approx(TRUTH, abs=0.12)
    assert inference.effective_firms < inference.accepted


def test_lots_are_the_same_for_the_same_seed(found: dict[str, RejectInference]) -> None:
    again = infer_rejects(INSIDE.drop("bad"), INSIDE["bad"], OUTSIDE.drop("bad"), method="parcelling", worse_by=1.5)
    assert again.after.dump() == found["parcelling"].after.dump()


def test_points_of_both_cards_stand_side_by_side(found: dict[str, RejectInference]) -> None:
    table = found["worse"].points()
    assert table.columns == ["feature", "kind", "bin", "before", "after"]
    assert table["before"].count() == sum(len(f.points) for f in found["worse"].before.card.features)
