"""Tables of stored models: which version is what, who made it, who let it pass, and how it is watched; bytes stand under hashes."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class ModelVersion(Base):
    """One version of one model; never edited, only its state moves on."""

    __tablename__ = "model_version"
    __table_args__ = (Index(None, "model", "state"),)

    #: SHA-256 of the model's bytes
    version: Mapped[str] = mapped_column(primary_key=True)
    #: `scorecard` or `challenger`
    model: Mapped[str]
    #: `draft`, `validated`, `published` or `retired`
    state: Mapped[str]
    #: SHA-256 of the model card and of the out-of-fold predictions
    card: Mapped[str]
    oof: Mapped[str]
    author: Mapped[str]
    author_kind: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
    validator: Mapped[str | None]
    validated_at: Mapped[datetime | None] = mapped_column(Instant)
    publisher: Mapped[str | None]
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    retired_by: Mapped[str | None]
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class ModelRole(Base):
    """A version that is, or was, scored beside the published one without say: a challenger of the same model."""

    __tablename__ = "model_role"

    role_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(ForeignKey("model_version.version"))
    #: the model it stands beside, as `ModelVersion.model`
    model: Mapped[str] = mapped_column(index=True)
    appointed_by: Mapped[str]
    appointed_at: Mapped[datetime] = mapped_column(Instant)
    reason: Mapped[str]
    ended_by: Mapped[str | None]
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    #: `promoted` or `dismissed`; null while it stands beside
    outcome: Mapped[str | None]
    #: SHA-256 of the comparison that a promotion rests on
    comparison: Mapped[str | None]


class ModelReference(Base):
    """The histograms a version is watched against; made once."""

    __tablename__ = "model_reference"

    version: Mapped[str] = mapped_column(ForeignKey("model_version.version"), primary_key=True)
    #: SHA-256 of the histograms, and the rows they count
    reference: Mapped[str]
    rows: Mapped[int]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)


class ModelWatch(Base):
    """One look at how far data and scores have moved from the reference; rows are only ever added."""

    __tablename__ = "model_watch"

    run_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(ForeignKey("model_version.version"), index=True)
    as_of: Mapped[date]
    lake_version: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str]
    #: canonical JSON: rows, shifts
    body: Mapped[str] = mapped_column(SqlText)
