"""Verdicts of the shipped invoice loan, in the words of a credit officer; and what holds for every case."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.decision.helpers import a_case, decided, rulebook, some_cites

from windchime.decision.case import Case
from windchime.decision.deciding import NothingToLend, Undecidable, decide_many, decide_one
from windchime.decision.document import read
from windchime.dmn import DecisionModel

#: what is changed in a sound firm => verdict, and one of its reasons
CASES = """
                                               => approve  band_lent
band D                                         => decline  band_not_lent
months_known 5                                 => decline  history_too_short
months_known 6                                 => refer    history_short
months_known none                              => decline  history_too_short
sales_3m 0.00                                  => decline  no_recent_sales
void_rate_12m 0.4000                           => refer    void_share_high
void_rate_12m 0.4001                           => decline  void_share_too_high
void_rate_12m none                             => refer    void_share_high
red_rate_12m 0.5000                            => decline  red_share_too_high
mutual_share_12m 0.0600                        => refer    mutual_share_high
mutual_share_12m 0.3100                        => decline  mutual_share_too_high
top1_buyer_share_12m 0.7100                    => refer    buyer_concentration_high
sales_surge_3m 3.1000                          => refer    sales_surge
sales_growth_12m -0.6000                       => refer    sales_falling
sale_invoices_12m 23                           => refer    few_invoices
sales_12m 1500000.00                           => decline  capacity_below_minimum
sales_12m none                                 => decline  capacity_below_minimum
existing 700000.00                             => decline  capacity_below_minimum
band C, probability 0.190000                   => refer    price_above_maximum
void_rate_12m 0.3000, months_known 3           => decline  history_too_short
"""


def _parsed(line: str) -> Any:
    changes, _arrow, expected = line.partition("=>")
    pairs = [c.split() for c in changes.split(",") if c.strip()]
    whole = {"months_known", "sale_invoices_12m"}
    values = {k: None if v == "none" else int(v) if k in whole else v for k, v in pairs}
    return pytest.param(values, *expected.split(), id=changes.strip() or "sound")


@pytest.mark.parametrize(("changes", "verdict", "reason"), [_parsed(line) for line in CASES.strip("\n").splitlines()])
def test_the_invoice_loan(changes: dict[str, Any], verdict: str, reason: str) -> None:
    found = decided(a_case(**changes))
    assert found.verdict == verdict
    assert reason in {r.code for r in found.reasons}
    assert (found.limit is None) == (found.rate is None) == (verdict == "decline")


SHARES = st.one_of(st.none(), st.decimals("0", "1", places=4))
CASES_OF_FIRMS = st.builds(
    a_case,
    firm=st.integers(0, 999).map(lambda n: f"twin:F{n}"),
    existing=st.decimals("0", "5000000", places=2).map(str),
    band=st.sampled_from("ABCD"),
    probability=st.decimals("0", "1", places=6).map(str),
    months_known=st.one_of(st.none(), st.integers(0, 60)),
    sales_3m=st.one_of(st.none(), st.decimals("-100000", "99999999", places=2)),
    sales_12m=st.one_of(st.none(), st.decimals("-100000", "99999999", places=2)),
    sale_invoices_12m=st.one_of(st.none(), st.integers(0, 500)),
    void_rate_12m=SHARES,
    red_rate_12m=SHARES,
    mutual_share_12m=SHARES,
    top1_buyer_share_12m=SHARES,
    sales_surge_3m=st.one_of(st.none(), st.decimals("0", "9", places=4)),
    sales_growth_12m=st.one_of(st.none(), st.decimals("-1", "9", places=4)),
)


@given(CASES_OF_FIRMS)
def test_what_is_lent_stays_inside_product_and_capacity_and_no_hard_reject_is_lent_to(case: Case) -> None:
    found = decided(case)
    product = rulebook().product
    hits = found.body["policy"]["verdict"]["hits"]
    assert (found.verdict == "decline") == bool(hits["eligibility"])
    assert (found.verdict == "refer") == (bool(hits["referral"]) and not hits["eligibility"])
    assert found.reasons
    if found.verdict != "decline":
        assert found.limit is not None
        assert found.rate is not None
        assert product.amount.minimum <= found.limit <= product.amount.maximum
        assert found.limit <= Decimal(found.body["limit_steps"]["capacity"])
        assert product.rate.minimum <= found.rate <= product.rate.maximum


@given(CASES_OF_FIRMS, st.decimals("0", "99999999", places=2))
def test_more_clean_sales_alone_never_lower_the_limit_or_turn_a_yes_into_a_no(case: Case, more: Decimal) -> None:
    before = decided(case)
    sales = case.indicators["sales_12m"]
    after = decided(replace(case, indicators={**case.indicators, "sales_12m": Decimal(sales or 0) + more}))
    assert (after.limit or 0) >= (before.limit or 0)
    assert ["decline", "refer", "approve"].index(after.verdict) >= ["decline", "refer", "approve"].index(before.verdict)


@settings(max_examples=10, deadline=None)
@given(st.lists(CASES_OF_FIRMS, min_size=1, max_size=30))
def test_all_at_once_is_each_alone_to_the_byte(cases: list[Case]) -> None:
    alone = [decide_one(rulebook(), c, some_cites()).bytes for c in cases]
    for vectorised in (False, True):
        together, failed = decide_many(rulebook(), cases, some_cites(), vectorised=vectorised)
        assert [d.bytes for d in together] == alone
        assert not failed


@given(CASES_OF_FIRMS)
def test_a_document_holds_no_float_and_its_inputs_decide_to_the_same_bytes(case: Case) -> None:
    found = decided(case)
    again = Case.stored(read(found.bytes.decode()))  # the reader refuses floats
    assert decided(again).bytes == found.bytes


def test_a_case_the_tables_cannot_decide_is_named_and_hides_no_other() -> None:
    good, bad = a_case("twin:F1"), a_case("twin:F2", probability="1.500000")
    with pytest.raises(Undecidable) as raised:
        decided(bad)
    assert raised.value.params == {"firm": "twin:F2", "error": "ValueNotAllowed", "at": "probability"}
    for vectorised in (False, True):
        documents, failed = decide_many(rulebook(), [good, bad], some_cites(), vectorised=vectorised)
        assert [d.firm_id for d in documents] == ["twin:F1"]
        assert [f.params for f in failed] == [raised.value.params]


def test_severe_and_high_findings_reach_the_policy() -> None:
    def finding(severity: str) -> dict[str, Any]:
        return {"code": "x", "severity": severity, "msgid": "x", "params": {}, "evidence": []}

    assert decided(a_case(findings=(finding("watch"),))).verdict == "approve"
    assert decided(a_case(findings=(finding("watch"), finding("high")))).verdict == "refer"
    assert decided(a_case(findings=(finding("severe"),))).verdict == "decline"


def test_a_policy_that_lends_nothing_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    book = rulebook()
    real = DecisionModel.decide

    def careless(self: DecisionModel, case: Any, *, trace: bool = False) -> Any:
        return real(self, dict(case) | ({"below_minimum": False} if "below_minimum" in case else {}), trace=trace)

    monkeypatch.setattr(DecisionModel, "decide", careless)
    with pytest.raises(NothingToLend):
        decide_one(book, a_case(sales_12m="1500000.00"), some_cites())
