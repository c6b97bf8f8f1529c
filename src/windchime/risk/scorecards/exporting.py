"""A scorecard in the forms of other systems; all of them give the same points (tests hold them equal on random rows)."""

from typing import Literal

from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.risk.scorecards.card_pmml import score_pmml
from windchime.risk.scorecards.card_sql import Dialect, score_sql
from windchime.risk.scorecards.scorecard import Scorecard
from windchime.risk.scorecards.store import Model


class NoCard(BadCall):
    """A model that is no scorecard."""

    msgid = _("{version} is no scorecard: only scorecards are written for other systems")

    def __init__(self, version: str) -> None:
        super().__init__(version=version[:12])


def card_as(model: Model, form: Literal["json", "sql", "pmml"], dialect: Dialect = "duckdb") -> str:
    """The card as text.

    Raises:
        NoCard: boosted trees.
    """
    if not isinstance(model, Scorecard):
        raise NoCard(model.version)
    if form == "sql":
        return score_sql(model.card, dialect)
    return (score_pmml(model.card) if form == "pmml" else model.dump()).decode()
