"""`/api/v1/firms/…/findings`, `…/invoice-verdict`: what speaks against a firm, by the risk models and by its invoices."""

from datetime import date
from typing import Any, Literal

from pydantic import Field
from starlette.responses import Response

from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.places import FirmId
from windchime.api.registered import registered
from windchime.api.shapes import Shape, Words
from windchime.core.text import Text
from windchime.decision import document as documents
from windchime.decision import log
from windchime.portfolio.shown.verdicts import verified
from windchime.risk.findings import Finding
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs

router = resource("firms")


class FindingSaid(Shape):
    """Something a risk model found out."""

    code: str = Field(description="stable name of the finding", examples=["void_share_high"])
    severity: Literal["normal", "watch", "high", "severe"] = Field(description="how grave it is", examples=["watch"])
    sentence: Words
    params: dict[str, Any] = Field(description="figures of the sentence", examples=[{"share": "0.12"}])


class Findings(Shape):
    """What risk models found out about a firm when it was last decided."""

    firm_id: str = Field(description="id of the firm", examples=["shop:SOUND"])
    decision_id: str | None = Field(description="the decision they stand in; null where none was made", examples=[None])
    findings: tuple[FindingSaid, ...] = Field(description="gravest first")


class InvoiceVerdict(Shape):
    """The verdict on a firm's list of invoices."""

    firm_id: str = Field(description="id of the firm", examples=["shop:SOUND"])
    verdict: Literal["pass", "question", "reject"] = Field(description="what verification says", examples=["pass"])
    rows: int = Field(description="rows of the list when it was verified", examples=[480])
    questioned: int = Field(description="rows in question", examples=[0])
    rejected: int = Field(description="rows rejected", examples=[0])
    known_on: date = Field(description="day it is the verdict of", examples=["2020-02-21"])
    not_run: tuple[str, ...] = Field(description="checks that could not be run", examples=[["norms"]])
    findings: tuple[FindingSaid, ...] = Field(description="what speaks against the list today, gravest first")


@router.get("/firms/{firm_id:path}/findings", **told(Text("企业的风险发现", "Findings about a firm"), Findings))
@needs("firm.read", firm="firm_id")
def findings(asked: Ask, firm_id: FirmId) -> Response:
    """What risk models found out about a firm when it was last decided."""
    with asked.session() as session:
        registered(asked, session, firm_id)
        latest = log.latest(session, firm_id)
        found = documents.read(latest.body).findings if latest else ()
        shape = Findings(
            firm_id=firm_id,
            decision_id=latest.id if latest else None,
            findings=tuple(_found(f) for f in sorted(found, key=lambda f: -f.rank)),
        )
    return asked.answer(shape)


@router.get(
    "/firms/{firm_id:path}/invoice-verdict",
    **told(Text("企业发票清单的核验结论", "Verdict on a firm's invoices"), InvoiceVerdict),
)
@needs("firm.read", firm="firm_id")
def invoice_verdict(asked: Ask, firm_id: FirmId) -> Response:
    """What verification says of a firm's list of invoices; 404 where it was never verified."""
    with asked.session() as session:
        shelf, _name = registered(asked, session, firm_id)
        found = verified(asked.bank, session, asked.library, shelf).get(firm_id)
    if found is None:
        raise NoSuchRecord
    shape = InvoiceVerdict(
        firm_id=firm_id,
        verdict=found.verdict.verdict,
        rows=found.verdict.rows,
        questioned=found.verdict.questioned,
        rejected=found.verdict.rejected,
        known_on=found.verdict.known_on,
        not_run=found.verdict.not_run,
        findings=tuple(_found(f) for f in found.findings),
    )
    return asked.answer(shape)


def _found(finding: Finding) -> FindingSaid:
    params = {k: v.as_dict() if isinstance(v, Text) else v for k, v in finding.params.items()}
    return FindingSaid(
        code=finding.code,
        severity=finding.severity,
        sentence=Words(zh=finding.sentence("zh"), en=finding.sentence("en")),
        params=params,
    )
