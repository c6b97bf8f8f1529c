"""Tables of the decision log: decisions and what people replaced of them; only ever added, as the database itself sees to."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String, TypeDecorator, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapped, mapped_column

from windchime.core.tables import Base, Instant
from windchime.service.proposals import tables as _proposals  # noqa: F401 - the override refers to their table


class Exact(TypeDecorator[Decimal]):
    """A decimal with a fixed number of places, stored as a whole number so that it stays exact and sorts by size."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """To the whole number of smallest parts; more places than declared are refused."""
        if value is None:
            return None
        whole = Decimal(value).scaleb(self.places)
        if whole != whole.to_integral_value():
            raise TypeError(f"{value} has more than {self.places} decimals")
        return int(whole)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Back to the decimal."""
        return None if value is None else Decimal(value).scaleb(-self.places)


class Decision(Base):
    """One decision about one firm under one product. The body is the truth; the columns beside it serve finding it."""

    __tablename__ = "decision"

    #: order of writing
    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    #: UUIDv7
    id: Mapped[str] = mapped_column(String(36), unique=True)
    #: UUIDv7 of the run that wrote it; a single decision is a run of one
    run_id: Mapped[str] = mapped_column(String(36), index=True)
    firm_id: Mapped[str] = mapped_column(index=True)
    entity_id: Mapped[str]
    product: Mapped[str]
    as_of: Mapped[date]
    lake_version: Mapped[int]
    #: approve, refer or decline
    verdict: Mapped[str]
    #: band of the deciding model
    band: Mapped[str]
    #: of default, by the deciding model
    probability: Mapped[Decimal] = mapped_column(Exact(6))
    #: yuan; what is offered, or what a referred case would be offered; None when declined
    limit: Mapped[Decimal | None] = mapped_column(Exact(2))
    #: annual, a fraction; None when declined
    rate: Mapped[Decimal | None] = mapped_column(Exact(6))
    #: codes of the reasons, sorted, each between blanks, so that one can be searched for
    reason_codes: Mapped[str]
    #: form of the body: which reader can read it
    body_format: Mapped[int]
    #: the decision document, canonical JSON
    body: Mapped[str] = mapped_column(SqlText)
    body_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str]
    actor_kind: Mapped[str]


class DecisionOverride(Base):
    """One decision replaced by people: what stands instead. The decision stays; the newest of its overrides counts."""

    __tablename__ = "decision_override"
    __table_args__ = (UniqueConstraint("decision_id", "number"),)

    #: UUIDv7
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    decision_id: Mapped[str] = mapped_column(String(36), ForeignKey("decision.id"))
    #: 1, 2, 3 … of one decision
    number: Mapped[int]
    #: the proposal that was approved, which has the makers' words
    proposal_id: Mapped[str] = mapped_column(ForeignKey("proposal.id"))
    #: approve, refer or decline
    verdict: Mapped[str]
    #: yuan; None when declined
    limit: Mapped[Decimal | None] = mapped_column(Exact(2))
    #: annual, a fraction; None when declined
    rate: Mapped[Decimal | None] = mapped_column(Exact(6))
    #: None when declined
    term_months: Mapped[int | None]
    #: codes of the reasons (scheme `overrides`), sorted, each between blanks
    reason_codes: Mapped[str]
    note: Mapped[str] = mapped_column(SqlText)
    maker: Mapped[str]
    checker: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant)
