"""`/quality`: how good each table of each source is, over time; what is odd about the loaded data, with examples."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.console.frame import Context, Frame
from windchime.core.dates import SHANGHAI
from windchime.core.settings import Engine
from windchime.core.text import Lang, Text, _
from windchime.data.contracts import contract
from windchime.data.lake import Lake
from windchime.data.quality import DIMENSIONS, QualityReport, Run, Schemes, Tally, check, runs, scheme_in_force
from windchime.data.quality.overtime import Below, below, lines
from windchime.data.quality.settings import OVERALL
from windchime.data.quality.tables import QualityScore
from windchime.portfolio.shown.shelf import Shelf
from windchime.present import charts
from windchime.present.charts import Option
from windchime.service.bank import Bank
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("数据质量", "Data quality")
#: seconds a request waits for a check that has just begun
_PATIENCE = 0.1
#: lines of the chart: those whose newest score is lowest
LINES = 6
#: why an identity could not be assessed
REASONS = {
    "tables_missing": _("not assessable: a table is not loaded"),
    "nothing_in_common": _("not assessable: too little in common"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """The scores of one table of one source in the newest run, and what was found there."""

    label: Text
    table: str
    source: str
    rows: int
    overall: QualityScore
    #: in the order of the dimensions; None where nothing could be assessed
    dimensions: tuple[QualityScore | None, ...]
    findings: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity between tables as the newest run found it."""

    code: str
    label: Text
    kind: str
    assessable: int
    broken: int
    #: message id; empty where something was assessed
    reason: str
    #: broken cases: firm, period, left, right
    examples: tuple[tuple[str, str, Decimal, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Board:
    """The newest recorded run, beside those before it."""

    run: Run
    lines: tuple[Line, ...]
    below: tuple[Below, ...]
    identities: tuple[Identity, ...]
    #: overall scores over the runs; None where there is but one
    chart: Option | None


@dataclass(frozen=True, slots=True)
class Quality(Context):
    """The board of scores and the report of the check."""

    template: ClassVar[str] = "quality.html"
    #: whether anything is loaded
    loaded: bool
    #: None while it is being made, or where nothing is loaded
    report: QualityReport | None
    #: rows by table: label and count
    rows: tuple[tuple[Text, int], ...]
    #: None where no check was recorded yet
    board: Board | None
    #: message ids of the dimensions, in their order
    dimensions: tuple[str, ...]


def _checked(bank: Bank, number: int, engine: Engine) -> QualityReport:
    lake = Lake(bank.lake_dir)
    with (
        bank.session() as session,
        lake.reading(session, as_of=lake.pack(session).as_of, lake_version=number, engine=engine) as reading,
    ):
        return check(reading, session, scheme_in_force(bank, session, reading.as_of))


def reported(frame: Frame, shelf: Shelf) -> QualityReport | None:
    """The report on a lake version; None while it is being made."""
    number = shelf.lake_version
    return frame.checks.get(
        (number, shelf.as_of), lambda: _checked(frame.bank, number, frame.engine), patience=_PATIENCE
    )


@router.get("/quality")
@needs("data.quality")
def quality(request: Request) -> Response:
    """The scores recorded last, and the report, or the word that it is being made."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        shelf = frame.library.newest(session)
        report = None if shelf is None else reported(frame, shelf)
        rows = tuple((contract(n).label, c) for n, c in report.rows.items()) if report else ()
        found = board(frame.bank, session, frame.lang)
        page = Quality(shelf is not None, report, rows, found, tuple(DIMENSIONS.values()))
        return frame.render(session, TITLE, page)


def board(bank: Bank, session: Session, lang: Lang) -> Board | None:
    """The newest recorded run with what led to it; None where nothing was recorded."""
    found = runs(session)
    if not found:
        return None
    newest = found[-1]
    return Board(newest, _lines(newest), below(found), _identities(bank, session, newest), _chart(found, lang))


def _lines(run: Run) -> tuple[Line, ...]:
    """The worst first."""
    places: dict[tuple[str, str], dict[str, QualityScore]] = {}
    for score in run.scores:
        places.setdefault((score.table_name, score.source), {})[score.dimension] = score
    found = [
        Line(
            contract(table).label,
            table,
            source,
            scores[OVERALL].rows,
            scores[OVERALL],
            tuple(scores.get(d) for d in DIMENSIONS),
            tuple(t for t in run.findings if (t.table, t.source) == (table, source)),
        )
        for (table, source), scores in places.items()
    ]
    return tuple(sorted(found, key=lambda line: (line.overall.score_millionths, line.table, line.source)))


def _identities(bank: Bank, session: Session, run: Run) -> tuple[Identity, ...]:
    labels = Schemes.in_force(bank, session, run.as_of).cross_checks.parameters
    return tuple(
        Identity(
            c["code"],
            labels[c["code"]].label if c["code"] in labels else Text.of(c["code"]),
            c["kind"],
            c["assessable"],
            c["broken"],
            REASONS.get(c["reason"], ""),
            tuple(
                (e["firm_id"], e["period"], Decimal(repr(e["left"])), Decimal(repr(e["right"]))) for e in c["examples"]
            ),
        )
        for c in run.body["crosschecks"]
    )


def _chart(found: list[Run], lang: Lang) -> Option | None:
    if len(found) < 2:
        return None
    seen = lines(found)
    worst = sorted((p for p in seen if seen[p][-1] is not None), key=lambda p: (seen[p][-1], p))[:LINES]
    series = {
        f"{contract(table).label[lang]} · {source}": [
            None if v is None else float(round(v * 100, 1)) for v in seen[table, source]
        ]
        for table, source in worst
    }
    low = min((v for values in series.values() for v in values if v is not None), default=0.0)
    moments = [f"v{run.lake_version} {run.made_at.astimezone(SHANGHAI):%m-%d %H:%M}" for run in found]
    return charts.lines(moments, series, least=float(int(low // 10 * 10)))
