"""Table of allocations: one row each time a total was spent, only ever added."""

from datetime import date, datetime

from sqlalchemy import BigInteger, String
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class AllocationRecord(Base):
    """One allocation. The body is the truth; the columns beside it serve finding it."""

    __tablename__ = "allocation"

    #: UUIDv7
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    as_of: Mapped[date] = mapped_column(index=True)
    lake_version: Mapped[int]
    product: Mapped[str]
    #: `unrated` or `all`
    segment: Mapped[str]
    #: whole yuan
    budget: Mapped[int] = mapped_column(BigInteger)
    #: the candidates with the decisions they rest on, and the allocation: canonical JSON
    body: Mapped[str] = mapped_column(SqlText)
    body_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str]
    actor_kind: Mapped[str]
