"""What a bank says of signing in, and what it wants settled before anything else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from windchime.service.access.tables import Account


@dataclass(frozen=True, slots=True)
class SignInPolicy:
    """What a bank says of signing in; the figures are content (scheme `access`)."""

    min_password_length: int
    #: failures after which no attempt is looked at for a while
    most_failures: int
    pause: timedelta
    #: a session ends after so long without a request, and after so long in any case
    idle: timedelta
    longest: timedelta
    #: who holds one of these roles shows a second factor at every sign-in
    second_factor_roles: frozenset[str] = frozenset()
    #: attempts a minute that are looked at, from one address and at one account; 0 for no limit
    address_per_minute: int = 0
    account_per_minute: int = 0
    #: for how long a browser that has signed in is known, so that its failures count for it alone; zero for not at all
    device: timedelta = timedelta(0)


def owed(account: Account | Row[*tuple[Any, ...]], policy: SignInPolicy, *, confirmed: bool) -> str:
    """What an account must settle before anything else: `password`, `second_factor`, or nothing.

    Args:
        account: whose.
        policy: which roles want a second factor.
        confirmed: whether one is in force.
    """
    if account.must_change:
        return "password"
    wants = not policy.second_factor_roles.isdisjoint(account.roles.split())
    return "second_factor" if wants and not confirmed else ""
