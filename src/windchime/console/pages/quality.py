"""`/quality`: what is odd about the loaded data, with counts and examples; checked once a lake version, in the background."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from windchime.console.frame import Context, Frame
from windchime.console.library import Shelf
from windchime.core.text import Text
from windchime.data.contracts import contract
from windchime.data.lake import Lake
from windchime.data.quality import QualityReport, check, scheme_in_force
from windchime.service.bank import Bank

router = APIRouter()
TITLE = Text("数据质量", "Data quality")
#: seconds a request waits for a check that has just begun
_PATIENCE = 0.1


@dataclass(frozen=True, slots=True)
class Quality(Context):
    """The report of the check."""

    template: ClassVar[str] = "quality.html"
    #: whether anything is loaded
    loaded: bool
    #: None while it is being made, or where nothing is loaded
    report: QualityReport | None
    #: rows by table: label and count
    rows: tuple[tuple[Text, int], ...]


def _checked(bank: Bank, number: int) -> QualityReport:
    lake = Lake(bank.lake_dir)
    with (
        bank.session() as session,
        lake.reading(session, as_of=lake.pack(session).as_of, lake_version=number) as reading,
    ):
        return check(reading, session, scheme_in_force(bank, session, reading.as_of))


def reported(frame: Frame, shelf: Shelf) -> QualityReport | None:
    """The report on a lake version; None while it is being made."""
    number = shelf.lake_version
    return frame.checks.get((number, shelf.as_of), lambda: _checked(frame.bank, number), patience=_PATIENCE)


@router.get("/quality")
def quality(request: Request) -> Response:
    """The report, or the word that it is being made."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        shelf = frame.library.newest(session)
        report = None if shelf is None else reported(frame, shelf)
        rows = tuple((contract(n).label, c) for n, c in report.rows.items()) if report else ()
        return frame.render(session, TITLE, Quality(shelf is not None, report, rows))
