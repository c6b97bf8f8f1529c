"""Tables of the lake's care: the hash of each file as it was published, and versions whose files were given up."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class LakeFile(Base):
    """A Parquet file of the lake, as it was when the first lake version with it was published."""

    __tablename__ = "lake_file"

    table_name: Mapped[str] = mapped_column(primary_key=True)
    #: name below the folder of the table
    file: Mapped[str] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    #: the first lake version with it
    lake_version: Mapped[int] = mapped_column(ForeignKey("lake_version.lake_version"))


class LakeRetired(Base):
    """A lake version whose files were given up: its record stays, its rows cannot be read any more."""

    __tablename__ = "lake_retired"

    lake_version: Mapped[int] = mapped_column(ForeignKey("lake_version.lake_version"), primary_key=True)
    retired_at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str]
