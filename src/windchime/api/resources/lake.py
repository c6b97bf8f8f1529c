"""`/api/v1/lake`: the versions of the library."""

from typing import Annotated

from fastapi import Path
from pydantic import Field
from sqlalchemy import select
from starlette.responses import Response

from windchime.api import paging
from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.paging import Cursor, Limit
from windchime.api.shapes import Instant, Page, Shape
from windchime.core.text import Text
from windchime.data.lake.versions import LakeVersion
from windchime.data.tables import LakeVersionRecord
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs

router = resource("lake")
Number = Annotated[int, Path(ge=1, le=paging.LARGEST, description="number of the version", examples=[1])]


class LakeEntry(Shape):
    """One consistent state of the whole library."""

    lake_version: int = Field(description="1, 2, 3 … in order of publication", examples=[1])
    tables: dict[str, int] = Field(description="Delta version of each table", examples=[{"firms": 0, "invoices": 0}])
    load_id: str = Field(
        description="the load or repair that made it", examples=["019a0b1c-7d2e-7f00-8000-0123456789ab"]
    )
    content_hash: str = Field(description="hash of what was published", examples=["0" * 64])
    made_at: Instant = Field(description="when it was published", examples=["2026-01-05T04:00:00Z"])

    @classmethod
    def of(cls, row: LakeVersionRecord) -> "LakeEntry":
        """From its row."""
        return cls.model_validate(LakeVersion.of(row))


@router.get("/lake", **told(Text("一库版本列表", "List versions of the library"), Page[LakeEntry]))
@needs("library.read")
def versions(asked: Ask, limit: Limit = paging.USUAL, cursor: Cursor = None) -> Response:
    """Versions of the library, newest first."""
    before = paging.after_number(cursor)
    query = select(LakeVersionRecord).order_by(LakeVersionRecord.lake_version.desc()).limit(limit + 1)
    if before is not None:
        query = query.where(LakeVersionRecord.lake_version < before)
    with asked.session() as session:
        rows, following = paging.part(list(session.scalars(query)), limit, lambda v: v.lake_version)
        page = Page[LakeEntry](items=tuple(LakeEntry.of(row) for row in rows), next=following)
    return asked.answer(page, headers=paging.link(asked.request, following))


@router.get("/lake/{lake_version}", **told(Text("一个一库版本", "One version of the library"), LakeEntry))
@needs("library.read")
def version(asked: Ask, lake_version: Number) -> Response:
    """A version by its number."""
    with asked.session() as session:
        row = session.get(LakeVersionRecord, lake_version)
        if row is None:
            raise NoSuchRecord
        return asked.answer(LakeEntry.of(row))
