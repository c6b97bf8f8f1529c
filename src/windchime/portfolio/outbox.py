"""What a bank's scheme `access` says of webhooks, and the sender that goes by it."""

import os
import platform
import secrets
from collections.abc import Sequence
from datetime import timedelta
from random import Random

from sqlalchemy.orm import Session

from windchime.content.in_force import service_scheme
from windchime.core.clock import today
from windchime.service.bank import Bank
from windchime.service.outbox.addresses import Network
from windchime.service.outbox.policy import DeliveryPolicy
from windchime.service.outbox.sending import Sender


def delivery_policy(bank: Bank, session: Session) -> DeliveryPolicy:
    """The bank's rule in force today."""
    day = today(bank.clock)
    scheme = service_scheme(bank.content_dir, session, "access", day)
    tries, keeping = scheme.at("webhook", day).value, scheme.at("webhook_keeping", day).value
    assert isinstance(tries, dict)
    assert isinstance(keeping, dict)
    return DeliveryPolicy(
        most_attempts=int(tries["most_attempts"]),
        first_pause=timedelta(seconds=int(tries["first_pause_seconds"])),
        longest_pause=timedelta(seconds=int(tries["longest_pause_seconds"])),
        deadline=timedelta(seconds=int(tries["deadline_seconds"])),
        overlap=timedelta(hours=int(keeping["overlap_hours"])),
        keep=timedelta(days=int(keeping["keep_days"])),
    )


def sender(bank: Bank, allowed: Sequence[Network] = (), seed: int | None = None) -> Sender:
    """A sender of this process for one bank.

    Args:
        bank: whose events.
        allowed: networks of the operator's, besides public addresses.
        seed: of the chance in the waits; the machine's own by default.
    """
    name = f"sender-{platform.node()}-{os.getpid()}-{secrets.token_hex(3)}"
    return Sender(bank, name, lambda session: delivery_policy(bank, session), allowed, Random(seed))  # noqa: S311 - the spread of waits, no secret
