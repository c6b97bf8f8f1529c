"""Tables of the scores over time: one run of the checks, and its score for each table, source and dimension."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant


class QualityRun(Base):
    """One run of the checks over one lake version as of one date; rows are only ever added."""

    __tablename__ = "quality_run"

    #: UUIDv7
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    lake_version: Mapped[int] = mapped_column(index=True)
    as_of: Mapped[date]
    made_at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str]
    actor_kind: Mapped[str]
    #: canonical JSON: findings with examples, identities with evidence, rows and lags by month
    body: Mapped[str] = mapped_column(SqlText)


class QualityScore(Base):
    """The score of a table of a source in one dimension, or `overall`, as one run found it."""

    __tablename__ = "quality_score"

    run_id: Mapped[str] = mapped_column(ForeignKey("quality_run.id"), primary_key=True)
    table_name: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    dimension: Mapped[str] = mapped_column(primary_key=True)
    #: millionths, so that it stays exact
    score_millionths: Mapped[int] = mapped_column(Integer)
    rows: Mapped[int]
    findings: Mapped[int]
    #: the floor in force then, in millionths; None where there was none
    floor_millionths: Mapped[int | None] = mapped_column(Integer)

    @property
    def score(self) -> Decimal:
        """As a fraction."""
        return Decimal(self.score_millionths).scaleb(-6)

    @property
    def floor(self) -> Decimal | None:
        """As a fraction."""
        return None if self.floor_millionths is None else Decimal(self.floor_millionths).scaleb(-6)

    @property
    def below(self) -> bool:
        """Whether the score was below its floor."""
        return self.floor_millionths is not None and self.score_millionths < self.floor_millionths
