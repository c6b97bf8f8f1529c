"""What the scheme `hidden_ties` says, read once for a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from windchime.content.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of clue."""

    name: str
    #: kinds of one class are not independent of each other
    cls: str
    #: a clue that more firms have is common and dropped
    most_firms: int
    #: clues of this kind that two firms must share before it counts
    least: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Which clues count, and how many of them make a tie."""

    kinds: tuple[Kind, ...]
    filed_usages: frozenset[str]
    posts_left_out: frozenset[str]
    agent_from: int
    holder_from: Decimal
    fund_categories: frozenset[str]
    #: pairs of classes that are not independent of each other
    dependent: frozenset[frozenset[str]]
    leading_posts: frozenset[str]
    score_needed: float
    #: persons of one name from which a payment to the name is no sign
    most_bearers: int
    #: signs that make a hidden controller alone
    strong_signs: frozenset[str]
    #: share of the votes that control needs more than
    control: Decimal

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""
        kinds: Mapping[str, Any] = scheme.at("kinds", as_of).value

        def texts(name: str) -> frozenset[str]:
            return frozenset(scheme.at(name, as_of).value)

        return cls(
            kinds=tuple(Kind(n, k["class"], int(k["most_firms"]), int(k["least"])) for n, k in kinds.items()),
            filed_usages=texts("filed_usages"),
            posts_left_out=texts("posts_left_out"),
            agent_from=int(scheme.number("agent_from", as_of)),
            holder_from=scheme.number("holder_from", as_of),
            fund_categories=texts("fund_categories"),
            dependent=frozenset(frozenset(p) for p in scheme.at("dependent", as_of).value),
            leading_posts=texts("leading_posts"),
            score_needed=float(scheme.number("score_needed", as_of)),
            most_bearers=int(scheme.number("most_bearers", as_of)),
            strong_signs=texts("strong_signs"),
            control=scheme.number("control", as_of),
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes, in the order of their first kind."""
        return tuple(dict.fromkeys(k.cls for k in self.kinds))

    def kind(self, name: str) -> Kind | None:
        """A kind by name; None where the scheme does not count it."""
        return next((k for k in self.kinds if k.name == name), None)

    @property
    def class_of(self) -> list[int]:
        """The place of each kind's class among the classes."""
        return [self.classes.index(k.cls) for k in self.kinds]

    @property
    def independent(self) -> list[int]:
        """Of each class the classes that are independent of it, as bits."""
        return [
            sum(1 << n for n, b in enumerate(self.classes) if a != b and frozenset((a, b)) not in self.dependent)
            for a in self.classes
        ]
