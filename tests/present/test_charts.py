"""Charts: what is drawn adds up to what was given, in both forms; no function text, no script, no style."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.present.helpers import Tags

from windchime.core.dates import Month
from windchime.core.text import LANGS, Lang, Text
from windchime.present import charts, svg
from windchime.present.charts import Bar, MonthFlow, Part, Step

FLOWS = [MonthFlow(Month(2025, 1) + i, Decimal(100_000 + i), Decimal(90_000 - i)) for i in range(12)]


@given(st.lists(st.decimals("0", "100000000", places=2), max_size=25), st.decimals("0", "1000", places=2))
def test_shares_add_up_to_the_whole(amounts: list[Decimal], unlisted: Decimal) -> None:
    whole = sum(amounts, unlisted)
    bars = charts.shares([Part(Text.of(str(i)), a) for i, a in enumerate(amounts)], whole, "zh", top=5)
    assert len(bars) <= 6
    assert not bars or sum(b.value for b in bars) == pytest.approx(100, abs=0.04)
    assert [b.value for b in bars[: min(5, len(amounts))]] == sorted(
        (b.value for b in bars[: min(5, len(amounts))]), reverse=True
    )


steps = st.lists(st.floats(-60, 60).map(lambda v: round(v, 3)), max_size=20)


@given(st.floats(0, 800).map(lambda v: round(v, 2)), steps, st.sampled_from(LANGS))
def test_a_waterfall_leads_from_base_to_score(start: float, points: list[float], lang: Lang) -> None:
    bars = charts.waterfall_bars(start, [Step(Text.of(f"f{i}"), p) for i, p in enumerate(points)], lang, top=6)
    first, *middle, last = bars
    assert first.base + first.value == pytest.approx(start, abs=0.02)
    assert last.base + last.value == pytest.approx(start + sum(points), abs=0.02)
    assert len(middle) == min(len(points), 7)
    assert all(b.value >= 0 for b in middle)
    ends = [first.base + first.value, *(b.base if b.dark else b.base + b.value for b in middle)]
    for before, bar in zip(ends, middle, strict=False):  # each bar begins where the one before ended
        assert before == pytest.approx(bar.base + bar.value if bar.dark else bar.base, abs=0.03)


def test_tallies_and_amounts_say_their_numbers() -> None:
    verdicts = [Part(Text("通过", "approve"), Decimal(75)), Part(Text("拒绝", "decline"), Decimal(25))]
    assert [b.said for b in charts.tally_bars(verdicts, "zh")] == ["75  (75.00%)", "25  (25.00%)"]
    bars, scale = charts.amount_bars(
        [Part(Text.of("A"), Decimal(1_230_000)), Part(Text.of("B"), Decimal(20_000))], "zh"
    )
    assert (scale.label.zh, [b.said for b in bars]) == ("万元", ["123.00", "2.00"])


@pytest.mark.parametrize("lang", LANGS)
def test_the_axis_is_in_the_unit_of_the_language(lang: Lang) -> None:
    option = charts.monthly_flow(FLOWS, lang)
    assert option["yAxis"]["name"] == {"zh": "万元", "en": "thousand yuan"}[lang]
    assert option["series"][0]["data"][0] == {"zh": 10.0, "en": 100.0}[lang]
    assert option["tooltip"]["renderMode"] == "richText", "HTML tooltips need inline style, which the policy forbids"


def options() -> list[charts.Option]:
    bars = charts.shares([Part(Text.of("甲{b}公司" * 9), Decimal(5))], Decimal(9), "zh")
    return [
        charts.monthly_flow(FLOWS, "zh"),
        charts.monthly_flow([], "en"),
        charts.horizontal(bars, "%"),
        charts.horizontal([]),
    ]


@pytest.mark.parametrize("option", options())
def test_options_are_plain_json(option: charts.Option) -> None:
    text = json.dumps(option)
    assert "function" not in text
    assert option["animation"] is False


def test_long_names_keep_both_ends() -> None:
    name = "广东某某国际供应链管理股份有限公司深圳市前海分公司"
    cut = charts.clipped(name)
    assert cut.startswith("广东某某")
    assert cut.endswith("分公司")
    assert charts.clipped("短名") == "短名"


@given(st.text(max_size=60), st.integers(4, 40))
def test_clipped_labels_fit(label: str, width: int) -> None:
    import unicodedata

    def wide(text: str) -> int:
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)

    assert wide(charts.clipped(label, width)) <= max(width, wide(label) if wide(label) <= width else 0)


@pytest.mark.parametrize(
    "drawn",
    [
        lambda: svg.monthly_flow(FLOWS, "zh"),
        lambda: svg.monthly_flow([], "zh"),
        lambda: svg.horizontal([]),
        lambda: svg.horizontal([Bar("甲 $x$ <b>&", 3.0, "3"), Bar("乙", -1.0, "-1")]),
    ],
)
def test_svg_is_bare_and_the_same_every_time(drawn: "object") -> None:
    text = drawn()  # type: ignore[operator]  # a parameter of the test above
    assert text == drawn()  # type: ignore[operator]  # as above
    tags = Tags(text)
    assert tags.found[0][0] == "svg"
    assert not {name for name, _attrs in tags.found} & {"script", "style", "text", "foreignobject", "image"}
    assert not [n for n, attributes in tags.found if "style" in attributes], "a strict policy blocks style attributes"
    ids = [a["id"] for _n, a in tags.found if a.get("id")]
    assert len(ids) == len(set(ids))
    assert "http" not in text.replace("http://www.w3.org/", "")
