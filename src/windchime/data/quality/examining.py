"""Examining: all checks of one reading in six dimensions, and the scores that follow from them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from sqlalchemy.orm import Session

from windchime.content.in_force import scheme_in_force, shipped
from windchime.content.scheme import Scheme
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.data.contracts import contracts
from windchime.data.quality import articulation, identities, keys, peers, scanning, timeliness
from windchime.data.quality import settings as scheme_of_scores
from windchime.data.quality.held import hold
from windchime.data.quality.identities import Crosscheck, judging
from windchime.data.quality.measures import Tally
from windchime.data.quality.scoring import Score, scores
from windchime.data.quality.settings import Settings
from windchime.data.quality.timeliness import MonthOf
from windchime.data.reading import Reading
from windchime.service.bank import Bank

STEP = _("check the quality of the data")


@dataclass(frozen=True, slots=True)
class Schemes:
    """The parameters of the checks, of the identities and of the articulation."""

    scores: Scheme
    cross_checks: Scheme
    articulation: Scheme

    @classmethod
    def shipped(cls) -> Self:
        """As the release ships them."""
        return cls(*(shipped(name)[0] for name in NAMES))

    @classmethod
    def in_force(cls, bank: Bank, session: Session, as_of: date) -> Self:
        """As the bank has published them at a date; those that ship where it has published none yet."""
        return cls(*(scheme_in_force(bank.content_dir, session, name, as_of)[0] for name in NAMES))


NAMES = (scheme_of_scores.SCHEME, judging.SCHEME, articulation.SCHEME)


@dataclass(frozen=True, slots=True)
class Examination:
    """What the checks of one reading found."""

    lake_version: int
    as_of: date
    scores: tuple[Score, ...]
    tallies: tuple[Tally, ...]
    crosschecks: tuple[Crosscheck, ...]
    #: rows and lags by table, source and month
    months: tuple[MonthOf, ...]

    @property
    def findings(self) -> tuple[Tally, ...]:
        """The tallies that found something."""
        return tuple(t for t in self.tallies if t.failed)

    @property
    def below(self) -> tuple[Score, ...]:
        """The scores below their floor."""
        return tuple(s for s in self.scores if s.below)

    def as_dict(self) -> dict[str, Any]:
        """For JSON: findings, identities and months; scores stand in rows of their own."""
        return {
            "findings": [t.as_dict() for t in self.findings],
            "crosschecks": [c.as_dict() for c in self.crosschecks],
            "months": [m.as_dict() for m in self.months],
        }


def examine(
    reading: Reading,
    schemes: Schemes | None = None,
    progress: Progress = silent,
    *,
    tables: Collection[str] | None = None,
) -> Examination:
    """Check every loaded table of a reading.

    Args:
        reading: the lake at one version, as of one date, on any engine.
        schemes: parameters; those that ship by default.
        progress: told of each table and identity.
        tables: only these, and identities between them; all by default.
    """
    held = hold(reading)
    schemes = schemes or Schemes.shipped()
    settings = Settings.of(schemes.scores, reading.as_of)
    names = [n for n, c in contracts().items() if not c.is_ours and reading.has(n) and (tables is None or n in tables)]
    declared = [
        d
        for d in identities.declared(schemes.cross_checks, reading.as_of)
        if tables is None or set(d.tables) <= set(tables)
    ]
    steps = len(names) + len(declared)
    tallies: list[Tally] = []
    months: list[MonthOf] = []
    for done, name in enumerate(names):
        progress(STEP, done, steps)
        found, seen = of_table(name, held, settings)
        tallies += found
        months += seen
    crosschecks = []
    for done, identity in enumerate(declared, len(names)):
        progress(STEP, done, steps)
        crosschecks.append(identities.crosscheck(held, identity))
    tallies += [tally for c in crosschecks for tally in c.tallies]
    if "statements" in names:
        judged = articulation.articulation(held, schemes.articulation)
        tallies += articulation.tallies(judged, schemes.articulation, reading.as_of)
    progress(STEP, steps, steps)
    rows: dict[tuple[str, str], int] = {}
    for month in months:
        rows[month.table, month.source] = rows.get((month.table, month.source), 0) + month.rows
    return Examination(
        lake_version=reading.lake_version,
        as_of=reading.as_of,
        scores=scores(tallies, rows, settings),
        tallies=tuple(tallies),
        crosschecks=tuple(crosschecks),
        months=tuple(months),
    )


def of_table(name: str, reading: Reading, settings: Settings) -> tuple[list[Tally], list[MonthOf]]:
    """All checks of one table that look at its rows, keys, references, months and peers; and its months."""
    found, held = contracts()[name], hold(reading)
    seen = scanning.scan(found, held, settings)
    months = timeliness.months(found, seen.counted, settings)
    if not months:
        return [], []
    return [
        *scanning.of_rows(found, seen, held),
        *keys.repeated(found, held),
        *scanning.of_links(found, seen),
        *timeliness.months_missing(found, held, settings),
        *peers.outliers(found, held, settings),
        *timeliness.breaks(months),
    ], months
