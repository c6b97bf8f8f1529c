"""`RuleForest`: finds what was planted, finds nothing where there is nothing, keeps to its budget, repeats to the byte."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.utils import get_tags
from tests.risk.rules.planted import planted

import windchime
from windchime.core.canonical import canonical
from windchime.core.errors import UnknownName
from windchime.risk.arrays import BadLabels, NotAFrame, NotNumbers
from windchime.risk.rules.forest import NotMined, RuleForest
from windchime.risk.rules.inputs import BadMass
from windchime.risk.rules.ruleset import RuleSet
from windchime.risk.rules.settings import Settings
from windchime.risk.rules.vintages import BadTimes

X, Y = planted(6000, 1)
CODES = {"debt": (-9999.0,)}


def forest(**given: Any) -> RuleForest:
    settings: dict[str, Any] = {"budget": 0.07, "specials": CODES, "threads": 1}
    return RuleForest(**settings | given)


@pytest.fixture(scope="module")
def mined() -> RuleForest:
    return forest().fit(X, Y)


def test_the_planted_rules_are_found_and_proven(mined: RuleForest) -> None:
    rules = mined.rule_set.rules
    told = [{c.feature: c for c in m.rule.conditions} for m in rules]
    assert any("debt" in t and t["debt"].specials == (-9999.0,) and not t["debt"].spans for t in told)
    assert any("months" in t and "region" in t and t["region"].categories == ("甲",) for t in told)
    assert all(m.proven and m.q_value is not None and m.q_value <= 0.05 for m in rules)
    assert all(m.stability is not None and m.stability >= Settings.shipped().stability.frequency for m in rules)
    assert all(m.unseen is not None and m.unseen.lift.low > 1 for m in rules)


def test_labels_dealt_by_chance_have_no_rules() -> None:
    table, labels = planted(800, 2)
    rng = np.random.default_rng(0)
    found = [len(forest(seed=k).fit(table, rng.permutation(labels)).rule_set.rules) for k in range(20)]
    assert sum(n > 0 for n in found) <= 1


def test_the_figures_are_those_of_the_hits(mined: RuleForest) -> None:
    first, hits = mined.apply(X), mined.rule_set.hits(X)
    assert first.dtype == np.int32
    before = np.zeros(len(Y), dtype=bool)
    for place, m in enumerate(mined.rule_set.rules):
        own = hits[m.id].to_numpy()
        assert (m.own.hits, m.own.bads) == (own.sum(), Y[own].sum())
        assert (m.incremental.hits, m.incremental.bads) == ((first == place).sum(), Y[first == place].sum())
        before |= own
        assert (m.cumulative.hits, m.cumulative.bads) == (before.sum(), Y[before].sum())
    assert ((first >= 0) == before).all()
    assert (mined.predict(X) == before).all()


def test_the_list_keeps_to_its_budget_and_its_rules_apart(mined: RuleForest) -> None:
    found = mined.rule_set
    assert found.rules[-1].cumulative.hit_rate.value <= 0.07
    assert len(found.rules) <= Settings.shipped().budget.max_rules
    apart = [found.overlap[i][j] for i in range(len(found.rules)) for j in range(i)]
    assert np.mean(apart) <= 0.3
    assert len(forest(max_rules=1).fit(X, Y).rule_set.rules) == 1


def test_the_same_bytes_on_any_threads_and_from_any_frame(mined: RuleForest) -> None:
    mine = canonical(mined.rule_set.as_dict())
    for again in (
        forest(threads=2).fit(X, Y),
        forest(threads=8).fit(X.to_arrow(), pl.Series(Y)),
        forest().fit(X.to_pandas(), Y.tolist()),
    ):
        assert canonical(again.rule_set.as_dict()) == mine


def test_a_rule_set_survives_json(mined: RuleForest) -> None:
    again = RuleSet.of(json.loads(canonical(mined.rule_set.as_dict())))
    assert again == mined.rule_set
    assert again.version == mined.rule_set.version
    assert (again.apply(X) == mined.apply(X)).all()


def test_the_table_has_a_sentence_and_the_figures_of_each_rule(mined: RuleForest) -> None:
    table = mined.rules_
    assert table.height == len(mined.rule_set.rules)
    assert "甲" in "".join(table["zh"])
    assert (table["own_bad_rate_low"] <= table["own_bad_rate"]).all()
    assert (table["cumulative_hits"].diff().drop_nulls() >= 0).all()


def test_an_array_has_columns_by_number() -> None:
    array = X.select("noise_0", "noise_1").to_numpy()
    array[:, 0] += Y
    assert forest(specials=()).fit(array, Y).rule_set.features[0].code == "x0"


def test_nothing_of_the_vintages_held_back_reaches_the_rules() -> None:
    years = np.sort(np.random.default_rng(1).integers(2000, 2008, len(Y)))
    one = forest().fit(X, Y, time=years)
    assert one.rule_set.provenance.held_back == ("2007",)
    other = forest().fit(X, np.where(years == 2007, 1 - Y, Y), time=years)
    ours, theirs = one.rule_set.rules, other.rule_set.rules
    assert ours
    assert [m.rule for m in ours] == [m.rule for m in theirs]
    assert [m.own for m in ours] == [m.own for m in theirs]
    assert ours[0].out_of_time != theirs[0].out_of_time
    assert ours[0].out_of_time is not None
    assert ours[0].out_of_time.rows == (years == 2007).sum()
    assert [v.vintage for v in ours[0].vintages] == [str(y) for y in range(2000, 2007)]
    assert sum(v.own.hits for v in ours[0].vintages) == ours[0].own.hits
    assert forest(hold_back=False).fit(X, Y, time=years).rule_set.provenance.held_back == ()


def test_values_held_back_shape_no_rule() -> None:
    years = np.sort(np.random.default_rng(1).integers(2000, 2008, len(Y)))
    rng, late = np.random.default_rng(9), pl.Series(years == 2007)
    other = X.with_columns(
        months=pl.when(late).then(pl.Series(rng.normal(1e6, 1e5, len(Y)))).otherwise("months"),
        debt=pl.when(late).then(pl.Series(rng.gamma(0.1, 0.01, len(Y)))).otherwise("debt"),
        region=pl.when(late).then(pl.lit("戊")).otherwise("region"),
    )
    weight = rng.uniform(1, 2, len(Y))
    one, two = (forest().fit(table, Y, time=years, weight=weight).rule_set for table in (X, other))
    assert one.rules
    assert two.features == one.features
    assert two.overlap == one.overlap
    ours, theirs = (
        [replace(m, out_of_time=None, cumulative_out_of_time=None) for m in found.rules] for found in (one, two)
    )
    assert ours == theirs
    assert two.rules[0].out_of_time != one.rules[0].out_of_time
    threads = forest(threads=2).fit(X, Y, time=years, weight=weight).rule_set
    assert canonical(threads.as_dict()) == canonical(one.as_dict())
    with pytest.raises(UnknownName):
        forest(categories=("nowhere",)).fit(X, Y, time=years)


def test_texts_that_name_rows_make_no_rule_and_are_not_kept() -> None:
    owners = [f"owner {k // 2}" for k in range(len(Y))]
    remarks = [f"remark {k}" if bad and k % 3 else None for k, bad in enumerate(Y)]
    colours = np.random.default_rng(2).choice([f"colour {k}" for k in range(200)], len(Y))
    table = X.with_columns(
        owner=pl.Series(owners), remark=pl.Series(remarks), colour=pl.Series(colours), number=pl.Series(range(len(Y)))
    )
    found = forest(categories=("number",)).fit(table, Y).rule_set
    assert found.rules
    left = found.provenance.left_out
    assert {n: left.get(n) for n in ("owner", "remark", "number", "colour")} == {
        **dict.fromkeys(("owner", "remark", "number"), "too many values"),
        "colour": None,
    }
    kept = canonical(found.as_dict()).decode()
    assert not any(text in kept for text in ("owner 1", "remark 1", "colour 1"))
    used = {f for m in found.rules for f in m.rule.features}
    assert {f.code for f in found.features if f.coding} == used
    assert "colour" in {f.code for f in found.features} - used


def test_what_grows_with_time_makes_no_rule() -> None:
    rng = np.random.default_rng(3)
    years = np.repeat(np.arange(2000, 2006), 1500)
    grows = rng.random(9000) < 0.004 * 2.0 ** (years - 2000)
    stays = rng.random(9000) < 0.03
    bad = (rng.random(9000) < np.where(grows | stays, 0.5, 0.08)).astype(int)
    table = {"grows": grows.astype(float), "stays": stays.astype(float), "noise": rng.normal(size=9000)}
    rules = forest(budget=0.05, specials=()).fit(table, bad, time=years).rule_set.rules
    assert all("stays" in m.rule.features for m in rules)
    # to leave the growing out is no harm, to look for it is
    assert not any(
        high is None for m in rules for c in m.rule.conditions if c.feature == "grows" for _, high in c.spans
    )
    blind = forest(budget=0.1, specials=()).fit(table, bad).rule_set.rules
    assert "grows" in {c.feature for m in blind for c in m.rule.conditions}


def test_a_bad_year_is_no_rule() -> None:
    rng = np.random.default_rng(4)
    years = np.repeat([2000, 2001, 2002], [600, 4000, 4000])
    bad = (rng.random(8600) < np.where(years == 2000, 0.9, 0.08)).astype(int)
    table = {"form": np.where(years == 2000, "old", "new"), "noise": rng.normal(size=8600)}
    assert forest(budget=0.1, specials=(), hold_back=False).fit(table, bad, time=years).rule_set.rules == ()
    assert forest(budget=0.1, specials=()).fit(table, bad).rule_set.rules != ()


def test_weights_count_rows_more_than_once(mined: RuleForest) -> None:
    same = forest().fit(X, Y, weight=np.full(len(Y), 3.0)).rule_set
    assert [m.rule for m in same.rules] == [m.rule for m in mined.rule_set.rules]
    weight = np.where(X["debt"].to_numpy() == -9999.0, 0.01, 1.0)
    light = forest(forbidden=("months",)).fit(X, Y, weight=weight).rule_set
    assert all(m.own.hit_weight <= 0.07 * m.own.weight for m in light.rules)


def test_a_budget_of_amounts() -> None:
    amount = np.random.default_rng(6).uniform(1, 3, len(Y))
    found = forest(by="amount").fit(X, Y, amount=amount).rule_set
    share = found.rules[-1].cumulative.amount_hit_rate
    assert share is not None
    assert 0 < share <= 0.07


@pytest.mark.parametrize(
    "given",
    [
        {"forbidden": ("debt",)},
        {"directions": {"months": "+"}},
        {"groups": {"months": "g", "region": "g"}},
    ],
)
def test_wishes_are_kept(given: dict[str, Any]) -> None:
    rules = forest(**given).fit(X, Y).rule_set.rules
    used = [{c.feature: c for c in m.rule.conditions} for m in rules]
    assert not any("debt" in u for u in used if "forbidden" in given)
    assert not any({"months", "region"} <= u.keys() for u in used if "groups" in given)
    if "directions" in given:
        assert all(high is None for u in used if "months" in u for _low, high in u["months"].spans)


def test_leaks_and_constants_are_left_out_with_the_reason() -> None:
    table = X.with_columns(written_off=pl.Series(np.where(Y == 1, 5.0, 0.0)), nothing=pl.lit(1))
    found = forest(forbidden=("noise_0",)).fit(table, Y).rule_set
    assert found.provenance.left_out == {"written_off": "leak", "nothing": "constant", "noise_0": "forbidden"}
    assert "written_off" not in [f.code for f in found.features]


def test_dates_and_missing_values_are_applied_as_they_were_mined() -> None:
    rng = np.random.default_rng(8)
    days = rng.integers(0, 2000, 4000)
    opened = pl.Series([date(2015, 1, 1) + timedelta(days=int(d)) if d % 17 else None for d in days])
    bad = (rng.random(4000) < np.where((days > 1850) | (days % 17 == 0), 0.6, 0.1)).astype(int)
    found = forest(budget=0.15, specials=()).fit({"opened": opened}, bad)
    first = found.apply({"opened": opened})
    assert found.rule_set.rules[-1].cumulative.hits == (first >= 0).sum() > 0
    with pytest.raises(NotNumbers):
        found.apply({"opened": ["2015-01-01"]})


def test_samples_too_small_to_test_give_rules_only_when_asked_and_marked() -> None:
    table, labels = X[:400], Y[:400]
    assert forest().fit(table, labels).rule_set.rules == ()
    found = forest(prove=False, budget=0.15).fit(table, labels).rule_set
    assert found.rules
    assert not any(m.proven for m in found.rules)
    assert found.rules[0].unseen is None


def test_scikit_learn_manners(mined: RuleForest) -> None:
    copy = clone(mined)
    assert copy.get_params() == mined.get_params()
    assert copy.set_params(budget=0.02).budget == 0.02
    with pytest.raises(NotMined):
        copy.apply(X)
    tags = get_tags(mined)
    assert tags.input_tags.allow_nan
    assert tags.input_tags.string
    assert windchime.RuleForest is RuleForest
    assert mined.feature_names_in_.tolist() == X.columns


def test_settings_replace_the_shipped_ones() -> None:
    shipped = Settings.shipped()
    strict = replace(shipped, evidence=replace(shipped.evidence, min_lift=50))
    assert forest(settings=strict).fit(X, Y).rule_set.rules == ()


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"y": Y[:-1]}, BadLabels),
        ({"y": np.zeros(len(Y))}, BadLabels),
        ({"X": [1, 2]}, NotAFrame),
        ({"time": ["x"] * len(Y)}, BadTimes),
        ({"weight": -np.ones(len(Y))}, BadMass),
        ({"amount": ["a"] * len(Y)}, BadMass),
    ],
)
def test_what_cannot_be_mined_is_refused(given: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        forest().fit(**dict[str, Any]({"X": X, "y": Y}) | given)


def test_a_budget_of_amounts_needs_amounts_and_names_must_be_known(mined: RuleForest) -> None:
    with pytest.raises(BadMass, match="amounts"):
        forest(by="amount").fit(X, Y)
    with pytest.raises(UnknownName):
        forest(forbidden=("nowhere",)).fit(X, Y)
    with pytest.raises(UnknownName):
        mined.apply(X.drop("region"))
    assert BadMass("weights").message("zh").startswith("权重须为")


def test_a_list_is_set_against_the_policy_in_force(mined: RuleForest) -> None:
    declined = X["region"].to_numpy() == "乙"
    found = mined.swap_set(X, declined, [None if d else int(b) for d, b in zip(declined, Y, strict=True)])
    assert found["swapped_in"].rows == (declined & (mined.apply(X) < 0)).sum()
    assert found["swapped_out"].bad_rate.value > 0.4
    assert [o.factor for o in found.outlooks] == [1, 1.5, 2, 3]
