"""The challenger: gradient-boosted trees by LightGBM, monotone where the direction is known, the same on every run.

It reads the features as they are. Contributions are LightGBM's own (TreeSHAP, in log-odds), turned into whole points
that add up to the score exactly: the remainders go to the contributions with the largest ones.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.special import expit

from windchime.core.canonical import canonical, digest
from windchime.core.text import _
from windchime.risk.arrays import Floats, Frame, NotNumbers, columns, frame
from windchime.risk.findings import Contribution, Score
from windchime.risk.scorecards.card import value_of
from windchime.risk.scorecards.estimator import Estimator, NotFitted, Told
from windchime.risk.scorecards.features import MONOTONE, Feature
from windchime.risk.scorecards.fitting import inner_folds
from windchime.risk.scorecards.settings import Boosting, Scaling, Settings
from windchime.risk.validation import stratified_folds

if TYPE_CHECKING:
    import lightgbm

MODEL = "challenger"
SEEN = _("{feature} is {value}: {points} points against the average firm")
MISSING = _("{feature} could not be measured: {points} points against the average firm")


class Challenger(Estimator):
    """Boosted trees with the same manners as the scorecard."""

    def __init__(
        self, features: Sequence[Feature] | None = None, settings: Settings | None = None, seed: int = 0
    ) -> None:
        super().__init__(features, settings, seed)
        self._booster: lightgbm.Booster | None = None
        self._features: tuple[Feature, ...] = ()
        self._scaling: Scaling | None = None
        self._text = ""
        self._version = ""

    def _learn(
        self, values: Mapping[str, Floats], bad: Floats, features: Sequence[Feature], settings: Settings
    ) -> None:
        x = np.column_stack([values[f.code] for f in features])
        rounds = _choose_rounds(x, bad, features, settings.boosting, self.seed)
        self._keep(
            _boost(x, bad, features, settings.boosting, rounds=rounds, seed=self.seed),
            tuple(features),
            settings.scaling,
        )

    def _keep(self, text: str, features: tuple[Feature, ...], scaling: Scaling) -> None:
        import lightgbm

        self._text, self._features, self._scaling = text, features, scaling
        self._booster = lightgbm.Booster(model_str=text)
        self._version = digest(self.as_dict())

    def _fitted(self) -> "tuple[lightgbm.Booster, Scaling]":
        if self._booster is None or self._scaling is None:
            raise NotFitted("Challenger")
        return self._booster, self._scaling

    @property
    def codes(self) -> tuple[str, ...]:
        """The features it needs."""
        self._fitted()
        return tuple(f.code for f in self._features)

    @property
    def version(self) -> str:
        """SHA-256 of the stored form."""
        self._fitted()
        return self._version

    def _raw(self, X: Frame) -> Floats:  # noqa: N803 - scikit-learn's name
        booster, _scaling = self._fitted()
        values = columns(frame(X), self.codes)
        x = np.column_stack([values[c] for c in self.codes])
        return np.asarray(booster.predict(x, raw_score=True, num_threads=1), dtype=np.float64)

    def probability(self, X: Frame) -> Floats:  # noqa: N803
        """Default probability of each row."""
        found: Floats = expit(self._raw(X))
        return found

    def score(self, X: Frame) -> Floats:  # noqa: N803
        """Points of each row, rounded to whole ones; higher is better."""
        _booster, scaling = self._fitted()
        return np.round(scaling.offset - scaling.factor * self._raw(X))

    def explain(self, row: Mapping[str, Told]) -> Score:
        """Score of one firm with contributions of the features that the trees use.

        Raises:
            UnknownName: the row lacks a feature of the model.
            NotNumbers: a text where the trees read numbers.
        """
        booster, scaling = self._fitted()
        seen = {c: _number(c, value_of(row, c)) for c in self.codes}
        x = np.array([[np.nan if seen[c] is None else float(seen[c] or 0) for c in self.codes]])
        raw = float(booster.predict(x, raw_score=True, num_threads=1)[0])
        parts = np.asarray(booster.predict(x, pred_contrib=True, num_threads=1), dtype=np.float64)[0]
        value, base = round(scaling.offset - scaling.factor * raw), round(scaling.offset - scaling.factor * parts[-1])
        used = np.flatnonzero(booster.feature_importance("split") > 0)
        points = apportion(-scaling.factor * parts[:-1][used], value - base)
        contributions = tuple(
            _contribution(self._features[i], seen[self._features[i].code], p) for i, p in zip(used, points, strict=True)
        )
        probability = float(expit(raw))
        return Score(
            MODEL, self.version, float(value), probability, scaling.band(probability), contributions, float(base)
        )

    def gain_shares(self) -> list[tuple[Feature, float]]:
        """The features that the trees use with their share of the total gain, largest first."""
        booster, _scaling = self._fitted()
        gain = np.asarray(booster.feature_importance("gain"), dtype=np.float64)
        shares = [(self._features[i], float(gain[i] / gain.sum())) for i in np.flatnonzero(gain > 0)]
        return sorted(shares, key=lambda pair: (-pair[1], pair[0].code))

    def as_dict(self) -> dict[str, Any]:
        """For JSON: LightGBM's own text form, the features and the scale."""
        _booster, scaling = self._fitted()
        return {
            "model": MODEL,
            "booster": self._text,
            "features": [f.as_dict() for f in self._features],
            "scaling": scaling.as_dict(),
        }

    def dump(self) -> bytes:
        """Canonical JSON: what the store keeps."""
        return canonical(self.as_dict())

    @classmethod
    def restore(cls, body: Mapping[str, Any]) -> Self:
        """A fitted challenger from its stored form."""
        found = cls()
        found._keep(body["booster"], tuple(Feature.read(f) for f in body["features"]), Scaling.of(body["scaling"]))
        return found


def apportion(exact: Floats, total: int) -> list[int]:
    """Whole numbers near `exact` that add up to `total`: rounded down, the rest to the largest remainders in turn."""
    down = np.floor(exact)
    order = np.argsort(-(exact - down), kind="stable")
    whole = down.astype(np.int64)
    rest = total - int(whole.sum())
    for i in range(abs(rest)) if len(order) else ():
        whole[order[i % len(order)] if rest > 0 else order[-1 - i % len(order)]] += 1 if rest > 0 else -1
    return [int(w) for w in whole]


def _number(code: str, value: Told) -> float | int | None:
    if isinstance(value, str):
        raise NotNumbers(code, "String")
    return value


def _contribution(feature: Feature, value: float | None, points: int) -> Contribution:
    params: dict[str, Any] = {"feature": feature.name, "points": f"{points:+d}"}
    if value is not None:
        params["value"] = feature.shown(value)
    return Contribution(feature.code, value, "", float(points), MISSING if value is None else SEEN, params)


def _boost(x: Floats, bad: Floats, features: Sequence[Feature], boosting: Boosting, *, rounds: int, seed: int) -> str:
    """LightGBM's text form of a model. One thread and row-wise histograms: the same bytes on every run."""
    import lightgbm

    params = {
        "objective": "binary",
        "learning_rate": boosting.learning_rate,
        "num_leaves": boosting.leaves,
        "min_data_in_leaf": max(2, round(boosting.min_leaf_share * len(bad))),
        "feature_fraction": boosting.feature_share,
        "bagging_fraction": boosting.row_share,
        "bagging_freq": 1,
        "lambda_l2": boosting.l2,
        "max_bin": boosting.max_bin,
        "monotone_constraints": [MONOTONE[f.direction] for f in features],
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbosity": -1,
    }
    data = lightgbm.Dataset(x, bad, feature_name=[f"f{i}" for i in range(len(features))])
    return str(lightgbm.train(params, data, num_boost_round=rounds).model_to_string())


def _choose_rounds(x: Floats, bad: Floats, features: Sequence[Feature], boosting: Boosting, seed: int) -> int:
    """The fewest rounds whose inner log-loss lies within one standard error of the best."""
    import lightgbm

    choices = sorted(boosting.rounds)
    fold = stratified_folds(bad, inner_folds(bad, boosting.inner_folds), seed)
    losses = np.zeros((len(choices), int(fold.max()) + 1))
    for k in range(losses.shape[1]):
        out = fold == k
        text = _boost(x[~out], bad[~out], features, boosting, rounds=choices[-1], seed=seed)
        booster = lightgbm.Booster(model_str=text)
        for i, rounds in enumerate(choices):
            eta = np.asarray(booster.predict(x[out], raw_score=True, num_iteration=rounds, num_threads=1))
            losses[i, k] = np.mean(np.logaddexp(0, eta) - bad[out] * eta)
    best = int(losses.mean(axis=1).argmin())
    limit = losses[best].mean() + losses[best].std(ddof=1) / losses.shape[1] ** 0.5
    return next(r for r, row in zip(choices, losses, strict=True) if row.mean() <= limit)
