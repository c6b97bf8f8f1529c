"""The scorecard as an estimator."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from windchime.core.canonical import canonical
from windchime.risk.arrays import Floats, Frame, columns, frame
from windchime.risk.findings import Score
from windchime.risk.scorecards.card import Card
from windchime.risk.scorecards.estimator import Estimator, NotFitted
from windchime.risk.scorecards.features import Feature
from windchime.risk.scorecards.fitting import fit_card
from windchime.risk.scorecards.settings import Settings


class Scorecard(Estimator):
    """Weight-of-evidence scorecard: monotone optimal bins, penalised logistic regression, whole points.

    Example:
        ``Scorecard().fit(X, y).explain({"months_since_last_sale": 3, …})``
    """

    card_: Card | None = None

    @property
    def card(self) -> Card:
        """The fitted card.

        Raises:
            NotFitted: before `fit`.
        """
        if self.card_ is None:
            raise NotFitted("Scorecard")
        return self.card_

    @property
    def version(self) -> str:
        """SHA-256 of the card's content."""
        return self.card.version

    def _learn(
        self, values: Mapping[str, Floats], bad: Floats, features: Sequence[Feature], settings: Settings
    ) -> None:
        self.card_ = fit_card(values, bad, features, settings, self.seed)

    def score(self, X: Frame) -> Floats:  # noqa: N803 - scikit-learn's name
        """Points of each row; higher is better."""
        rows = frame(X)
        return self.card.scores(columns(rows, self.card.codes), rows.height)

    def probability(self, X: Frame) -> Floats:  # noqa: N803
        """Default probability of each row."""
        return self.card.probability(self.score(X))

    def explain(self, row: Mapping[str, float | int | None]) -> Score:
        """Score of one firm with contributions; see `Card.explain`."""
        return self.card.explain(row)

    def dump(self) -> bytes:
        """Canonical JSON of the card: what the store keeps."""
        return canonical(self.card.as_dict())

    @classmethod
    def restore(cls, body: Mapping[str, Any]) -> Self:
        """A fitted scorecard from its stored form."""
        found = cls()
        found.card_ = Card.of(body)
        return found
