"""Rates, shadow prices, peers, reasons, realised profit, refused input: in small cases a credit officer can follow."""

from decimal import Decimal
from fractions import Fraction

import pytest
from tests.portfolio.helpers import FLAT, churning, curve, firm, profit_per_yuan, region, terms

from windchime.core.canonical import canonical
from windchime.portfolio.allocation import Candidate, Offer, Plan, allocate, realised
from windchime.portfolio.allocation.pricing import best_prices
from windchime.portfolio.allocation.realised import earned
from windchime.portfolio.allocation.terms import FirmTwice, NoCurve, NotAnAllocation, NotAShare

CURVE = {"A": curve("0.04 0", "0.08 0.25", "0.12 0.75", "0.20 0.80")}


@pytest.mark.parametrize(
    ("probability", "rate", "profit"),
    [
        # (1−0.25)·[(1−p)·0.08 − 0.6p − 0.03] against (1−0.75)·[(1−p)·0.12 − 0.6p − 0.03]
        ("0", "0.08", "0.0375"),
        ("0.02", "0.08", "0.0273"),
        ("0.09", "0.12", "0.0063"),
        ("0.20", "0.12", "-0.0135"),  # no rate earns anything; the least bad one is named
    ],
)
def test_the_best_rate_of_a_firm(probability: str, rate: str, profit: str) -> None:
    candidate, on = firm("a", probability), terms(100, curves=CURVE)
    prices = best_prices([candidate], on)
    assert prices.rate[0] == Decimal(rate) * 10**6
    assert Fraction(int(prices.profit[0]), 10**18) == Fraction(profit)


def test_a_rate_beyond_the_bounds_is_never_offered() -> None:
    """20 % would earn more than 12 %, but the law of the scheme is 15 %."""
    on = terms(100, curves={"A": curve("0.12 0.5", "0.20 0.5")})
    assert best_prices([firm("a")], on).rate.tolist() == [120_000]


def test_profit_is_the_formula_for_every_firm_of_a_book() -> None:
    made, on = region(60, 7), terms(10, curves=churning())
    got = [Fraction(int(p), 10**18) for p in best_prices(made, on).profit]
    assert got == [profit_per_yuan(c, on) for c in made]


def test_of_equal_rates_the_lower_is_offered() -> None:
    on = terms(
        100,
        curves={"A": curve("0.08 0", "0.10 0.2857142857"[:11])},
        cost_of_funds=Decimal(0),
        operating_cost=Decimal(0),
    )
    on2 = terms(100, curves={"A": curve("0.05 0", "0.10 0.5")}, cost_of_funds=Decimal(0), operating_cost=Decimal(0))
    assert best_prices([firm("a", "0")], on2).rate.tolist() == [50_000]
    assert best_prices([firm("a", "0")], on).rate.tolist() == [80_000]


def test_on_a_smooth_book_both_shadow_prices_agree() -> None:
    """Minimum of one yuan, many small firms, little difference between neighbours: a line almost without steps."""
    made = [firm(f"f{i:04d}", f"{i / 20_000:.6f}", 1_000) for i in range(1_000)]
    prices = allocate(made, terms(500_000, budget_step=1_000)).shadow_prices
    assert prices.finite_difference_backward is not None
    assert prices.finite_difference_forward <= prices.lp_dual <= prices.finite_difference_backward
    assert prices.finite_difference_forward == pytest.approx(prices.lp_dual, abs=Decimal("0.0001"))
    # the 500 best firms exhaust the budget: the next yuan goes to the firm with p = 0.025
    assert prices.finite_difference_forward == Decimal("0.0525")


def test_where_minimum_amounts_matter_the_two_prices_differ() -> None:
    """12 yuan, at least 6 each: one step of 1 yuan more buys nothing new, so the dual of divisible firms is not paid."""
    made = [firm("a", "0.01", 6), firm("b", "0.02", 6), firm("c", "0.03", 6)]
    prices = allocate(made, terms(13, minimum=6)).shadow_prices
    assert prices.lp_dual == Decimal("0.049")  # 0.97·0.10 − 0.03·0.60 − 0.03: firm c could have the 13th yuan
    assert prices.finite_difference_forward == 0
    assert prices.finite_difference_backward == 0


def test_without_a_scarce_budget_its_price_is_nothing() -> None:
    prices = allocate([firm("a", limit=5)], terms(50)).shadow_prices
    assert not prices.lp_dual
    assert not prices.finite_difference_forward


def test_peers_split_the_money_differently() -> None:
    """Band B pays more at more risk: rank by score does not see it; equal shares sees nothing."""
    curves = {"A": curve("0.05 0"), "B": curve("0.09 0")}
    made = [firm("safe", "0.01", 60), firm("paying", "0.02", 60, band="B"), firm("small", "0.015", 10)]
    found = allocate(made, terms(90, minimum=5, curves=curves))
    split = {p.name: {o.firm_id: o.amount for o in p.offers} for p in (found.optimum, *found.peers)}
    assert split == {
        "optimum": {"paying": 60, "safe": 30},
        "rank_by_score": {"safe": 60, "small": 10, "paying": 20},
        "equal_shares": {"safe": 40, "small": 10, "paying": 40},
    }


def test_equal_shares_give_the_safest_the_minimum_when_not_all_can_have_it() -> None:
    found = allocate([firm("a", "0.03"), firm("b", "0.01"), firm("c", "0.02")], terms(25, minimum=10))
    equal = next(p for p in found.peers if p.name == "equal_shares")
    assert {o.firm_id: o.amount for o in equal.offers} == {"b": 12, "c": 12}


def test_what_a_full_group_leaves_is_shared_by_the_others() -> None:
    made = [firm("a", industry="C"), firm("b", industry="C"), firm("c", industry="F"), firm("d")]
    found = allocate(made, terms(100, caps={"industry": Decimal("0.40")}))
    equal = next(p for p in found.peers if p.name == "equal_shares")
    assert {o.firm_id: o.amount for o in equal.offers} == {"a": 20, "b": 20, "c": 30, "d": 30}


def test_money_left_because_nobody_earns_is_explained_in_both_languages() -> None:
    made = [firm("a", "0.01", 40), firm("b", "0.30", 100), firm("c", "0.01", 3)]
    found = allocate(made, terms(100, minimum=5))
    assert [(x.firm_id, x.code) for x in found.left_out] == [("b", "not_profitable"), ("c", "limit_below_minimum")]
    (why,) = found.unspent_because
    assert why.sentence("en").startswith("60 yuan are left: every firm that earns money (1) has its largest amount")
    assert "剩余 60 元" in why.sentence("zh")


def test_a_firm_without_a_known_group_is_counted_and_said() -> None:
    found = allocate([firm("a"), firm("b", "0.005", industry="C")], terms(100, caps={"industry": Decimal("0.1")}))
    assert {o.firm_id: o.amount for o in found.optimum.offers} == {"a": 90, "b": 10}
    assert [(f.code, f.params["unknown"]) for f in found.remarks] == [("group_unknown", 1)]


def test_a_budget_too_small_for_the_share_of_one_firm_says_so() -> None:
    found = allocate([firm("a")], terms(100, minimum=6, single_share=Decimal("0.05")))
    assert not found.optimum.offers
    assert [f.code for f in found.remarks] == ["single_share_below_minimum"]


def test_nobody_to_offer_anything() -> None:
    found = allocate([], terms(100))
    assert not found.optimum.offers
    assert not found.certificate.gap
    assert found.unspent == 100
    assert [f.code for f in found.unspent_because] == ["candidates_exhausted"]
    assert canonical(found.as_dict())


def test_the_json_form_has_exact_money_and_no_sentence() -> None:
    body = allocate([firm("a", "0.01", 60)], terms(100)).as_dict()
    assert body["offers"][0] | {"held_by": ["limit"]} == body["offers"][0]
    assert (
        canonical(body["offers"][0])
        .decode()
        .startswith('{"amount":"60.00","band":"A","churn":"0.000000","expected_drawn":"60.00"')
    )
    assert body["total"]["expected_profit"] == Decimal("3.78")  # 60 · (0.99·0.10 − 0.006 − 0.03)
    assert b"yuan are left: all {firms}" not in canonical(body["offers"])


def offer(name: str, amount: int, rate: str = "0.10", churn: str = "0.5") -> Offer:
    return Offer(name, amount, Decimal(rate), Decimal(churn), Decimal("0.02"), "A", Decimal("0.029"))


def test_what_an_offer_earned() -> None:
    """Half of the customers stay: 500 drawn at 10 % less 3 % of costs; or 60 % of it lost, and the interest with it."""
    assert earned(offer("a", 1_000), False, terms(1)) == Decimal(35)
    assert earned(offer("a", 1_000), True, terms(1)) == Decimal(-315)


def test_realised_profit_with_an_interval_over_firms() -> None:
    firms = [f"f{i:02d}" for i in range(40)]
    outcomes = {f: i % 10 == 0 for i, f in enumerate(firms)}
    both, picky = (
        Plan(n, tuple(offer(f, 1_000) for f in firms if n == "all" or not outcomes[f])) for n in ("all", "good")
    )
    found = realised(picky, outcomes, terms(1), against=both)
    assert (found.labelled, found.offered_firms, found.defaults) == (40, 36, 0)
    assert found.profit == Decimal("1260.00")  # 36 · 35
    assert found.difference == Decimal("1260.00")  # four defaults of 315
    assert found.low < found.profit < found.high
    assert found.difference_low <= found.difference <= found.difference_high
    assert found == realised(picky, outcomes, terms(1), against=both)


def test_outcomes_of_firms_that_were_no_candidates_do_not_count() -> None:
    found = allocate([firm("a"), firm("b", "0.02")], terms(10), {"a": False, "elsewhere": True})
    assert [(r.labelled, r.against) for r in found.realised] == [(1, "rank_by_score"), (1, "equal_shares")]
    assert [(f.code, f.params) for f in found.remarks] == [
        ("outcomes_few", {"labelled": 1, "offered": 1, "defaults": 0})
    ]


@pytest.mark.parametrize(
    ("candidates", "error", "says"),
    [
        ([firm("a"), firm("a")], FirmTwice, "more than once"),
        ([firm("a", band="D")], NoCurve, "band D"),
        ([firm("a", "1.2")], NotAShare, "1.2"),
        ([firm("a", "0.0000001")], NotAShare, "six decimals"),
    ],
)
def test_candidates_that_are_refused(candidates: list[Candidate], error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        allocate(candidates, terms(10))


@pytest.mark.parametrize(
    "changes",
    [
        {"minimum": 0},
        {"minimum": 9, "maximum": 8},
        {"gap": Decimal(1)},
        {"budget_step": 0},
        {"level": Decimal(1)},
        {"curves": {"A": curve("0.08 0", "0.05 0.1")}},
    ],
)
def test_terms_that_contradict_themselves(changes: dict[str, object]) -> None:
    with pytest.raises(NotAnAllocation):
        terms(10, **({"curves": FLAT} | changes))
