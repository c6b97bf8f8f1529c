"""Recording: a run of the checks written to the database with its scores, and read again over time."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.ids import uuid7
from windchime.core.progress import Progress, silent
from windchime.core.unit import Actor
from windchime.data.lake import Lake
from windchime.data.quality.examining import Examination, Schemes, examine
from windchime.data.quality.measures import Tally
from windchime.data.quality.tables import QualityRun, QualityScore
from windchime.service.bank import Bank


@dataclass(frozen=True, slots=True)
class Run:
    """A recorded run of the checks."""

    id: str
    lake_version: int
    as_of: date
    made_at: datetime
    actor: str
    scores: tuple[QualityScore, ...]
    body: Mapping[str, Any]

    @property
    def findings(self) -> tuple[Tally, ...]:
        """What it found."""
        return tuple(Tally.of(f) for f in self.body["findings"])


def check_and_record(
    bank: Bank,
    actor: Actor,
    *,
    as_of: date | None = None,
    lake_version: int | None = None,
    progress: Progress = silent,
) -> tuple[str, Examination]:
    """Examine the lake of a bank and write what was found: the run's id and the examination.

    Args:
        bank: whose lake.
        actor: who asks.
        as_of: the last day of knowledge; the default of the pack loaded last if not given.
        lake_version: the newest by default.
        progress: told of each step.

    Raises:
        NoLakeVersion: nothing was loaded yet, or there is no such version.
    """
    lake = Lake(bank.lake_dir)
    with bank.session() as session:
        day = as_of or lake.pack(session).as_of
        with lake.reading(session, as_of=day, lake_version=lake_version) as reading:
            found = examine(reading, Schemes.in_force(bank, session, day), progress)
    return record(bank, actor, found), found


def record(bank: Bank, actor: Actor, found: Examination) -> str:
    """Write a run with its scores, and give its id."""
    with bank.unit(actor) as unit:
        run = QualityRun(
            id=uuid7(unit.clock),
            lake_version=found.lake_version,
            as_of=found.as_of,
            made_at=unit.now,
            actor=actor.name,
            actor_kind=actor.kind,
            body=canonical(found.as_dict()).decode(),
        )
        unit.session.add(run)
        unit.session.flush()
        unit.session.add_all(
            QualityScore(
                run_id=run.id,
                table_name=s.table,
                source=s.source,
                dimension=s.dimension,
                score_millionths=int(s.score.scaleb(6)),
                rows=s.rows,
                findings=s.findings,
                floor_millionths=None if s.floor is None else int(s.floor.scaleb(6)),
            )
            for s in found.scores
        )
        below = [f"{s.table}/{s.source}/{s.dimension}" for s in found.below]
        unit.record("quality.check", run.id, after={"lake_version": found.lake_version, "below": below})
        return run.id


def runs(session: Session, *, last: int = 50) -> list[Run]:
    """The last runs, oldest first."""
    query = select(QualityRun).order_by(QualityRun.made_at.desc(), QualityRun.id.desc()).limit(last)
    return [_run(session, row) for row in reversed(list(session.scalars(query)))]


def run_for(session: Session, *, as_of: date, lake_version: int) -> Run | None:
    """The newest run over a lake version, or the nearest before it, that looked no later than a date; None without one."""
    query = (
        select(QualityRun)
        .where(QualityRun.lake_version <= lake_version, QualityRun.as_of <= as_of)
        .order_by(
            QualityRun.lake_version.desc(), QualityRun.as_of.desc(), QualityRun.made_at.desc(), QualityRun.id.desc()
        )
        .limit(1)
    )
    row = session.scalars(query).first()
    return None if row is None else _run(session, row)


def _run(session: Session, row: QualityRun) -> Run:
    order = (QualityScore.table_name, QualityScore.source, QualityScore.dimension)
    found = session.scalars(select(QualityScore).where(QualityScore.run_id == row.id).order_by(*order))
    return Run(row.id, row.lake_version, row.as_of, row.made_at, row.actor, tuple(found), json.loads(row.body))
