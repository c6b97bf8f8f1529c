"""Both models: they recover what made the data, explain exactly, repeat to the bit, and survive storage."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import cross_val_predict
from tests.risk.helpers import FEATURES, simulated

from windchime.core.canonical import canonical
from windchime.core.errors import UnknownName
from windchime.risk.arrays import BadLabels, NotAFrame, NotNumbers
from windchime.risk.scorecards import Challenger, Scorecard, Settings
from windchime.risk.scorecards.challenger import apportion
from windchime.risk.scorecards.estimator import Estimator, NotFitted
from windchime.risk.validation import auc

MODELS = [Scorecard, Challenger]
ROWS = simulated(600, 1)
EXTREMES: dict[str, float | None] = {"size": 1e12, "gaps": -1e12, "age": None, "noise": float("inf")}


def fitted(model: type[Estimator]) -> Any:
    return model(FEATURES).fit(ROWS, ROWS["bad"])


@pytest.fixture(scope="module", params=MODELS, ids=lambda m: m.__name__)
def model(request: pytest.FixtureRequest) -> Any:
    return fitted(request.param)


def test_a_score_is_the_base_and_its_contributions_exactly(model: Any) -> None:
    points, probability = model.score(ROWS), model.probability(ROWS)
    for i in (*range(40), None):
        row = EXTREMES if i is None else ROWS.row(i, named=True)
        found = model.explain(row)
        assert found.value == found.base + sum(c.points for c in found.contributions)
        if i is not None:
            assert found.value == points[i]
            assert found.probability == pytest.approx(probability[i], abs=1e-15)


def test_the_band_follows_the_probability(model: Any) -> None:
    bounds = dict(Settings.shipped().scaling.bands)
    for i in range(100):
        found = model.explain(ROWS.row(i, named=True))
        worse = [b for b, below in bounds.items() if found.probability < below]
        assert found.band == (worse[0] if worse else "D")


def test_the_same_data_give_the_same_bytes_and_other_data_another_version(model: Any) -> None:
    again = fitted(type(model))
    assert again.dump() == model.dump()
    assert type(model)(FEATURES).fit(simulated(600, 2), simulated(600, 2)["bad"]).version != model.version


def test_a_stored_model_scores_to_the_bit(model: Any) -> None:
    restored = type(model).restore(json.loads(model.dump()))
    fresh = simulated(500, 9)
    assert (restored.probability(fresh) == model.probability(fresh)).all()
    assert restored.explain(fresh.row(0, named=True)) == model.explain(fresh.row(0, named=True))
    assert restored.version == model.version


def test_a_missing_value_is_scored_and_said(model: Any) -> None:
    row = {**ROWS.row(0, named=True), "age": None}
    found = model.explain(row)
    (age,) = [c for c in found.contributions if c.feature == "age"]
    assert age.value is None
    assert "could not be measured" in age.sentence("en")
    assert model.explain({**row, "age": float("nan")}) == found


def test_known_directions_are_kept(model: Any) -> None:
    row = {**ROWS.row(0, named=True)}
    for code, sign in (("size", 1), ("gaps", -1)):
        along = [model.explain({**row, code: float(v)}).value for v in np.linspace(-3, 3, 25)]
        assert (sign * np.diff(along) >= 0).all()
        assert along[0] != along[-1]


def test_it_finds_what_made_the_data(model: Any) -> None:
    fresh = simulated(4000, 5, missing=0)
    eta = -1.0 * fresh["size"] + 0.8 * fresh["gaps"] - 0.6 * fresh["age"]
    best = auc(fresh["bad"].to_numpy(), eta.to_numpy())
    # shallow trees, strongly drawn back, are further from a sum of straight lines than a card is
    away = 0.03 if isinstance(model, Scorecard) else 0.05
    assert auc(fresh["bad"].to_numpy(), model.probability(fresh)) > best - away


@pytest.mark.parametrize("to", [pl.DataFrame.to_arrow, pl.DataFrame.to_pandas, pl.DataFrame.lazy])
def test_any_table_serves(model: Any, to: Any) -> None:
    assert (model.score(to(ROWS)) == model.score(ROWS)).all()


def test_it_has_scikit_learns_manners(model: Any) -> None:
    frame = ROWS.drop("firm_id", "bad").to_pandas()
    out = cross_val_predict(clone(model), frame, ROWS["bad"].to_numpy(), cv=3, method="predict_proba")
    assert out.shape == (600, 2)
    assert out.sum(axis=1) == pytest.approx(1.0)
    assert set(model.predict(frame)) <= {0, 1}
    assert model.get_params()["features"] == FEATURES
    assert type(model)().set_params(seed=4).seed == 4


@pytest.mark.parametrize("kind", MODELS)
def test_bad_calls_are_said(kind: type[Estimator]) -> None:
    with pytest.raises(NotFitted, match="not fitted"):
        kind().explain({})
    with pytest.raises(NotAFrame, match="list"):
        kind().fit([[1, 2]], [0, 1])
    with pytest.raises(NotNumbers, match="day holds Date"):
        kind().fit({"day": [date(2020, 1, 1), date(2020, 1, 2)]}, [0, 1])
    with pytest.raises(BadLabels, match="2 goods, 0 bads"):
        kind().fit({"x": [1.0, 2.0]}, [0, 0])
    with pytest.raises(UnknownName, match="size"):
        fitted(kind).explain({"gaps": 1.0, "age": 1.0, "noise": 1.0})


def test_the_card_can_be_recomputed_by_hand() -> None:
    card = fitted(Scorecard).card
    scaling, row = card.scaling, ROWS.row(3, named=True)
    by_hand = card.base_points
    for f in card.features:
        (at,) = f.bins.assign(np.array([row[f.feature.code] if row[f.feature.code] is not None else np.nan]))
        by_hand += f.points[at]
    found = card.explain(row)
    assert found.value == by_hand
    assert found.probability == pytest.approx(1 / (1 + 2 ** ((by_hand - 600) / 20) * 20))
    assert scaling.offset + scaling.factor * np.log(20) == pytest.approx(600)


def test_noise_is_left_out_and_no_coefficient_is_negative() -> None:
    card = fitted(Scorecard).card
    assert "noise" not in card.codes
    assert all(f.coefficient > 0 for f in card.features)
    for f in card.features:
        woe = [b.woe for b in f.bins.bins]
        assert [p for _, p in sorted(zip(woe, f.points, strict=True))] == sorted(f.points)


def test_labels_without_cause_leave_only_base_points() -> None:
    rng = np.random.default_rng(0)
    rows = pl.DataFrame({"x": rng.normal(size=400)})
    bad = (rng.random(400) < 0.2).astype(float)
    found = Scorecard().fit(rows, bad)
    assert found.card.codes == ()
    assert found.probability(rows) == pytest.approx([bad.mean()] * 400, abs=0.01)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=12), st.integers(-3, 3))
def test_apportioned_points_add_up_and_stay_near(exact: list[float], off: int) -> None:
    total = round(sum(exact)) + off
    whole = apportion(np.array(exact), total)
    assert sum(whole) == total
    assert all(abs(w - e) <= 1 + abs(off) for w, e in zip(whole, exact, strict=True))


@pytest.mark.parametrize("kind", MODELS)
def test_models_of_earlier_releases_load_score_and_explain_as_they_did(kind: type[Estimator]) -> None:
    """The frozen files were written by release 0.1.0, before there were categories, specials and weights."""
    folder, name = Path(__file__).parent / "frozen", kind.__name__.lower()
    restored: Any = kind.restore(json.loads((folder / f"{name}.json").read_bytes()))  # type: ignore[attr-defined]  # both have it
    assert restored.dump() == (folder / f"{name}.json").read_bytes()
    said = [restored.explain(row).as_dict() for row in simulated(20, 9).rows(named=True)]
    assert canonical({"version": restored.version, "scores": said}) == (folder / f"{name}_scores.json").read_bytes()
    # and the same data still give the same model
    assert fitted(kind).dump() == restored.dump()
