"""Browsers an account has signed in with before: each bears a signed cookie, and failures under it count for that browser alone.

Whoever fails on purpose makes an account pause for strangers; its owner comes in from a browser that is known (OWASP, "Device
Cookies"). The cookie opens nothing: it names no account, is worth something for one only, and only until the password changes.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.service.access.policy import SignInPolicy
from windchime.service.access.tables import Account, Device
from windchime.service.bank import Bank
from windchime.service.masters import KeyAmiss, Master
from windchime.service.sealing import masters_of
from windchime.service.suites import CHOICES

#: accounts whose browser one browser can be; of more the one signed in last stays
MOST = 5
BYTES = 16
AREA = "device"
#: of one account: the browser's number, when it was given out (seconds since 1970), keyed hash
_ENTRY = re.compile(r"([A-Za-z0-9_-]{22})\.(\d{1,11})\.([0-9a-f]{64})", re.ASCII)
_BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a browser is given to bear."""

    #: for the cookie
    value: str
    lasts: timedelta


def known(bank: Bank, account: Account | None, cookie: str, policy: SignInPolicy, now: datetime) -> bytes | None:
    """Which of an account's browsers a cookie shows, None for a stranger's; a key that is amiss or out of reach makes all strangers.

    Args:
        bank: whose key signed it.
        account: whose browser it should be; the same work is done for one that is not there.
        cookie: as it was sent; anything at all.
        policy: for how long a cookie is worth something.
        now: the instant.
    """
    found = _mine(bank, account, cookie, policy, now)
    return sha256(found.encode()).digest() if found and account is not None else None


def remember(bank: Bank, account: Account, cookie: str, policy: SignInPolicy, now: datetime) -> Remembered | None:
    """The cookie with which a browser is the account's from here on, besides the others' whose it was; None where none is given.

    A browser that is known keeps its number, so that however often it signs in there is one count of its failures.
    """
    if not policy.device:
        return None
    try:
        newest = _masters(bank)[0]
    except (KeyAmiss, OSError):
        return None
    number, issued = _mine(bank, account, cookie, policy, now) or secrets.token_urlsafe(BYTES), int(now.timestamp())
    others = [entry.group() for entry in _entries(cookie) if entry[1] != number]
    entry = f"{number}.{issued}.{_signed(bank, newest, account, number, issued)}"
    return Remembered(_BETWEEN.join([entry, *others][:MOST]), policy.device)


def counting(session: Session, account: Account, device: bytes | None, now: datetime) -> Account | Device:
    """Where an attempt counts: at a known browser alone, unless it pauses itself; otherwise with all others at the account.

    A browser without failures has no row: the one given is not in the database.
    """
    if device is None:
        return account
    row = session.get(Device, device)
    if row is None or row.account != account.name:
        return Device(device_hash=device, account=account.name, failures=0, locked_until=None, failed_at=now)
    return account if row.locked_until is not None and row.locked_until > now else row


def _mine(bank: Bank, account: Account | None, cookie: str, policy: SignInPolicy, now: datetime) -> str:
    """The number under which a browser is the account's; empty for none."""
    try:
        masters = _masters(bank) if cookie else []
    except (KeyAmiss, OSError):
        return ""
    present, found = int(now.timestamp()), ""
    for entry in _entries(cookie):
        number, issued, shown = entry[1], int(entry[2]), entry[3]
        fits = [compare_digest(_signed(bank, m, account, number, issued), shown) for m in masters]
        if any(fits) and 0 <= present - issued < policy.device.total_seconds():
            found = found or number
    return found


def _entries(cookie: str) -> Iterator[re.Match[str]]:
    parts = cookie.split(_BETWEEN, MOST)[:MOST]
    return (found for part in parts if (found := _ENTRY.fullmatch(part)))


def _signed(bank: Bank, master: Master, account: Account | None, number: str, issued: int) -> str:
    """Over account and password: a new one makes every browser a stranger's, the thief's among them."""
    name, password = (account.name, account.password_hash) if account is not None else ("", "")
    suite = CHOICES[bank.crypto]
    return suite.mac(master.wrapping(suite), b"device 1/")(canonical([name, password, number, issued])).hex()


def _masters(bank: Bank) -> list[Master]:
    return masters_of(bank, AREA)
