"""On what terms the bank spends a total: read from its product, its schemes, and the churn table of the library."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import ibis

from windchime.content.scheme import Scheme
from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.data.reading import Reading
from windchime.decision.price import PriceParameters
from windchime.decision.product import Product
from windchime.portfolio.allocation import Point, Terms

Curves = Mapping[str, tuple[Point, ...]]
#: profit is counted for one year
YEAR = 12


class NotOneYear(BadCall):
    """A product of another term than the profit is counted for."""

    msgid = _("the loans of {product} run {months} months; the allocation counts profit for loans of twelve")

    def __init__(self, product: str, months: int) -> None:
        super().__init__(product=product, months=months)


class NotWholeYuan(BadCall):
    """A budget with fen in it, or below nothing."""

    msgid = _("the budget is {budget}; expected whole yuan, no less than 0")

    def __init__(self, budget: Decimal) -> None:
        super().__init__(budget=str(budget))


def terms(
    budget: Decimal,
    product: Product,
    costs: PriceParameters,
    scheme: Scheme,
    curves: Curves,
    as_of: date,
    versions: Mapping[str, str],
) -> Terms:
    """The terms of an allocation.

    Raises:
        NotWholeYuan: fen in the budget.
        NotOneYear: a product of another term.
    """
    if budget != budget.to_integral_value() or budget < 0:
        raise NotWholeYuan(budget)
    if product.term_months != YEAR:
        raise NotOneYear(product.name, product.term_months)
    interval = scheme.at("realised_interval", as_of).value
    return Terms(
        budget=int(budget),
        minimum=int(product.amount.minimum),
        maximum=int(product.amount.maximum),
        minimum_rate=product.rate.minimum,
        maximum_rate=product.rate.maximum,
        loss_given_default=costs.loss_given_default,
        cost_of_funds=costs.cost_of_funds,
        operating_cost=costs.operating_cost,
        curves=curves,
        caps=scheme.at("group_caps", as_of).value,
        single_share=scheme.number("single_share", as_of),
        gap=scheme.number("relative_gap", as_of),
        proof_nodes=int(scheme.number("proof_nodes", as_of)),
        budget_step=int(scheme.number("budget_step", as_of)),
        draws=int(interval["draws"]),
        seed=int(interval["seed"]),
        level=Decimal(interval["level"]),
        versions=versions,
    )


def churn_curves(reading: Reading) -> Curves:
    """The churn curves of the library by band, as known at its date; of two statements about a point the later counts."""
    if not reading.has("rate_churn"):
        return {}
    table = reading.table("rate_churn")
    rows = table.order_by(ibis.asc("known_at")).select("band", "rate", "churn").to_pyarrow().to_pylist()
    points = {(r["band"], r["rate"]): r["churn"] for r in rows}
    return {
        band: tuple(Point(rate, churn) for (b, rate), churn in sorted(points.items()) if b == band)
        for band in sorted({b for b, _rate in points})
    }


def assumed_curves(product: Product, scheme: Scheme, as_of: date) -> Curves:
    """Straight lines of the scheme, for a bank that has no churn table: illustrative, and said so in the result."""
    step, least = scheme.number("fallback_rate_step", as_of), product.rate.minimum
    count = int((product.rate.maximum - least) / step)
    rates = [least + step * i for i in range(count + 1)]
    slopes: Mapping[str, Decimal] = scheme.at("fallback_churn_slope", as_of).value
    return {b: tuple(Point(r, min(Decimal(1), s * (r - least))) for r in rates) for b, s in slopes.items()}
