"""The one place where an address is opened or refused: the rule of the route, the visitor, the firm it is about."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, Refused
from windchime.core.text import Text, _
from windchime.core.unit import Actor
from windchime.service.access.accounts import SignInPolicy
from windchime.service.access.answering import Answer, answer
from windchime.service.access.customers import resource_of
from windchime.service.bank import Bank
from windchime.service.http.rules import Door, UnruledRoute, rule_of
from windchime.service.http.visitors import Visitor, visitor


class NotSignedIn(Refused):
    """A stranger asked for what strangers do not see."""

    msgid = _("sign in first")

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

    def __init__(self, why: Answer) -> None:
        super().__init__(reason=Text(why.sentence("zh"), why.sentence("en")))


class NoSuchRecord(BadCall):
    """A record that is not there, or not there for whoever asks: nobody is told which."""

    msgid = _("there is no such record")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Enforcer:
    """Opens routes by their rules; a dependency of the whole application, so that no route is without.

    Who was let in stands in `request.state.visitor`: None at an open door for a stranger.
    """

    bank: Bank
    #: what the bank says of signing in, at the moment of asking
    policy: Callable[[Session], SignInPolicy]
    #: who acts where there is no account yet; None where strangers could reach the address
    local: Actor | None = None

    def __call__(self, request: Request) -> None:
        """Let in or refuse.

        Raises:
            UnruledRoute: the route has no rule.
            NotSignedIn: nobody is signed in.
            UnfinishedAccount: the account must settle something first.
            NotAllowed: roles, scopes or purpose do not suffice.
            NoSuchRecord: the record is somebody else's, or not there.
        """
        rule = rule_of(request.scope["endpoint"])
        if rule is None:
            raise UnruledRoute(request.method, request.url.path)
        with self.bank.session() as session:
            policy = self.policy(session)
        found = visitor(request, self.bank, policy, local=self.local)
        request.state.visitor = found
        if rule.door is Door.OPEN:
            return
        if found is None:
            raise NotSignedIn
        if found.subject is not None and found.subject.must and not rule.settling:
            raise UnfinishedAccount(found.subject.must)
        if rule.door is Door.PERMITTED:
            self._permitted(request, found, rule.permission)

    def _permitted(self, request: Request, found: Visitor, permission: str) -> None:
        rule = rule_of(request.scope["endpoint"])
        assert rule is not None
        resource = None
        if rule.firm is not None:
            with self.bank.session() as session:
                firm = rule.firm(session, request.path_params)
                if firm is None:
                    raise NoSuchRecord
                resource = resource_of(session, self.bank.name, firm)
        if found.subject is None:
            return
        why = answer(found.subject, permission, resource, purpose=request.query_params.get("purpose", ""))
        if why.hidden:
            raise NoSuchRecord
        if not why.allowed:
            raise NotAllowed(why)
