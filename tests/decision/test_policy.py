"""Reasons in words: every rule of the shipped policy can say why, in both languages, with its own bound."""

import copy
from decimal import Decimal

import pytest
from tests.decision.helpers import a_case, decided, rulebook

from windchime.content import seed
from windchime.core.errors import UnknownName
from windchime.decision.document import Reason, read
from windchime.decision.policy import BadPolicy, Policy


def said(lang: str, **changes: object) -> dict[str, str]:
    found = read(decided(a_case(**changes)).bytes.decode())  # type: ignore[arg-type]  # figures by name
    return {r.code: rulebook().policy.sentence(r, lang) for r in found.reasons}  # type: ignore[arg-type]  # zh or en


def test_reasons_speak_in_the_units_people_use() -> None:
    assert said("zh", void_rate_12m="0.4567")["void_share_too_high"] == "作废发票占比 45.67%，高于 40.00%"
    assert said("en", months_known=4)["history_too_short"] == "sales are known for 4 months, fewer than 6 months"
    assert said("zh", sales_3m=None)["no_recent_sales"] == "最近三个完整月没有净销售（—）"
    assert "762,267.74 元" in said("zh")["capacity_sufficient"]
    assert said("zh", band="D")["band_not_lent"] == "评分等级为 D，不在可贷等级之内"
    assert "16.13%" in said("en", band="C", probability="0.180000")["price_above_maximum"]


def test_every_rule_that_gives_a_reason_can_say_it_in_both_languages() -> None:
    policy = rulebook().policy
    case = policy.case("verdict", a_case().facts() | {
        "limit": {"capacity": Decimal("1.00"), "below_minimum": True, "existing": Decimal(0), "clean_sales": Decimal(0)},
        "price": {"indicated": Decimal("0.20"), "above_maximum": True},
    })  # fmt: skip
    tables = {t for named in policy.reasons.values() for t in named}
    sentences = [
        (policy.sentence(Reason(rule.id, f"{table}:{rule.id}", case), "zh"), policy.sentence(Reason(rule.id, f"{table}:{rule.id}", case), "en"))
        for (table, _id), rule in policy.rules.items() if table in tables
    ]  # fmt: skip
    assert len(sentences) > 15
    for zh, en in sentences:
        assert zh != en
        assert "{" not in zh + en


def test_a_reason_of_another_version_is_not_made_up() -> None:
    with pytest.raises(UnknownName):
        rulebook().policy.sentence(Reason("no_such_rule", "eligibility:no_such_rule"))


def test_the_policy_finds_nothing_to_note_about_itself() -> None:
    policy = rulebook().policy
    assert [n.sentence("en") for n in (*policy.terms.check(), *policy.verdict.check())] == []


def test_a_policy_without_a_part_is_named() -> None:
    body = seed.documents("policies")["invoice_loan"]
    for part in ("label", "terms", "verdict", "reasons", "inputs"):
        with pytest.raises(BadPolicy, match=part):
            Policy.of({k: v for k, v in body.items() if k != part})


@pytest.mark.parametrize(
    "place",
    [
        "{months_known.__class__}",
        "{months_known[0]}",
        "{months_known!r}",
        "{months_known:>999999999}",
        "{}",
        "{0}",
        "{",
        "{months_known:{x}}",
    ],
)
def test_sentences_of_content_hold_plain_names_alone(place: str) -> None:
    body = copy.deepcopy(seed.documents("policies")["invoice_loan"])
    rule = next(r for table in body["verdict"]["tables"].values() for r in table["rules"] if r.get("annotation"))
    rule["annotation"]["en"] += f" {place}"
    with pytest.raises(BadPolicy, match="annotation"):
        Policy.of(body)
