"""Lake versions: which Delta version of each table belongs together. Readers go only through these."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.dates import SHANGHAI
from windchime.core.errors import BadCall
from windchime.core.text import Lang, _, translate
from windchime.core.unit import Unit
from windchime.data.lake.tables import LakeRetired
from windchime.data.tables import LakeVersionRecord
from windchime.service.database import plain


class NoLakeVersion(BadCall):
    """A lake version that does not exist, or a lake in which nothing was loaded yet (its newest is 0)."""

    msgid = _("the lake has no version {lake_version}; the newest is {newest}")
    hint = _("see all of them: windchime lake log")
    #: what is said of an empty lake, whatever version was asked for
    empty: ClassVar[str] = _("nothing was loaded yet: the lake is empty; load data first: windchime load --help")

    def __init__(self, lake_version: int, newest: int) -> None:
        super().__init__(lake_version=lake_version, newest=newest)

    def message(self, lang: Lang) -> str:
        """The sentence, which for an empty lake speaks of that alone."""
        return super().message(lang) if self.params["newest"] else translate(self.empty, lang)


class VersionRetired(BadCall):
    """A lake version whose files were given up by vacuum."""

    msgid = _("the files of lake version {lake_version} were given up on {day}; nothing cited it")
    hint = _("read another version: windchime lake log; a backup from before holds this one")

    def __init__(self, lake_version: int, at: datetime) -> None:
        super().__init__(lake_version=lake_version, day=at.astimezone(SHANGHAI).date().isoformat())


@dataclass(frozen=True, slots=True)
class LakeVersion:
    """One consistent state of the whole library."""

    #: 1, 2, 3 … in order of publication
    lake_version: int
    #: Delta version of each table that holds data
    tables: dict[str, int]
    #: the load (or repair) that made it
    load_id: str
    #: hash of what was published
    content_hash: str
    made_at: datetime

    @classmethod
    def of(cls, record: LakeVersionRecord) -> Self:
        """From its row."""
        return cls(record.lake_version, json.loads(record.tables), record.load_id, record.content_hash, record.made_at)


_TABLE = LakeVersionRecord.__table__
#: asked at every request: put together once, of plain columns
_HEAD = select(_TABLE).order_by(_TABLE.c.lake_version.desc()).limit(1)


def head(session: Session) -> LakeVersion | None:
    """The newest version; None while nothing was loaded."""
    found = plain(session, _HEAD).first()
    if found is None:
        return None
    return LakeVersion(found.lake_version, json.loads(found.tables), found.load_id, found.content_hash, found.made_at)


def version(session: Session, number: int) -> LakeVersion:
    """One version by its number.

    Raises:
        NoLakeVersion: there is none of this number.
        VersionRetired: its files were given up.
    """
    record = session.get(LakeVersionRecord, number)
    if record is None:
        newest = head(session)
        raise NoLakeVersion(number, newest.lake_version if newest else 0)
    retired = session.get(LakeRetired, number)
    if retired is not None:
        raise VersionRetired(number, retired.retired_at)
    return LakeVersion.of(record)


def readable(session: Session) -> list[LakeVersion]:
    """The versions whose files are there, newest first."""
    retired = set(session.scalars(select(LakeRetired.lake_version)))
    return [version for version in log(session) if version.lake_version not in retired]


def log(session: Session) -> list[LakeVersion]:
    """All versions, newest first."""
    return [
        LakeVersion.of(r)
        for r in session.scalars(select(LakeVersionRecord).order_by(LakeVersionRecord.lake_version.desc()))
    ]


def append(unit: Unit, tables: dict[str, int], *, load_id: str, content_hash: str) -> LakeVersion:
    """Make the given Delta versions the newest lake version, in the unit's transaction; tables not named stay.

    Args:
        unit: the transaction; its commit is the moment at which readers see the new state.
        tables: Delta versions of the tables that were written.
        load_id: what made them.
        content_hash: hash of what was published.
    """
    newest = head(unit.session)
    before = newest.tables if newest else {}
    record = LakeVersionRecord(
        lake_version=newest.lake_version + 1 if newest else 1,
        tables=canonical(before | tables).decode(),
        load_id=load_id,
        content_hash=content_hash,
        made_at=unit.now,
    )
    unit.session.add(record)
    unit.session.flush()
    after = LakeVersion.of(record)
    unit.record(
        "lake.publish",
        f"lake:{after.lake_version}",
        before={"lake_version": newest.lake_version, "tables": before} if newest else None,
        after={
            "lake_version": after.lake_version,
            "tables": after.tables,
            "load_id": load_id,
            "content_hash": content_hash,
        },
    )
    return after
