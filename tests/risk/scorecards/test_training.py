"""Training: nothing is learnt from the firm that is predicted, leaks are refused, the card tells everything."""

import json
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.risk.helpers import FEATURES, REAL_FEATURES, feature, provenance, real_firms, simulated, training

from windchime.core.canonical import canonical
from windchime.risk.scorecards import ModelCard, Settings, evaluate, firm_labels, train
from windchime.risk.scorecards.scorecard import Scorecard
from windchime.risk.scorecards.training import (
    LabelsBeforeFeatures,
    SeveralDefinitions,
    SeveralRows,
    TooFewOutcomes,
    defaulted_by,
)
from windchime.risk.validation import auc

SETTINGS = Settings.shipped()


def test_every_firm_has_an_out_of_fold_probability_and_its_fold() -> None:
    oof = training().oof
    assert oof.columns == ["firm_id", "bad", "fold", "scorecard", "challenger"]
    assert oof["firm_id"].is_sorted()
    assert oof.select(pl.all().is_null().any()).row(0) == (False,) * 5
    assert sorted(oof["fold"].unique()) == [0, 1, 2, 3, 4]
    for model in ("scorecard", "challenger"):
        assert oof[model].is_between(0, 1).all()
        assert training().metrics[model].auc.value == auc(oof["bad"].to_numpy(), oof[model].to_numpy())


def test_an_out_of_fold_probability_does_not_know_its_own_label() -> None:
    """Turning the label of a firm changes nothing in its own fold's predictions but through the folds' make-up: so fold by hand."""
    rows = simulated(240, 1)
    fold = training().oof["fold"].to_numpy()
    table = rows.sort("firm_id")
    inside = np.flatnonzero(fold == 2)
    outside = np.flatnonzero(fold != 2)
    by_hand = Scorecard(FEATURES, SETTINGS, 0).fit(table[outside], table["bad"][outside]).probability(table[inside])
    assert (training().oof["scorecard"].to_numpy()[inside] == by_hand).all()


def test_labels_without_cause_are_not_predicted_out_of_fold() -> None:
    rng = np.random.default_rng(4)
    rows = pl.DataFrame(
        {"firm_id": [f"n:{i:03}" for i in range(200)], **{f"x{j}": rng.normal(size=200) for j in range(6)}}
    )
    bad = pl.DataFrame({"firm_id": rows["firm_id"], "bad": (rng.random(200) < 0.3).astype(float)})
    found = train(rows, bad, [feature(f"x{j}") for j in range(6)], provenance(), SETTINGS)
    for metrics in found.metrics.values():
        assert metrics.auc.low < 0.55


def test_the_same_training_gives_the_same_bytes() -> None:
    again = training.__wrapped__()
    assert again.scorecard.dump() == training().scorecard.dump()
    assert again.challenger.dump() == training().challenger.dump()
    assert again.oof.equals(training().oof)


def test_order_of_rows_is_irrelevant() -> None:
    rows = simulated(240, 1)
    turned = train(rows.drop("bad").sample(fraction=1, shuffle=True, seed=3), rows.select("firm_id", "bad").reverse(),
                   FEATURES, provenance(), SETTINGS)  # fmt: skip
    assert turned.scorecard.version == training().scorecard.version


def test_a_leak_is_refused_by_name_and_the_rest_is_used() -> None:
    rows = simulated(240, 1)
    table = rows.drop("bad").with_columns(
        after=rows["bad"] * 2.0, band=pl.when(rows["bad"] == 1).then(pl.lit("D")).otherwise(pl.lit("A"))
    )
    found = train(table, rows.select("firm_id", "bad"), (*FEATURES, feature("after")), provenance(), SETTINGS)
    assert {e.indicator for f in found.findings for e in f.evidence} == {"after", "band"}
    assert "after" not in {f.code for f in found.features}
    assert found.scorecard.version == training().scorecard.version


def test_features_after_labels_and_too_few_outcomes_are_refused() -> None:
    rows = simulated(240, 1)
    late = provenance(features_as_of=date(2021, 6, 30))
    with pytest.raises(LabelsBeforeFeatures, match="2021-06-30 are later"):
        train(rows.drop("bad"), rows.select("firm_id", "bad"), FEATURES, late, SETTINGS)
    few = pl.concat([rows.filter(pl.col("bad") == 0), rows.filter(pl.col("bad") == 1)[:9]])
    with pytest.raises(TooFewOutcomes, match="9 bads are too few: 5 folds need 10"):
        train(few.drop("bad"), few.select("firm_id", "bad"), FEATURES, provenance(), SETTINGS)


def test_a_firm_that_stands_twice_is_refused() -> None:
    rows = simulated(240, 1)
    with pytest.raises(SeveralRows, match="sim:F00000 has several rows of features"):
        train(pl.concat([rows, rows[:1]]).drop("bad"), rows.select("firm_id", "bad"), FEATURES, provenance(), SETTINGS)


def test_a_firm_is_bad_if_any_of_its_loans_was() -> None:
    outcomes = {"firm_id": ["b", "a", "a"], "definition_id": ["90d"] * 3, "bad": [False, False, True]}
    assert firm_labels(outcomes).rows() == [("a", 1.0), ("b", 0.0)]
    two = {**outcomes, "definition_id": ["90d", "90d", "60d"]}
    with pytest.raises(SeveralDefinitions, match="60d, 90d"):
        firm_labels(two)
    assert firm_labels(two, "90d").rows() == [("a", 0.0), ("b", 0.0)]


@pytest.mark.parametrize("model", ["scorecard", "challenger"])
def test_the_model_card_tells_data_figures_and_limits(model: str) -> None:
    card = ModelCard.of_training(training(), model)
    body = json.loads(canonical(card.as_dict()))
    assert body["data"]["firms"] == 240
    assert body["data"]["features_as_of"] == "2020-01-31"
    assert body["metrics"]["against"].keys() == {"size"}
    assert body["metrics"]["auc"]["low"] < body["metrics"]["auc"]["value"] < body["metrics"]["auc"]["high"]
    for lang, words in (("zh", ("样本很小", "最近六个月")), ("en", ("sample is small", "last six months"))):
        text = card.markdown(lang)  # type: ignore[arg-type]  # both are languages
        assert all(w in text for w in words)
        assert body["version"] in text
        assert "{" not in text
    english = {line for line in card.markdown("en").splitlines() if line.startswith(("#", "- "))}
    chinese = set(card.markdown("zh").splitlines())
    shared = {line for line in english & chinese if "`" not in line}
    assert not shared, "lines that were not translated"


@pytest.mark.samples
def test_discrimination_on_the_real_firms_is_that_of_models_with_little_data(samples: Path) -> None:
    rows = real_firms(samples)
    bad, size = rows["bad"].to_numpy(), np.log1p(rows["sales_total"].to_numpy())
    found = evaluate(rows, bad, REAL_FEATURES, size, SETTINGS, seeds=[0], models={"scorecard": Scorecard})
    assert (found.firms, found.bads) == (123, 27)
    assert found.reference.value == pytest.approx(0.89, abs=0.005)
    for model in found.models:
        # an out-of-fold AUC near 1 would mean that a label leaked, one near ½ that nothing was learnt
        assert 0.7 < model.auc.value < 0.95
        assert model.against_reference.low < model.against_reference.value < model.against_reference.high
        assert model.against_reference.value == pytest.approx(model.auc.value - found.reference.value)


def test_a_default_before_the_features_is_known_to_them() -> None:
    day = date(2024, 12, 31)
    events = {"a": date(2024, 12, 31), "b": date(2025, 1, 1), "c": None, "d": date(2023, 6, 1)}
    outcomes = pl.DataFrame({"firm_id": list(events), "event_on": list(events.values())})
    assert defaulted_by(outcomes, day) == ("a", "d")
