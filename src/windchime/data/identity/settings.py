"""What the scheme `identity` says, read once for a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from windchime.content.scheme import Scheme

#: m and u by comparison and level
Parameters = Mapping[str, Mapping[str, tuple[float, float]]]


@dataclass(frozen=True, slots=True)
class Settings:
    """Thresholds and starting values of a resolution."""

    #: least probability of a link without a person, and of a pair shown to people
    link_from: float
    judge_from: float
    judge_at_most: int
    #: least score of two names of which every part is the same, in one county
    name_score: float
    #: pairs of one firm that are expected for each mention
    expected_duplicates: float
    #: rows whose pairs show u
    sample_rows: int
    #: pairs that the scheme's own values count for in the estimation
    scheme_pairs: int
    #: rows of the largest group that yields pairs, by kind of group
    most_in_block: Mapping[str, int]
    comparisons: Parameters
    person_ties: int
    #: most namesakes that may be expected among a firm's people where that one firm is tie enough
    person_namesakes: float
    person_score: float

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""
        training = scheme.at("training", as_of).value
        comparisons: Mapping[str, Any] = scheme.at("comparisons", as_of).value
        return cls(
            link_from=float(scheme.number("link_from", as_of)),
            judge_from=float(scheme.number("judge_from", as_of)),
            judge_at_most=int(scheme.number("judge_at_most", as_of)),
            name_score=float(scheme.number("name_score", as_of)),
            expected_duplicates=float(scheme.number("expected_duplicates", as_of)),
            sample_rows=training["sample_rows"],
            scheme_pairs=training["scheme_pairs"],
            most_in_block=scheme.at("most_in_block", as_of).value,
            comparisons={
                c: {name: (float(v["m"]), float(v["u"])) for name, v in levels.items()}
                for c, levels in comparisons.items()
            },
            person_ties=int(scheme.number("person_ties", as_of)),
            person_namesakes=float(scheme.number("person_namesakes", as_of)),
            person_score=float(scheme.number("person_score", as_of)),
        )
