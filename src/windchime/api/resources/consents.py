"""`/api/v1/firms/…/consents`: what a firm agreed to: listed, recorded, revoked."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.api import paging
from windchime.api.asking import Ask, Asked, Made
from windchime.api.described import PREFIX, told
from windchime.api.opening import resource
from windchime.api.paging import Cursor, Limit
from windchime.api.places import EXAMPLE_ID, FirmId
from windchime.api.shapes import Instant, Page, Shape, Why
from windchime.core.text import Text
from windchime.core.unit import Unit
from windchime.portfolio.access import purposes
from windchime.portfolio.known_firms import can_agree
from windchime.service.access import consented
from windchime.service.access import consents as rules
from windchime.service.access.tables import Consent as Row
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs

router = resource("consents")
ConsentId = Annotated[str, Path(max_length=36, description="id of the consent", examples=[EXAMPLE_ID])]
Giver = Literal["legal_rep", "proxy", "operator", "applicant"]
#: of a document that stands in examples
EXAMPLE_HASH = "5c7d9b1f3e8a2046c1d8e7f60b92a4335f6e8d1c0b7a9284e3f5061728394a5b"


class Consent(Shape):
    """What a firm agreed to."""

    id: str = Field(description="id of the consent", examples=[EXAMPLE_ID])
    firm_id: str = Field(description="the firm", examples=["shop:SOUND"])
    purpose: str = Field(description="what its data may be read for", examples=["loan_review"])
    categories: tuple[str, ...] = Field(description="kinds of data", examples=[["firm"]])
    given_by: Giver = Field(description="in which capacity it was given", examples=["legal_rep"])
    document: str = Field(description="SHA-256 of the signed document", examples=[EXAMPLE_HASH])
    valid_from: date = Field(description="first day", examples=["2026-01-01"])
    valid_to: date = Field(description="last day", examples=["2026-12-31"])
    recorded_by: str = Field(description="who recorded it", examples=["chen.manager"])
    recorded_at: Instant = Field(description="when", examples=["2026-01-05T04:00:00Z"])
    revoked_at: Instant | None = Field(description="when it was revoked; null where it was not", examples=[None])
    holds: bool = Field(description="whether it is in force now", examples=[True])

    @classmethod
    def of(cls, asked: Asked, row: Row) -> "Consent":
        """From its row."""
        names = (
            "id", "firm_id", "purpose", "given_by", "document", "valid_from", "valid_to", "recorded_by", "recorded_at",
            "revoked_at",
        )  # fmt: skip
        return cls(
            **{name: getattr(row, name) for name in names},
            categories=tuple(row.categories.split()),
            holds=consented.holds(row, asked.bank.clock.now()),
        )


class Consents(Shape):
    """The consents of a firm."""

    items: tuple[Consent, ...] = Field(description="newest first")


class ConsentWanted(Shape):
    """A consent to be recorded."""

    purpose: str = Field(max_length=80, description="what the data may be read for", examples=["loan_review"])
    categories: tuple[str, ...] = Field(min_length=1, max_length=20, description="kinds of data", examples=[["firm"]])
    given_by: Giver = Field(description="in which capacity it was given", examples=["legal_rep"])
    document: str = Field(
        pattern="^[0-9a-f]{64}$", description="SHA-256 of the signed document", examples=[EXAMPLE_HASH]
    )
    valid_from: date = Field(description="first day", examples=["2026-01-01"])
    valid_to: date = Field(description="last day, within ten years", examples=["2026-12-31"])


def _firm_of(session: Session, parts: Mapping[str, Any]) -> str | None:
    row = session.get(Row, str(parts["consent_id"])[:40])
    return row.firm_id if row else None


@router.get("/firms/{firm_id:path}/consents", **told(Text("企业的授权", "Consents of a firm"), Consents))
@needs("consent.read", firm="firm_id")
def consents(asked: Ask, firm_id: FirmId) -> Response:
    """What a firm agreed to, newest first."""
    with asked.session() as session:
        _known(asked, session, firm_id)
        return asked.answer(
            Consents(items=tuple(Consent.of(asked, row) for row in consented.of_firm(session, firm_id)))
        )


@router.get("/consents", **told(Text("授权登记记录", "Consents as they were recorded"), Page[Consent]))
@needs("consent.read")
def recorded(
    asked: Ask,
    firm_id: Annotated[str, Query(max_length=300, description="only of this firm", examples=["shop:SOUND"])] = "",
    recorded_by: Annotated[
        str, Query(max_length=100, description="only those this account recorded", examples=["chen.manager"])
    ] = "",
    purpose: Annotated[str, Query(max_length=80, description="only for this purpose", examples=["loan_review"])] = "",
    given_by: Annotated[Giver | None, Query(description="only given in this capacity", examples=["legal_rep"])] = None,
    since: Annotated[date | None, Query(description="recorded on this day or later", examples=["2026-01-01"])] = None,
    until: Annotated[date | None, Query(description="recorded on this day or before", examples=["2026-12-31"])] = None,
    limit: Limit = paging.USUAL,
    cursor: Cursor = None,
) -> Response:
    """Consents of firms that are yours to see, the one recorded last first: each rests on the word of who recorded it."""
    before = paging.after_text(cursor)
    with asked.session() as session:
        within = asked.visible(session, "consent.read").query
        sought = consented.Sought(
            firm_id=firm_id,
            recorded_by=recorded_by,
            purpose=purpose,
            given_by=given_by or "",
            since=since,
            until=until,
            within=within,
        )
        found = consented.recorded(session, sought, before=before, size=limit + 1)
        rows, following = paging.part(found, limit, lambda row: row.id)
        page = Page[Consent](items=tuple(Consent.of(asked, row) for row in rows), next=following)
    return asked.answer(page, headers=paging.link(asked.request, following))


@router.get("/consents/{consent_id}", **told(Text("一项授权", "One consent"), Consent))
@needs("consent.read", firm=_firm_of)
def consent(asked: Ask, consent_id: ConsentId) -> Response:
    """A consent."""
    with asked.session() as session:
        return asked.answer(Consent.of(asked, _row(session, consent_id)))


@router.post("/firms/{firm_id:path}/consents", **told(Text("登记授权", "Record a consent"), Consent, status=201))
@needs("consent.record", firm="firm_id")
def record(asked: Ask, firm_id: FirmId, wanted: ConsentWanted) -> Response:
    """Record what a firm agreed to, with the hash of the document it signed; a firm's own user agrees online, and alone."""
    rules.allowed_to_give(asked.subject, wanted.given_by)
    # before the bank's writers wait: of a new version of the library the register is read here
    with asked.session() as session:
        _known(asked, session, firm_id)

    def change(unit: Unit) -> Made:
        known = purposes(asked.bank, unit.session).known
        terms = rules.Terms(firm_id, wanted.purpose, wanted.categories, wanted.valid_from, wanted.valid_to)
        row = rules.record(unit, terms, given_by=wanted.given_by, document=wanted.document, known=known)
        return Made(Consent.of(asked, row), 201, f"{PREFIX}/consents/{row.id}")

    return asked.once(change)


@router.post("/consents/{consent_id}/revoke", **told(Text("撤回授权", "Revoke a consent"), Consent))
@needs("consent.record", firm=_firm_of)
def revoke(asked: Ask, consent_id: ConsentId, why: Why) -> Response:
    """End a consent at once; what was decided under it stands."""

    def change(unit: Unit) -> Made:
        row = _row(unit.session, consent_id)
        asked.unchanged(Consent.of(asked, row))
        rules.revoke(unit, consent_id, why.reason)
        unit.session.flush()
        return Made(Consent.of(asked, row))

    return asked.once(change)


def _row(session: Session, consent_id: str) -> Row:
    row = session.get(Row, consent_id)
    if row is None:
        raise NoSuchRecord
    return row


def _known(asked: Asked, session: Session, firm_id: str) -> None:
    """See that there is such a firm."""
    if not can_agree(session, firm_id, asked.library.names(session)):
        raise NoSuchRecord
