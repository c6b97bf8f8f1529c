"""The limit 额度: what clean sales can repay, less what is owed already, inside the product and on its step.

Two capacities are counted and the smaller counts: a share of annual clean sales, which is what bills in circulation
can carry, and what the margin on the sales of the term, of one year at most, can repay with interest at a required cover.
Both follow the manner of cash-flow lending; every assumption in them is a scheme's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

from windchime.core.money import CENT, ZERO
from windchime.decision.product import Product

_ONE = Decimal(1)
_MONTHS = Decimal(12)
_SIX = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class LimitParameters:
    """What a scheme says about limits on a date."""

    #: share of annual clean sales that may be lent
    sales_share: Decimal
    #: share of clean sales that remains to service debt
    operating_margin: Decimal
    #: how many times that remainder must cover principal and interest
    debt_service_cover: Decimal


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit with every figure that led to it."""

    #: yuan, on the product's step; None when the capacity does not reach the product's least amount
    amount: Decimal | None
    #: yuan; the smaller capacity less what is owed, never below zero
    capacity: Decimal
    #: which figure set the limit: `by_sales`, `by_repayment`, `band_maximum` or `product_maximum`
    bound_by: str
    #: the figures in the order of the calculation, for the document
    steps: Mapping[str, Any]


def _down(value: Decimal, step: Decimal = CENT) -> Decimal:
    """The multiple of the step that is not above: limits are never rounded in the bank's disfavour."""
    return (value / step).to_integral_value(ROUND_DOWN) * step


def limit(
    product: Product,
    parameters: LimitParameters,
    *,
    sales: Decimal | None,
    excluded_share: Decimal,
    existing: Decimal,
    rate: Decimal,
    band_maximum: Decimal,
) -> Limit:
    """What may be lent to one firm.

    Args:
        product: the product's range, step and term.
        parameters: the scheme's assumptions.
        sales: net sales of the last twelve whole months, red letters taken off, in yuan; None when not measured.
        excluded_share: share of them that is circular or with related firms.
        existing: what the firm owes already, in yuan.
        rate: annual rate the loan would bear.
        band_maximum: most the policy lends to the firm's band, in yuan.
    """
    clean = _down(max(sales or ZERO, ZERO) * (_ONE - min(max(excluded_share, Decimal(0)), _ONE)))
    by_sales = _down(clean * parameters.sales_share)
    interest = (_ONE + rate * product.term_months / _MONTHS).quantize(_SIX)
    remains = clean * parameters.operating_margin * min(product.term_months, 12) / _MONTHS
    by_repayment = _down(remains / parameters.debt_service_cover / interest)
    capacity = max(min(by_sales, by_repayment) - existing, ZERO)
    bounds = {
        "by_sales": by_sales - existing,
        "by_repayment": by_repayment - existing,
        "band_maximum": band_maximum,
        "product_maximum": product.amount.maximum,
    }
    bound_by = min(bounds, key=lambda name: bounds[name])
    rounded = _down(max(bounds[bound_by], ZERO), product.amount.step).quantize(CENT)
    amount = rounded if rounded >= product.amount.minimum else None
    steps = {
        "sales": None if sales is None else sales.quantize(CENT),
        "excluded_share": excluded_share,
        "clean_sales": clean.quantize(CENT),
        "sales_share": parameters.sales_share,
        "by_sales": by_sales.quantize(CENT),
        "operating_margin": parameters.operating_margin,
        "debt_service_cover": parameters.debt_service_cover,
        "interest_factor": interest,
        "by_repayment": by_repayment.quantize(CENT),
        "existing": existing.quantize(CENT),
        "capacity": capacity.quantize(CENT),
        "band_maximum": band_maximum.quantize(CENT),
        "product_minimum": product.amount.minimum.quantize(CENT),
        "product_maximum": product.amount.maximum.quantize(CENT),
        "step": product.amount.step,
        "bound_by": bound_by,
        "amount": amount,
    }
    return Limit(amount, capacity.quantize(CENT), bound_by, steps)
