"""What people put in the place of a decision, as its report shows it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from windchime.core.clock import today
from windchime.core.text import Text
from windchime.decision import overriding
from windchime.decision.tables import Decision
from windchime.service.bank import Bank


@dataclass(frozen=True, slots=True)
class Replaced:
    """An override: what people put in the place of a decision."""

    override_id: str
    at: datetime
    verdict: str
    #: yuan; None when declined
    limit: Decimal | None
    #: a fraction a year; None when declined
    rate: Decimal | None
    #: None when declined
    term_months: int | None
    #: labels of its coded reasons
    reasons: tuple[Text, ...]
    #: who proposed it, and who approved it
    maker: str
    checker: str


def replaced(bank: Bank, session: Session, row: Decision) -> tuple[Replaced, ...]:
    """The overrides of a decision, oldest first, with the labels their reasons bear today."""
    made = overriding.overrides(session, row.id)
    known = overriding.reasons(bank, session, today(bank.clock)) if made else {}
    return tuple(
        Replaced(
            override_id=o.id,
            at=o.made_at,
            verdict=o.verdict,
            limit=o.limit,
            rate=o.rate,
            term_months=o.term_months,
            reasons=tuple(known.get(code, Text.of(code)) for code in o.reason_codes.split()),
            maker=o.maker,
            checker=o.checker,
        )
        for o in made
    )
