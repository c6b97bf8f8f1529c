"""The figures a scorecard is built by, read from the scheme `scorecard`: nothing of them stands in code."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.risk.binning import BinningOptions

#: the day by which every parameter of a scheme has started: "the latest values"
LATEST = date.max


@dataclass(frozen=True, slots=True)
class Scaling:
    """Log-odds to points: `score = offset + factor · ln(odds of good)`."""

    base_score: float
    #: good to bad
    base_odds: float
    points_to_double_odds: float
    #: (name, exclusive upper bound of the default probability), best first; the last has no bound
    bands: tuple[tuple[str, float], ...]

    @property
    def factor(self) -> float:
        """Points a unit of log-odds: points to double the odds over ln 2."""
        from math import log

        return self.points_to_double_odds / log(2)

    @property
    def offset(self) -> float:
        """Score at even odds."""
        from math import log

        return self.base_score - self.factor * log(self.base_odds)

    def band(self, probability: float) -> str:
        """The band of a default probability."""
        return next((name for name, below in self.bands[:-1] if probability < below), self.bands[-1][0])

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "base_score": self.base_score,
            "base_odds": self.base_odds,
            "points_to_double_odds": self.points_to_double_odds,
            "bands": [{"band": name, "below": below} for name, below in self.bands],
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        bands = tuple((b["band"], float(b["below"])) for b in body["bands"])
        return cls(float(body["base_score"]), float(body["base_odds"]), float(body["points_to_double_odds"]), bands)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which features may enter, and how they are weighed."""

    min_iv: float
    #: of the cross-fitted weight of evidence alone
    min_auc: float
    max_correlation: float
    max_features: int
    #: share of inner folds that find the same trend
    min_trend_agreement: float
    #: candidates for the pull to equal weights; inner cross-validation decides
    equal_weight_penalties: tuple[float, ...]
    ridge: float
    inner_folds: int


@dataclass(frozen=True, slots=True)
class Boosting:
    """The challenger's trees."""

    #: candidates; inner cross-validation decides
    rounds: tuple[int, ...]
    learning_rate: float
    leaves: int
    min_leaf_share: float
    feature_share: float
    row_share: float
    l2: float
    max_bin: int
    inner_folds: int


@dataclass(frozen=True, slots=True)
class LeakageLimits:
    """What no honest feature reaches."""

    max_auc: float
    max_iv: float
    #: odds of bad in a category over the odds in the rest (or the reverse)
    max_odds_ratio: float
    #: of the exact test that the odds ratio is above the limit, all categories together
    significance: float
    pseudo_count: float
    folds: int


@dataclass(frozen=True, slots=True)
class Validation:
    """How models are judged."""

    folds: int
    level: float
    draws: int
    small_sample_bads: int


@dataclass(frozen=True, slots=True)
class Stability:
    """When a vintage speaks against the others."""

    #: of the tests of one feature over all vintages together
    significance: float
    #: least bads, and least goods, of a vintage that is tested
    min_bads: int


@dataclass(frozen=True, slots=True)
class Large:
    """Limits that hold instead where bads are many."""

    from_bads: int
    max_bins: int
    min_share: float
    min_goods: float
    min_bads: float
    min_iv: float
    min_auc: float
    max_correlation: float
    max_features: int


class NoStability(BadCall):
    """Vintages are told, and the scheme in force is older than the parameter that says what to do with them."""

    msgid = _("the scheme scorecard in force has no parameter stability, which vintages are judged by")
    hint = _("publish the newer version of the scheme: windchime content diff, then windchime content publish")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Settings:
    """All of the scheme at one date."""

    scaling: Scaling
    binning: BinningOptions
    selection: Selection
    boosting: Boosting
    leakage: LeakageLimits
    validation: Validation
    #: None where the scheme is older than this parameter
    stability: Stability | None = None
    large: Large | None = None

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """The values in force at a date."""

        def numbers(parameter: str) -> dict[str, Any]:
            return {k: _number(v) for k, v in scheme.at(parameter, as_of).value.items()}

        regression, boosting = numbers("regression"), numbers("challenger")
        inner = regression["inner_folds"]
        return cls(
            Scaling.of({**scheme.at("scaling", as_of).value, "bands": scheme.at("bands", as_of).value}),
            BinningOptions(**numbers("binning")),
            Selection(**numbers("selection"), **regression),
            Boosting(**boosting, inner_folds=inner),
            LeakageLimits(**numbers("leakage")),
            Validation(**numbers("validation")),
            Stability(**numbers("stability")) if "stability" in scheme.parameters else None,
            Large(**numbers("large_sample")) if "large_sample" in scheme.parameters else None,
        )

    def for_bads(self, bads: int) -> Self:
        """The figures for a sample with so many bads."""
        big = self.large
        if big is None or bads < big.from_bads:
            return self
        return replace(
            self,
            binning=replace(
                self.binning,
                max_bins=big.max_bins,
                min_share=big.min_share,
                min_goods=big.min_goods,
                min_bads=big.min_bads,
            ),
            selection=replace(
                self.selection,
                min_iv=big.min_iv,
                min_auc=big.min_auc,
                max_correlation=big.max_correlation,
                max_features=big.max_features,
            ),
        )

    @classmethod
    def shipped(cls) -> Self:
        """The latest values of the scheme that ships: for notebooks and tests."""
        return cls.of(Scheme.of(seed.documents("schemes")["scorecard"]), LATEST)


def _number(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_number(v) for v in value)
    return int(value) if value == int(value) else float(value)
