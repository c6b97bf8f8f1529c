"""Table of calls under a key: what was asked, and what it was answered."""

from datetime import datetime

from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class KeyedCall(Base):
    """One change under the key of an account; kept as long as the bank's scheme `access` says."""

    __tablename__ = "keyed_call"

    account: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    #: method and address
    route: Mapped[str]
    #: SHA-256 of what was sent
    body_digest: Mapped[str]
    #: 1 for the first claim; a call that comes to its end with an earlier number has lost it
    attempt: Mapped[int]
    #: until when a claim without an answer is believed to be at work; null where the answer is there
    leased_until: Mapped[datetime | None] = mapped_column(Instant)
    #: status of the answer; null while there is none
    status: Mapped[int | None]
    #: the answer, and canonical JSON of the headers that belong to it
    answer: Mapped[str] = mapped_column(SqlText)
    headers: Mapped[str] = mapped_column(SqlText)
    made_at: Mapped[datetime] = mapped_column(Instant)
    #: after this the key is unknown
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
