"""The price 定价: funds, operation, expected loss, capital and margin added up, then put on the product's grid."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_UP, Decimal
from typing import Any

from windchime.decision.product import Product

#: places of a rate
PLACES = Decimal("0.000001")
_MONTHS = Decimal(12)


@dataclass(frozen=True, slots=True)
class PriceParameters:
    """What schemes say about the cost of lending on a date; all are fractions a year unless said otherwise."""

    cost_of_funds: Decimal
    operating_cost: Decimal
    #: share of the exposure lost when a firm defaults
    loss_given_default: Decimal
    #: share of the exposure that capital rules count
    risk_weight: Decimal
    #: capital held for one yuan of weighted exposure
    capital_ratio: Decimal
    #: return the owners want on that capital, above the cost of funds
    return_on_capital: Decimal


@dataclass(frozen=True, slots=True)
class Price:
    """A rate with every component that led to it."""

    #: annual rate on the product's grid
    rate: Decimal
    #: the sum of the components, before the product's range
    indicated: Decimal
    #: whether the sum lies above what the product may charge: the loan would be made at a loss
    above_maximum: bool
    #: the components in the order of the sum, for the document
    steps: Mapping[str, Any]


def price(product: Product, parameters: PriceParameters, *, probability: Decimal, margin: Decimal) -> Price:
    """What one firm is to pay a year.

    Args:
        product: the product's range and step of rates.
        parameters: the schemes' costs.
        probability: of default within the term; its loss is spread evenly over the years of the term.
        margin: what the policy asks of the firm's band on top of costs.
    """
    components = {
        "cost_of_funds": parameters.cost_of_funds,
        "operating_cost": parameters.operating_cost,
        "expected_loss": _rate(probability * parameters.loss_given_default * _MONTHS / product.term_months),
        "capital_charge": _rate(parameters.risk_weight * parameters.capital_ratio * parameters.return_on_capital),
        "margin": margin,
    }
    indicated = _rate(sum(components.values(), Decimal(0)))
    stepped = (indicated / product.rate.step).to_integral_value(ROUND_UP) * product.rate.step
    rate = _rate(product.rate.clip(stepped))
    above = indicated > product.rate.maximum
    steps = {
        "probability": probability,
        "loss_given_default": parameters.loss_given_default,
        **components,
        "indicated": indicated,
        "product_minimum": product.rate.minimum,
        "product_maximum": product.rate.maximum,
        "step": product.rate.step,
        "above_maximum": above,
        "rate": rate,
    }
    return Price(rate, indicated, above, steps)


def _rate(value: Decimal) -> Decimal:
    return value.quantize(PLACES, ROUND_HALF_EVEN)
