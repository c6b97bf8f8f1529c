"""Table of published content: which document is in force from when, who wrote it, who let it pass."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class ContentVersion(Base):
    """One version of one document; its bytes stand in the content folder under their hash."""

    __tablename__ = "content_version"
    __table_args__ = (UniqueConstraint("kind", "name", "sha256", "valid_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    sha256: Mapped[str]
    #: business date from which it counts
    valid_from: Mapped[date]
    #: `draft` until a second person publishes it
    state: Mapped[str]
    author: Mapped[str]
    author_kind: Mapped[str]
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    checker: Mapped[str | None]
    published_at: Mapped[datetime | None] = mapped_column(Instant)
