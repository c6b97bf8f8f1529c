"""A run of the graph: every finder reads one version of the library; what changed is published as the next one."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

import pyarrow as pa
from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.content.in_force import scheme_in_force
from windchime.core.canonical import canonical, sha256
from windchime.core.errors import UnknownName
from windchime.core.ids import uuid7
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.lake import Lake, sealing, versions
from windchime.graph.facts.keeping import keeping
from windchime.graph.results.changes import Changes, changes
from windchime.graph.results.finders import FINDERS
from windchime.graph.tables import GraphRun
from windchime.service.bank import Bank


@dataclass(frozen=True, slots=True)
class Run:
    """What a run did."""

    run_id: str
    as_of: date
    #: the version read, and the one its results stand in; equal where nothing changed
    read_version: int
    lake_version: int
    made_at: datetime
    actor: str
    #: `tables` (found, changed, withdrawn by table), `schemes` (version by name), `problems` (by finder)
    body: Mapping[str, Any]

    @classmethod
    def of(cls, row: GraphRun) -> Self:
        """From its row."""
        return cls(
            row.run_id, row.as_of, row.read_version, row.lake_version, row.made_at, row.actor, json.loads(row.body)
        )


def publish(
    bank: Bank,
    actor: Actor,
    as_of: date | None = None,
    *,
    only: Collection[str] = (),
    progress: Progress = silent,
) -> Run:
    """Find everything the graph can say of the library as of a date, and publish what changed.

    The same version, date and schemes give the same rows; a second run changes nothing.

    Args:
        bank: whose library.
        actor: who asks for it.
        as_of: the end of this day is the last moment of knowledge; by default that of the newest pack.
        only: names of finders; all by default.
        progress: told of each finder.

    Raises:
        UnknownName: a finder of that name does not exist.
        NoLakeVersion: nothing was loaded yet.
        LakeBusy: a load is writing.
    """
    known = {f.name: f for f in FINDERS}
    for name in only:
        if name not in known:
            raise UnknownName(_("part of the graph"), name, list(known))
    wanted = [f for f in FINDERS if not only or f.name in only]
    lake = Lake(bank.lake_dir)
    body: dict[str, Any] = {"tables": {}, "schemes": {}, "problems": {}}
    frames: dict[str, pa.Table] = {}
    with lake.writing():
        with bank.session() as session:
            day = as_of or lake.pack(session).as_of
            run_id = uuid7(bank.clock)
            with lake.reading(session, as_of=day) as reading, keeping(reading):
                for number, finder in enumerate(wanted):
                    progress(finder.label, number, len(wanted))
                    names = (finder.scheme, *finder.also)
                    given = [scheme_in_force(bank.content_dir, session, name, day) for name in names]
                    found = finder.find(reading, *(scheme for scheme, _version in given))
                    body["schemes"] |= dict(zip(names, (version for _scheme, version in given), strict=True))
                    body["problems"][finder.name] = [p.as_dict() for p in found.problems]
                    for table, rows in found.tables.items():
                        made = changes(reading, table, rows, run_id)
                        body["tables"][table] = _counts(made)
                        if made.rows.num_rows:
                            frames[table] = made.rows
                read_version = reading.lake_version
            head = versions.head(session)
        progress(_("publishing what the graph found"), len(wanted), len(wanted) + 1)
        staged = lake.stage(head, frames) if frames else {}
        with bank.unit(actor) as unit:
            after = read_version
            if staged:
                published = versions.append(unit, staged, load_id=run_id, content_hash=_hash(frames))
                sealing.seal(unit, lake, published)
                after = published.lake_version
            row = GraphRun(
                run_id=run_id,
                as_of=day,
                read_version=read_version,
                lake_version=after,
                made_at=unit.now,
                actor=actor.name,
                body=canonical(body).decode(),
            )
            unit.session.add(row)
            unit.session.flush()
            unit.record(
                "graph.run",
                f"run:{run_id}",
                before={"lake_version": read_version},
                after={"lake_version": after, "tables": body["tables"], "schemes": body["schemes"]},
            )
            made_run = Run.of(row)
    progress(_("publishing what the graph found"), len(wanted) + 1, len(wanted) + 1)
    return made_run


def runs(session: Session) -> list[Run]:
    """All runs, newest first."""
    return [Run.of(r) for r in session.scalars(select(GraphRun).order_by(GraphRun.run_id.desc()))]


def newest(session: Session) -> Run | None:
    """The newest run."""
    found = session.scalars(select(GraphRun).order_by(GraphRun.run_id.desc()).limit(1)).first()
    return Run.of(found) if found else None


def _hash(frames: Mapping[str, pa.Table]) -> str:
    """Of what the rows say, the run that says it left out."""
    said = [rows.drop_columns(["run_id", "load_id"]) for _, rows in sorted(frames.items())]
    return sha256(b"".join(b.serialize() for rows in said for b in rows.combine_chunks().to_batches()))


def _counts(made: Changes) -> dict[str, int]:
    return {"found": made.found, "changed": made.changed, "withdrawn": made.withdrawn}
