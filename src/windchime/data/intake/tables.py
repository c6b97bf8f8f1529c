"""Table of mappings of the bank's own in the operational database."""

from datetime import datetime

from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class SavedMapping(Base):
    """One version of a mapping; versions are only ever added, so that a row in quarantine can be read as it was."""

    __tablename__ = "data_mapping"

    #: SHA-256 of its bytes: what loads cite
    version: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(index=True)
    #: the file as it was saved
    body: Mapped[str] = mapped_column(SqlText)
    author: Mapped[str]
    saved_at: Mapped[datetime] = mapped_column(Instant)
