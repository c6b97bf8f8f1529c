"""What the scheme `connected_groups` says, read once for a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from windchime.content.scheme import Scheme, Standing

#: how sure a tie is, the surest first
LEVELS = ("confirmed", "likely", "hint")
#: what makes firms one: control (group clients 集团客户), or dependence as well (related clients of large exposures 关联客户)
BASES = ("control", "dependence")
#: codes of the rules, the strongest of a level first
RULES = (
    "control",
    "controller",
    "leading",
    "key_person",
    "family",
    "dependence",
    "guarantee",
    "stake",
    "inferred_family",
    "hidden_controller",
    "hidden_tie",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to count two firms as one."""

    code: str
    level: str
    basis: str
    standing: Standing

    @property
    def strength(self) -> tuple[int, int, int]:
        """Level, basis, and the place among the rules: the smaller the stronger."""
        return LEVELS.index(self.level), BASES.index(self.basis), RULES.index(self.code)


@dataclass(frozen=True, slots=True)
class Settings:
    """Rules and their limits."""

    rules: Mapping[str, Rule]
    control_votes: Decimal
    leading_votes: Decimal
    others_below: Decimal
    stake: Decimal
    key_posts: frozenset[str]
    most_firms_of_leader: int
    #: highest degree that counts, by relation
    kin: Mapping[str, int]
    dependence_share: Decimal
    dependence_months: int
    most_dependents: int
    guarantee_share: Decimal
    never_join: frozenset[str]
    most_controlled: int

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""

        def value(name: str) -> Any:
            return scheme.at(name, as_of).value

        leading, dependence = value("leading_votes"), value("dependence")
        return cls(
            rules={code: _rule(scheme, code, as_of) for code in RULES},
            control_votes=scheme.number("control_votes", as_of),
            leading_votes=Decimal(leading["votes"]),
            others_below=Decimal(leading["others_below"]),
            stake=scheme.number("stake", as_of),
            key_posts=frozenset(value("key_posts")),
            most_firms_of_leader=int(scheme.number("most_firms_of_leader", as_of)),
            kin={relation: int(degree) for relation, degree in value("kin").items()},
            dependence_share=Decimal(dependence["share"]),
            dependence_months=int(dependence["months"]),
            most_dependents=int(dependence["most_dependents"]),
            guarantee_share=scheme.number("guarantee", as_of),
            never_join=frozenset(value("never_join")),
            most_controlled=int(scheme.number("most_controlled", as_of)),
        )


def _rule(scheme: Scheme, code: str, as_of: date) -> Rule:
    found = scheme.at(f"rule_{code}", as_of)
    return Rule(code, found.value["level"], found.value["basis"], found.status)
