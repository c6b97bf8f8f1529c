"""`/reveals/{firm_id}`: personal values of a firm's people in clear, for a purpose, on record, shown once."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.console.people import Held, held
from windchime.core.errors import BadCall
from windchime.core.text import Text, _
from windchime.data.vault.looking import look
from windchime.portfolio.access import purposes
from windchime.service.access.permissions import PERMISSIONS
from windchime.service.access.purposes import Purpose, PurposeWanted
from windchime.service.access.reads import Look
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("个人信息明文", "Personal data in clear")
#: values of one request
MOST = 4
_LONGEST = 400


class WrongFields(BadCall):
    """Nothing, too much, or what is not this firm's was asked for."""

    msgid = _("choose one to {most} of the values that stand on the firm's page")

    def __init__(self) -> None:
        super().__init__(most=MOST)


@dataclass(frozen=True, slots=True)
class Revealed(Context):
    """Values in clear."""

    template: ClassVar[str] = "revealed.html"
    #: of the firm whose people's they are
    firm_href: str
    #: its name
    name: str
    #: what each is, and its value; None for one that nobody can read any more
    values: tuple[tuple[Held, str | None], ...]
    #: what they are shown for
    purpose: Text


def purposes_of(frame: Frame, session: Session) -> tuple[Purpose, ...]:
    """For what the visitor may look; everything in the catalogue where no account exists."""
    mine = frame.purposes(session, "person.read")
    return mine if frame.subject else tuple(purposes(frame.bank, session).known.values())


@router.post("/reveals/{firm_id:path}")
@needs("person.read", firm="firm_id")
async def reveal(request: Request, firm_id: str) -> Response:
    """Show up to `MOST` values; that they are shown is on disk before."""
    form = await request.form()
    tokens = list(dict.fromkeys(str(t) for t in form.getlist("token")))
    return await run_in_threadpool(_reveal, request, firm_id, tokens, str(form.get("reason", ""))[:_LONGEST].strip())


def _reveal(request: Request, firm_id: str, tokens: list[str], reason: str) -> Response:
    frame = Frame.of(request)
    with frame.bank.session() as session:
        asked = frame.request.query_params.get("purpose", "")
        purpose = next((p for p in purposes_of(frame, session) if p.name == asked), None)
        if purpose is None:
            raise PurposeWanted(PERMISSIONS["person.read"].label, tuple(p.label for p in purposes_of(frame, session)))
        shelf = frame.library.newest(session, firm_id)
        names = frame.library.names(session)
        if shelf is None or firm_id not in names:
            raise HTTPException(404)
        mine = {h.token: h for h in held(shelf, firm_id)}
        if not 1 <= len(tokens) <= MOST or not mine.keys() >= set(tokens):
            raise WrongFields
        looks = [Look(mine[t].subject_id, mine[t].field, t) for t in tokens]
        found = look(frame.bank, frame.actor, looks, purpose=purpose.name, reason=reason, firm_id=firm_id)
        context = Revealed(
            firm_href=addresses.firm(firm_id, "people"),
            name=names[firm_id],
            values=tuple((mine[t], found[t]) for t in tokens),
            purpose=purpose.label,
        )
        return frame.render(session, TITLE, context)
