"""Why a feature is not on a card, in words that name it."""

from windchime.core.text import _
from windchime.risk.findings import Evidence, Finding
from windchime.risk.scorecards.features import Feature

CODE = "feature_left_out"
WEAK = _("{feature} is left out: its information value is {iv}, the least is {limit}")
NOT_ALONE = _("{feature} is left out: on firms that its bins did not see, its AUC alone is {auc}, the least is {limit}")
UNSURE = _("{feature} is left out: {share} of the folds find the same trend, the least is {limit}")
TURNS = _("{feature} is left out: in vintage {vintage} its bins stand in another order than over all (p = {p})")
ALIKE = _(
    "{feature} is left out: its weight of evidence goes with that of {other} (correlation {correlation}, the most is {limit})"
)
ENOUGH = _("{feature} is left out: {limit} better features were taken already")
NEGATIVE = _("{feature} is left out: beside the others its points would run against its own bad rate")


def left_out(feature: Feature, msgid: str, figure: float, **params: object) -> Finding:
    """The finding that says so; `figure` is what was measured."""
    evidence = (Evidence.of_indicator(feature.code, round(figure, 6)),)
    return Finding(CODE, "normal", msgid, {"feature": feature.name, **params}, evidence)
