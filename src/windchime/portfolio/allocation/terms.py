"""What an allocation is given: the firms that may be offered credit, and the terms on which a total is spent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from windchime.core.errors import BadCall
from windchime.core.text import _

#: decimals of rates, shares and probabilities, as the lake stores them
DIGITS = 6
MILLION = 10**DIGITS


class NotAShare(BadCall):
    """A rate, share or probability that is not a fraction with at most six decimals."""

    msgid = _("{what} is {value}; expected a fraction from 0 to 1 with at most six decimals")

    def __init__(self, what: str, value: object) -> None:
        super().__init__(what=what, value=str(value)[:40])


class NotAnAllocation(BadCall):
    """Terms that contradict each other."""

    msgid = _("the terms of the allocation cannot be met: {what} is {value}; expected {expected}")

    def __init__(self, what: str, value: object, expected: str) -> None:
        super().__init__(what=what, value=str(value)[:40], expected=expected)


class FirmTwice(BadCall):
    """A firm that stands among the candidates more than once."""

    msgid = _("firm {firm_id} stands among the candidates more than once")

    def __init__(self, firm_id: str) -> None:
        super().__init__(firm_id=firm_id)


class NoCurve(BadCall):
    """A candidate whose band has no churn curve."""

    msgid = _("firm {firm_id} is of band {band}; there are churn curves for {known}")
    hint = _("map the band in the allocation scheme, or leave the firm out")

    def __init__(self, firm_id: str, band: str, known: Sequence[str]) -> None:
        super().__init__(firm_id=firm_id, band=band, known=", ".join(known) or "-")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A firm that policy approved."""

    firm_id: str
    #: of default within the year, at most six decimals; out-of-fold where the firm's own outcome trained the model
    probability: Decimal
    #: band whose churn curve holds for the firm
    band: str
    #: yuan; what policy allows the firm at most
    limit: Decimal
    #: its group by dimension (`{"industry": "C", "region": "330100"}`); a dimension that is unknown is left out
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a churn curve: the share of customers lost at a rate. Both are fractions."""

    rate: Decimal
    churn: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a total is spent; every figure comes from content or from whoever asks."""

    #: yuan of offered credit
    budget: int
    #: yuan; a firm is offered nothing, or an amount between these two
    minimum: int
    maximum: int
    #: annual rates, inclusive: points of the curves outside are not offered
    minimum_rate: Decimal
    maximum_rate: Decimal
    #: fraction of the principal lost on default
    loss_given_default: Decimal
    #: fractions of the drawn amount for the year
    cost_of_funds: Decimal
    operating_cost: Decimal
    #: churn curve by band, rates rising
    curves: Mapping[str, tuple[Point, ...]]
    #: largest share of the budget that one group of a dimension may take, by dimension
    caps: Mapping[str, Decimal] = field(default_factory=dict)
    #: largest share of the budget that one firm may take
    single_share: Decimal = Decimal(1)
    #: relative gap at which an allocation counts as optimal
    gap: Decimal = Decimal("0.000000001")
    #: most sub-problems that the proof of optimality may open
    proof_nodes: int = 2_000
    #: yuan by which the budget is moved for the finite difference
    budget_step: int = 1_000_000
    #: resamples, seed and level of the intervals of realised profit
    draws: int = 2_000
    seed: int = 0
    level: Decimal = Decimal("0.95")
    #: what these terms were read from: version by name
    versions: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for what in ("minimum_rate", "maximum_rate", "loss_given_default", "cost_of_funds", "operating_cost"):
            millionths(what, getattr(self, what))
        for what, share in (*self.caps.items(), ("single_share", self.single_share)):
            millionths(what, share)
        for what, value, true, expected in (
            ("budget", self.budget, self.budget >= 0, _("no less than 0")),
            ("minimum", self.minimum, self.minimum >= 1, _("at least 1 yuan")),
            ("maximum", self.maximum, self.maximum >= self.minimum, _("no less than the minimum")),
            ("gap", self.gap, 0 <= self.gap < 1, _("from 0 to below 1")),
            ("budget_step", self.budget_step, self.budget_step >= 1, _("at least 1 yuan")),
            ("draws", self.draws, self.draws >= 1, _("at least 1")),
            ("level", self.level, 0 < self.level < 1, _("between 0 and 1")),
            ("proof_nodes", self.proof_nodes, self.proof_nodes >= 1, _("at least 1")),
        ):
            if not true:
                raise NotAnAllocation(what, value, expected)
        for band, curve in self.curves.items():
            rates = [millionths(f"rate of band {band}", p.rate) for p in curve]
            _churn = [millionths(f"churn of band {band}", p.churn) for p in curve]
            if rates != sorted(set(rates)):
                raise NotAnAllocation(f"curve of band {band}", "not sorted", _("rates that rise"))

    @property
    def firm_cap(self) -> int:
        """Whole yuan that one firm may take of the budget."""
        return self.share(self.single_share)

    def share(self, share: Decimal) -> int:
        """A share of the budget in whole yuan, rounded down."""
        return int(millionths("share", share) * self.budget // MILLION)

    def offered_points(self, band: str) -> tuple[Point, ...]:
        """The points of a band's curve that lie within the rate bounds."""
        return tuple(p for p in self.curves.get(band, ()) if self.minimum_rate <= p.rate <= self.maximum_rate)


def millionths(what: str, value: Decimal) -> int:
    """A fraction from 0 to 1 as a whole number of millionths.

    Raises:
        NotAShare: outside 0 to 1, or finer than a millionth.
    """
    scaled = Decimal(value).scaleb(DIGITS)
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or not 0 <= scaled <= MILLION:
        raise NotAShare(what, value)
    return int(scaled)


def ordered(candidates: Sequence[Candidate], terms: Terms) -> tuple[Candidate, ...]:
    """The candidates in the order of their ids, checked.

    Raises:
        FirmTwice: the same firm twice.
        NoCurve: a band without an offered point.
        NotAShare: a probability that is none.
    """
    found = tuple(sorted(candidates, key=lambda c: c.firm_id))
    for one, other in pairwise(found):
        if one.firm_id == other.firm_id:
            raise FirmTwice(one.firm_id)
    known = [band for band in sorted(terms.curves) if terms.offered_points(band)]
    for candidate in found:
        millionths("probability", candidate.probability)
        if candidate.band not in known:
            raise NoCurve(candidate.firm_id, candidate.band, known)
    return found
