"""The one place where an address is opened or refused: the rule of the route, the visitor, the firm it is about."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from fastapi import Request
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, Refused
from windchime.core.text import Text, _
from windchime.core.unit import Actor
from windchime.service.access.accounts import SignInPolicy
from windchime.service.access.answering import Answer, answer
from windchime.service.access.consented import agreed
from windchime.service.access.consents import NoConsent
from windchime.service.access.customers import resource_of
from windchime.service.access.permissions import PERMISSIONS, ROLES
from windchime.service.access.purposes import Purposes
from windchime.service.bank import Bank
from windchime.service.http.failing import passes
from windchime.service.http.reaching import through_proxy
from windchime.service.http.rules import Door, Rule, UnruledRoute, rule_of
from windchime.service.http.visitors import Visitor, any_account, touch, visitor

#: how a program names the purpose of a request, and where a browser remembers the one its reader chose
PURPOSE_HEADER = "windchime-purpose"
#: borne by what a page asks for by itself: nobody sits there for that reason, and the session goes on idling
FOLLOWS_HEADER = "windchime-follows"
PURPOSE_COOKIE = "windchime_purpose"
_log = logging.getLogger(__name__)


class NotSignedIn(Refused):
    """A stranger asked for what strangers do not see."""

    msgid = _("sign in first")

    def __init__(self) -> None:
        super().__init__()


class UnnamedProxy(Refused):
    """A request came through a proxy to a bank without accounts, which is open to its own machine alone."""

    msgid = _(
        "this request came through a proxy that is not named; a bank without accounts answers its own machine alone"
    )
    hint = _("make the first account at the machine (windchime account make), then name the proxy in WINDCHIME_PROXIES")

    def __init__(self) -> None:
        super().__init__()


class UnfinishedAccount(Refused):
    """Somebody who must first change a given password, or set up their second factor, asked for something else."""

    msgid = _(
        "your account is not ready yet: change the password you were given, and set up the second factor where your roles want one"
    )
    hint = _("this is done on the page /account of the console")

    def __init__(self, must: str) -> None:
        super().__init__(must=must)


class NotAllowed(Refused):
    """Somebody asked for what their roles do not give; the answer says why."""

    msgid = _("not allowed: {reason}")
    hint = _("roles that may: {roles}; roles are proposed by administrators and checked by management")

    def __init__(self, why: Answer, permission: str) -> None:
        holders = [r.label for r in ROLES.values() if permission in r.grants]
        roles = Text("、".join(t.zh for t in holders) or "-", ", ".join(t.en for t in holders) or "-")
        super().__init__(reason=Text(why.sentence("zh"), why.sentence("en")), roles=roles)


class NoSuchRecord(BadCall):
    """A record that is not there, or not there for whoever asks: nobody is told which."""

    msgid = _("there is no such record")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Enforcer:
    """Opens routes by their rules: one for a whole application, which does not start with a route that is not behind it.

    Who was let in stands in `request.state.visitor`: None at an open door for a stranger. What they read a firm's data for
    stands in `request.state.purpose` where an account reads some.
    """

    bank: Bank
    #: what the bank says of signing in, at the moment of asking
    policy: Callable[[Session], SignInPolicy]
    #: what it says of reading firms' data
    purposes: Callable[[Session], Purposes]
    #: who acts where there is no account yet; None where strangers could reach the address
    local: Actor | None = None
    _touching: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)

    def __call__(self, request: Request) -> None:
        """Let in or refuse; errors as `opened`."""
        with self.opened(request):
            pass

    @contextmanager
    def opened(self, request: Request) -> Iterator[Session]:
        """Let in or refuse; whoever reads goes on in the same session, and sees the state that let them in.

        Raises:
            UnruledRoute: the route has no rule.
            NotSignedIn: nobody is signed in.
            UnnamedProxy: nobody can sign in yet, and a proxy may have led a stranger here.
            UnfinishedAccount: the account must settle something first.
            NotAllowed: roles or scopes do not suffice.
            NotYourPurpose, PurposeWanted: the purpose is not one of theirs, or must be said and was not.
            NoConsent: the firm has not agreed to it.
            NoSuchRecord: the record is somebody else's, or not there.
        """
        rule = rule_of(request.scope["endpoint"])
        if rule is None:
            raise UnruledRoute(request.method, request.url.path)
        found, stale = None, False
        try:
            # one session: each costs a transaction
            with self.bank.session() as session:
                found, stale = visitor(request, session, self.bank, self.policy(session), local=self.local)
                request.state.visitor = found
                self._hold(request, session, found, rule)
                yield session
        finally:
            # one reader at a time waits for the bank's writers here; what others leave undone their next request does
            used = found is not None and stale and FOLLOWS_HEADER not in request.headers
            if found is not None and used and self._touching.acquire(blocking=False):
                self._touched(request, found)

    def _touched(self, request: Request, found: Visitor) -> None:
        """Note that a session is used, where that is possible now: what was asked has been answered, or is being refused."""
        try:
            touch(request, self.bank, found)
        except Exception as error:
            if not passes(error):
                raise
            _log.warning("the use of a session could not be noted", exc_info=error)
        finally:
            self._touching.release()

    def _hold(self, request: Request, session: Session, found: Visitor | None, rule: Rule) -> None:
        if rule.door is Door.OPEN:
            return
        if found is None:
            quiet = self.local is None or not through_proxy(request) or any_account(session)
            raise NotSignedIn if quiet else UnnamedProxy
        if found.subject is not None and found.subject.must and not rule.settling:
            raise UnfinishedAccount(found.subject.must)
        if rule.door is Door.PERMITTED:
            self._permitted(request, session, found, rule)

    def _permitted(self, request: Request, session: Session, found: Visitor, rule: Rule) -> None:
        resource, firm = None, ""
        if rule.firm is not None:
            firm = rule.firm(session, request.path_params) or ""
            # looked up for a record that is not there as well: it takes as long as somebody else's
            resource = resource_of(session, self.bank.name, firm)
            if not firm:
                raise NoSuchRecord
        if found.subject is None:
            return
        asked = asked_purpose(request, rule.permission)
        # over a record the purpose is examined below
        why = answer(found.subject, rule.permission, resource, purpose=asked or firm)
        if why.hidden:
            raise NoSuchRecord
        if not why.allowed:
            raise NotAllowed(why, rule.permission)
        category = PERMISSIONS[rule.permission].category
        if resource is None or not category:
            return
        purpose = self.purposes(session).chosen(found.subject, rule.permission, resource, asked)
        request.state.purpose = purpose
        if purpose.needs_consent and not agreed(session, firm, purpose.name, category, self.bank.clock.now()):
            raise NoConsent(purpose.label, category)


def asked_purpose(request: Request, permission: str) -> str:
    """The purpose a request names in its address, or its header; for what is no look at personal data also the one remembered."""
    named = request.query_params.get("purpose") or request.headers.get(PURPOSE_HEADER, "")
    remembered = "" if PERMISSIONS[permission].personal else request.cookies.get(PURPOSE_COOKIE, "")
    return (named or remembered).strip()
