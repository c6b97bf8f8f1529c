"""`/api/v1/decisions`: the log of decisions; one of them, its document, its replay; deciding a firm."""

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field
from sqlalchemy import Row, select
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.api import paging
from windchime.api.asking import Ask, Asked, Made, changed
from windchime.api.described import PREFIX, told
from windchime.api.opening import resource
from windchime.api.paging import Cursor, Limit
from windchime.api.places import DecisionId, FirmId, firm_of_decision
from windchime.api.shapes import Fraction, Instant, Money, Page, Sentence, Shape, Words
from windchime.content.store import ContentStore
from windchime.core.text import Text
from windchime.core.unit import Unit
from windchime.decision import desk, log
from windchime.decision import document as documents
from windchime.decision.columns import row_of
from windchime.decision.rulebook import cited_policy
from windchime.decision.tables import Decision
from windchime.service import idempotency
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs

router = resource("decisions")
#: what a line says as the log has it
NAMES = (
    "id", "run_id", "firm_id", "product", "as_of", "lake_version", "verdict", "band", "probability", "limit", "rate",
    "made_at", "actor",
)  # fmt: skip
#: the columns of a line; the document stays where it is
_LINE = [getattr(Decision, name) for name in ("seq", *NAMES, "reason_codes", "body_sha256")]


class DecisionLine(Shape):
    """A decision in short."""

    id: str = Field(description="id of the decision", examples=["019a0b1c-7d2e-7f00-8000-0123456789ab"])
    run_id: str = Field(description="the run that wrote it", examples=["019a0b1c-7d2e-7f00-8000-0123456789ac"])
    firm_id: str = Field(description="the firm", examples=["shop:SOUND"])
    product: str = Field(description="the product", examples=["invoice_loan"])
    as_of: date = Field(description="end of this day was the last moment of knowledge", examples=["2020-02-21"])
    lake_version: int = Field(description="version of the library", examples=[1])
    verdict: Literal["approve", "refer", "decline"] = Field(description="what was decided", examples=["approve"])
    band: str = Field(description="band of the deciding model", examples=["A"])
    probability: Fraction = Field(description="of default, by the deciding model", examples=["0.012300"])
    limit: Money | None = Field(description="yuan; null when declined", examples=["1000000.00"])
    rate: Fraction | None = Field(description="a year; null when declined", examples=["0.045000"])
    reason_codes: tuple[str, ...] = Field(description="codes of its reasons", examples=[["thin_file"]])
    document_sha256: str = Field(description="hash of the decision document", examples=["0" * 64])
    made_at: Instant = Field(description="when it was written", examples=["2026-01-05T04:00:00Z"])
    actor: str = Field(description="who decided", examples=["wang.officer"])

    @classmethod
    def of(cls, row: Row[Any]) -> "DecisionLine":
        """From a row of the log."""
        return cls(**_fields(row))


class ReasonSaid(Shape):
    """A reason in words."""

    code: str = Field(description="id of the rule", examples=["thin_file"])
    rule: str = Field(description="table and rule of the policy", examples=["knock_out:thin_file"])
    sentence: Words


class DecisionDetail(DecisionLine):
    """A decision with its reasons in words and the versions it cites."""

    term_months: int = Field(description="term of the product", examples=[12])
    reasons: tuple[ReasonSaid, ...] = Field(description="gravest first")
    cites: dict[str, Any] = Field(
        description="versions of everything it rests on", examples=[{"lake_version": 1, "release": "0.1.0"}]
    )


class DecisionWanted(Shape):
    """A decision that is asked for."""

    product: str = Field(default="invoice_loan", max_length=80, description="which product", examples=["invoice_loan"])
    as_of: date | None = Field(
        default=None, description="last day of knowledge; the newest pack's by default", examples=[None]
    )
    reason: Sentence = Field(default="", description="why, for the audit chain", examples=["loan application"])


@router.get("/decisions", **told(Text("决策日志", "List decisions"), Page[DecisionLine]))
@needs("decision.read")
def decisions(
    asked: Ask,
    firm_id: Annotated[str, Query(max_length=300, description="only about this firm", examples=["shop:SOUND"])] = "",
    product: Annotated[
        str, Query(max_length=80, description="only under this product", examples=["invoice_loan"])
    ] = "",
    verdict: Annotated[
        Literal["approve", "refer", "decline"] | None, Query(description="only with this verdict", examples=["approve"])
    ] = None,
    band: Annotated[str, Query(max_length=8, description="only of this band", examples=["A"])] = "",
    reason: Annotated[str, Query(max_length=80, description="only with this reason", examples=["thin_file"])] = "",
    run_id: Annotated[str, Query(max_length=36, description="only of this run", examples=[""])] = "",
    as_of: Annotated[date | None, Query(description="only as of this day", examples=["2020-02-21"])] = None,
    latest: Annotated[
        bool, Query(description="of each firm and product only the one written last", examples=[True])
    ] = False,
    limit: Limit = paging.USUAL,
    cursor: Cursor = None,
) -> Response:
    """Decisions about firms that are yours to see, the one written last first."""
    before = paging.after_number(cursor)
    with asked.session() as session:
        wanted = log.Filter(
            firm_id=firm_id,
            product=product,
            verdict=verdict or "",
            band=band,
            reason=reason,
            run_id=run_id,
            as_of=as_of,
            latest=latest,
            within=asked.visible(session, "decision.read").query,
        )
        query = select(*_LINE).where(*wanted.conditions())
        if before is not None:
            query = query.where(Decision.seq < before)
        found = session.execute(query.order_by(Decision.seq.desc()).limit(limit + 1)).all()
        rows, following = paging.part(found, limit, lambda d: d.seq)
        page = Page[DecisionLine](items=tuple(DecisionLine.of(row) for row in rows), next=following)
    return asked.answer(page, headers=paging.link(asked.request, following))


@router.get("/decisions/{decision_id}", **told(Text("一项决策", "One decision"), DecisionDetail))
@needs("decision.read", firm=firm_of_decision)
def decision(asked: Ask, decision_id: DecisionId) -> Response:
    """A decision with its reasons in words, as the policy it cites says them."""
    with asked.session() as session:
        return asked.answer(_full(asked, _row(session, decision_id)))


@router.get(
    "/decisions/{decision_id}/document",
    **told(
        Text("决策文件", "The decision document"),
        None,
        about="The canonical JSON that the decision is; its SHA-256 stands in the log.",
    ),
)
@needs("decision.read", firm=firm_of_decision)
def document(asked: Ask, decision_id: DecisionId) -> Response:
    """The document, byte for byte as it was written."""
    with asked.session() as session:
        return asked.raw(_row(session, decision_id).body.encode())


@router.post(
    "/firms/{firm_id:path}/decisions", **told(Text("对一家企业作出决策", "Decide a firm"), DecisionDetail, status=201)
)
@needs("decision.make", firm="firm_id")
def decide(asked: Ask, firm_id: FirmId, wanted: DecisionWanted) -> Response:
    """Measure and decide a firm under a product, and write the decision."""
    with asked.session() as session:
        if firm_id not in asked.library.names(session):
            raise NoSuchRecord
    asked.leave()
    with idempotency.claimed(asked.bank, asked.actor, asked.work, asked.terms) as claim:
        if claim.answered is None:

            def end(unit: Unit, run_id: str, _decisions: int) -> None:
                row = unit.session.execute(select(Decision.__table__).where(Decision.run_id == run_id)).one()
                made = Made(_full(asked, row), 201, f"{PREFIX}/decisions/{row.id}")
                claim.finish(unit, made.status, made.body, made.headers)

            desk.decide(
                asked.bank,
                asked.actor,
                firm_id,
                product=wanted.product,
                as_of=wanted.as_of,
                reason=wanted.reason,
                together=end,
            )
    return changed(claim.answered)


def _row(session: Session, decision_id: str) -> Row[Any]:
    row = row_of(session, decision_id)
    if row is None:
        raise NoSuchRecord
    return row


def _fields(row: Row[Any]) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in NAMES},
        "reason_codes": tuple(row.reason_codes.split()),
        "document_sha256": row.body_sha256,
    }


def _full(asked: Asked, row: Row[Any]) -> DecisionDetail:
    decided = documents.read(row.body)
    policy = cited_policy(ContentStore(asked.bank.content_dir), decided.cites)
    return DecisionDetail(
        **_fields(row),
        term_months=decided.term_months,
        reasons=tuple(
            ReasonSaid(
                code=r.code, rule=r.rule, sentence=Words(zh=policy.sentence(r, "zh"), en=policy.sentence(r, "en"))
            )
            for r in decided.reasons
        ),
        cites=decided.body["cites"],
    )
