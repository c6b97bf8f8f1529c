"""The evaluation: pooled over folds, averaged over seeds, paired with the reference."""

import numpy as np
import pytest
from tests.risk.helpers import FEATURES, simulated

from windchime.risk.scorecards import Scorecard, Settings, evaluate
from windchime.risk.scorecards.training import cross_validated
from windchime.risk.validation import auc, stratified_folds

SETTINGS = Settings.shipped()
ROWS = simulated(160, 6).sort("firm_id")
BAD = ROWS["bad"].to_numpy()
FOUND = evaluate(ROWS, BAD, FEATURES, ROWS["size"].to_numpy(), SETTINGS, seeds=[0, 1], models={"scorecard": Scorecard})


def test_the_figure_is_the_mean_over_seeds_of_pooled_out_of_fold_aucs() -> None:
    everything = FOUND.models[0]
    by_hand = [
        auc(
            BAD, cross_validated(Scorecard, ROWS, BAD, stratified_folds(BAD, 5, s), FEATURES, settings=SETTINGS, seed=s)
        )
        for s in (0, 1)
    ]
    assert everything.by_seed == tuple(by_hand)
    assert everything.auc.value == pytest.approx(np.mean(by_hand))


def test_differences_are_paired_with_the_reference() -> None:
    assert FOUND.reference.value == auc(BAD, -ROWS["size"].to_numpy())
    for m in FOUND.models:
        assert m.against_reference.value == pytest.approx(m.auc.value - FOUND.reference.value)
        assert m.against_reference_bootstrap.value == pytest.approx(m.against_reference.value)
        assert m.against_one_variable.value == pytest.approx(m.auc.value - FOUND.one_variable.value)
        # the one-variable model ranks as the variable does, but for levels that differ between folds
        assert FOUND.one_variable.value == pytest.approx(FOUND.reference.value, abs=0.03)


def test_recent_features_are_left_out_where_it_says_so() -> None:
    assert [(m.with_recent, m.features) for m in FOUND.models] == [(True, 4), (False, 3)]
    # two features made the data better told than one: seen with the recent one, less so without
    assert FOUND.models[0].auc.value > FOUND.models[1].auc.value > 0.5
