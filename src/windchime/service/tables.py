"""Tables of the service itself: the audit chain."""

from datetime import datetime

from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class AuditRecord(Base):
    """One link of the audit chain; rows are only ever added."""

    __tablename__ = "audit_record"

    #: 1, 2, 3 … without gaps
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str] = mapped_column(index=True)
    actor_kind: Mapped[str]
    #: what was done, `noun.verb`
    action: Mapped[str] = mapped_column(index=True)
    #: to what, `kind:id`
    subject: Mapped[str] = mapped_column(index=True)
    #: canonical JSON of the state before and after; null where there was none
    before: Mapped[str | None] = mapped_column(SqlText)
    after: Mapped[str | None] = mapped_column(SqlText)
    reason: Mapped[str]
    #: where the actor came from; empty where it was not known
    origin: Mapped[str]
    #: hash of the record before this one; 64 zeros for the first
    previous_hash: Mapped[str]
    #: SHA-256, or `sm3:` and SM3, of the canonical form of all of the above
    hash: Mapped[str]
