"""Scorecard and challenger: default probability from indicators, explained in points, trained and judged honestly."""

from windchime.risk.scorecards.challenger import Challenger
from windchime.risk.scorecards.evaluation import Discrimination, Evaluation, evaluate
from windchime.risk.scorecards.features import Feature, described
from windchime.risk.scorecards.leakage import find_leaks
from windchime.risk.scorecards.model_card import ModelCard
from windchime.risk.scorecards.scorecard import Scorecard
from windchime.risk.scorecards.settings import Settings
from windchime.risk.scorecards.store import ModelStore, publish, retire, validate, versions
from windchime.risk.scorecards.training import Provenance, Training, firm_labels, train

__all__ = [
    "Challenger",
    "Discrimination",
    "Evaluation",
    "Feature",
    "ModelCard",
    "ModelStore",
    "Provenance",
    "Scorecard",
    "Settings",
    "Training",
    "described",
    "evaluate",
    "find_leaks",
    "firm_labels",
    "publish",
    "retire",
    "train",
    "validate",
    "versions",
]
