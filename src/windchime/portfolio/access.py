"""What a bank's scheme `access` says of signing in and of reading firms' data, on the day it is asked."""

from datetime import date, timedelta
from functools import lru_cache

from sqlalchemy.orm import Session

from windchime.content.in_force import service_scheme
from windchime.content.scheme import Scheme
from windchime.core.clock import today
from windchime.service.access.policy import SignInPolicy
from windchime.service.access.purposes import Purposes
from windchime.service.bank import Bank
from windchime.service.idempotency import Terms

#: answers kept, of the schemes of so many banks and days
_KEPT = 64


def sign_in_policy(bank: Bank, session: Session) -> SignInPolicy:
    """The bank's rule in force today."""
    day = today(bank.clock)
    return _sign_in_policy(service_scheme(bank.content_dir, session, "access", day), day)


@lru_cache(maxsize=_KEPT)
def _sign_in_policy(scheme: Scheme, day: date) -> SignInPolicy:
    attempts, lasts = scheme.at("attempts", day).value, scheme.at("session", day).value
    factor, rates = scheme.at("second_factor", day).value, scheme.at("attempt_rates", day).value
    assert isinstance(attempts, dict)
    assert isinstance(lasts, dict)
    assert isinstance(factor, dict)
    assert isinstance(rates, dict)
    return SignInPolicy(
        min_password_length=int(scheme.number("password", day)),
        most_failures=int(attempts["most_failures"]),
        pause=timedelta(minutes=int(attempts["pause_minutes"])),
        idle=timedelta(minutes=int(lasts["idle_minutes"])),
        longest=timedelta(minutes=int(lasts["longest_minutes"])),
        second_factor_roles=frozenset(factor["roles"]),
        address_per_minute=int(rates["per_address"]),
        account_per_minute=int(rates["per_account"]),
        device=timedelta(days=int(scheme.number("device", day))),
    )


def purposes(bank: Bank, session: Session) -> Purposes:
    """The bank's catalogue of purposes in force today."""
    day = today(bank.clock)
    return _purposes(service_scheme(bank.content_dir, session, "access", day), day)


@lru_cache(maxsize=_KEPT)
def _purposes(scheme: Scheme, day: date) -> Purposes:
    known, of_roles = scheme.at("purposes", day).value, scheme.at("purposes_of_roles", day).value
    assert isinstance(known, dict)
    assert isinstance(of_roles, dict)
    return Purposes.of(known, of_roles)


def idempotency_terms(bank: Bank, session: Session) -> Terms:
    """How long keys are kept, and held by a request at work, by the rule in force today."""
    day = today(bank.clock)
    scheme = service_scheme(bank.content_dir, session, "access", day)
    told = scheme.at("idempotency", day).value
    assert isinstance(told, dict)
    return Terms(timedelta(hours=int(told["kept_hours"])), timedelta(seconds=int(told["lease_seconds"])))
