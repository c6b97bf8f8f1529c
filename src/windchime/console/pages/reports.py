"""Reports as documents: on one firm and on the portfolio, HTML and PDF, in the page's language."""

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime import documents
from windchime.console.asking import MIMES, download, one_of
from windchime.console.frame import Frame
from windchime.core.errors import UnknownName
from windchime.data.lake import NoLakeVersion
from windchime.documents.gather_quality import NothingChecked, bank_quality_report
from windchime.documents.tree import Report
from windchime.indicators import UnknownFirm
from windchime.service.http.rules import needs

router = APIRouter()
FORMS = ("html", "pdf")


def _answer(report: Report, frame: Frame, form: str, name: str) -> Response:
    """The report under its own policy: its one style element by hash, nothing else."""
    if form == "pdf":
        return download(documents.pdf(report, frame.bank.clock.now()), name, "pdf")
    return Response(
        documents.html(report),
        media_type=MIMES["html"],
        headers={"content-security-policy": documents.html_policy()},
    )


@router.get("/firm-report.{form}/{firm_id:path}")
@needs("report.read", firm="firm_id")
def firm_report(request: Request, form: str, firm_id: str) -> Response:
    """The report on one firm.

    Raises:
        HTTPException: 404 for an unknown firm or form.
    """
    one_of(form, FORMS)
    frame = Frame.of(request)
    try:
        data = documents.gather_firm(frame.bank, firm_id, by=frame.actor.name)
    except (UnknownFirm, UnknownName, NoLakeVersion):
        raise HTTPException(404) from None
    return _answer(documents.firm_report(data, frame.lang), frame, form, "windchime-firm-report")


@router.get("/portfolio-report.{form}")
@needs("portfolio.read")
def portfolio_report(request: Request, form: str) -> Response:
    """The report on the portfolio.

    Raises:
        HTTPException: 404 for an unknown form.
    """
    one_of(form, FORMS)
    frame = Frame.of(request)
    data = documents.gather_portfolio(frame.bank, by=frame.actor.name)
    return _answer(documents.portfolio_report(data, frame.lang), frame, form, "windchime-portfolio-report")


@router.get("/quality/report.{form}")
@needs("data.quality")
def quality_report(request: Request, form: str) -> Response:
    """The report on the quality of the data; where nothing was checked yet, the page that says how to check.

    Raises:
        HTTPException: 404 for an unknown form.
    """
    one_of(form, FORMS)
    frame = Frame.of(request)
    try:
        report = bank_quality_report(frame.bank, frame.lang, by=frame.actor.name)
    except NothingChecked:
        return RedirectResponse("/quality", 303)
    return _answer(report, frame, form, "windchime-quality-report")
