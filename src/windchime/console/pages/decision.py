"""`/decisions/{id}`: one decision: verdict, reasons, the policy lit up, every step to limit and rate, versions, replay."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime.console import addresses
from windchime.console.asking import download
from windchime.console.frame import Context, Frame
from windchime.console.lit import LitTable, light
from windchime.console.overriding import Overriding, overriding
from windchime.console.pages.firm import Judged, judged
from windchime.console.steps import CITED, CountedStep, counted
from windchime.content.store import ContentStore
from windchime.core.errors import UnknownName
from windchime.core.text import Text
from windchime.decision import columns, log
from windchime.decision import document as documents
from windchime.decision.document import Document
from windchime.decision.replay import Replay, replay
from windchime.decision.rulebook import Rulebook
from windchime.decision.tables import Decision
from windchime.documents.steps import LIMIT, PRICE
from windchime.indicators import Indicator, indicators
from windchime.risk.findings import Finding
from windchime.service.http.rules import needs

router = APIRouter()


def of_decision(session: Session, parts: Mapping[str, Any]) -> str | None:
    """Which firm an address of a decision is about."""
    return columns.firm_of(session, str(parts["decision_id"]))


TITLE = Text("决策", "Decision")


@dataclass(frozen=True, slots=True)
class Cited:
    """One version a decision rests on."""

    label: Text
    name: str
    version: str
    #: its page; empty for none
    href: str


@dataclass(frozen=True, slots=True)
class InputFigure:
    """One indicator of the stored input vector."""

    #: what it is; None where this release no longer defines it
    card: Indicator | None
    code: str
    #: as stored: decimal text, whole number or None
    value: Any
    href: str


@dataclass(frozen=True, slots=True)
class DecisionPage(Context):
    """One decision."""

    template: ClassVar[str] = "decision.html"
    #: the row of the log
    row: Decision
    #: name of the firm; its id where the register has none
    name: str
    product: Text
    #: official only if product and policy both are
    standing: str
    term_months: int
    #: the reasons in words, gravest first, each with the anchor of its rule
    reasons: tuple[tuple[str, str], ...]
    #: the policy's tables in the order of deciding
    tables: tuple[LitTable, ...]
    #: whether the rules that hit now are those the document stored
    as_stored: bool
    limit_steps: tuple[CountedStep, ...]
    price_steps: tuple[CountedStep, ...]
    scores: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    #: the full input vector
    inputs: tuple[InputFigure, ...]
    cites: tuple[Cited, ...]
    #: outcomes of the replay that was just asked for; empty where none was
    replays: tuple[Replay, ...]
    #: what people put in its place, and the form to propose it
    override: Overriding


def found(session: Session, decision_id: str) -> Decision:
    """The decision of an address.

    Raises:
        HTTPException: 404.
    """
    try:
        row = log.get(session, decision_id)
    except UnknownName:
        raise HTTPException(404) from None
    if row.id != decision_id:
        raise HTTPException(404)
    return row


def _cites(document: Document) -> tuple[Cited, ...]:
    cites = document.cites

    def content(label: str, kind: str, cite: Any) -> Cited:
        return Cited(CITED[label], cite.name, cite.version, addresses.content(kind, cite.name, cite.version))

    return (
        content("product", "products", cites.product),
        content("policy", "policies", cites.policy),
        *(content("schemes", "schemes", c) for _role, c in sorted(cites.schemes.items())),
        *(Cited(CITED["model"], s.model, s.version, addresses.model(s.version)) for s in document.scores),
        Cited(CITED["indicators"], "", cites.indicators, ""),
        Cited(CITED["lake_version"], "", str(cites.lake_version), ""),
        Cited(CITED["release"], "", cites.release, ""),
        Cited(CITED["lock"], "", cites.lock.removeprefix("lock:"), ""),
    )


def _inputs(document: Document) -> tuple[InputFigure, ...]:
    cards = {c.code: c for c in indicators()}

    def href(code: str) -> str:
        return addresses.figure(document.firm_id, code, as_of=document.as_of, lake_version=document.lake_version)

    order = [*(c for c in cards if c in document.indicators), *(c for c in document.indicators if c not in cards)]
    return tuple(
        InputFigure(cards.get(c), c, _number(document.indicators[c]), href(c) if c in cards else "") for c in order
    )


def _number(stored: Any) -> Any:
    return Decimal(stored) if isinstance(stored, str) else stored


def context(
    frame: Frame,
    session: Session,
    row: Decision,
    replays: tuple[Replay, ...] = (),
    override: Overriding | None = None,
) -> DecisionPage:
    """The page of a decision, with outcomes of a replay or a form for an override that was refused."""
    lang = frame.lang
    document = documents.read(row.body)
    rulebook = Rulebook.cited(ContentStore(frame.bank.content_dir), document.cites, document.as_of)
    policy, product = rulebook.policy, rulebook.product
    lit = light(policy, document, lang)
    hrefs = _hrefs(document, rulebook)
    standings = {product.status, policy.status}
    return DecisionPage(
        row=row,
        name=frame.library.names(session).get(row.firm_id, row.firm_id),
        product=product.label,
        standing="official" if standings == {"official"} else "illustrative",
        term_months=document.term_months,
        reasons=tuple((policy.sentence(r, lang), f"rule-{r.rule.replace(':', '-')}") for r in document.reasons),
        tables=lit.tables,
        as_stored=lit.as_stored,
        limit_steps=counted(LIMIT, document.body["limit_steps"], lang, hrefs),
        price_steps=counted(PRICE, document.body["price_steps"], lang, hrefs),
        scores=judged(frame, document),
        findings=document.findings,
        inputs=_inputs(document),
        cites=_cites(document),
        replays=replays,
        override=override or overriding(frame, session, row),
    )


def _hrefs(document: Document, rulebook: Rulebook) -> Mapping[str, str]:
    """Where the measured figures of the two calculations come from."""
    known = {c.code for c in indicators()}
    sales = rulebook.product.sales
    figure = addresses.figure(document.firm_id, sales, as_of=document.as_of, lake_version=document.lake_version)
    cited = document.cites.policy
    policy = addresses.content("policies", cited.name, cited.version)
    return {
        "sales": figure if sales in known else "",
        "existing": addresses.firm(document.firm_id, "loans"),
        "probability": "#score",
        "band_maximum": policy,
        "margin": policy,
    }


@router.get("/decisions/{decision_id}")
@needs("decision.read", firm=of_decision)
def decision(request: Request, decision_id: str) -> Response:
    """One decision."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        row = found(session, decision_id)
        return frame.render(session, TITLE, context(frame, session, row))


@router.get("/decisions/{decision_id}/document.json")
@needs("decision.read", firm=of_decision)
def raw(request: Request, decision_id: str) -> Response:
    """The document's canonical bytes, as they were written."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        row = found(session, decision_id)
        return download(row.body.encode(), f"decision-{row.id}", "json")


@router.post("/decisions/{decision_id}/replay")
@needs("decision.read", firm=of_decision)
def replayed(request: Request, decision_id: str) -> Response:
    """Decide again from the stored inputs, and measure again from the lake: the page with both outcomes."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        row = found(session, decision_id)
        outcomes = tuple(replay(frame.bank, row.id))
        return frame.render(session, TITLE, context(frame, session, row, outcomes))


@router.get("/decisions/{decision_id}/replay")
@needs("decision.read", firm=of_decision)
def replay_page(decision_id: str) -> Response:
    """The address of a replay leads back to its decision."""
    return RedirectResponse(addresses.decision(decision_id), 303)
