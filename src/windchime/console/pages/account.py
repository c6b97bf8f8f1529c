"""`/account`: one's own account: password, second factor, open sessions, tokens for one's programs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from markupsafe import Markup
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from windchime.console.frame import Context, Frame
from windchime.console.own_account import Outcome, PersonWanted, does, person
from windchime.console.signing import fields
from windchime.core.errors import WindchimeError
from windchime.core.text import Text
from windchime.portfolio.access import sign_in_policy
from windchime.present.qr import qr
from windchime.service.access import accounts, second_factor, sessions
from windchime.service.access.answering import reach_of
from windchime.service.access.permissions import PERMISSIONS, ROLES
from windchime.service.access.second_factor import Offer
from windchime.service.access.tables import Account as AccountRow
from windchime.service.access.tables import ApiToken, LoginSession, SecondFactor
from windchime.service.http.leading_on import own_path
from windchime.service.http.rules import settling
from windchime.service.http.signing_in import remember
from windchime.service.http.statuses import status_of
from windchime.service.http.visitors import cookie_name

router = APIRouter()
TITLE = Text("我的账户", "My account")
DONE = {
    "password": Text("密码已更改，其他会话均已结束。", "The password is changed; all other sessions have ended."),
    "sessions": Text("会话已结束。", "The session has ended."),
    "revoked": Text("令牌已吊销。", "The token is revoked."),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that is open."""

    id: str
    row: LoginSession
    #: whether it is the one this page was asked in
    mine: bool


@dataclass(frozen=True, slots=True)
class MyAccount(Context):
    """One's own account."""

    template: ClassVar[str] = "account.html"
    #: None where the bank has no account yet
    account: AccountRow | None
    #: labels of its roles
    roles: tuple[Text, ...]
    #: `password` or `second_factor` where that must be settled before anything else
    must: str
    #: own path to go on to once it is
    leads_to: str
    #: what was wrong with the form; empty for nothing
    message: str
    #: what was done; None for nothing
    told: Text | None
    #: what the form has led to, where it is shown once
    outcome: Outcome
    #: the second factor as it stands; None for none
    factor: SecondFactor | None
    #: the secret that waits to be confirmed; None for none
    offer: Offer | None
    #: the same as a QR picture; empty for none
    picture: Markup
    #: recovery codes that were not used
    codes_left: int
    #: open sessions, the one used last first
    sessions: tuple[Opened, ...]
    #: tokens ever made, the newest first
    tokens: tuple[ApiToken, ...]
    #: permissions that a token of this account may be given
    scopes: tuple[tuple[str, Text], ...]


@router.get("/account")
@settling
def account(request: Request) -> Response:
    """The account of whoever asks; a token is shown nothing of it."""
    frame = Frame.of(request)
    if frame.visitor is not None and frame.visitor.by == "token":
        raise PersonWanted
    return _shown(frame, own_path(frame.query.get("next", "/")), told=DONE.get(frame.query.get("done", "")))


@router.post("/account")
@settling
async def changed(request: Request) -> Response:
    """Change something of one's own account: `do` says what."""
    return await run_in_threadpool(_changed, Frame.of(request), await fields(request))


def _changed(frame: Frame, form: Mapping[str, str]) -> Response:
    leads_to, do = own_path(form.get("next", "/")), form.get("do", "")
    try:
        who = person(frame)
        outcome = does(do, who)(frame, who, form)
    except WindchimeError as refused:
        return _shown(frame, leads_to, message=refused.message(frame.lang), status=status_of(refused))
    if not outcome.done:
        return _shown(frame, leads_to, outcome=outcome)
    further = {"next": leads_to} if leads_to != "/" else {}
    settled = who.must == "password" and outcome.done == "password"
    address = leads_to if settled else "/account?" + urlencode({"done": outcome.done, **further})
    response = RedirectResponse(address, 303)
    if outcome.arrived is not None:
        remember(frame.request, response, outcome.arrived)
    return response


def _shown(
    frame: Frame,
    leads_to: str,
    *,
    message: str = "",
    told: Text | None = None,
    outcome: Outcome | None = None,
    status: int = 200,
) -> Response:
    with frame.bank.session() as session:
        context = _context(frame, session, leads_to, message, told, outcome or Outcome())
        return frame.render(session, TITLE, context, status)


def _context(
    frame: Frame, session: Session, leads_to: str, message: str, told: Text | None, outcome: Outcome
) -> MyAccount:
    who, bank = frame.subject, frame.bank
    if who is None:
        return MyAccount(None, (), "", leads_to, message, told, outcome, None, None, Markup(), 0, (), (), ())
    mine = frame.request.cookies.get(cookie_name(frame.request), "")
    row = accounts.find(session, who.account)
    policy, now = sign_in_policy(bank, session), bank.clock.now()
    standing = session.get(SecondFactor, row.name)
    confirmed = standing is not None and standing.confirmed_at is not None
    offer = second_factor.offered(bank, session, row.name)
    opened = sessions.opened(session, row.name, now, policy)
    return MyAccount(
        row,
        tuple(ROLES[r].label for r in row.roles.split()),
        # a second factor that this very form has confirmed is owed no more
        "" if who.must == "second_factor" and confirmed else who.must,
        leads_to,
        message,
        told,
        outcome,
        standing if confirmed else None,
        offer,
        qr(offer.link) if offer else Markup(),
        second_factor.left(session, row.name),
        tuple(Opened(sessions.id_of(r), r, sessions.is_of(r, mine)) for r in opened),
        tuple(sessions.tokens(session, row.name)),
        tuple((p.name, p.label) for p in PERMISSIONS.values() if reach_of(who, p.name) is not None),
    )
