"""A resolution: every mention of a reading gets its entity; what changed is published as a new lake version."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.content.in_force import scheme_in_force
from windchime.core.canonical import canonical, digest
from windchime.core.ids import uuid7
from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.identity.judgements import standing
from windchime.data.identity.links import TABLE
from windchime.data.identity.mentions import gather
from windchime.data.identity.publishing import changed_rows
from windchime.data.identity.resolving import Resolution, resolve_mentions
from windchime.data.identity.settings import Settings
from windchime.data.identity.tables import IdentityRun
from windchime.data.lake import Lake, sealing, versions
from windchime.service.bank import Bank

SCHEME = "identity"


@dataclass(frozen=True, slots=True)
class Run:
    """What a resolution did."""

    run_id: str
    as_of: date
    #: the version read, and the one its links stand in; equal where nothing changed
    read_version: int
    lake_version: int
    made_at: datetime
    actor: str
    scheme_version: str
    #: counts, model, pairs for people to judge, links that were cut
    body: Mapping[str, Any]

    @classmethod
    def of(cls, row: IdentityRun) -> Self:
        """From its row."""
        return cls(
            row.run_id,
            row.as_of,
            row.read_version,
            row.lake_version,
            row.made_at,
            row.actor,
            row.scheme_version,
            json.loads(row.body),
        )

    @property
    def counts(self) -> Mapping[str, int]:
        """Mentions, entities, links by method, links cut, pairs for people, rows that changed."""
        found: Mapping[str, int] = self.body["counts"]
        return found


def resolve(bank: Bank, actor: Actor, as_of: date | None = None, *, progress: Progress = silent) -> Run:
    """Say who is who, as of a date, under the judgements that stand.

    The same mentions, scheme and judgements give the same links. Only mentions whose link changed get a new row.

    Args:
        bank: whose library.
        actor: who asks for it.
        as_of: the end of this day is the last moment of knowledge; by default that of the newest pack.
        progress: told of each step.

    Raises:
        NoLakeVersion: nothing was loaded yet.
        LakeBusy: a load is writing.
    """
    lake = Lake(bank.lake_dir)
    with lake.writing():
        with bank.session() as session:
            day = as_of or lake.pack(session).as_of
            scheme, version = scheme_in_force(bank.content_dir, session, SCHEME, day)
            judged = standing(session)
            with lake.reading(session, as_of=day) as reading:
                progress(_("reading who is mentioned"), 0, 3)
                mentions = gather(reading)
                progress(_("comparing names"), 1, 3)
                found = resolve_mentions(mentions, judged, Settings.of(scheme, day), spill=lake.spill)
                progress(_("publishing links"), 2, 3)
                run_id = uuid7(bank.clock)
                rows = changed_rows(reading, mentions, found, run_id)
                read_version = reading.lake_version
            head = versions.head(session)
        written = lake.stage(head, {TABLE: rows}) if rows.num_rows else {}
        with bank.unit(actor) as unit:
            after = read_version
            if written:
                published = versions.append(unit, written, load_id=run_id, content_hash=_hash(rows))
                sealing.seal(unit, lake, published)
                after = published.lake_version
            body = found.record() | {"judgements": [j.judgement_id for j in judged]}
            body["counts"]["changed"] = rows.num_rows
            row = IdentityRun(
                run_id=run_id,
                as_of=day,
                read_version=read_version,
                lake_version=after,
                made_at=unit.now,
                actor=actor.name,
                scheme_version=version,
                body=canonical(body).decode(),
            )
            unit.session.add(row)
            unit.session.flush()
            unit.record(
                "identity.run",
                f"run:{run_id}",
                before={"lake_version": read_version},
                after={"lake_version": after, "counts": body["counts"], "scheme": version},
            )
            made = Run.of(row)
    progress(_("publishing links"), 3, 3)
    return made


def runs(session: Session) -> list[Run]:
    """All resolutions, newest first."""
    return [Run.of(r) for r in session.scalars(select(IdentityRun).order_by(IdentityRun.run_id.desc()))]


def newest(session: Session) -> Run | None:
    """The newest resolution."""
    found = session.scalars(select(IdentityRun).order_by(IdentityRun.run_id.desc()).limit(1)).first()
    return Run.of(found) if found else None


def _hash(rows: Any) -> str:
    """Of what the links say: the same whenever the same is found."""
    return digest(
        [list(r) for r in zip(*(rows[c].to_pylist() for c in ("mention_id", "entity_id", "method")), strict=True)]
    )


__all__ = ["Resolution", "Run", "newest", "resolve", "runs"]
