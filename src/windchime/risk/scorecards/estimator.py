"""What both models share for callers: scikit-learn manners, and tables of any kind in."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.risk.arrays import Floats, Frame, columns, frame, labels
from windchime.risk.findings import Score
from windchime.risk.scorecards.features import Feature, plain_features
from windchime.risk.scorecards.settings import Settings

#: what a firm's feature is told as; None = missing
Told = float | int | str | None


class NotFitted(BadCall):
    """A model was asked before it learnt."""

    msgid = _("this {model} is not fitted; call fit(X, y) or restore a stored one")

    def __init__(self, model: str) -> None:
        super().__init__(model=model)


class Estimator(ABC):
    """A classifier of bad (1) against good (0).

    Args:
        features: what is known of the columns; None takes every column but `firm_id`, knowing nothing.
        settings: figures of the scheme `scorecard`; None takes the shipped ones.
        seed: of inner folds and sampling.
    """

    #: labels in the order of the columns of `predict_proba`
    classes_ = np.array([0, 1])

    def __init__(
        self, features: Sequence[Feature] | None = None, settings: Settings | None = None, seed: int = 0
    ) -> None:
        self.features = features
        self.settings = settings
        self.seed = seed

    def fit(self, X: Frame, y: Any) -> Self:  # noqa: N803 - scikit-learn's name
        """Learn from features (one row a firm) and labels (1 = bad).

        Raises:
            BadLabels: not 0 and 1 of both kinds, one a row.
            NotNumbers: a feature column without numbers.
            UnknownName: a feature that the table lacks.
        """
        rows = frame(X)
        features = self._offered(rows)
        bad = labels(y, rows.height)
        self._learn(columns(rows, [f.code for f in features]), bad, features, self.settings or Settings.shipped())
        return self

    def _offered(self, rows: Frame) -> tuple[Feature, ...]:
        return tuple(self.features) if self.features is not None else plain_features(rows)

    def _learn(
        self, values: Mapping[str, Floats], bad: Floats, features: Sequence[Feature], settings: Settings
    ) -> None:
        """Fit to clean columns, by code; for models whose `fit` is the plain one."""
        raise NotImplementedError

    @abstractmethod
    def probability(self, X: Frame) -> Floats:  # noqa: N803
        """Default probability of each row."""

    @abstractmethod
    def score(self, X: Frame) -> Floats:  # noqa: N803
        """Points of each row; higher is better. It is the score of a card, not scikit-learn's mean accuracy."""

    @abstractmethod
    def explain(self, row: Mapping[str, Told]) -> Score:
        """Score of one firm, from its features by code, with contributions."""

    def predict_proba(self, X: Frame) -> Floats:  # noqa: N803
        """(n, 2) probabilities of good and bad."""
        p = self.probability(X)
        return np.column_stack([1 - p, p])

    def predict(self, X: Frame) -> NDArray[np.int64]:  # noqa: N803
        """1 where bad is more probable than good."""
        return (self.probability(X) > 0.5).astype(np.int64)

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's signature
        """Constructor arguments."""
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: Any) -> Self:
        """Set constructor arguments."""
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import ClassifierTags, InputTags, Tags, TargetTags

        return Tags(
            "classifier", TargetTags(required=True), None, ClassifierTags(), None, input_tags=InputTags(allow_nan=True)
        )
