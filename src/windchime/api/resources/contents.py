"""`/api/v1/content`: schemes, products and policies in all their versions."""

from datetime import date
from typing import Annotated, Literal

from fastapi import Path, Query
from pydantic import Field
from sqlalchemy import select
from starlette.responses import Response

from windchime.api import paging
from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.paging import Cursor, Limit
from windchime.api.shapes import Instant, Page, Shape
from windchime.content.store import ContentStore
from windchime.content.tables import ContentVersion
from windchime.core.text import Text
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs

router = resource("content")
Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the version", examples=["0" * 64])]


class ContentEntry(Shape):
    """One version of one document."""

    kind: str = Field(description="kind of document", examples=["policies"])
    name: str = Field(description="name of the document", examples=["invoice_loan"])
    version: str = Field(description="SHA-256 of its bytes", examples=["0" * 64])
    valid_from: date = Field(description="business date from which it counts", examples=["2000-01-01"])
    state: Literal["draft", "published"] = Field(
        description="a draft until a second person publishes it", examples=["published"]
    )
    author: str = Field(description="who proposed it", examples=["sun.modeller"])
    proposed_at: Instant = Field(description="when", examples=["2026-01-05T04:00:00Z"])
    checker: str | None = Field(description="who published it; null for a draft", examples=["li.compliance"])
    published_at: Instant | None = Field(description="when; null for a draft", examples=["2026-01-05T05:00:00Z"])

    @classmethod
    def of(cls, row: ContentVersion) -> "ContentEntry":
        """From its row."""
        names = ("kind", "name", "valid_from", "state", "author", "proposed_at", "checker", "published_at")
        return cls(**{name: getattr(row, name) for name in names}, version=row.sha256)


class ContentDocument(Shape):
    """A version with its text."""

    versions: tuple[ContentEntry, ...] = Field(description="where this text is, or was, proposed; oldest first")
    text: str = Field(description="the document, as YAML", examples=["scheme: access\n"])


@router.get("/content", **told(Text("内容版本列表", "List versions of content"), Page[ContentEntry]))
@needs("content.read")
def contents(
    asked: Ask,
    kind: Annotated[str, Query(max_length=40, description="only of this kind", examples=["policies"])] = "",
    name: Annotated[str, Query(max_length=80, description="only of this document", examples=["invoice_loan"])] = "",
    state: Annotated[
        Literal["draft", "published"] | None, Query(description="only in this state", examples=["published"])
    ] = None,
    limit: Limit = paging.USUAL,
    cursor: Cursor = None,
) -> Response:
    """Versions of schemes, products and policies, the one proposed last first."""
    before = paging.after_number(cursor)
    query = select(ContentVersion).order_by(ContentVersion.id.desc()).limit(limit + 1)
    columns = ((ContentVersion.kind, kind), (ContentVersion.name, name), (ContentVersion.state, state))
    for column, value in columns:
        query = query.where(column == value) if value else query
    with asked.session() as session:
        found = list(session.scalars(query if before is None else query.where(ContentVersion.id < before)))
        rows, following = paging.part(found, limit, lambda v: v.id)
        page = Page[ContentEntry](items=tuple(ContentEntry.of(row) for row in rows), next=following)
    return asked.answer(page, headers=paging.link(asked.request, following))


@router.get("/content/{version}", **told(Text("一个内容版本", "One version of content"), ContentDocument))
@needs("content.read")
def content(asked: Ask, version: Hash) -> Response:
    """A version with its text, proven by its hash."""
    with asked.session() as session:
        query = select(ContentVersion).where(ContentVersion.sha256 == version).order_by(ContentVersion.id)
        rows = tuple(ContentEntry.of(row) for row in session.scalars(query))
    if not rows:
        raise NoSuchRecord
    return asked.answer(
        ContentDocument(versions=rows, text=ContentStore(asked.bank.content_dir).bytes_of(version).decode())
    )
