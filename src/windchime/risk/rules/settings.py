"""The figures a rule forest goes by, read from the scheme `rule_forest`: nothing of them stands in code."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from statistics import NormalDist
from typing import Any, Self

from windchime.content import seed
from windchime.content.scheme import Scheme


@dataclass(frozen=True, slots=True)
class CandidateSettings:
    """Which rules are looked at."""

    max_conditions: int
    #: categories that a condition names at most, or leaves out at most: people do not read longer lists
    max_categories: int
    #: distinct texts of a column, as a share of its rows that have one, beyond which no rule may use it: names, ids, free text
    max_texts: float
    #: hit rate of a candidate, as multiples of the budget
    least_share: float
    largest_share: float
    #: candidates whose rows are compared, the best at each price
    looked_at: int
    #: share of its bound that a rule may lose by each step that makes it simpler
    given_up: float


@dataclass(frozen=True, slots=True)
class BudgetSettings:
    """How long the list may be, and how much it may hit."""

    #: share of rows, weight or amount
    budget: float
    max_rules: int
    #: mean pairwise Jaccard of the list
    max_overlap: float
    #: two rules that overlap so much tell one fact
    duplicate: float
    #: two candidates that overlap so much are merged before any test
    alike: float


@dataclass(frozen=True, slots=True)
class EvidenceSettings:
    """When a rule is believed."""

    #: of the intervals shown
    level: float
    #: one-sided, of the lower bounds that rules are ranked by
    bound_level: float
    false_discovery_rate: float
    #: share of rows that the search may see; the rest test what it finds
    search_share: float
    max_tested: int
    min_hits: int
    min_bads: int
    min_lift: float
    #: a feature that ranks bads above goods so well by itself is taken for a leak of the label
    max_auc: float

    @property
    def z(self) -> float:
        """Normal quantile of the ranking bounds."""
        return NormalDist().inv_cdf(self.bound_level)


@dataclass(frozen=True, slots=True)
class StabilitySettings:
    """How often a rule must be found again."""

    #: complementary pairs of half-samples
    pairs: int
    #: rules that a half-sample selects
    selected: int
    frequency: float


@dataclass(frozen=True, slots=True)
class TimeSettings:
    """What holds over vintages."""

    #: least bads and least goods of a block of vintages
    min_block_bads: int
    min_block_goods: int
    max_blocks: int
    #: distinct vintages beyond which times are taken for something else
    max_vintages: int
    #: most rows held back as out-of-time, as a share
    held_back: float
    #: of the hit rate of the list: the newest block and the next to come, against all blocks, as a ratio or its inverse
    max_drift: float
    #: the same of one rule
    max_rule_drift: float
    #: a rule's bound falls by exp(−penalty · |ln drift|)
    drift_penalty: float
    #: and by exp(−penalty · PSI) of its least stable feature, a PSI above 1 counting as 1: what moved may still be told apart
    feature_penalty: float
    #: hits at the overall rate that join each block, so that small blocks do not swing
    pseudo_hits: float

    @property
    def block(self) -> tuple[int, int]:
        """Least bads and goods of a block."""
        return self.min_block_bads, self.min_block_goods


@dataclass(frozen=True, slots=True)
class SwapSettings:
    """What is assumed of rows without outcomes."""

    #: their bad rate, as multiples of that of known rows alike
    factors: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """All of the scheme at one date."""

    candidates: CandidateSettings
    budget: BudgetSettings
    evidence: EvidenceSettings
    stability: StabilitySettings
    time: TimeSettings
    swaps: SwapSettings

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""

        def numbers(parameter: str) -> Mapping[str, Any]:
            return {k: _number(v) for k, v in scheme.at(parameter, as_of).value.items()}

        return cls(
            CandidateSettings(**numbers("candidates")),
            BudgetSettings(**numbers("budget")),
            EvidenceSettings(**numbers("evidence")),
            StabilitySettings(**numbers("stability")),
            TimeSettings(**numbers("time")),
            SwapSettings(**numbers("swaps")),
        )

    @classmethod
    def shipped(cls) -> Self:
        """The latest values of the scheme that ships: for notebooks and tests."""
        return cls.of(Scheme.of(seed.documents("schemes")["rule_forest"]), date.max)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"swaps": {"factors": list(self.swaps.factors)}}


def _number(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_number(v) for v in value)
    return int(value) if value == int(value) else float(value)
