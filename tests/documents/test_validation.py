"""The validation pack: figures against slow definitions, both languages, one page and one PDF."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_curve
from tests.risk.helpers import FEATURES, simulated

from windchime.core.text import Text
from windchime.documents.validation import ValidationPack, validation_pack
from windchime.risk.scorecards import Challenger, Scorecard
from windchime.risk.scorecards.pack.fairness import treatment
from windchime.risk.scorecards.pack.ranking import ranking
from windchime.risk.scorecards.pack.reliability import reliability
from windchime.risk.scorecards.settings import Settings
from windchime.risk.scorecards.workbench import Fairness, Workbench

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GROUND = Text("监管要求的普惠检验", "the supervisor asks for it")
LAWFUL = replace(Workbench.shipped(), fairness=Fairness({"legal_form": GROUND}, 0.8))


@cache
def pack() -> ValidationPack:
    learnt, fresh = simulated(500, 1), simulated(360, 2)
    model, other = (kind(FEATURES).fit(learnt, learnt["bad"]) for kind in (Scorecard, Challenger))
    forms = np.random.default_rng(0).choice(["个体", "公司"], 360)
    return validation_pack(
        model, fresh, fresh["bad"], time=np.repeat([2019, 2020, 2021], 120), rivals={"boosted": other}, development=learnt,
        attributes={"legal_form": forms, "owner_sex": forms}, workbench=LAWFUL, data=Text("样本甲", "sample one"),
    )  # fmt: skip


def test_the_page_is_one_file_without_script_in_both_languages() -> None:
    for lang, title in (("zh", "模型验证报告"), ("en", "Validation pack")):
        page = pack().html(lang).decode()  # type: ignore[arg-type]  # one of the two
        assert title in page
        assert page.count("<svg") == 3
        assert "<script" not in page
        assert not re.search(r'(src|href)="(?!#)', page)
        assert "{" not in re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)


def test_the_pdf_is_set_and_repeats() -> None:
    first = pack().pdf("zh", generated_at=NOW)
    assert first.startswith(b"%PDF")
    assert first == pack().pdf("zh", generated_at=NOW)


def test_what_is_not_known_is_said() -> None:
    fresh = simulated(120, 3)
    model = Scorecard(FEATURES).fit(simulated(500, 1), simulated(500, 1)["bad"])
    page = validation_pack(model, fresh, fresh["bad"], how="in_sample").html("en").decode()
    for words in (
        "prove nothing",
        "The sample is small",
        "nothing is known of stability",
        "nothing was examined",
        "No other model",
    ):
        assert words in page


def test_attributes_without_a_ground_are_named_and_not_examined() -> None:
    found = pack().examined.treatment
    assert [a.column for a in found.attributes] == ["legal_form"]
    assert found.refused == ("owner_sex",)
    assert "the supervisor asks for it" in pack().html("en").decode()


def test_vintages_and_columns_are_held_against_the_development_sample() -> None:
    found = pack().examined.time
    assert found is not None
    assert [v.name for v in found.vintages] == ["2019", "2020", "2021"]
    assert sum(v.bads for v in found.vintages) == pack().examined.bads
    assert {s.name for s in found.columns} == {"score", *(f.code for f in pack().examined.features)}


def test_sensitivity_is_of_each_feature_and_of_all_together() -> None:
    found = pack().examined.sensitivity
    assert len(found) == 3 * len(pack().examined.features) + 1
    known = {f.code: f for f in FEATURES}
    for s in found:
        if s.feature is not None and s.change in ("up", "down") and known[s.feature.code].direction != "neutral":
            worse = (s.change == "up") == (known[s.feature.code].direction == "higher_is_riskier")
            assert s.mean_moved > 0 if worse else s.mean_moved < 0


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=12, max_size=60).filter(
        lambda r: 2 <= sum(b for _, b in r) <= len(r) - 2
    )
)
def test_curves_and_gains_are_what_they_say(rows: list[tuple[int, bool]]) -> None:
    p, bad = np.array([v / 10 + 0.05 for v, _ in rows]), np.array([float(b) for _, b in rows])
    found = ranking(bad, p, groups=5, level=0.95)
    x, y, _cuts = roc_curve(bad, p, drop_intermediate=False)
    assert np.array(found.roc) == pytest.approx(np.column_stack([x, y]))
    assert (sum(g.firms for g in found.gains), sum(g.bads for g in found.gains)) == (len(bad), bad.sum())
    assert (found.gains[-1].firms_upto, found.gains[-1].bads_upto) == (1.0, 1.0)
    top = p >= np.sort(p)[::-1][found.gains[0].firms - 1]
    assert found.gains[0].lift == pytest.approx(bad[top].mean() / bad.mean())


def test_hosmer_lemeshow_is_rarely_small_where_probabilities_are_true() -> None:
    rng, scaling = np.random.default_rng(4), Settings.shipped().scaling
    chances = []
    for _ in range(150):
        p = rng.beta(2, 6, 400)
        bad = (rng.random(400) < p).astype(float)
        chances.append(reliability(bad, p, scaling, groups=10, level=0.95, fresh=True).hosmer_lemeshow[2])
    assert np.mean(np.array(chances) < 0.1) == pytest.approx(0.1, abs=0.07)


def test_impact_and_opportunity_by_hand() -> None:
    bad = np.array([0.0] * 80 + [1.0] * 20 + [0.0] * 40 + [1.0] * 10)
    names = ["甲"] * 100 + ["乙"] * 50
    let = [True] * 60 + [False] * 20 + [True] * 5 + [False] * 15 + [True] * 15 + [False] * 25 + [True] * 2 + [False] * 8
    found = treatment(bad, let, {"legal_form": names}, LAWFUL.fairness, level=0.95)
    largest, other = found.attributes[0].groups
    assert (largest.name, largest.ratio, largest.opportunity) == ("甲", None, None)
    assert other.ratio is not None
    assert other.ratio.value == pytest.approx((17 / 50) / (65 / 100))
    reach = 1.959964 * np.sqrt(1 / 17 - 1 / 50 + 1 / 65 - 1 / 100)
    assert other.ratio.high == pytest.approx(other.ratio.value * np.exp(reach), rel=1e-6)
    assert other.opportunity is not None
    assert other.opportunity.value == pytest.approx(15 / 40 - 60 / 80)
    assert other.opportunity.low < other.opportunity.value < other.opportunity.high < 0
