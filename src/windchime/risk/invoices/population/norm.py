"""What is usual of one measure among clean firms, and how rare a firm's figure is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

import numpy as np
from scipy.special import log_ndtr

from windchime.risk.arrays import Floats
from windchime.risk.invoices.population.betabinomial import fitted, surprise
from windchime.risk.invoices.population.measure import Form
from windchime.risk.invoices.population.tail import Tail

End = Literal["high", "low"]
#: median of the absolute value of a standard normal
_MAD = 0.6744897501960817


@dataclass(frozen=True, slots=True)
class Norm:
    """One end of one measure."""

    code: str
    form: Form
    end: End
    #: clean firms it was measured of
    firms: int
    #: of a count: the two parameters of the beta-binomial at the strange end; of a value: (0, spread between firms)
    model: tuple[float, float]
    #: of a value: log of the sample size, usual figure; interpolated between, held beyond
    usual: tuple[tuple[float, float], ...]
    tail: Tail
    #: how much the measure is believed to tell of altered lists; a rarity is divided by it
    weight: float
    #: a check of what law or arithmetic forbids
    hard: bool

    @property
    def share(self) -> float:
        """Of a count: the usual share of rows that are so."""
        a, b = self.model
        return (a if self.end == "high" else b) / (a + b)

    def typical(self, of: Floats) -> Floats:
        """The usual figure of firms with such samples: a share for a count."""
        if self.form == "count":
            return np.full(len(of), self.share)
        return _usual(self.usual, of)

    def surprises(self, figure: Floats, of: Floats, error: Floats) -> Floats:
        """-log10 of the probability of a figure at least as strange, under the model."""
        if self.form == "sum":
            return figure
        if self.form == "count":
            return surprise(figure if self.end == "high" else of - figure, of, *self.model)
        apart = (figure - _usual(self.usual, of)) / np.hypot(self.model[1], error)
        # only what lies beyond the usual figure surprises
        beyond = apart if self.end == "high" else -apart
        return np.where(beyond > 0, -(log_ndtr(-beyond) + np.log(2)) / np.log(10), 0.0)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        usual = tuple((float(x), float(y)) for x, y in body["usual"])
        return cls(
            body["code"],
            body["form"],
            body["end"],
            int(body["firms"]),
            (float(body["model"][0]), float(body["model"][1])),
            usual,
            Tail.of(body["tail"]),
            float(body["weight"]),
            bool(body["hard"]),
        )

    @classmethod
    def fit(
        cls,
        code: str,
        form: Form,
        end: End,
        figure: Floats,
        of: Floats,
        error: Floats,
        *,
        top: float,
        pseudo_firms: float,
        weight: float,
        hard: bool,
        alone: float,
    ) -> Self:
        """From the figures of clean firms.

        Args:
            code: of the measure.
            form: count or value.
            end: the strange one.
            figure: one a firm.
            of: its sample.
            error: its standard error, of values.
            top: share of firms that form the tail.
            pseudo_firms: clean firms without a hit that are believed in before any was seen.
            weight: of the measure.
            hard: whether it counts what law or arithmetic forbids.
            alone: how far what is counted is believed to come alone (`betabinomial.fitted`).
        """
        blank = Tail(1.0, 0.0, 1.0)
        if form == "count":
            model = fitted(figure if end == "high" else of - figure, of, alone)
            usual: tuple[tuple[float, float], ...] = ()
            single = float(surprise(np.ones(1), np.array([max(float(np.median(of)), 1.0)]), *model)[0])
        elif form == "sum":
            model, usual, single = (0.0, 0.0), ((0.0, float(np.median(figure))),), 0.0
        else:
            usual = _knots(figure, of)
            model, single = (0.0, _between(figure - _usual(usual, of), error)), 0.0
        norm = cls(code, form, end, len(figure), model, usual, blank, weight, hard)
        found = norm.surprises(figure, of, error)
        tail = Tail.fit(found, top, single=single, pseudo_firms=pseudo_firms)
        return replace(norm, tail=tail)


def _usual(knots: tuple[tuple[float, float], ...], of: Floats) -> Floats:
    at, figure = np.array(knots).T
    return np.asarray(np.interp(np.log(np.maximum(of, 1)), at, figure))


def _knots(figure: Floats, of: Floats, least: int = 20) -> tuple[tuple[float, float], ...]:
    """Medians of thirds of the firms by sample size; of all where there are few."""
    log_of = np.log(np.maximum(of, 1))
    if len(figure) < 3 * least:
        return ((float(np.median(log_of)), float(np.median(figure))),)
    thirds = np.array_split(np.argsort(log_of, kind="stable"), 3)
    found = {float(np.median(log_of[t])): float(np.median(figure[t])) for t in thirds}
    return tuple(sorted(found.items()))


def _between(apart: Floats, error: Floats) -> float:
    """Spread between firms beyond their own errors, such that half of them lie within the middle half of a normal."""
    low, high = 0.0, float(np.abs(apart).max()) + 1e-9
    for _turn in range(40):
        middle = (low + high) / 2
        wide = float(np.median(np.abs(apart) / np.hypot(middle, np.maximum(error, 1e-9)))) > _MAD
        low, high = (middle, high) if wide else (low, middle)
    return max(high, 1e-6)
