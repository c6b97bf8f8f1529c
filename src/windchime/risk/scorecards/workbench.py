"""The figures of the workbench (scheme `scorecard`): reject inference, validation pack, monitoring, fairness."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.core.text import Text
from windchime.risk.scorecards.settings import LATEST


@dataclass(frozen=True, slots=True)
class Rejects:
    """Limits of reject inference."""

    #: score groups inside which labels are dealt out
    parcels: int
    max_weight: float


@dataclass(frozen=True, slots=True)
class Pack:
    """How the validation pack looks at a model."""

    groups: int
    #: standard deviations that a feature is moved by
    shock: float
    #: share of the cells of each feature that take another firm's value
    perturbed: float
    #: least bads of a vintage with an AUC of its own
    min_bads: int


@dataclass(frozen=True, slots=True)
class Monitoring:
    """When a shift is proven, and when it is large."""

    bins: int
    #: most rows that cuts are taken from
    cut_rows: int
    #: of all tests of a run together
    significance: float
    #: stability index from which a proven shift is watched, and from which it alarms
    watch: float
    alarm: float


@dataclass(frozen=True, slots=True)
class Fairness:
    """What the bank declares lawful to examine."""

    #: ground of each attribute, by its column
    attributes: Mapping[str, Text]
    #: floor of the adverse impact ratio
    min_ratio: float


@dataclass(frozen=True, slots=True)
class Workbench:
    """All of them at one date."""

    rejects: Rejects
    pack: Pack
    monitoring: Monitoring
    fairness: Fairness

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date.

        Raises:
            UnknownName: the scheme is older than a parameter.
        """

        def numbers(parameter: str) -> dict[str, Any]:
            value = scheme.at(parameter, as_of).value
            return {k: int(v) if v == int(v) else float(v) for k, v in value.items()}

        fair = scheme.at("fairness", as_of).value
        attributes = {a["column"]: Text.of(a["ground"]) for a in fair["attributes"]}
        return cls(
            Rejects(**numbers("rejects")),
            Pack(**numbers("pack")),
            Monitoring(**numbers("monitoring")),
            Fairness(attributes, float(fair["min_ratio"])),
        )

    @classmethod
    def shipped(cls) -> Self:
        """The latest values of the scheme that ships: for notebooks and tests."""
        return cls.of(Scheme.of(seed.documents("schemes")["scorecard"]), LATEST)
