"""Prices: the sum by hand, the product's grid, and that risk never makes a loan cheaper."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.decision.helpers import rulebook

from windchime.decision.price import Price, PriceParameters, price

PARAMETERS = PriceParameters(*map(Decimal, ("0.022", "0.010", "0.60", "0.75", "0.105", "0.08")))
PROBABILITY = st.decimals("0", "1", places=6)


def priced(probability: str | Decimal, margin: str | Decimal = "0.005") -> Price:
    return price(rulebook().product, PARAMETERS, probability=Decimal(probability), margin=Decimal(margin))


def test_by_hand_the_components_add_up() -> None:
    # 0.022 funds + 0.010 operation + 0.02 · 0.60 loss + 0.75 · 0.105 · 0.08 capital + 0.005 margin
    found = priced("0.02")
    assert found.steps["expected_loss"] == Decimal("0.012000")
    assert found.steps["capital_charge"] == Decimal("0.006300")
    assert found.indicated == Decimal("0.055300")
    assert found.rate == Decimal("0.055500")


def test_the_loss_of_a_term_is_spread_over_its_years() -> None:
    # 0.02 · 0.60 within 24 months is 0.006 a year, within six months 0.024
    product = rulebook().product
    found = {
        months: price(
            replace(product, term_months=months), PARAMETERS, probability=Decimal("0.02"), margin=Decimal(0)
        ).steps["expected_loss"]
        for months in (6, 12, 24)
    }
    assert found == {6: Decimal("0.024000"), 12: Decimal("0.012000"), 24: Decimal("0.006000")}


def test_a_safe_firm_pays_the_least_rate() -> None:
    assert priced("0", "0").rate == Decimal("0.040000")
    assert priced("0", "0").indicated < Decimal("0.04")


def test_a_risk_that_no_rate_covers_is_told() -> None:
    found = priced("0.30")
    assert found.above_maximum
    assert found.rate == Decimal("0.150000")


@given(probability=PROBABILITY, margin=st.decimals("0", "0.05", places=4))
def test_on_the_grid_inside_the_range_and_never_below_what_it_costs(probability: Decimal, margin: Decimal) -> None:
    found = priced(probability, margin)
    product = rulebook().product.rate
    assert product.minimum <= found.rate <= product.maximum
    assert found.rate % product.step == 0
    assert found.above_maximum or found.rate >= found.indicated


@given(probability=PROBABILITY, more=PROBABILITY)
def test_more_risk_is_never_cheaper(probability: Decimal, more: Decimal) -> None:
    riskier = min(probability + more, Decimal(1))
    assert priced(riskier).rate >= priced(probability).rate
