"""A plan: which firm is offered how much at which rate, and what that is expected to earn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from windchime.core.money import round_yuan
from windchime.portfolio.allocation.pricing import PROFIT_DIGITS, Prices, Whole, fraction
from windchime.portfolio.allocation.terms import DIGITS, MILLION, Candidate, millionths

#: digits that hold any sum of profits
WIDE = 60


@dataclass(frozen=True, slots=True)
class Offer:
    """What one firm is offered for one year."""

    firm_id: str
    #: whole yuan, offered
    amount: int
    #: annual rate, and the share of such customers that leave at it
    rate: Decimal
    churn: Decimal
    #: of default
    probability: Decimal
    band: str
    #: expected, yuan per yuan offered, exact
    profit_per_yuan: Decimal

    @property
    def profit(self) -> Decimal:
        """Expected profit, yuan, exact."""
        return self.amount * self.profit_per_yuan

    @property
    def drawn(self) -> Decimal:
        """Expected drawn amount, yuan, exact: what stays after churn."""
        return self.amount * (1 - self.churn)

    def as_dict(self) -> dict[str, Any]:
        """For JSON; yuan to the fen."""
        return {
            "firm": self.firm_id,
            "amount": round_yuan(Decimal(self.amount)),
            "rate": self.rate,
            "churn": self.churn,
            "probability": self.probability,
            "band": self.band,
            "profit_per_yuan": self.profit_per_yuan,
            "expected_drawn": round_yuan(self.drawn),
            "expected_profit": round_yuan(self.profit),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to spend the budget."""

    #: `optimum`, `rank_by_score` or `equal_shares`
    name: str
    #: firms that are offered something, by firm id
    offers: tuple[Offer, ...]

    @property
    def offered(self) -> int:
        """Whole yuan offered."""
        return sum(o.amount for o in self.offers)

    @property
    def drawn(self) -> Decimal:
        """Expected drawn amount, yuan, exact."""
        return total(o.drawn for o in self.offers)

    @property
    def profit(self) -> Decimal:
        """Expected profit, yuan, exact; rounded once where it is shown, so shown lines may differ from it by fen."""
        return total(o.profit for o in self.offers)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: the totals."""
        return {
            "name": self.name,
            "firms": len(self.offers),
            "offered": round_yuan(Decimal(self.offered)),
            "expected_drawn": round_yuan(self.drawn),
            "expected_profit": round_yuan(self.profit),
        }


def plan(name: str, candidates: Sequence[Candidate], prices: Prices, amounts: Whole) -> Plan:
    """The plan that offers the amounts to the candidates at their best rates; arrays in the order of the candidates."""
    return Plan(
        name,
        tuple(
            Offer(c.firm_id, a, fraction(r), fraction(lost), exact(c.probability), c.band, fraction(p, PROFIT_DIGITS))
            for c, a, r, lost, p in zip(
                candidates,
                amounts.tolist(),
                prices.rate.tolist(),
                prices.churn.tolist(),
                prices.profit.tolist(),
                strict=True,
            )
            if a
        ),
    )


def total(values: Iterable[Decimal]) -> Decimal:
    """The sum with every digit: more than the 28 that decimals keep by default."""
    with localcontext(prec=WIDE):
        return sum(values, Decimal(0))


def exact(share: Decimal) -> Decimal:
    """A fraction written with exactly six decimals."""
    return Decimal(millionths("share", share)).scaleb(-DIGITS).quantize(Decimal(1) / MILLION)
