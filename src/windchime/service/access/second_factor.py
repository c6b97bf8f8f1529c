"""The second factor: one-time codes of an authenticator app (RFC 6238), and recovery codes for the day it is lost.

A code is taken once: none of its time step or an earlier one opens anything again. Codes are looked at inside a write
transaction, of which a bank has one at a time, so that of two who show the same code at once one is refused.
"""

import secrets
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from windchime.core.errors import Refused
from windchime.core.text import _
from windchime.core.unit import Unit, same_person
from windchime.service.access.accounts import find
from windchime.service.access.tables import RecoveryCode, SecondFactor
from windchime.service.bank import Bank
from windchime.service.sealing import seal, unseal

#: seconds a code lasts, digits it has (RFC 6238 §4, RFC 4226 §5.3): what every authenticator app understands
STEP, DIGITS = 30, 6
#: steps around the present one whose codes are taken: clocks differ, and people type slowly (RFC 6238 §5.2)
AROUND = (-1, 0, 1)
#: recovery codes are 80 random bits, far beyond guessing: their hash needs not be slow
CODES, CODE_BYTES = 10, 10


class NothingOffered(Refused):
    """A code came where no second factor is being set up."""

    msgid = _("no second factor is being set up; begin again")

    def __init__(self) -> None:
        super().__init__()


class WrongCode(Refused):
    """The code is none of the secret's, too old, or was used before."""

    msgid = _("the code is wrong, too old, or was used before")
    hint = _("wait for the next one, and see that the clock of the phone is right")

    def __init__(self) -> None:
        super().__init__()


class OwnFactor(Refused):
    """Someone tried to take their own second factor away, as whoever has stolen their session would."""

    msgid = _("a second factor is taken away by somebody else; one's own is replaced by a new one")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Offer:
    """What an authenticator app is told."""

    #: base32, in groups of four
    secret: str
    #: the same as a link that opens the app on a phone
    link: str


def offer(bank: Bank, unit: Unit) -> None:
    """Draw a new secret for the actor; the one in force stays until a code of the new one was confirmed."""
    account = find(unit.session, unit.actor.name)
    row = unit.session.get(SecondFactor, account.name)
    if row is None:
        row = SecondFactor(account=account.name, secret=None, offered=None, confirmed_at=None, last_step=0)
        unit.session.add(row)
    row.offered = seal(bank, _purpose(account.name), pyotp.random_base32().encode())
    unit.record("account.factor_offer", f"account:{account.name}")


def offered(bank: Bank, session: Session, name: str) -> Offer | None:
    """What the owner of an account is shown until they confirm it; None where nothing is offered."""
    row = session.get(SecondFactor, name)
    if row is None or row.offered is None:
        return None
    plain = unseal(bank, _purpose(name), row.offered).decode()
    link = pyotp.TOTP(plain, interval=STEP, digits=DIGITS).provisioning_uri(
        name=name, issuer_name=f"Windchime {bank.name}"
    )
    return Offer(" ".join(plain[i : i + 4] for i in range(0, len(plain), 4)), link)


def confirm(bank: Bank, unit: Unit, code: str) -> tuple[str, ...]:
    """Put the actor's offered secret in force by a code of it; gives new recovery codes, told here and never again.

    Raises:
        NothingOffered: nothing was offered.
        WrongCode: not a code of it.
    """
    row = unit.session.get(SecondFactor, unit.actor.name)
    if row is None or row.offered is None:
        raise NothingOffered
    step = _step(unseal(bank, _purpose(row.account), row.offered), code, unit.now, after=0)
    if step is None:
        raise WrongCode
    replaced = row.confirmed_at is not None
    row.secret, row.offered, row.confirmed_at, row.last_step = row.offered, None, unit.now, step
    unit.record("account.factor", f"account:{row.account}", before={"confirmed": replaced}, after={"confirmed": True})
    return new_codes(unit)


def new_codes(unit: Unit) -> tuple[str, ...]:
    """Fresh recovery codes of the actor, each good once; the former ones open nothing any more."""
    name = unit.actor.name
    unit.session.execute(delete(RecoveryCode).where(RecoveryCode.account == name))
    drawn = [b32encode(secrets.token_bytes(CODE_BYTES)).decode().lower() for _n in range(CODES)]
    unit.session.add_all(
        RecoveryCode(code_hash=_hash(name, code), account=name, made_at=unit.now, used_at=None) for code in drawn
    )
    unit.record("account.recovery_codes", f"account:{name}", after={"codes": len(drawn)})
    return tuple("-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in drawn)


def accept(bank: Bank, unit: Unit, name: str, code: str) -> bool:
    """Whether a code opens an account now: one of its app, or one of its recovery codes. It opens nothing a second time."""
    row = unit.session.get(SecondFactor, name)
    if row is None or row.secret is None:
        return False
    step = _step(unseal(bank, _purpose(name), row.secret), code, unit.now, after=row.last_step)
    if step is not None:
        row.last_step = step
        return True
    spare = unit.session.get(RecoveryCode, _hash(name, code))
    if spare is None or spare.account != name or spare.used_at is not None:
        return False
    spare.used_at = unit.now
    unit.record("account.recovery_code", f"account:{name}", after={"left": left(unit.session, name)})
    return True


def left(session: Session, name: str) -> int:
    """How many recovery codes an account still has."""
    unused = select(func.count()).where(RecoveryCode.account == name, RecoveryCode.used_at.is_(None))
    return session.scalar(unused) or 0


def take_away(unit: Unit, name: str, reason: str = "") -> None:
    """Take somebody's lost second factor from their account: where their roles want one they set up a new one first.

    Raises:
        UnknownName: no such account.
        OwnFactor: it is the actor's own.
    """
    account = find(unit.session, name)
    if same_person(unit.actor.name, name):
        raise OwnFactor
    unit.session.execute(delete(SecondFactor).where(SecondFactor.account == account.name))
    unit.session.execute(delete(RecoveryCode).where(RecoveryCode.account == account.name))
    unit.record("account.factor_reset", f"account:{name}", after={"confirmed": False}, reason=reason)


def _step(secret: bytes, code: str, now: datetime, *, after: int) -> int | None:
    """The time step later than `after` whose code this is; None for none. All are compared, whichever fits."""
    totp = pyotp.TOTP(secret.decode(), interval=STEP, digits=DIGITS)
    present, shown = int(now.timestamp()) // STEP, _plain(code).encode()
    fitting = [
        step
        for step in (present + d for d in AROUND)
        if compare_digest(totp.generate_otp(step).encode(), shown) and step > after
    ]
    return max(fitting, default=None)


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()[:64]


def _hash(name: str, code: str) -> bytes:
    return sha256(f"{name}\0{_plain(code)}".encode()).digest()


def _purpose(name: str) -> str:
    return f"totp:{name}"
