"""The model card: what a model was made from, what it is made of, how good it is, and where it must not be trusted."""

from dataclasses import dataclass
from typing import Any, Self

from windchime.core.canonical import digest
from windchime.core.text import Lang, Text, _
from windchime.risk.scorecards.card import Card
from windchime.risk.scorecards.card_text import markdown
from windchime.risk.scorecards.challenger import Challenger
from windchime.risk.scorecards.training import Training

SMALL = _(
    "The sample is small ({bads} bads of {firms} firms): intervals are wide, bins and bands rest on few firms, and differences"
    " between models within the intervals mean nothing."
)
PREVALENCE = _(
    "Probabilities carry the sample's bad rate of {rate}; where the sample was drawn by outcome they are too high or too low for"
    " the population and must be recalibrated before pricing."
)
RECENT = _(
    "Features of the last six months are used ({features}): where default came before the features were measured they may be"
    " an effect of it and not a sign of it."
)
INTERVALS = _(
    "Intervals hold the out-of-fold predictions fixed: they tell how the figure would vary over other firms, not over other training samples."
)
IN_TIME = _(
    "No later period was held out: the figures are by cross-validation within one period and say nothing of drift."
)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The card of one model, as data; the Markdown is made from it."""

    body: dict[str, Any]

    @classmethod
    def of_training(cls, training: Training, model: str) -> Self:
        """The card of `scorecard` or `challenger` from its training."""
        t, p = training, training.provenance
        fitted = t.scorecard if model == "scorecard" else t.challenger
        codes = t.scorecard.card.codes if model == "scorecard" else t.challenger.codes
        return cls(
            {
                "model": model,
                "version": fitted.version,
                "data": {
                    "data": p.data,
                    "lake_version": p.lake_version,
                    "features_as_of": p.features_as_of.isoformat(),
                    "labels_as_of": p.labels_as_of.isoformat(),
                    "label_definition": p.label_definition,
                    "firms": t.metrics[model].firms,
                    "bads": t.metrics[model].bads,
                    "features_offered": len(t.features),
                    "features_used": len(codes),
                    "seed": t.seed,
                },
                "metrics": t.metrics[model].as_dict(),
                "features": _card_features(t.scorecard.card) if model == "scorecard" else _used(t.challenger),
                "leaks": [f.as_dict() for f in t.findings],
                "limits": _limits(t, model, codes),
                "versions": dict(sorted(p.versions.items())),
            }
        )

    @property
    def version(self) -> str:
        """SHA-256 of the card itself."""
        return digest(self.body)

    def as_dict(self) -> dict[str, Any]:
        """For JSON and for the store: codes and figures, no rendered sentence."""
        return self.body

    def markdown(self, lang: Lang = "zh") -> str:
        """The card for people."""
        return markdown(self.body, lang)


def _card_features(card: Card) -> list[dict[str, Any]]:
    return [
        {
            "code": f.feature.code,
            "name": f.feature.name.as_dict(),
            "direction": f.feature.direction,
            "recent": f.feature.recent,
            "iv": round(f.bins.iv, 4),
            "coefficient": round(f.coefficient, 4),
            "bins": [
                {"kind": b.kind, "bin": b.label, "goods": b.goods, "bads": b.bads, "woe": round(b.woe, 4), "points": p}
                for b, p in zip(f.bins.bins, f.points, strict=True)
            ],
        }
        for f in card.features
    ]


def _used(challenger: Challenger) -> list[dict[str, Any]]:
    return [
        {
            "code": f.code,
            "name": f.name.as_dict(),
            "direction": f.direction,
            "recent": f.recent,
            "gain_share": round(share, 4),
        }
        for f, share in challenger.gain_shares()
    ]


def _limits(t: Training, model: str, codes: tuple[str, ...]) -> list[dict[str, Any]]:
    metrics = t.metrics[model]
    found: list[dict[str, Any]] = []
    if metrics.bads < t.settings.validation.small_sample_bads:
        found.append({"msgid": SMALL, "params": {"bads": metrics.bads, "firms": metrics.firms}})
    found.append({"msgid": PREVALENCE, "params": {"rate": f"{metrics.bads / metrics.firms:.1%}"}})
    if recent := [f for f in t.features if f.recent and f.code in codes]:
        names = Text("、".join(f.name.zh for f in recent), ", ".join(f.name.en for f in recent))
        found.append({"msgid": RECENT, "params": {"features": names.as_dict()}})
    return [*found, {"msgid": IN_TIME, "params": {}}, {"msgid": INTERVALS, "params": {}}]
