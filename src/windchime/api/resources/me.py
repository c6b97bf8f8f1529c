"""`/api/v1/me`: who asks, what they may do and why."""

from functools import cache, lru_cache

from pydantic import Field
from starlette.responses import Response

from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.shapes import Shape, Words
from windchime.core.text import Text
from windchime.service.access.answering import Subject, answer
from windchime.service.access.permissions import PERMISSIONS, ROLES
from windchime.service.http import forgery
from windchime.service.http.rules import signed_in
from windchime.service.http.visitors import cookie_name

router = resource("me")


class Role(Shape):
    """A role one holds."""

    name: str = Field(description="name of the role", examples=["auditor"])
    label: Words


class May(Shape):
    """One permission, whether one has it, and why."""

    permission: str = Field(description="name of the permission", examples=["decision.read"])
    label: Words
    allowed: bool = Field(description="over anything at all; a record may still be out of reach", examples=[True])
    why: Words


class Me(Shape):
    """Who asks."""

    account: str = Field(description="name of the account", examples=["lin.auditor"])
    bank: str = Field(description="name of the bank", examples=["default"])
    branch: str = Field(description="where one works; empty for none", examples=[""])
    by: str = Field(description="session, token or local", examples=["token"])
    roles: tuple[Role, ...] = Field(description="roles one holds")
    permissions: tuple[May, ...] = Field(description="every permission there is")
    csrf: str | None = Field(
        description="proof that a change by this session bears in the header x-csrf-token; null for a token",
        examples=[None],
    )


@cache
def _everything() -> tuple[May, ...]:
    """What the local visitor of a bank without accounts may do."""
    why = Words(zh="尚无账户，本机用户可做一切", en="no account exists yet: the user of this machine may do everything")
    return tuple(May(permission=n, label=Words.told(p.label), allowed=True, why=why) for n, p in PERMISSIONS.items())


@lru_cache(maxsize=256)
def _permissions(roles: frozenset[str], scopes: frozenset[str] | None, active: bool) -> tuple[May, ...]:
    """Every permission, said once for all who have the same roles and scopes: over anything at all, nothing else counts."""
    anyone = Subject("", "", roles, scopes=scopes, active=active)

    def may(name: str) -> May:
        found = answer(anyone, name, purpose="-")
        why = Words(zh=found.sentence("zh"), en=found.sentence("en"))
        return May(permission=name, label=Words.told(PERMISSIONS[name].label), allowed=found.allowed, why=why)

    return tuple(map(may, PERMISSIONS))


@router.get("/me", **told(Text("我是谁，我能做什么", "Who I am and what I may do"), Me))
@signed_in
def me(asked: Ask) -> Response:
    """Who asks, with every permission and why it is or is not theirs."""
    visitor, subject = asked.visitor, asked.visitor.subject
    secret = asked.request.cookies.get(cookie_name(asked.request), "")
    shown = Me(
        account=visitor.actor.name,
        bank=asked.bank.name,
        branch=subject.branch if subject else "",
        by=visitor.by,
        roles=tuple(
            Role(name=r, label=Words.told(ROLES[r].label))
            for r in sorted(subject.roles if subject else ())
            if r in ROLES
        ),
        permissions=_permissions(subject.roles, subject.scopes, subject.active) if subject else _everything(),
        csrf=forgery.token(secret) if visitor.by == "session" else None,
    )
    return asked.answer(shown)
