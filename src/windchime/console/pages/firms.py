"""`/firms`: the register as far as it is the visitor's to see, and where the search box of every page leads: by id or name, straight to the firm if there is one."""

from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.asking import NO_CUSTOMERS, NOTHING_LOADED, table_download
from windchime.console.frame import Context, Frame
from windchime.console.lines import row
from windchime.core.text import Text
from windchime.portfolio.shown.book import book
from windchime.present.web import Column, Query, Table
from windchime.present.web.table import matching
from windchime.service.http.reach import Visible
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("企业", "Firms")
COLUMNS = (
    Column("name", Text("企业", "Firm"), href="{firm_href}"),
    Column("firm_id", Text("企业标识", "Firm id"), "id"),
    Column("verdict", Text("最近结论", "Latest verdict"), "verdict", choose=True),
    Column("band", Text("等级", "Band"), choose=True, phone=False),
    Column("limit", Text("额度", "Limit"), "short_money", phone=False),
    Column("as_of", Text("观察时点", "As of"), "date", href="{decision_href}", phone=False),
)
_UNDECIDED = {"verdict": None, "band": None, "limit": None, "as_of": None, "decision_href": ""}


@dataclass(frozen=True, slots=True)
class Firms(Context):
    """The register."""

    template: ClassVar[str] = "list.html"
    #: every firm, or those that were searched for
    table: Table
    #: sentence above the table; empty for none
    note: Text | str


def _rows(frame: Frame, session: Session, mine: Visible) -> list[dict[str, Any]]:
    decided = {line.firm_id: row(line) for line in book(frame.bank, session, frame.library).among(mine).lines}
    return [
        {"name": name, "firm_id": firm, "firm_href": addresses.firm(firm)} | _UNDECIDED | decided.get(firm, {})
        for firm, name in frame.library.names(session).items()
        if firm in mine
    ]


@router.get("/firms")
@needs("firm.read")
def firms(request: Request) -> Response:
    """The register, or the only firm that was meant."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        mine = frame.visible(session, "firm.read")
        rows = _rows(frame, session, mine)
        query = Query.read(frame.query, COLUMNS)
        if query.words and "hx-request" not in request.headers:
            exact = [r for r in rows if query.words in (r["firm_id"], r["name"])]
            found = exact if len(exact) == 1 else matching(rows, COLUMNS, Query(words=query.words))
            if len(found) == 1 and not query.chosen:
                return RedirectResponse(addresses.firm(found[0]["firm_id"]), 303)
        empty = NOTHING_LOADED if mine.all else NO_CUSTOMERS
        table = Table.of("firms", "/firms", COLUMNS, rows, query=query, empty=empty, export="/firms-export")
        return frame.render(session, TITLE, Firms(table, ""))


@router.get("/firms-export")
@needs("firm.read")
def export(request: Request) -> Response:
    """The matching rows as a file."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        found = matching(
            _rows(frame, session, frame.visible(session, "firm.read")), COLUMNS, Query.read(frame.query, COLUMNS)
        )
        return table_download(frame, session, COLUMNS, found, "firms")
