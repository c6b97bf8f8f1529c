"""Rules in words."""

from hypothesis import given
from hypothesis import strategies as st

from windchime.core.text import Text
from windchime.risk.rules.rule import Condition, Rule
from windchime.risk.rules.ruleset import RuleFeature
from windchime.risk.rules.sentences import digits, quantity, sentence

SALES = RuleFeature(
    "sales",
    Text("近12个月销售额", "Sales of 12 months"),
    unit="yuan",
    specials={"-9999.0": Text("查无记录", "no record")},
)
KNOWN = (SALES, RuleFeature("age", Text("经营月数", "Months in business"), unit="months"))


def test_a_rule_in_both_languages() -> None:
    rule = Rule(
        (
            Condition("sales", spans=((None, 523_400.0),), specials=(-9999.0,), codes=(-9999.0, -1.0), missing=True),
            Condition("age", spans=((6.0, 24.0), (60.0, None))),
            Condition("grade", "category", categories=("C", "D"), named=("A", "B", "C", "D")),
        )
    )
    assert sentence(rule, "zh", KNOWN) == (
        "经营月数 ≥ 6 个月、< 24 个月，或 ≥ 60 个月；并且 grade 为 “C”、“D”；并且 近12个月销售额 < 52.34 万元（特殊代码除外），"
        "或 为“查无记录 (-9999)”，或 缺失"
    )
    assert sentence(rule, "en", KNOWN) == (
        "Months in business ≥ 6 months and < 24 months or ≥ 60 months; and grade is “C”, “D”; and "
        "Sales of 12 months < 523.4 thousand yuan (special codes apart) or is “no record (-9999)” or is missing"
    )


def test_other_says_what_it_leaves_out() -> None:
    few = Rule((Condition("城市", "category", other=True, named=("甲", "乙"), categories=("乙",)),))
    assert sentence(few, "en") == "城市 is anything but “甲”"
    many = Rule((Condition("x", "category", other=True, named=tuple("abcdefgh"), categories=("h",)),))
    assert sentence(many, "en") == "x is “h” or is “other” (none of the 8 named)"
    assert sentence(Rule((Condition("x", "category", other=True),)), "en") == "x is any text"


def test_the_empty_rule_and_the_one_that_never_hits() -> None:
    assert sentence(Rule(()), "zh") == "全部申请"
    assert sentence(Rule((Condition("x"),)), "zh") == "x 不取任何值（永不命中）"
    assert sentence(Rule((Condition("x", spans=((None, None),), missing=True),)), "en") == "x is a number or is missing"


def test_names_break_no_line() -> None:
    rule = Rule((Condition("a\nb\u2028c", "category", categories=("x\r\ny", "")),))
    assert sentence(rule, "en") == "a b c is “x y”, “”"


def test_figures_in_their_units() -> None:
    assert quantity(0.035, "fraction", "zh") == "3.5%"
    assert quantity(1.5e8, "yuan", "zh") == "1.5 亿元"
    assert quantity(123456.78, "yuan", "zh") == "123,456.78 元"
    assert quantity(0.1 + 0.2, "", "en") == "0.30000000000000004"
    assert [digits_of(v) for v in (1e22, 5e-324, -0.0, 1200.0)] == ["1e22", "5e-324", "0", "1,200"]
    assert quantity(float("-inf"), "yuan", "en") == "−∞"


def digits_of(value: float) -> str:
    from decimal import Decimal

    return digits(Decimal(repr(value)))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_figure_loses_no_digit(value: float) -> None:
    assert float(quantity(value, "", "en").replace(",", "")) == value


def test_dates_and_truth_values() -> None:
    known = (
        RuleFeature("since", Text("成立日期", "Founded"), unit="date"),
        RuleFeature("flag", Text("有无担保", "Secured"), unit="boolean"),
    )
    rule = Rule(
        (Condition("since", spans=((17782.5, 18921.0),)), Condition("flag", spans=((None, 1.0),), missing=True))
    )
    assert sentence(rule, "zh", known) == "有无担保 为否，或 缺失；并且 成立日期 ≥ 2018-09-09、< 2021-10-21"
    assert sentence(Rule((Condition("flag", spans=((1.0, None),)),)), "en", known) == "Secured is yes"
