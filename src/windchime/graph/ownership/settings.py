"""What the scheme `ownership` says, read once for a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any, Self

from windchime.content.scheme import Scheme
from windchime.core.errors import UnknownName
from windchime.core.text import Text, _
from windchime.graph.ownership.majority import Majority

SCHEME = "ownership"
#: parameters of the scheme that are rules of law
RULES = ("cn-2024", "eu-amlr", "uk-psc")


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom a law calls beneficial owner: any person by one of its routes, and managers where there is none."""

    name: str
    label: Text
    #: integrated share of profits that is enough; None: shares do not count by chains
    share: Majority | None
    #: votes of the person and of all it controls that are enough; None: short of control votes do not count
    votes: Majority | None
    control: Majority
    #: whether ownership and control on different layers of a chain count together (articles 54 a and b of the AMLR)
    coexistence: bool
    #: posts of which the first that somebody holds stands in where nobody else is found
    managers: tuple[str, ...]
    #: article by route
    articles: Mapping[str, str]

    @classmethod
    def of(cls, scheme: Scheme, name: str, as_of: date) -> Self:
        """A rule in force at a date.

        Raises:
            UnknownName: no such rule.
        """
        if name not in RULES:
            raise UnknownName(_("rule of beneficial owners"), name, RULES)
        found = scheme.at(name, as_of)
        value: Mapping[str, Any] = found.value
        return cls(
            name,
            found.label,
            _majority(value["share"]) if "share" in value else None,
            _majority(value["votes"]) if "votes" in value else None,
            _majority(value["control"]),
            bool(value["coexistence"]),
            tuple(value["managers"]),
            {route: str(article) for route, article in value["articles"].items()},
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds of ownership and control, and the rule by which beneficial owners are published."""

    control: Majority
    #: votes from which the largest party leads where nobody controls, and the part of them that no other reaches
    leads_from: Fraction
    others_below: Fraction
    rule: Rule
    #: chains told of one pair
    chains: int

    @classmethod
    def of(cls, scheme: Scheme, as_of: date, rule: str | None = None) -> Self:
        """The values in force at a date, under another rule where one is named.

        Raises:
            UnknownName: no such rule.
        """
        leading: Mapping[str, Any] = scheme.at("leading", as_of).value
        return cls(
            _majority(scheme.at("control", as_of).value),
            Fraction(leading["votes"]),
            Fraction(leading["others_below"]),
            Rule.of(scheme, rule or str(scheme.at("rule", as_of).value), as_of),
            int(scheme.number("chains", as_of)),
        )


def _majority(said: Mapping[str, Any]) -> Majority:
    return Majority.of(said["threshold"], inclusive=said["inclusive"])
