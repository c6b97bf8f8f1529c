"""Assess: run indicators and risk models for one firm or all of them, into one language of figures, findings and scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Self, overload

import polars as pl
from sqlalchemy.orm import Session

from windchime.content.scheme import Scheme
from windchime.data.reading import Reading
from windchime.decision.assessment import Assessment
from windchime.decision.exact import LOOSE, Figure, binary, exact
from windchime.decision.product import Product
from windchime.risk.findings import Score
from windchime.risk.invoices.published import findings
from windchime.risk.scorecards.challenger import Challenger
from windchime.risk.scorecards.roles import beside as appointed
from windchime.risk.scorecards.scorecard import Scorecard
from windchime.risk.scorecards.settings import Scaling
from windchime.risk.scorecards.store import ModelStore, champion

Model = Scorecard | Challenger


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a product: the one that decides, and those scored beside it without say."""

    deciding: Model
    beside: tuple[Model, ...] = ()

    @classmethod
    def published(cls, store: ModelStore, session: Session, product: Product) -> Self:
        """The published versions, and those appointed to stand beside them; a challenger that is not published is left out.

        Raises:
            NoPublishedModel: the deciding model is not published.
        """
        deciding = store.published(session, product.model)
        other = champion(session, product.challenger) if product.challenger else None
        versions = [*([other.version] if other else []), *appointed(session, product.model)]
        return cls(deciding, tuple(store.load(session, v) for v in versions))

    @classmethod
    def cited(cls, store: ModelStore, session: Session, versions: Sequence[str]) -> Self:
        """The very versions a decision cites, the deciding one first."""
        deciding, *others = (store.load(session, v) for v in versions)
        return cls(deciding, tuple(others))

    @property
    def versions(self) -> tuple[str, ...]:
        """Versions, the deciding model's first."""
        return tuple(m.version for m in (self.deciding, *self.beside))


@overload
def assess(reading: Reading, firm_id: str, models: Models, scheme: Scheme | None = None) -> Assessment: ...
@overload
def assess(reading: Reading, firm_id: None, models: Models, scheme: Scheme | None = None) -> tuple[Assessment, ...]: ...
def assess(
    reading: Reading, firm_id: str | None, models: Models, scheme: Scheme | None = None
) -> Assessment | tuple[Assessment, ...]:
    """What is known of a firm, or of all firms of the reading, sorted by id.

    Args:
        reading: the library as of a date.
        firm_id: the firm; None for all.
        models: what to score with.
        scheme: parameters of the indicators; the shipped ones if not given.

    Raises:
        UnknownFirm: the reading does not know the firm.
    """
    from windchime.indicators import measure, measure_one

    if firm_id is not None:
        figures = as_stored([measure_one(reading, firm_id, scheme)])[0]
        return Assessment(firm_id, figures, findings(reading, firm_id).get(firm_id, ()), scored([figures], models)[0])
    measured = measure(reading, scheme)
    firms, rows = measured["firm_id"].to_pylist(), as_stored(measured.drop_columns("firm_id").to_pylist())
    scores, found = scored(rows, models), findings(reading)
    return tuple(Assessment(f, r, found.get(f, ()), s) for f, r, s in zip(firms, rows, scores, strict=True))


def as_stored(rows: Sequence[Mapping[str, Figure]]) -> list[dict[str, Figure]]:
    """Figures as they come back from a document: the float nearest to the decimal of the declared digits.

    Models score these, so that scoring stored inputs again cannot differ.
    """
    digits = declared_digits()
    return [{code: binary(exact(v, digits.get(code, LOOSE), code)) for code, v in row.items()} for row in rows]


def declared_digits() -> dict[str, int]:
    """Decimals of every indicator, by code."""
    from windchime.indicators import indicators

    return {i.code: i.digits for i in indicators()}


def scored(rows: Sequence[Mapping[str, Figure]], models: Models) -> list[tuple[Score, ...]]:
    """The scores of each row of figures: the deciding model's with its contributions, the others' without."""
    others = [_plainly(model, rows) for model in models.beside]
    return [(models.deciding.explain(row), *(s[i] for s in others)) for i, row in enumerate(rows)]


def _plainly(model: Model, rows: Sequence[Mapping[str, Figure]]) -> list[Score]:
    """Scores of many rows at once, without contributions."""
    if not rows:
        return []
    codes, scaling = _form(model)
    name = "scorecard" if isinstance(model, Scorecard) else "challenger"
    table = pl.DataFrame(
        {c: [r[c] for r in rows] for c in codes}, schema=dict.fromkeys(codes, pl.Float64), strict=False
    )
    values, probabilities = model.score(table).tolist(), model.probability(table).tolist()
    return [
        Score(name, model.version, value, p, scaling.band(p), (), value)
        for value, p in zip(values, probabilities, strict=True)
    ]


@lru_cache(maxsize=8)
def _form(model: Model) -> tuple[tuple[str, ...], Scaling]:
    """The features a model needs, and its scale."""
    body: dict[str, Any] = model.card.as_dict() if isinstance(model, Scorecard) else model.as_dict()
    return (model.card.codes if isinstance(model, Scorecard) else model.codes), Scaling.of(body["scaling"])
