"""The scorecard as it is printed: whole points for each bin of each feature. What is printed is the model.

    score = base points + Σ points of the bins     P(bad) = 1 / (1 + exp((score − offset) / factor))

so that anyone can recompute a score and its probability by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from scipy.special import expit

from windchime.core.canonical import digest
from windchime.core.errors import UnknownName
from windchime.core.text import Text, _
from windchime.risk.arrays import Floats
from windchime.risk.binning import Bins
from windchime.risk.binning.histogram import Values
from windchime.risk.findings import Contribution, Score
from windchime.risk.scorecards.features import Feature
from windchime.risk.scorecards.settings import Scaling

MODEL = "scorecard"
SEEN = _("{feature} is {value}, in the bin {bin}: {points} points against the average firm")
OTHER = Text("其他类别", "other categories")
MISSING = _("{feature} could not be measured: {points} points against the average firm")


@dataclass(frozen=True, slots=True)
class CardFeature:
    """One feature of the card."""

    feature: Feature
    bins: Bins
    #: of the weight of evidence in the regression; never negative
    coefficient: float
    #: whole points of each bin
    points: tuple[int, ...]
    #: of the firms fitted on, rounded to whole points
    average: int


@dataclass(frozen=True)
class Card:
    """A fitted scorecard."""

    features: tuple[CardFeature, ...]
    base_points: int
    scaling: Scaling
    #: sample it was fitted on
    goods: int
    bads: int
    #: penalty of the pull to equal weights that was chosen
    penalty: float

    @cached_property
    def version(self) -> str:
        """SHA-256 of the canonical form."""
        return digest(self.as_dict())

    @property
    def codes(self) -> tuple[str, ...]:
        """The features it needs."""
        return tuple(f.feature.code for f in self.features)

    def scores(self, columns: Mapping[str, Values], rows: int) -> Floats:
        """Score of each of the rows (whole numbers)."""
        total = np.full(rows, float(self.base_points))
        for f in self.features:
            total += np.array(f.points, dtype=np.float64)[f.bins.assign(columns[f.feature.code])]
        return total

    def probability(self, score: Floats) -> Floats:
        """Default probability of a score."""
        found: Floats = expit(-(score - self.scaling.offset) / self.scaling.factor)
        return found

    def explain(self, row: Mapping[str, float | int | str | None]) -> Score:
        """Score of one firm with its contributions.

        Raises:
            UnknownName: the row lacks a feature of the card (a missing value is `None`, not an absent key).
        """
        base = self.base_points + sum(f.average for f in self.features)
        contributions = tuple(_contribution(f, row) for f in self.features)
        value = float(base + sum(int(c.points) for c in contributions))
        probability = float(self.probability(np.array([value]))[0])
        return Score(
            MODEL, self.version, value, probability, self.scaling.band(probability), contributions, float(base)
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON: everything that makes the model."""
        return {
            "model": MODEL,
            "features": [
                {
                    "feature": f.feature.as_dict(),
                    "bins": f.bins.as_dict(),
                    "coefficient": f.coefficient,
                    "points": list(f.points),
                    "average": f.average,
                }
                for f in self.features
            ],
            "base_points": self.base_points,
            "scaling": self.scaling.as_dict(),
            "goods": self.goods,
            "bads": self.bads,
            "penalty": self.penalty,
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        features = tuple(
            CardFeature(
                Feature.read(f["feature"]), Bins.of(f["bins"]), f["coefficient"], tuple(f["points"]), f["average"]
            )
            for f in body["features"]
        )
        scaling = Scaling.of(body["scaling"])
        return cls(features, body["base_points"], scaling, body["goods"], body["bads"], body["penalty"])


def value_of(row: Mapping[str, float | int | str | None], code: str) -> float | int | str | None:
    """The row's value; NaN counts as missing.

    Raises:
        UnknownName: no such key.
    """
    if code not in row:
        raise UnknownName("feature", code, list(row))
    value = row[code]
    return None if value is None or value != value else value  # noqa: PLR0124 - NaN alone differs from itself


def _contribution(f: CardFeature, row: Mapping[str, float | int | str | None]) -> Contribution:
    """What one feature adds; a category stands in the sentence only, since evidence holds numbers."""
    value = value_of(row, f.feature.code)
    if f.bins.categorical:
        text = None if value is None else str(value)
        at, shown, figure = int(f.bins.assign(np.array([text], dtype=object))[0]), text, None
    else:
        number = None if value is None else float(value)
        at = int(f.bins.assign(np.array([np.nan if number is None else number]))[0])
        shown, figure = f.feature.shown(number), None if isinstance(value, str) else value
    b, points = f.bins.bins[at], f.points[at] - f.average
    params: dict[str, Any] = {"feature": f.feature.name, "points": f"{points:+d}"}
    if value is not None:
        params |= {"value": shown, "bin": OTHER if b.kind == "other" else b.label}
    return Contribution(f.feature.code, figure, b.label, float(points), MISSING if value is None else SEEN, params)
