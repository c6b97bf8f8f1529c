"""Scores: of a table and source, in each dimension and over all, from the tallies of the checks.

Within a dimension the score is the mean share of what is not at fault over its scored checks, weighted by kind of check;
the overall score is the mean of the dimensions that could be assessed, weighted as the scheme says. A dimension without
an assessable check has no score and takes no part.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from windchime.data.quality.measures import DIMENSIONS, Tally
from windchime.data.quality.settings import OVERALL, Settings

#: scores are kept to this many places
PLACES = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a table of a source in one dimension, or over all of them."""

    table: str
    source: str
    #: a dimension, or `overall`
    dimension: str
    #: fraction: 1 is without fault
    score: Decimal
    #: rows of the table from this source
    rows: int
    #: checks that found something
    findings: int
    #: the least it may be; None where the scheme sets none
    floor: Decimal | None

    @property
    def below(self) -> bool:
        """Whether it is below its floor."""
        return self.floor is not None and self.score < self.floor


def scores(tallies: Sequence[Tally], rows: Mapping[tuple[str, str], int], settings: Settings) -> tuple[Score, ...]:
    """All scores, by table, source and dimension, the overall one last of each.

    Args:
        tallies: what the checks found.
        rows: rows by table and source.
        settings: weights and floors.
    """
    found: dict[tuple[str, str], list[Tally]] = {}
    for tally in tallies:
        found.setdefault((tally.table, tally.source), []).append(tally)
    return tuple(
        score for (table, source), mine in sorted(found.items()) for score in _of(table, source, mine, rows, settings)
    )


def _of(
    table: str, source: str, tallies: list[Tally], rows: Mapping[tuple[str, str], int], settings: Settings
) -> Iterator[Score]:
    there = rows.get((table, source), 0)
    weighted = total = 0.0
    for dimension in DIMENSIONS:
        mine = [t for t in tallies if t.dimension == dimension]
        value = score_of(mine, settings.check_weights)
        if value is None:
            continue
        weighted += settings.dimension_weights[dimension] * value
        total += settings.dimension_weights[dimension]
        findings = sum(t.failed > 0 for t in mine)
        yield Score(table, source, dimension, _exact(value), there, findings, settings.floor(table, source, dimension))
    if total:
        findings = sum(t.failed > 0 for t in tallies)
        floor = settings.floor(table, source, OVERALL)
        yield Score(table, source, OVERALL, _exact(weighted / total), there, findings, floor)


def score_of(tallies: Sequence[Tally], weights: Mapping[str, float]) -> float | None:
    """The score of one dimension; None where no scored check looked at anything."""
    scored = [t for t in tallies if t.scored and t.checked]
    total = sum(weights[t.weight] for t in scored)
    return sum(weights[t.weight] * t.passed for t in scored) / total if total else None


def _exact(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(PLACES)
