"""A unit of work on the bank's database: one write transaction with its audit records."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from windchime.core.clock import Clock
from windchime.core.unit import Actor
from windchime.service import audit


@dataclass(frozen=True, slots=True)
class DatabaseUnit:
    """The unit that `Bank.unit` opens; see `core.unit.Unit` for what each part is."""

    session: Session
    actor: Actor
    clock: Clock
    now: datetime

    def record(self, action: str, subject: str, *, before: Any = None, after: Any = None, reason: str = "") -> None:
        """Append to the audit chain in this transaction."""
        audit.append(
            self.session,
            at=self.now,
            actor=self.actor,
            action=action,
            subject=subject,
            before=before,
            after=after,
            reason=reason,
        )
