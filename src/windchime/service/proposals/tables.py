"""Tables of four eyes: what is proposed, and every form it was proposed in."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class Proposal(Base):
    """One proposed change, from its making to its end."""

    __tablename__ = "proposal"
    __table_args__ = (Index("ix_proposal_state", "state", "kind"),)

    #: UUID version 7
    id: Mapped[str] = mapped_column(primary_key=True)
    #: what kind of change: `decision.override`
    kind: Mapped[str]
    #: what it would change: `decision:0192…`
    subject: Mapped[str] = mapped_column(index=True)
    #: `open`, `sent_back`, `effected`, `withdrawn`, `overtaken`, `expired` or `closed`
    state: Mapped[str]
    #: number of the newest revision
    revision: Mapped[int]
    made_by: Mapped[str] = mapped_column(index=True)
    made_at: Mapped[datetime] = mapped_column(Instant)
    #: nobody can approve it from then on; null for never
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    #: who approved, sent back or withdrew it last, when, and what they said
    checker: Mapped[str | None]
    checked_at: Mapped[datetime | None] = mapped_column(Instant)
    comment: Mapped[str] = mapped_column(SqlText)


class ProposalRevision(Base):
    """One form of a proposal; rows are only ever added."""

    __tablename__ = "proposal_revision"

    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    #: 1, 2, 3 …
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    maker: Mapped[str]
    #: in whose name a program made it; empty where a person did
    asked_by: Mapped[str]
    #: canonical JSON of what stood when it was made, and of what shall stand; `null` where there is nothing
    before: Mapped[str] = mapped_column(SqlText)
    after: Mapped[str] = mapped_column(SqlText)
    #: canonical JSON: SHA-256 of each attachment by its name
    attachments: Mapped[str] = mapped_column(SqlText)
    reason: Mapped[str] = mapped_column(SqlText)
    #: SHA-256 over kind, subject, before, after and attachments: what a checker has seen
    digest: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
