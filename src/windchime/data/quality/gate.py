"""The gate: which tables of which sources are below their floor and no longer feed decisions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

from sqlalchemy.orm import Session

from windchime.core.text import Lang, _, translate
from windchime.data.contracts import contract
from windchime.data.quality.measures import DIMENSIONS
from windchime.data.quality.recording import run_for
from windchime.data.quality.settings import OVERALL

SENTENCE = _("the quality of {table} from {source} is {score} in {dimension}, below its floor of {floor}")
_OVERALL = _("all dimensions together")


@dataclass(frozen=True, slots=True)
class Closed:
    """A table of a source whose score is below its floor."""

    table: str
    source: str
    dimension: str
    score: Decimal
    floor: Decimal

    def sentence(self, lang: Lang = "en") -> str:
        """Why it is closed, in words."""
        return translate(
            SENTENCE,
            lang,
            table=contract(self.table).label,
            source=self.source,
            score=f"{self.score:.1%}",
            floor=f"{self.floor:.1%}",
            dimension=translate(_OVERALL if self.dimension == OVERALL else DIMENSIONS[self.dimension], lang),  # type: ignore[index]  # a dimension, as scores hold them
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "table": self.table,
            "source": self.source,
            "dimension": self.dimension,
            "score": self.score,
            "floor": self.floor,
        }

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """From its JSON form."""
        return cls(body["table"], body["source"], body["dimension"], Decimal(body["score"]), Decimal(body["floor"]))


@dataclass(frozen=True, slots=True)
class Gate:
    """What the newest check of a lake version says of its sources."""

    #: the last day of knowledge and the lake version that were checked
    as_of: date
    lake_version: int
    closed: tuple[Closed, ...]

    def over(self, places: frozenset[tuple[str, str]]) -> tuple[Closed, ...]:
        """What is closed of some tables and sources."""
        return tuple(c for c in self.closed if (c.table, c.source) in places)


def gate(session: Session, *, as_of: date, lake_version: int) -> Gate | None:
    """Which tables of which sources are below a floor, by the newest run over a lake version or the nearest before it.

    Args:
        session: to look the run up in.
        as_of: no run that looked later than this counts.
        lake_version: the version that is decided from.

    Returns:
        None where nothing was checked yet: then nothing is known, and nothing is closed.
    """
    run = run_for(session, as_of=as_of, lake_version=lake_version)
    if run is None:
        return None
    return Gate(
        run.as_of,
        run.lake_version,
        tuple(
            Closed(s.table_name, s.source, s.dimension, s.score, s.floor)
            for s in run.scores
            if s.below and s.floor is not None
        ),
    )
