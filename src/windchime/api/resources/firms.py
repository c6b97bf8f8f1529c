"""`/api/v1/firms`: the register, and one firm of it."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from windchime.api import paging
from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.paging import Cursor, Limit
from windchime.api.places import FirmId
from windchime.api.registered import registered
from windchime.api.shapes import Page, Shape
from windchime.core.text import Text
from windchime.data.contracts import contract
from windchime.data.vault.masking import shown
from windchime.decision.columns import latest_in_short
from windchime.service.http.rules import needs

router = resource("firms")


class Firm(Shape):
    """A firm of the register."""

    firm_id: str = Field(description="id of the firm", examples=["shop:SOUND"])
    name: str = Field(description="its name", examples=["明达贸易有限公司"])


class LatestDecision(Shape):
    """The decision written last about a firm, in short."""

    decision_id: str = Field(description="id of the decision", examples=["019a0b1c-7d2e-7f00-8000-0123456789ab"])
    product: str = Field(description="product it was decided for", examples=["invoice_loan"])
    verdict: str = Field(description="approve, refer or decline", examples=["approve"])
    band: str = Field(description="band of the deciding model", examples=["A"])
    as_of: date = Field(description="end of this day was the last moment of knowledge", examples=["2020-02-21"])


class FirmDetail(Firm):
    """A firm as the register says it."""

    as_of: date = Field(description="end of this day is the last moment of knowledge", examples=["2020-02-21"])
    lake_version: int = Field(description="version of the library", examples=[1])
    register_row: dict[str, str | bool | int | None] = Field(
        description="newest row of the register, by column; dates and amounts as text, names of persons masked",
        examples=[{"firm_kind": "company", "established_on": "2015-01-01"}],
    )
    latest: LatestDecision | None = Field(description="null where nothing was decided")


@router.get("/firms", **told(Text("企业列表", "List firms"), Page[Firm]))
@needs("firm.read")
def firms(
    asked: Ask,
    q: Annotated[str, Query(max_length=100, description="part of the id or name", examples=["贸易"])] = "",
    limit: Limit = paging.USUAL,
    cursor: Cursor = None,
) -> Response:
    """Firms of the register that are yours to see, by id."""
    after = paging.after_text(cursor)
    with asked.session() as session:
        mine = asked.readable(session, "firm.read")
        names = asked.library.names(session)
        ids: Sequence[str] = asked.library.ids(session)
        words = q.casefold()
        first = bisect_right(ids, after) if after is not None else 0
        found: list[str] = []
        for firm in ids[first:]:
            if firm in mine and (not words or words in firm.casefold() or words in names[firm].casefold()):
                found.append(firm)
                if len(found) > limit:
                    break
    rows, following = paging.part(found, limit, lambda f: f)
    page = Page[Firm](items=tuple(Firm(firm_id=f, name=names[f]) for f in rows), next=following)
    return asked.answer(page, headers=paging.link(asked.request, following))


@router.get("/firms/{firm_id:path}", **told(Text("一家企业", "One firm"), FirmDetail))
@needs("firm.read", firm="firm_id")
def firm(asked: Ask, firm_id: FirmId) -> Response:
    """A firm as the register says it, with the decision written last about it."""
    with asked.session() as session:
        shelf, name = registered(asked, session, firm_id)
        latest = latest_in_short(session, firm_id)
    row = shelf.identity(firm_id)
    shape = FirmDetail(
        firm_id=firm_id,
        name=name,
        as_of=shelf.as_of,
        lake_version=shelf.lake_version,
        register_row=_plain(row) if row else {},
        latest=LatestDecision.model_validate(latest) if latest else None,
    )
    return asked.answer(shape)


def _plain(row: Mapping[str, Any]) -> dict[str, str | bool | int | None]:
    """A row of the register as JSON: nothing of a person is in clear."""
    return {c.name: _value(row[c.name]) for c in contract("firms").columns if c.name in row}


def _value(value: Any) -> str | bool | int | None:
    match value:
        case None | bool() | int():
            return value
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return shown(str(value))
