"""One mined rule with everything that was measured of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from windchime.core.canonical import digest
from windchime.risk.rules.figures import Figures
from windchime.risk.rules.rule import Rule

_VIEWS = ("own", "incremental", "cumulative", "unseen", "out_of_time", "cumulative_out_of_time")
_JUDGED = ("p_value", "q_value", "stability", "proven")


@dataclass(frozen=True, slots=True)
class VintageFigures:
    """One rule in one vintage: all it hits there, and what it adds to the rules before it."""

    #: the vintage as the caller's times name it, such as `2003` or `2020-01`
    vintage: str
    own: Figures
    cumulative: Figures

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"vintage": self.vintage, "own": self.own.as_dict(), "cumulative": self.cumulative.as_dict()}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        return cls(body["vintage"], Figures.of(body["own"]), Figures.of(body["cumulative"]))


@dataclass(frozen=True, slots=True)
class MinedRule:
    """One rule of the list, with what was measured on the rows it was mined from, and beyond them."""

    rule: Rule
    #: all rows it hits
    own: Figures
    #: rows it hits that no rule before it does
    incremental: Figures
    #: rows that it or a rule before it hits
    cumulative: Figures
    #: by vintage, oldest first; empty without times
    vintages: tuple[VintageFigures, ...] = ()
    #: on the rows that the search did not use, by which it was tested: free of the luck of the search; None = not tested
    unseen: Figures | None = None
    #: on the last vintages, which the search never saw: its own and cumulative; None where none were held back
    out_of_time: Figures | None = None
    cumulative_out_of_time: Figures | None = None
    #: of the one-sided test on rows the search did not use, and the false-discovery rate at which it is proven; None = not tested
    p_value: float | None = None
    q_value: float | None = None
    #: share of the resamples in which the search finds it again; None = not measured
    stability: float | None = None
    #: whether the test and the stability asked for were passed
    proven: bool = False

    @property
    def id(self) -> str:
        """Short name made from what the rule means: the same rule has the same id in every list."""
        return f"r{digest(self.rule.as_dict())[:8]}"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "id": self.id,
            "rule": self.rule.as_dict(),
            "own": self.own.as_dict(),
            "incremental": self.incremental.as_dict(),
            "cumulative": self.cumulative.as_dict(),
            "vintages": [v.as_dict() for v in self.vintages],
            "unseen": self.unseen and self.unseen.as_dict(),
            "out_of_time": self.out_of_time and self.out_of_time.as_dict(),
            "cumulative_out_of_time": self.cumulative_out_of_time and self.cumulative_out_of_time.as_dict(),
            "p_value": self.p_value,
            "q_value": self.q_value,
            "stability": self.stability,
            "proven": self.proven,
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        read: dict[str, Any] = {n: body[n] and Figures.of(body[n]) for n in _VIEWS}
        vintages = tuple(VintageFigures.of(v) for v in body["vintages"])
        return cls(**{n: body[n] for n in _JUDGED}, **read, rule=Rule.of(body["rule"]), vintages=vintages)
