"""Limits: a worked case by hand, and what must hold for every firm."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tests.decision.helpers import rulebook

from windchime.decision.limit import Limit, LimitParameters, limit

YUAN = st.decimals("0", "99999999999", places=2)
SHARE = st.decimals("0", "1", places=4)
RATE = st.decimals("0.04", "0.15", places=6)
PARAMETERS = LimitParameters(Decimal("0.20"), Decimal("0.08"), Decimal("1.20"))


def limited(
    sales: Decimal | None,
    *,
    excluded: str | Decimal = "0",
    existing: str | Decimal = "0.00",
    rate: str | Decimal = "0.05",
    band: str | Decimal = "1000000",
) -> Limit:
    return limit(
        rulebook().product,
        PARAMETERS,
        sales=sales,
        excluded_share=Decimal(excluded),
        existing=Decimal(existing),
        rate=Decimal(rate),
        band_maximum=Decimal(band),
    )


def test_by_hand_what_the_margin_on_clean_sales_can_repay() -> None:
    # 6,000,000 less a tenth = 5,400,000; margin 8 % = 432,000; cover 1.2 = 360,000; with 5 % interest 342,857.142…
    found = limited(Decimal("6000000.00"), excluded="0.1")
    assert found.steps["clean_sales"] == Decimal("5400000.00")
    assert found.steps["by_sales"] == Decimal("1080000.00")
    assert found.steps["by_repayment"] == Decimal("342857.14")
    assert (found.amount, found.bound_by) == (Decimal("342000.00"), "by_repayment")


def test_what_is_owed_already_is_taken_off() -> None:
    found = limited(Decimal("6000000.00"), excluded="0.1", existing="200000.00")
    assert (found.capacity, found.amount) == (Decimal("142857.14"), Decimal("142000.00"))


def test_less_than_the_product_lends_is_no_limit() -> None:
    found = limited(Decimal("1000000.00"))
    assert found.amount is None
    assert found.capacity == Decimal("63492.06")


def test_a_half_year_repays_from_the_sales_of_half_a_year() -> None:
    # 5,400,000 clean a year, 2,700,000 in six months; 8 % = 216,000; cover 1.2 = 180,000; with 2.5 % interest 175,609.756…
    found = limit(
        replace(rulebook().product, term_months=6),
        PARAMETERS,
        sales=Decimal("5400000.00"),
        excluded_share=Decimal(0),
        existing=Decimal(0),
        rate=Decimal("0.05"),
        band_maximum=Decimal(1_000_000),
    )
    assert found.steps["by_repayment"] == Decimal("175609.75")


def test_a_firm_without_measured_sales_has_no_capacity() -> None:
    assert limited(None).capacity == 0
    assert limited(Decimal("-5000000.00")).capacity == 0


def test_the_band_and_the_product_cap_it() -> None:
    rich = Decimal("900000000.00")
    assert (limited(rich).amount, limited(rich).bound_by) == (Decimal("1000000.00"), "band_maximum")
    assert limited(rich, band="300000").amount == Decimal("300000.00")
    assert limited(rich, band="5000000").bound_by == "product_maximum"
    assert limited(rich, band="0").amount is None


@given(sales=YUAN, excluded=SHARE, existing=YUAN, rate=RATE, band=YUAN)
def test_inside_product_band_and_capacity_and_on_the_step(
    sales: Decimal, excluded: Decimal, existing: Decimal, rate: Decimal, band: Decimal
) -> None:
    found = limited(sales, excluded=excluded, existing=existing, rate=rate, band=band)
    product = rulebook().product.amount
    assert found.capacity >= 0
    if found.amount is not None:
        assert product.minimum <= found.amount <= product.maximum
        assert found.amount <= min(found.capacity, band)
        assert found.amount % product.step == 0


@given(sales=YUAN, more=YUAN, excluded=SHARE, existing=YUAN, rate=RATE)
def test_more_clean_sales_never_lower_it(
    sales: Decimal, more: Decimal, excluded: Decimal, existing: Decimal, rate: Decimal
) -> None:
    before = limited(sales, excluded=excluded, existing=existing, rate=rate)
    after = limited(sales + more, excluded=excluded, existing=existing, rate=rate)
    cleaner = limited(sales, excluded=excluded / 2, existing=existing, rate=rate)
    for better in (after, cleaner):
        assert better.capacity >= before.capacity
        assert (better.amount or 0) >= (before.amount or 0)


@given(sales=YUAN, existing=YUAN, more=YUAN)
def test_more_debt_never_raises_it(sales: Decimal, existing: Decimal, more: Decimal) -> None:
    assert limited(sales, existing=existing + more).capacity <= limited(sales, existing=existing).capacity


def test_a_longer_term_costs_interest() -> None:
    product = replace(rulebook().product, term_months=36)
    args = {
        "sales": Decimal("6000000.00"),
        "excluded_share": Decimal(0),
        "existing": Decimal("0.00"),
        "rate": Decimal("0.05"),
        "band_maximum": Decimal(1000000),
    }
    longer = limit(product, PARAMETERS, **args)
    assert longer.steps["interest_factor"] == Decimal("1.15")
    assert longer.capacity < limited(Decimal("6000000.00")).capacity
