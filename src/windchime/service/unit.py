"""A unit of work on the bank's database: one write transaction with its audit records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from windchime.core.clock import Clock
from windchime.core.settings import Crypto
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.outbox import emitting


@dataclass(frozen=True, slots=True)
class DatabaseUnit:
    """The unit that `Bank.unit` opens; see `core.unit.Unit` for what each part is."""

    session: Session
    actor: Actor
    clock: Clock
    now: datetime
    #: whose hash the audit chain begins with
    crypto: Crypto = "aes"

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
            crypto=self.crypto,
        )

    def emit(self, kind: str, subject: str, body: Mapping[str, Any]) -> None:
        """Write an event to the outbox in this transaction."""
        emitting.emit(self, kind, subject, body)
