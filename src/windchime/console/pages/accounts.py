"""`/accounts`: who may sign in and with which roles; every change of it is proposed here and checked by a second person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from fastapi import APIRouter, Request
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from windchime.console.frame import Context, Frame
from windchime.console.signing import fields, provider
from windchime.core.errors import UnknownName, WindchimeError
from windchime.core.text import Text
from windchime.portfolio import accounts as changes
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.access.accounts import find
from windchime.service.access.checkers import checkers
from windchime.service.access.permissions import ROLES
from windchime.service.access.tables import Account, LoginSession, OutsideIdentity, SecondFactor
from windchime.service.http.rules import needs
from windchime.service.http.statuses import status_of

router = APIRouter()
TITLE = Text("账户与角色", "Accounts and roles")
STATES = {
    "open": Text("有效", "open"),
    "given": Text("待本人改密", "given password"),
    "pausing": Text("暂停登录", "pausing"),
    "closed": Text("已关闭", "closed"),
}
FACTORS = {"yes": Text("已启用", "in force"), "no": Text("无", "none")}
COLUMNS = (
    Column("name", Text("账户名", "Name"), href="/accounts?account={name}"),
    Column("label", Text("姓名", "Called")),
    Column("branch", Text("机构", "Branch"), choose=True, phone=False),
    Column("roles", Text("角色", "Roles")),
    Column("state", Text("状态", "State"), choose=True, words=STATES),
    Column("factor", Text("第二因素", "Second factor"), words=FACTORS, phone=False),
    Column("elsewhere", Text("外部身份", "Identity elsewhere"), phone=False),
    Column("seen", Text("最近使用", "Last seen"), "instant", phone=False),
)
NONE = Empty(
    Text(
        "还没有账户：控制台只对本机开放。账户会列在这里。",
        "No account yet: the console is open to this machine alone. Accounts would be listed here.",
    ),
    Text(
        "开立第一个账户：windchime account make 账户名 --role administrator",
        "Make the first: windchime account make NAME --role administrator",
    ),
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The account whose forms are shown."""

    row: Account
    #: whether a second factor is in force
    factor: bool
    #: who it is at the provider; None for nobody
    outside: OutsideIdentity | None


@dataclass(frozen=True, slots=True)
class Accounts(Context):
    """All accounts, and the forms that propose a change."""

    template: ClassVar[str] = "accounts.html"
    #: every account
    table: Table
    #: whose forms are shown; None for the form of a new account
    chosen: Chosen | None
    #: every role, by name
    roles: tuple[tuple[str, Text], ...]
    #: what the sent form said, shown again where it was refused
    form: Mapping[str, str]
    #: why it was refused; empty for nothing
    message: str
    #: id of the proposal that was just made; empty for none
    proposed: str
    #: issuer at which identities can be linked; empty where nobody signs in elsewhere
    issuer: str
    #: whether anybody can check what is proposed here
    checkable: bool


@router.get("/accounts")
@needs("account.propose")
def accounts(request: Request) -> Response:
    """The accounts; `account` names the one whose forms are shown."""
    return _shown(Frame.of(request))


@router.post("/accounts")
@needs("account.propose")
async def propose(request: Request) -> Response:
    """Propose a change: `do` is its kind."""
    return await run_in_threadpool(_propose, Frame.of(request), await fields(request))


def _propose(frame: Frame, form: Mapping[str, str]) -> Response:
    do, name = form.get("do", ""), form.get("name", "").strip()
    try:
        if do not in _AFTER:
            raise UnknownName("kind of proposal", do, tuple(_AFTER))
        made = changes.change(
            frame.bank,
            frame.actor,
            cast("changes.Name", do),
            name,
            _AFTER[do](frame, form),
            reason=form.get("reason", ""),
            scopes=frame.subject.scopes if frame.subject else None,
        )
    except WindchimeError as refused:
        return _shown(frame, form, refused.message(frame.lang), status_of(refused))
    return RedirectResponse(f"/accounts?proposed={made}", 303)


def _roles(_frame: Frame, form: Mapping[str, str]) -> dict[str, Any]:
    return {"roles": sorted(set(form.get("roles", "").split())), "branch": form.get("branch", "").strip()}


def _make(frame: Frame, form: Mapping[str, str]) -> dict[str, Any]:
    return {"label": form.get("label", "").strip(), "given": not form.get("elsewhere"), **_roles(frame, form)}


def _link(frame: Frame, form: Mapping[str, str]) -> dict[str, Any]:
    asked = provider(frame.request)
    told = {"subject": form.get("subject", "").strip(), "claimed": form.get("claimed", "").strip()}
    return {"issuer": asked.settings.issuer if asked else "", **told}


#: by kind what shall stand, from what the form says
_AFTER = {
    "account.make": _make,
    "account.roles": _roles,
    "account.close": lambda _frame, _form: {"open": False},
    "account.password": lambda _frame, _form: {"given": True},
    "account.factor": lambda _frame, _form: {"second_factor": False},
    "account.link": _link,
}


def _shown(frame: Frame, form: Mapping[str, str] | None = None, message: str = "", status: int = 200) -> Response:
    sent = form or {}
    # what was typed is shown again where it was refused
    kept = {k: v for k, v in sent.items() if k != "csrf"}
    named = frame.query.get("account", "") or (kept.get("name", "") if kept.get("do") != "account.make" else "")
    asked = provider(frame.request)
    with frame.bank.session() as session:
        context = Accounts(
            _table(frame, session),
            _chosen(session, named) if named else None,
            tuple((r.name, r.label) for r in ROLES.values()),
            kept,
            message,
            frame.query.get("proposed", ""),
            asked.settings.issuer if asked else "",
            bool(checkers(session)),
        )
        return frame.render(session, TITLE, context, status)


def _chosen(session: Session, name: str) -> Chosen | None:
    try:
        row = find(session, name)
    except UnknownName:
        return None
    factor = session.get(SecondFactor, row.name)
    return Chosen(row, factor is not None and factor.confirmed_at is not None, session.get(OutsideIdentity, row.name))


def _table(frame: Frame, session: Session) -> Table:
    """All accounts, in four questions however many there are."""
    seen = dict(
        session.execute(
            # who showed a password and no code has not used the account
            select(LoginSession.account, func.max(LoginSession.seen_at))
            .where(LoginSession.stage == "full")
            .group_by(LoginSession.account)
        ).all()
    )
    factors = set(session.scalars(select(SecondFactor.account).where(SecondFactor.confirmed_at.is_not(None))))
    outside = set(session.scalars(select(OutsideIdentity.account)))
    now = frame.bank.clock.now()
    rows = [
        {
            "name": a.name,
            "label": a.label,
            "branch": a.branch,
            "roles": ("、" if frame.lang == "zh" else ", ").join(ROLES[r].label[frame.lang] for r in a.roles.split()),
            "state": _state(a, now),
            "factor": "yes" if a.name in factors else "no",
            "elsewhere": "✓" if a.name in outside else "",
            "seen": seen.get(a.name),
        }
        for a in session.scalars(select(Account).order_by(Account.name))
    ]
    query = Query.read({k: v for k, v in frame.query.items() if k not in {"account", "proposed"}}, COLUMNS)
    return Table.of("accounts", "/accounts", COLUMNS, rows, query=query, empty=NONE)


def _state(account: Account, now: Any) -> str:
    if not account.active:
        return "closed"
    if account.locked_until is not None and account.locked_until > now:
        return "pausing"
    return "given" if account.must_change else "open"
