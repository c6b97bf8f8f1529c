"""A product 产品: what may be lent, at which price, for how long, by which policy, model and schemes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, Self

from windchime.core.errors import BadInput
from windchime.core.text import Text, _

Standing = Literal["official", "illustrative"]


class BadProduct(BadInput):
    """A product file that breaks the form."""

    msgid = _("product {product}: {reason}")

    def __init__(self, product: str, reason: str) -> None:
        super().__init__(product=product, reason=reason)


@dataclass(frozen=True, slots=True)
class Range:
    """From a least to a greatest value, in steps counted from zero."""

    minimum: Decimal
    maximum: Decimal
    step: Decimal

    def clip(self, value: Decimal) -> Decimal:
        """The nearest value inside the range."""
        return min(max(value, self.minimum), self.maximum)


@dataclass(frozen=True, slots=True)
class Product:
    """A product as published; every figure in it is content."""

    name: str
    label: Text
    status: Standing
    source: Text
    currency: str
    #: yuan
    amount: Range
    #: annual, fractions
    rate: Range
    term_months: int
    #: name of the policy that decides
    policy: str
    #: name of the published model whose band and probability decide
    model: str
    #: name of a model scored beside it, without say; empty for none
    challenger: str
    #: the schemes read, by what they are for: `limit`, `costs`, `price`, `indicators`
    schemes: Mapping[str, str]
    #: indicator of annual sales that limits are counted from
    sales: str
    #: indicators of shares of those sales that do not count (circular, related), summed
    excluded_shares: tuple[str, ...]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form of a product file.

        Raises:
            BadProduct: a missing part, an amount that is not a number, an empty range, a term below one month.
        """
        name = str(body.get("product", "?"))
        try:
            product = cls(
                name=name,
                label=Text.of(body["label"]),
                status=body["status"],
                source=Text.of(body["source"]),
                currency=body["currency"],
                amount=_range(name, "amount", body["amount"]),
                rate=_range(name, "rate", body["rate"]),
                term_months=int(body["term_months"]),
                policy=body["policy"],
                model=body["model"],
                challenger=body.get("challenger", ""),
                schemes=dict(body["schemes"]),
                sales=body["capacity"]["sales"],
                excluded_shares=tuple(body["capacity"]["excluded_shares"]),
            )
        except (KeyError, TypeError) as error:
            raise BadProduct(name, f"without {error}") from None
        if product.status not in ("official", "illustrative"):
            raise BadProduct(name, f"status '{product.status}' is neither official nor illustrative")
        if product.term_months < 1:
            raise BadProduct(name, "the term is shorter than a month")
        missing = {"limit", "costs", "price", "indicators"} - product.schemes.keys()
        if missing:
            raise BadProduct(name, f"schemes without {', '.join(sorted(missing))}")
        return product


def _range(product: str, part: str, body: Mapping[str, Any]) -> Range:
    try:
        found = Range(*(Decimal(str(body[key])) for key in ("minimum", "maximum", "step")))
    except InvalidOperation:
        raise BadProduct(product, f"{part} is not a range of numbers") from None
    if not (0 < found.minimum <= found.maximum and found.step > 0):
        raise BadProduct(product, f"{part} needs 0 < minimum <= maximum and a step above 0")
    if found.minimum % found.step or found.maximum % found.step:
        raise BadProduct(product, f"the ends of {part} do not lie on its step")
    return found
