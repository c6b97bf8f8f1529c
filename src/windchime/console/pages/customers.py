"""`/customers`: whose customer each firm is; another is proposed here, and stands once a second person has checked it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.core.errors import WindchimeError
from windchime.core.text import Text
from windchime.portfolio import four_eyes
from windchime.portfolio.customers import ASSIGN, FIELDS, subject
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.access import customers as belongings
from windchime.service.access.tables import Account
from windchime.service.http.rules import needs
from windchime.service.http.statuses import status_of

router = APIRouter()
TITLE = Text("客户归属", "Whose customers firms are")
COLUMNS = (
    Column("name", Text("企业", "Firm"), href="{href}"),
    Column("firm_id", Text("企业标识", "Firm id"), "id", phone=False),
    Column("branch", FIELDS["branch"], choose=True),
    Column("manager", FIELDS["manager"], choose=True),
    Column("applicant", FIELDS["applicant"], phone=False),
)
NONE = Empty(
    Text(
        "还没有分配客户：只有全行范围的角色看得到企业。",
        "No firm was assigned: roles over the whole bank alone see any.",
    ),
    Text("批量：windchime customer import 文件.csv", "Many at once: windchime customer import FILE.csv"),
)
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Customers(Context):
    """Firms with their branch and manager, and the form that proposes another."""

    template: ClassVar[str] = "customers.html"
    #: firms that belong to somebody
    table: Table
    #: the form as it was sent, or of the firm that the address names
    form: Mapping[str, str]
    #: accounts that can be chosen, by field of the form
    accounts: Mapping[str, tuple[tuple[str, str], ...]]
    #: branches there are
    branches: tuple[str, ...]
    #: why it was refused; empty for nothing
    message: str
    #: id of the proposal that was just made; empty for none
    proposed: str


@router.get("/customers")
@needs("customer.assign")
def customers(request: Request) -> Response:
    """Whose customers firms are; `firm` names the one the form is about."""
    return _shown(Frame.of(request))


@router.post("/customers")
@needs("customer.assign")
async def propose(request: Request) -> Response:
    """Propose whose customer a firm shall be."""
    form = {k: str(v)[:_LONGEST].strip() for k, v in (await request.form()).items()}
    return await run_in_threadpool(_propose, Frame.of(request), form)


def _propose(frame: Frame, form: Mapping[str, str]) -> Response:
    after = {name: form.get(name, "") for name in FIELDS}
    try:
        made = four_eyes.propose(
            frame.bank,
            frame.actor,
            ASSIGN.name,
            subject(form.get("firm", "")),
            after,
            reason=form.get("reason", ""),
            scopes=frame.subject.scopes if frame.subject else None,
        )
    except WindchimeError as refused:
        return _shown(frame, form, refused.message(frame.lang), status_of(refused))
    return RedirectResponse(f"/customers?proposed={made}", 303)


def _shown(frame: Frame, form: Mapping[str, str] | None = None, message: str = "", status: int = 200) -> Response:
    with frame.bank.session() as session:
        names, found = frame.library.names(session), belongings.listed(session)
        rows = [
            {"name": names.get(b.firm_id, b.firm_id), "firm_id": b.firm_id, "href": addresses.customers(b.firm_id)}
            | b.as_dict()
            for b in found
        ]
        query = Query.read({k: v for k, v in frame.query.items() if k not in {"firm", "proposed"}}, COLUMNS)
        named = belongings.belonging(session, frame.query.get("firm", ""))
        context = Customers(
            table=Table.of("customers", "/customers", COLUMNS, rows, query=query, empty=NONE),
            form=form or {"firm": frame.query.get("firm", "")} | (named.as_dict() if named else {}),
            accounts={
                "manager": _holders(session, "relationship_manager"),
                "applicant": _holders(session, "applicant"),
            },
            branches=tuple(sorted({b.branch for b in found} | set(session.scalars(select(Account.branch))) - {""})),
            message=message,
            proposed=frame.query.get("proposed", ""),
        )
        return frame.render(session, TITLE, context, status)


def _holders(session: Session, role: str) -> tuple[tuple[str, str], ...]:
    """Open accounts with a role: name, and what people call them."""
    query = select(Account).where(Account.active, Account.roles.contains(role)).order_by(Account.name)
    return tuple((a.name, a.label) for a in session.scalars(query) if role in a.roles.split())
