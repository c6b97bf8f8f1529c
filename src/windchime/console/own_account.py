"""What people do to their own account: a new password, a second factor, sessions ended, tokens for their programs."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from windchime.console.asking import asked_number
from windchime.console.frame import Frame
from windchime.console.signing import entrance
from windchime.core.errors import BadCall, Refused
from windchime.core.text import _
from windchime.core.unit import Unit
from windchime.portfolio.access import sign_in_policy
from windchime.service.access import accounts, passwords, proving, second_factor, sessions
from windchime.service.access.answering import Subject
from windchime.service.access.names import NamesNothing
from windchime.service.http.enforcing import UnfinishedAccount
from windchime.service.http.signing_in import Arrived
from windchime.service.http.visitors import cookie_name

#: what may be done while something must be settled first
SETTLING = {"password": {"password"}, "second_factor": {"password", "offer", "confirm"}}


class NotTheSame(BadCall):
    """A new password was typed in two ways."""

    msgid = _("the new password was not typed the same way twice")

    def __init__(self) -> None:
        super().__init__()


class SamePassword(BadCall):
    """The new password is the old one."""

    msgid = _("the new password is the old one; somebody else may know it")

    def __init__(self) -> None:
        super().__init__()


class WrongPassword(Refused):
    """The password that was to prove who is sitting here is wrong."""

    msgid = _("the password is not the one of this account")

    def __init__(self) -> None:
        super().__init__()


class PersonWanted(Refused):
    """A program tried, with a token, what people do when they are signed in."""

    msgid = _("this is done by a person who is signed in, not with a token")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a form has led to: something shown once, or a sentence at the next page."""

    #: one of `DONE`, told on the page that is opened next; empty where this page tells
    done: str = ""
    #: recovery codes, told here and never again
    codes: tuple[str, ...] = ()
    #: secret of a new token, told here and never again
    token: str = ""
    #: with the session that takes the place of the one that has ended
    arrived: Arrived | None = None


def does(do: str, who: Subject) -> "Does":
    """The function behind a form.

    Raises:
        NamesNothing: there is none.
        UnfinishedAccount: not before the account is settled.
    """
    if do not in DOES:
        raise NamesNothing(_("change of one's own account"), do[:40], tuple(DOES))
    if do not in SETTLING.get(who.must, DOES.keys()):
        raise UnfinishedAccount(who.must)
    return DOES[do]


def person(frame: Frame) -> Subject:
    """Who sits here.

    Raises:
        PersonWanted: a program with a token, or the one user of a bank without accounts.
    """
    if frame.visitor is None or frame.subject is None or frame.visitor.by != "session":
        raise PersonWanted
    return frame.subject


def _password(frame: Frame, who: Subject, form: Mapping[str, str]) -> Outcome:
    old, new = form.get("old", ""), form.get("new", "")
    if new != form.get("again", ""):
        raise NotTheSame
    if new == old:
        raise SamePassword
    checked = _proved(frame, who, old)
    with frame.bank.session() as session:
        least = sign_in_policy(frame.bank, session).min_password_length
    kept = passwords.hashed(who.account, new, least)
    with frame.bank.unit(frame.actor) as unit:
        proving.change_password(unit, checked, kept)
    return Outcome(done="password", arrived=entrance(frame.request).again(frame.request, who.account))


def _offer(frame: Frame, who: Subject, form: Mapping[str, str]) -> Outcome:
    shown = frame.bank.unit(frame.actor) if who.must == "second_factor" else _shown(frame, who, form)
    with shown as unit:
        second_factor.offer(frame.bank, unit)
    return Outcome()


def _confirm(frame: Frame, who: Subject, form: Mapping[str, str]) -> Outcome:
    entrance(frame.request).limit(frame.request, who.account)
    with frame.bank.unit(frame.actor) as unit:
        codes = second_factor.confirm(frame.bank, unit, form.get("code", ""))
        # whoever was signed in by the password alone shows the code from here on
        sessions.end_all(unit, who.account, but=frame.request.cookies.get(cookie_name(frame.request), ""))
    return Outcome(codes=codes)


def _codes(frame: Frame, who: Subject, form: Mapping[str, str]) -> Outcome:
    with _shown(frame, who, form) as unit:
        return Outcome(codes=second_factor.new_codes(unit))


def _end(frame: Frame, who: Subject, form: Mapping[str, str]) -> Outcome:
    mine = frame.request.cookies.get(cookie_name(frame.request), "")
    with frame.bank.unit(frame.actor) as unit:
        if form.get("session"):
            sessions.end_one(unit, who.account, form["session"])
        else:
            sessions.end_all(unit, who.account, but=mine)
    return Outcome(done="sessions")


def _token(frame: Frame, who: Subject, form: Mapping[str, str]) -> Outcome:
    days = asked_number(form.get("days")) or 0
    with _shown(frame, who, form) as unit:
        expires_at = unit.now + timedelta(days=min(days, 100_000))
        _id, secret = sessions.make_token(unit, form.get("label", "")[:100], form.get("scope", "").split(), expires_at)
    return Outcome(token=secret)


def _revoke(frame: Frame, who: Subject, form: Mapping[str, str]) -> Outcome:
    with frame.bank.unit(frame.actor) as unit:
        sessions.revoke(unit, form.get("token", ""), owner=who.account)
    return Outcome(done="revoked")


#: one change, from what the form says
Does = Callable[[Frame, Subject, Mapping[str, str]], Outcome]
DOES: Mapping[str, Does] = {
    "password": _password,
    "offer": _offer,
    "confirm": _confirm,
    "codes": _codes,
    "end": _end,
    "token": _token,
    "revoke": _revoke,
}


def _proved(frame: Frame, who: Subject, password: str) -> proving.Checked:
    """The password of whoever sits here, counted as at the sign-in page; an account that signs in elsewhere has none.

    Raises:
        WrongPassword: it is wrong, or was tried too often of late.
        TooManyAttempts: it was tried too often in a minute.
    """
    entrance(frame.request).limit(frame.request, who.account)
    device = entrance(frame.request).device(frame.request, who.account)
    with frame.bank.session() as session:
        checked = proving.check(session, who.account, password)
        waits = proving.waits(session, accounts.find(session, who.account), device, frame.bank.clock.now())
    if checked.known is None or (checked.right and not waits):
        return checked
    _failed(frame, who, device)
    raise WrongPassword


@contextmanager
def _shown(frame: Frame, who: Subject, form: Mapping[str, str]) -> Iterator[Unit]:
    """The transaction of a change, once password and code are shown: what whoever has found an open browser does not have.

    The code is looked at in this very transaction: it is used up, and the form's key kept, together with the effect or not at all.

    Raises:
        WrongPassword, WrongCode: they are wrong; that is counted, in a transaction of its own which keeps no key.
    """
    _proved(frame, who, form.get("password", ""))
    try:
        with frame.bank.unit(frame.actor) as unit:
            _coded(frame, who, form, unit)
            yield unit
    except second_factor.WrongCode:
        _failed(frame, who, entrance(frame.request).device(frame.request, who.account))
        raise


def _coded(frame: Frame, who: Subject, form: Mapping[str, str], unit: Unit) -> None:
    held = proving.confirmed(unit.session, who.account)
    if held and not second_factor.accept(frame.bank, unit, who.account, form.get("code", "")):
        raise second_factor.WrongCode


def _failed(frame: Frame, who: Subject, device: bytes | None) -> None:
    """Count a failure; not with the form's key, so that what was refused can be sent again."""
    with entrance(frame.request).bank.unit(frame.actor) as unit:
        policy = sign_in_policy(frame.bank, unit.session)
        proving.fail(unit, accounts.find(unit.session, who.account), policy, device)
