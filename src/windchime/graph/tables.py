"""The runs of the graph in the operational database."""

from datetime import date, datetime

from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class GraphRun(Base):
    """One run of the graph over the whole library; rows are only ever added."""

    __tablename__ = "graph_run"

    run_id: Mapped[str] = mapped_column(primary_key=True)
    as_of: Mapped[date]
    #: the lake version that was read, and the one that the results were published in; equal where nothing changed
    read_version: Mapped[int]
    lake_version: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str]
    #: canonical JSON: rows, changed and withdrawn by table, versions of the schemes, problems that were found
    body: Mapped[str] = mapped_column(SqlText)
