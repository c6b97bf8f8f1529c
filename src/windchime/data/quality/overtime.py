"""Scores over time: the line of each table and source, and since when a score has been below its floor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from windchime.data.quality.recording import Run
from windchime.data.quality.settings import OVERALL
from windchime.data.quality.tables import QualityScore


@dataclass(frozen=True, slots=True)
class Below:
    """A score below its floor in the newest run, and the first run of the unbroken row of runs that say so."""

    score: QualityScore
    since: Run


def below(runs: Sequence[Run]) -> tuple[Below, ...]:
    """What is below its floor now, and since when.

    Args:
        runs: oldest first.
    """
    if not runs:
        return ()
    by_run = [{_place(s): s for s in run.scores} for run in runs]
    found = []
    for score in runs[-1].scores:
        if not score.below:
            continue
        since = runs[-1]
        for run, scores in zip(reversed(runs), reversed(by_run), strict=True):
            before = scores.get(_place(score))
            if before is None or not before.below:
                break
            since = run
        found.append(Below(score, since))
    return tuple(found)


def lines(runs: Sequence[Run], dimension: str = OVERALL) -> Mapping[tuple[str, str], tuple[Decimal | None, ...]]:
    """The score of each table and source in each run; None where a run did not see it."""
    by_run = [{(s.table_name, s.source): s.score for s in run.scores if s.dimension == dimension} for run in runs]
    places = sorted({place for scores in by_run for place in scores})
    return {place: tuple(scores.get(place) for scores in by_run) for place in places}


def _place(score: QualityScore) -> tuple[str, str, str]:
    return score.table_name, score.source, score.dimension
