"""The audit chain, or a stretch of it, as a file for a supervisor: every hashed field and every hash, a JSON line a record.

Whoever has the file recomputes each hash with nothing but JSON and SHA-256 (or SM3); `docs/how-to/audit.md` says how. Where the
stretch ends, a signed checkpoint beside the file vouches for it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.dates import SHANGHAI
from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.service import audit
from windchime.service.tables import AuditRecord

#: of the file
FORMAT = "windchime.audit/1"


class NothingToExport(BadCall):
    """No record in a stretch of time."""

    msgid = _("the audit chain has no record from {begin} to {end}")

    def __init__(self, begin: date | None, end: date | None) -> None:
        super().__init__(begin=begin.isoformat() if begin else "…", end=end.isoformat() if end else "…")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the chain without gaps."""

    first: int
    last: int
    #: hash of the record before the first: where the stretch hangs on
    previous_hash: str
    #: hash of the last
    hash: str

    @property
    def records(self) -> int:
        """How many it has."""
        return self.last - self.first + 1


def stretch(session: Session, begin: date | None = None, end: date | None = None) -> Stretch:
    """The records of some days (in Shanghai, both inclusive), from the first to the last of them.

    Raises:
        NothingToExport: there is none.
    """
    where = [AuditRecord.at >= _midnight(begin)] if begin else []
    where += [AuditRecord.at < _midnight(end + timedelta(days=1))] if end else []
    first, last = session.execute(select(func.min(AuditRecord.seq), func.max(AuditRecord.seq)).where(*where)).one()
    if first is None:
        raise NothingToExport(begin, end)
    ends = [session.get_one(AuditRecord, seq) for seq in (first, last)]
    return Stretch(first, last, ends[0].previous_hash, ends[1].hash)


def written(session: Session, bank: str, part: Stretch, at: datetime) -> Iterator[bytes]:
    """The lines of the file: what it is, then the records in order.

    Args:
        session: of the bank's database.
        bank: whose chain.
        part: which records.
        at: when the file is made.
    """
    head: dict[str, Any] = {
        "format": FORMAT,
        "bank": bank,
        "made_at": at,
        "first": part.first,
        "last": part.last,
        "previous_hash": part.previous_hash,
        "hash": part.hash,
    }
    yield canonical(head) + b"\n"
    for record in audit.lines(session, part.first, part.last):
        yield canonical({**audit.said(record), "hash": record.hash}) + b"\n"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)
