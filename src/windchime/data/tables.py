"""Tables of the library in the operational database: lake versions, loads and the files they read."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class LakeVersionRecord(Base):
    """The pointer that makes several Delta tables one library; rows are only ever added, last in their transaction."""

    __tablename__ = "lake_version"

    #: 1, 2, 3 … without gaps
    lake_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    #: canonical JSON `{table: delta_version}`
    tables: Mapped[str] = mapped_column(SqlText)
    load_id: Mapped[str] = mapped_column(index=True)
    #: hash of what was published: of the source files for a load
    content_hash: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)


class LoadRecord(Base):
    """One load: what was read, what came of it."""

    __tablename__ = "data_load"

    load_id: Mapped[str] = mapped_column(primary_key=True)
    lake_version: Mapped[int] = mapped_column(ForeignKey("lake_version.lake_version"))
    #: name and sha256 of the pack mapping that was followed
    pack: Mapped[str] = mapped_column(index=True)
    pack_version: Mapped[str]
    source: Mapped[str]
    #: canonical JSON `{zh, en}`
    label: Mapped[str]
    simulated: Mapped[bool]
    as_of: Mapped[date]
    #: for training: indicators as of the one date, labels as known at the other
    features_as_of: Mapped[date]
    labels_as_of: Mapped[date]
    content_hash: Mapped[str] = mapped_column(index=True)
    actor: Mapped[str]
    loaded_at: Mapped[datetime] = mapped_column(Instant)
    #: canonical JSON: rows by table and file, notes with counts and examples
    body: Mapped[str] = mapped_column(SqlText)


class LoadedFile(Base):
    """One source file of a load; its hash tells a file that was read before from a new edition of it."""

    __tablename__ = "data_load_file"

    load_id: Mapped[str] = mapped_column(ForeignKey("data_load.load_id"), primary_key=True)
    #: path below the pack's folder
    file: Mapped[str] = mapped_column(primary_key=True)
    #: source, pack and pack version: only the same mapping reads the same file the same way
    origin: Mapped[str] = mapped_column(index=True)
    sha256: Mapped[str]
    size_bytes: Mapped[int]
