"""Table of stored models: which version is what, who made it, who let it pass; the bytes stand under their hashes."""

from datetime import datetime

from sqlalchemy import Index
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
