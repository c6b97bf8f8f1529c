"""How somebody proves who they are: a password held against its hash, failures counted, arrival put on record.

Guessing is held back by a pause that follows several failures; it stands in the database and holds over all processes. A browser
that is known (`devices`) counts and pauses for itself, so that strangers who fail cannot shut the owner out.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from windchime.core.errors import Refused
from windchime.core.text import _
from windchime.core.unit import Unit
from windchime.service.access.accounts import called
from windchime.service.access.devices import counting
from windchime.service.access.passwords import matches
from windchime.service.access.policy import SignInPolicy
from windchime.service.access.tables import Account, ApiToken, Device, LoginSession, SecondFactor


class SignInRefused(Refused):
    """Name or password is wrong, or the account is closed or pausing: nobody is told which."""

    msgid = _("name or password is wrong, or the account is not open just now")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Checked:
    """A name and password that were looked at. It is made outside any write transaction: a slow hash holds nobody up."""

    #: the account's own name; None where there is no such account
    name: str | None
    right: bool
    #: the hash it was held against: a password that was changed meanwhile was not checked
    known: str | None


def check(session: Session, name: str, password: str) -> Checked:
    """Hold a password against its hash; as slow for a name that does not exist."""
    account = called(session, name)
    known = account.password_hash if account else None
    return Checked(account.name if account else None, matches(known, password), known)


def sign_in(unit: Unit, checked: Checked, policy: SignInPolicy, device: bytes | None = None) -> Account | None:
    """The account, where name and password are right; None otherwise, with the failure counted and put on record.

    Where the account has a second factor nobody has arrived yet: failures stay counted until its code was shown too.
    It does not raise, so that the count is kept by the transaction; callers refuse with `SignInRefused`.

    Args:
        unit: the transaction.
        checked: what was shown.
        policy: how many failures make a pause, and how long it is.
        device: the account's known browser that shows it (`devices.known`); None for any other way.
    """
    account = _of(unit.session, checked)
    if account is None or waits(unit.session, account, device, unit.now):
        # the same work as for an account that is there; a name that was typed may be a password in the wrong place
        unit.record("account.refused", f"account:{account.name if account else '?'}")
        return None
    if checked.right and account.active:
        if not confirmed(unit.session, account.name):
            arrive(unit, account, device)
        return account
    fail(unit, account, policy, device)
    return None


def arrive(unit: Unit, account: Account, device: bytes | None = None) -> None:
    """All that was wanted was shown: failures of this way are forgotten, and the audit chain knows who came from where."""
    count = counting(unit.session, account, device, unit.now)
    count.failures, count.locked_until = 0, None
    unit.record("account.sign_in", f"account:{account.name}")


def fail(unit: Unit, account: Account, policy: SignInPolicy, device: bytes | None = None) -> None:
    """Something shown was wrong, password or code: it counts towards a pause, of the known browser or of all others."""
    unit.record("account.refused", f"account:{account.name}")
    count = counting(unit.session, account, device, unit.now)
    if isinstance(count, Device):
        count.failed_at = unit.now
        unit.session.add(count)
        unit.session.flush()
        # of cookies that are worth nothing any more
        old = delete(Device).where(Device.account == account.name, Device.failed_at < unit.now - policy.device)
        unit.session.execute(old)
    count.failures += 1
    if count.failures >= policy.most_failures:
        count.failures, count.locked_until = 0, unit.now + policy.pause
        of = "a known browser" if isinstance(count, Device) else "others"
        unit.record("account.pause", f"account:{account.name}", after={"until": count.locked_until, "of": of})


def waits(session: Session, account: Account, device: bytes | None, now: datetime) -> bool:
    """Whether no attempt at an account is looked at just now, from a known browser or from any other place."""
    count = counting(session, account, device, now)
    return count.locked_until is not None and count.locked_until > now


def confirmed(session: Session, name: str) -> bool:
    """Whether an account has a second factor in force."""
    row = session.get(SecondFactor, name)
    return row is not None and row.confirmed_at is not None


def change_password(unit: Unit, checked: Checked, kept: str) -> None:
    """Replace one's own password, its old one checked; every session and token of the account ends.

    Args:
        unit: the transaction.
        checked: the old password.
        kept: hash of the new one (`passwords.hashed`), made beforehand: a slow hash holds nobody up.

    Raises:
        SignInRefused: the old password is wrong.
    """
    account = _of(unit.session, checked)
    if account is None or not checked.right:
        raise SignInRefused
    account.password_hash, account.must_change = kept, False
    open_ = update(LoginSession).where(LoginSession.account == account.name, LoginSession.ended_at.is_(None))
    unit.session.execute(open_.values(ended_at=unit.now))
    theirs = update(ApiToken).where(ApiToken.account == account.name, ApiToken.revoked_at.is_(None))
    unit.session.execute(theirs.values(revoked_at=unit.now))
    unit.record("account.password", f"account:{account.name}")


def _of(session: Session, checked: Checked) -> Account | None:
    found = session.get(Account, checked.name) if checked.name else None
    return found if found is not None and found.password_hash == checked.known else None
