"""`/figures/{code}/{firm_id}`: where one figure of a firm comes from: formula, window, and the source rows it was measured from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from windchime.console.asking import asked_date, asked_number
from windchime.console.frame import Context, Frame
from windchime.core.dates import Window
from windchime.core.errors import UnknownName
from windchime.indicators import Indicator, UnknownFirm, definition
from windchime.service.http.rules import needs

router = APIRouter()


@dataclass(frozen=True, slots=True)
class Source(Context):
    """The source of one figure."""

    template: ClassVar[str] = "figure.html"
    firm_id: str
    #: name of the firm; its id where the register has none
    name: str
    card: Indicator
    #: as measured; None where it is missing
    value: float | int | None
    as_of: date
    lake_version: int
    #: first day in the window and first day after it; None for the whole history
    window: tuple[date, date] | None
    #: the largest invoice rows behind it
    rows: tuple[Mapping[str, Any], ...]
    #: how many rows there are behind it
    count: int


@router.get("/figures/{code}/{firm_id:path}")
@needs("firm.read", firm="firm_id")
def figure(request: Request, code: str, firm_id: str) -> Response:
    """One figure; `as_of` and `lake_version` of the address choose when, the newest otherwise.

    Raises:
        HTTPException: 404 for an unknown indicator or firm.
    """
    frame = Frame.of(request)
    as_of, version = asked_date(frame.query.get("as_of")), asked_number(frame.query.get("lake_version"))
    with frame.bank.session() as session:
        try:
            card = definition(code).indicator
            newest = frame.library.newest(session, firm_id)
            if newest is None:
                raise HTTPException(404)
            shelf = frame.library.shelf(session, as_of or newest.as_of, version) if as_of or version else newest
            measured = shelf.measured(firm_id, frame.library.scheme(session, shelf.as_of))
        except (UnknownName, UnknownFirm):
            raise HTTPException(404) from None
        rows = shelf.behind(firm_id, code)
        months = card.window_months
        context = Source(
            firm_id=firm_id,
            name=shelf.names().get(firm_id, firm_id),
            card=card,
            value=measured[code],
            as_of=shelf.as_of,
            lake_version=shelf.lake_version,
            window=None if months is None else Window(months).bounds(shelf.as_of),
            rows=rows,
            count=rows[0]["of"] if rows else 0,
        )
        return frame.render(session, card.name, context)
