"""Categories, special codes, weights and vintages reach the card, and what is left out is named."""

import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.risk.helpers import simulated

from windchime.core.errors import UnknownName
from windchime.risk.binning import optimal_bins
from windchime.risk.scorecards import Scorecard, Settings
from windchime.risk.scorecards.sample import BadTimes, BadWeights, vintages

TRADES = ["制造", "零售", "餐饮", "建筑"]


def mixed(rows: int, seed: int) -> pl.DataFrame:
    """A number, a number with a special code, and a category; −9999 and 餐饮 are bad, missing trades are not."""
    rng = np.random.default_rng(seed)
    size, queries = rng.normal(size=rows), rng.poisson(2, rows).astype(float)
    trade = rng.choice(TRADES, rows)
    none = rng.random(rows) < 0.15
    queries = np.where(none, -9999.0, queries)
    eta = -2.5 - 1.0 * size + 2.5 * none + 0.6 * np.where(none, 0, queries) + 1.5 * (trade == "餐饮")
    bad = (rng.random(rows) < 1 / (1 + np.exp(-eta))).astype(float)
    hidden = rng.random(rows) < 0.1
    return pl.DataFrame(
        {
            "size": size,
            "queries": queries,
            "trade": [None if h else t for h, t in zip(hidden, trade, strict=True)],
            "bad": bad,
        }
    )


ROWS = mixed(900, 1)
X, Y = ROWS.drop("bad"), ROWS["bad"]


@pytest.fixture(scope="module")
def card() -> Scorecard:
    return Scorecard().fit(X, Y, specials={"queries": [-9999]})


def test_categories_and_special_codes_have_bins_and_points_of_their_own(card: Scorecard) -> None:
    by_code = {f.feature.code: f for f in card.card.features}
    assert set(by_code) == {"size", "queries", "trade"}
    kinds = [b.kind for b in by_code["queries"].bins.bins]
    assert kinds[-2:] == ["special", "missing"]
    trade = by_code["trade"]
    worst = [b for b in trade.bins.bins if "餐饮" in b.categories]
    assert trade.points[trade.bins.bins.index(worst[0])] == min(trade.points)
    assert sum(b.goods + b.bads for b in trade.bins.bins) == len(ROWS)


def test_a_category_is_explained_in_words(card: Scorecard) -> None:
    for trade, sentence in (
        ("餐饮", "trade is 餐饮"),
        ("航天", "in the bin other categories"),
        (None, "could not be measured"),
    ):
        row: dict[str, Any] = {"size": 0.3, "queries": -9999, "trade": trade}
        found = card.explain(row)
        (said,) = [c.sentence("en") for c in found.contributions if c.feature == "trade"]
        assert sentence in said
        assert found.value == card.score(pl.DataFrame([row], schema_overrides={"trade": pl.String}))[0]


def test_a_card_of_categories_comes_back_from_its_bytes_and_from_any_table(card: Scorecard) -> None:
    restored = Scorecard.restore(json.loads(card.dump()))
    assert restored.dump() == card.dump()
    assert restored.version == Scorecard().fit(X, Y, specials={"queries": [-9999]}).version
    for table in (X, X.to_pandas(), X.to_arrow(), X.with_columns(pl.col("trade").cast(pl.Categorical))):
        assert (restored.score(table) == card.score(X)).all()


def test_weights_reach_bins_points_and_averages() -> None:
    weight = np.where(ROWS["size"].to_numpy() > 0, 3.0, 1.0)
    found = Scorecard(trends="none").fit(X, Y, weight=weight, specials=[-9999])
    size = next(f for f in found.card.features if f.feature.code == "size")
    options = Settings.shipped().binning
    values = X["size"].to_numpy()
    assert size.bins == optimal_bins(
        "size", values, Y.to_numpy(), options, trend="none", specials=[-9999], weights=weight
    )
    points = np.array(size.points)[size.bins.assign(values)]
    assert size.average == round(float((points * weight).sum() / weight.sum()))
    # thrice the rows of whom weighs three is nearly the same model: only the folds differ
    double = pl.concat([X, X.filter(weight > 1), X.filter(weight > 1)])
    labels = np.concatenate([Y, Y.filter(weight > 1), Y.filter(weight > 1)])
    repeated = Scorecard(trends="none").fit(double, labels, specials=[-9999])
    assert np.abs(repeated.probability(X) - found.probability(X)).mean() < 0.03


def test_a_trend_can_be_asked_for() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=1500)
    bad = (rng.random(1500) < 1 / (1 + np.exp(0.2 + x**2))).astype(float)
    monotone, turning = Scorecard().fit({"x": x}, bad), Scorecard(trends={"x": "turning"}).fit({"x": x}, bad)
    assert turning.card.features[0].bins.trend == "peak"
    assert monotone.card.codes == () or monotone.card.features[0].bins.iv < turning.card.features[0].bins.iv


def vintaged(turning: bool) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    year = rng.integers(2000, 2005, 3000)
    size, code = rng.normal(size=3000), rng.normal(size=3000)
    slope = np.where((year == 2003) & turning, -1.0, 1.0)
    bad = (rng.random(3000) < 1 / (1 + np.exp(1.5 + size - slope * code))).astype(float)
    return pl.DataFrame({"size": size, "code": code}), bad, year


def test_a_feature_that_turns_in_a_vintage_is_left_out_and_named() -> None:
    table, bad, year = vintaged(turning=True)
    assert set(Scorecard().fit(table, bad).card.codes) == {"size", "code"}
    found = Scorecard().fit(table, bad, time=year)
    assert found.card.codes == ("size",)
    (left,) = found.left_out_
    assert left.params["vintage"] == "2003"
    assert "在批次 2003" in left.sentence("zh")


def test_features_that_hold_in_all_vintages_stay() -> None:
    table, bad, year = vintaged(turning=False)
    assert set(Scorecard().fit(table, bad, time=year).card.codes) == {"size", "code"}


def test_every_feature_is_on_the_card_or_named_with_its_reason() -> None:
    rows = simulated(600, 1).drop("firm_id").with_columns(twin=pl.col("size") * 2)
    found = Scorecard().fit(rows.drop("bad"), rows["bad"])
    named = {e.indicator for f in found.left_out_ for e in f.evidence}
    assert set(found.card.codes) | named == set(rows.columns) - {"bad"}
    assert not set(found.card.codes) & named
    assert any("goes with that of size" in f.sentence("en") for f in found.left_out_)


def test_bad_weights_and_times_are_said() -> None:
    for weight in ([1.0], np.full(900, -1.0), np.zeros(900), np.full(900, np.nan)):
        with pytest.raises(BadWeights, match="for each of the 900 rows"):
            Scorecard().fit(X, Y, weight=weight)
    with pytest.raises(BadTimes, match="1 were given"):
        Scorecard().fit(X, Y, time=[2020])
    with pytest.raises(UnknownName, match="nowhere"):
        Scorecard().fit(X, Y, specials={"nowhere": [1]})


def test_dates_are_taken_by_quarter_and_numbers_sort_in_time() -> None:
    days = [date(2020, 1, 1) + timedelta(days=80 * i) for i in range(4)]
    assert vintages(days, 4) == ("2020Q1", "2020Q1", "2020Q2", "2020Q3")
    assert vintages([9, 10], 2) == ("09", "10")
