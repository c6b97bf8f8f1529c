"""Passwords: what may be one, and how it is kept.

They are kept as Argon2id (RFC 9106, second recommended option: 64 MiB, three passes). Their rules follow NIST SP 800-63B: a least
length, no rules of composition, no forced change. A wrong password costs the same time whether the account exists or not.
"""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.core.unit import same_person

#: beyond so many characters a password is no memory but a load on the machine
LONGEST = 1000
#: hashes at once in one process: each takes 64 MiB, and a storm of sign-ins must not take the machine
_AT_ONCE = BoundedSemaphore(4)


class WeakPassword(BadCall):
    """A password that is too short, too long to be meant, or the account's own name."""

    msgid = _("a password has at least {least} characters and is not the account's name")

    def __init__(self, least: int) -> None:
        super().__init__(least=least)


def hashed(name: str, password: str, least: int) -> str:
    """A password as it is kept.

    Args:
        name: of the account, which must not be its own password.
        password: as it was typed.
        least: number of characters it must have.

    Raises:
        WeakPassword: it cannot be one.
    """
    if not least <= len(password) <= LONGEST or same_person(name, password):
        raise WeakPassword(least)
    with _AT_ONCE:
        return _hasher().hash(password)


def matches(known: str | None, password: str) -> bool:
    """Whether a password is the one that was kept; as slow where none was."""
    try:
        with _AT_ONCE:
            _hasher().verify(known or _nobodys(), password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return known is not None


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _nobodys() -> str:
    """A hash that is verified where there is none, so that it takes as long."""
    return _hasher().hash("nobody's")
