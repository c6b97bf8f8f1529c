"""Tables of agreements: those this bank has signed, and what crossed under them."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class Agreement(Base):
    """One agreement as this bank has it: signed by itself, in force once the other's signature stands beside."""

    __tablename__ = "agreement"

    #: SHA-256 of the terms
    id: Mapped[str] = mapped_column(primary_key=True)
    #: canonical JSON of the terms, which both sign
    terms: Mapped[str] = mapped_column(SqlText)
    #: which side this bank is: `giving` or `receiving`
    side: Mapped[str]
    #: Ed25519, hexadecimal: this bank's, and the other's; null until it has come
    own_signature: Mapped[str]
    other_signature: Mapped[str | None]
    #: the proposal that was approved
    proposal: Mapped[str]
    signed_at: Mapped[datetime] = mapped_column(Instant)
    completed_at: Mapped[datetime | None] = mapped_column(Instant)
    #: nothing crosses from then on; null while it holds
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class Crossing(Base):
    """One thing that crossed: each bank keeps its own side of it."""

    __tablename__ = "agreement_crossing"

    #: the same on both sides: SHA-256 over agreement, subject and what crossed
    id: Mapped[str] = mapped_column(primary_key=True)
    agreement_id: Mapped[str] = mapped_column(ForeignKey("agreement.id"), index=True)
    #: `given` or `received`
    way: Mapped[str]
    subject: Mapped[str]
    #: SHA-256 of what crossed
    sha256: Mapped[str]
    #: aggregates as they were told; null for content, which stands in the content store
    body: Mapped[str | None] = mapped_column(SqlText)
    at: Mapped[datetime] = mapped_column(Instant)
