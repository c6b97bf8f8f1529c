"""The figures by which a model is judged, on predictions for firms it never saw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from windchime.risk.arrays import Floats
from windchime.risk.calibration import BandRow, Calibration, by_band, calibration
from windchime.risk.scorecards.settings import Scaling, Validation
from windchime.risk.validation import Interval, auc_difference, auc_interval, brier, ks, log_loss

#: digits of published metrics
DIGITS = 4


@dataclass(frozen=True, slots=True)
class Metrics:
    """Discrimination and calibration of one model on out-of-fold predictions."""

    firms: int
    bads: int
    auc: Interval
    ks: float
    brier: float
    #: of a model that says the overall bad rate for everyone
    brier_of_base_rate: float
    log_loss: float
    calibration: Calibration
    bands: tuple[BandRow, ...]
    #: AUC minus that of ranking by another figure, by its name
    against: Mapping[str, Interval]

    @property
    def gini(self) -> Interval:
        """Accuracy ratio 2·AUC − 1."""
        a = self.auc
        return Interval(2 * a.value - 1, 2 * a.low - 1, 2 * a.high - 1, a.level, a.method)

    def as_dict(self) -> dict[str, Any]:
        """For JSON, rounded for publication."""

        def shown(i: Interval | None) -> dict[str, Any] | None:
            return i.rounded(DIGITS).as_dict() if i else None

        line = self.calibration
        return {
            "firms": self.firms,
            "bads": self.bads,
            "auc": shown(self.auc),
            "gini": shown(self.gini),
            "ks": round(self.ks, DIGITS),
            "brier": round(self.brier, DIGITS),
            "brier_of_base_rate": round(self.brier_of_base_rate, DIGITS),
            "log_loss": round(self.log_loss, DIGITS),
            "calibration": {
                "expected": round(line.expected, DIGITS),
                "observed": line.observed,
                "slope": shown(line.slope),
                "intercept": shown(line.intercept),
                "in_the_large": shown(line.in_the_large),
            },
            "bands": [
                {
                    "band": b.band,
                    "firms": b.firms,
                    "bads": b.bads,
                    "expected": round(b.expected, 2),
                    "rate": shown(b.rate),
                }
                for b in self.bands
            ],
            "against": {name: shown(i) for name, i in self.against.items()},
        }


def measure_model(
    bad: Floats, probability: Floats, scaling: Scaling, validation: Validation, references: Mapping[str, Floats]
) -> Metrics:
    """Metrics of out-of-fold probabilities; `references` are other risk orders of the same firms to compare with."""
    level, rate = validation.level, float(bad.mean())
    bands = [scaling.band(float(p)) for p in probability]
    return Metrics(
        firms=len(bad),
        bads=int(bad.sum()),
        auc=auc_interval(bad, probability, level=level),
        ks=ks(bad, probability),
        brier=brier(bad, probability),
        brier_of_base_rate=rate * (1 - rate),
        log_loss=log_loss(bad, probability),
        calibration=calibration(bad, probability, level=level),
        bands=by_band(bad, probability, bands, [name for name, _below in scaling.bands], level=level),
        against={n: auc_difference(bad, [probability], [r], level=level) for n, r in references.items()},
    )
