"""`/api/v1/quality`: how good each table of each source is, as recorded runs of the checks found it."""

from datetime import date

from pydantic import Field
from starlette.responses import Response

from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.shapes import Fraction, Instant, Shape
from windchime.core.text import Text
from windchime.data.quality import runs
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs

router = resource("quality")


class QualityScore(Shape):
    """The score of a table of a source in one dimension."""

    table: str = Field(description="the table", examples=["invoices"])
    source: str = Field(description="where its rows came from", examples=["shop"])
    dimension: str = Field(description="`overall`, or a dimension of it", examples=["overall"])
    score: Fraction = Field(description="1 is best", examples=["0.987000"])
    floor: Fraction | None = Field(description="least score in force then; null for none", examples=["0.900000"])
    below: bool = Field(description="whether the score was below its floor", examples=[False])
    rows: int = Field(description="rows of the table", examples=[4800])
    findings: int = Field(description="how many findings it rests on", examples=[2])


class QualityRun(Shape):
    """The newest recorded run of the checks."""

    id: str = Field(description="id of the run", examples=["019a0b1c-7d2e-7f00-8000-0123456789ab"])
    lake_version: int = Field(description="version of the library it looked at", examples=[1])
    as_of: date = Field(description="end of this day was the last moment of knowledge", examples=["2020-02-21"])
    made_at: Instant = Field(description="when it was made", examples=["2026-01-05T04:00:00Z"])
    actor: str = Field(description="who asked for it", examples=["zhao.admin"])
    scores: tuple[QualityScore, ...] = Field(description="by table, source and dimension")


@router.get("/quality", **told(Text("最近一次数据质量检查", "The newest check of data quality"), QualityRun))
@needs("data.quality")
def quality(asked: Ask) -> Response:
    """Scores of the newest recorded run; 404 where nothing was checked yet."""
    with asked.session() as session:
        found = next(iter(runs(session, last=1)), None)
        if found is None:
            raise NoSuchRecord
        scores = tuple(
            QualityScore(
                table=s.table_name,
                source=s.source,
                dimension=s.dimension,
                score=s.score,
                floor=s.floor,
                below=s.below,
                rows=s.rows,
                findings=s.findings,
            )
            for s in found.scores
        )
        names = ("id", "lake_version", "as_of", "made_at", "actor")
        return asked.answer(QualityRun(**{name: getattr(found, name) for name in names}, scores=scores))
