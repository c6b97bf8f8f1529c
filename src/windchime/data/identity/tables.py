"""Tables of who is who in the operational database: runs, and what people have judged."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class IdentityRun(Base):
    """One resolution of all mentions; rows are only ever added."""

    __tablename__ = "identity_run"

    run_id: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[date]
    #: the lake version that was read, and the one that the links were published in; equal where nothing changed
    read_version: Mapped[int]
    lake_version: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str]
    #: version of the scheme that was followed
    scheme_version: Mapped[str]
    #: canonical JSON: counts, parameters of the model, pairs for people to judge, links that were cut
    body: Mapped[str] = mapped_column(SqlText)


class IdentityJudgement(Base):
    """What a person judged of two mentions, or that a judgement no longer holds; rows are only ever added."""

    __tablename__ = "identity_judgement"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    judgement_id: Mapped[str] = mapped_column(unique=True)
    #: two mention ids, the smaller first
    left: Mapped[str] = mapped_column(index=True)
    right: Mapped[str] = mapped_column(index=True)
    #: whether they are one; of an undoing, what the undone judgement said
    same: Mapped[bool]
    reason: Mapped[str]
    author: Mapped[str]
    author_kind: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    #: the judgement that this one takes back; each is taken back once at most
    undoes: Mapped[str | None] = mapped_column(ForeignKey("identity_judgement.judgement_id"), unique=True)
