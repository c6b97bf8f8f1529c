"""The scorecard as an estimator."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from windchime.core.canonical import canonical
from windchime.risk.arrays import Floats, Frame, frame, labels
from windchime.risk.binning import Trend
from windchime.risk.findings import Finding, Score
from windchime.risk.scorecards.card import Card
from windchime.risk.scorecards.estimator import Estimator, NotFitted, Told
from windchime.risk.scorecards.features import TRENDS, Feature
from windchime.risk.scorecards.fitting import fit_card
from windchime.risk.scorecards.sample import Sample, feature_columns, row_weights, special_codes, vintages
from windchime.risk.scorecards.settings import Settings


class Scorecard(Estimator):
    """Weight-of-evidence scorecard: optimal bins, penalised logistic regression, whole points.

    Args:
        features: what is known of the columns; None takes every column but `firm_id`, knowing nothing.
        settings: figures of the scheme `scorecard`; None takes the shipped ones.
        seed: of inner folds.
        trends: how the bad rate may move with a feature, by its code (`peak`, `valley`, `turning`, `none`, …), or one for
            all; by default the way the feature's own description says, monotone where it says none.

    Example:
        ``Scorecard().fit(X, y).explain({"months_since_last_sale": 3, …})``
    """

    card_: Card | None = None
    #: why features are not on the card, one finding each, as the steps of the fit left them out
    left_out_: tuple[Finding, ...] = ()

    def __init__(
        self,
        features: Sequence[Feature] | None = None,
        settings: Settings | None = None,
        seed: int = 0,
        trends: Mapping[str, Trend] | Trend | None = None,
    ) -> None:
        super().__init__(features, settings, seed)
        self.trends = trends

    @property
    def card(self) -> Card:
        """The fitted card.

        Raises:
            NotFitted: before `fit`.
        """
        if self.card_ is None:
            raise NotFitted("Scorecard")
        return self.card_

    def fit(
        self,
        X: Frame,  # noqa: N803 - scikit-learn's name
        y: Any,
        *,
        weight: Any = None,
        specials: Mapping[str, Sequence[float]] | Sequence[float] | None = None,
        time: Any = None,
    ) -> Self:
        """Learn from features (one row a firm: numbers, or texts as categories) and labels (1 = bad).

        Args:
            X: the table.
            y: one label a row.
            weight: of each row; None = 1.
            specials: codes that are not quantities, for all features or by feature.
            time: the vintage of each row (dates are taken by quarter): a feature whose bins change their order between
                vintages is left out and named in `left_out_`.

        Raises:
            BadLabels: not 0 and 1 of both kinds, one a row.
            BadWeights: not one for each row, negative or not finite.
            BadTimes: not one for each row.
            NotNumbers: a feature column of neither numbers nor texts.
            UnknownName: a feature that the table lacks, or special codes for one.
        """
        rows = frame(X)
        features = self._offered(rows)
        codes = [f.code for f in features]
        columns = feature_columns(rows, codes)
        sample = Sample(
            labels(y, rows.height),
            row_weights(weight, rows.height),
            special_codes(specials, codes),
            vintages(time, rows.height),
        )
        settings = (self.settings or Settings.shipped()).for_bads(int(sample.bad.sum()))
        fitted = fit_card(columns, sample, features, settings, seed=self.seed, trends=self._trends(features))
        self.card_, self.left_out_ = fitted.card, fitted.left_out
        return self

    def _trends(self, features: Sequence[Feature]) -> dict[str, Trend]:
        asked = self.trends
        if isinstance(asked, str):
            return {f.code: asked for f in features}
        return {f.code: (asked or {}).get(f.code, TRENDS[f.direction]) for f in features}

    @property
    def version(self) -> str:
        """SHA-256 of the card's content."""
        return self.card.version

    def score(self, X: Frame) -> Floats:  # noqa: N803 - scikit-learn's name
        """Points of each row; higher is better."""
        rows = frame(X)
        return self.card.scores(feature_columns(rows, self.card.codes), rows.height)

    def probability(self, X: Frame) -> Floats:  # noqa: N803
        """Default probability of each row."""
        return self.card.probability(self.score(X))

    def explain(self, row: Mapping[str, Told]) -> Score:
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
