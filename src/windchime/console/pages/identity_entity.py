"""`/identity/mention/{id}`: an entity with all its mentions, and why they are one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from windchime.console import addresses
from windchime.console.frame import Context, Frame
from windchime.console.identity_waiting import waiting
from windchime.core.text import Text
from windchime.data.contracts import contract
from windchime.data.identity import newest
from windchime.data.identity.explaining import METHODS, Step, step_of
from windchime.data.identity.links import Mention, known, links_of, members, resolved
from windchime.data.identity.mentions import sources_of
from windchime.data.lake import Lake
from windchime.present.web import Table
from windchime.service.http.rules import needs

router = APIRouter()
#: mentions of one entity whose rows are counted in every table
_MOST_COUNTED = 12


@dataclass(frozen=True, slots=True)
class MentionRow:
    """One mention of an entity."""

    mention: Mention
    #: the link by which it hangs on the entity; None for the first
    step: Step | None
    #: how the link came about, in English
    method: str
    #: labels of the tables it stands in as subject, with rows; empty where there are too many mentions to count
    sources: Mapping[Text, int]
    #: where to compare it with the first mention; empty for the first
    compare: str


@dataclass(frozen=True, slots=True)
class IdentityMention(Context):
    """An entity with all its mentions, entered by one of them."""

    template: ClassVar[str] = "identity_mention.html"
    #: the id asked for
    mention_id: str
    #: None where no resolution has met it
    mention: Mention | None
    #: the first of the entity in front
    rows: tuple[MentionRow, ...]
    #: pairs that wait in which one of the mentions stands
    waiting: Table


@router.get("/identity/mention/{mention_id:path}")
@needs("identity.read")
def entity(request: Request, mention_id: str) -> Response:
    """The entity a mention belongs to."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        one, found = _entity(frame, session, mention_id)
        held = {m.mention_id: m for m in found}
        sources = _sources(frame, session, found)
        rows = tuple(
            MentionRow(
                m,
                step_of(m, held),
                METHODS[m.method],
                {contract(table).label: count for table, count in sources.get(m.mention_id, {}).items()},
                addresses.pair(found[0].mention_id, m.mention_id) if m.to else "",
            )
            for m in found
        )
        waits = waiting(frame, session, newest(session), {m.mention_id for m in found} or {mention_id})
        title = one.name if one else mention_id
        return frame.render(session, title, IdentityMention(mention_id, one, rows, waits))


def _entity(frame: Frame, session: Session, mention_id: str) -> tuple[Mention | None, list[Mention]]:
    if not resolved(session):
        return None, []
    with links_of(frame.bank, session) as reading:
        one = known(reading, mention_id)
        if one is None:
            raise HTTPException(404)
        return one, members(reading, one.entity_id)


def _sources(frame: Frame, session: Session, found: list[Mention]) -> dict[str, dict[str, int]]:
    if not found or len(found) > _MOST_COUNTED:
        return {}
    lake = Lake(frame.bank.lake_dir)
    with lake.reading(session, as_of=lake.pack(session).as_of) as reading:
        return sources_of(reading, [m.mention_id for m in found])
