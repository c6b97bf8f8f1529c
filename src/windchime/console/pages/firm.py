"""`/firms/{firm_id}`: the firm on one page: who it is, what it trades, how it is judged, what was decided, what it owes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from windchime.console import addresses
from windchime.console.charts import waterfall
from windchime.console.frame import Context, Frame
from windchime.console.pages.quarantine import rows_naming
from windchime.console.pages.reveal import MOST, purposes_of
from windchime.console.people import Held, held
from windchime.content.scheme import Scheme
from windchime.core.text import Text, _
from windchime.data.contracts import contract
from windchime.data.showing import facts
from windchime.decision import document as documents
from windchime.decision import log, untrusted
from windchime.decision.document import Document
from windchime.decision.tables import Decision
from windchime.documents.steps import GROUPS
from windchime.indicators import Indicator, indicators
from windchime.portfolio.shown.shelf import Partners, Shelf
from windchime.portfolio.shown.statements import FLOW_MONTHS, PARTNER_MONTHS
from windchime.portfolio.shown.verdicts import verified
from windchime.present import charts
from windchime.present.charts import Option
from windchime.risk.findings import Finding, Score
from windchime.service.access.purposes import Purpose
from windchime.service.http.reach import Visible
from windchime.service.http.rules import needs

router = APIRouter()
#: columns of the register that stand in the heading
_ABOVE = frozenset({"firm_id", "name", "known_on"})
PARTS = ("trade", "partners", "score", "indicators", "decisions", "loans", "data")


@dataclass(frozen=True, slots=True)
class Figure:
    """An indicator with its value for the firm."""

    card: Indicator
    value: Decimal | float | None
    #: where it comes from
    href: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A score and its chart."""

    score: Score
    #: chart of the contributions; None where the model has none
    chart: Option | None
    #: whether it decides; the others stand beside it without say
    decides: bool


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """A counterparty as the page shows it."""

    name: str
    #: its own page; empty where the register does not know it, or it is not the visitor's to see
    href: str
    #: yuan, net, in the window
    amount: Decimal
    #: of the whole; None where the whole is not above zero
    share: Decimal | None
    running: Decimal | None


@dataclass(frozen=True, slots=True)
class Side:
    """Counterparties on one side."""

    #: message id of the heading
    title: Text
    partners: Partners
    rows: tuple[PartnerRow, ...]


@dataclass(frozen=True, slots=True)
class Firm(Context):
    """The firm's page."""

    template: ClassVar[str] = "firm.html"
    firm_id: str
    name: str
    #: names and values of the register's newest row
    facts: tuple[tuple[Text, str | Text], ...]
    #: end of this day is the last moment of knowledge of the library's figures
    as_of: date
    #: chart of sales and purchases by month; None without an invoice that counts
    flow: Option | None
    #: invoice rows behind the chart
    flow_rows: int
    #: its window, whole months
    flow_months: int
    #: buyers, then sellers; empty without invoices that count
    sides: tuple[Side, ...]
    #: window of the counterparties, whole months
    partner_months: int
    #: indicators by message id of their group; empty where they cannot be measured
    groups: tuple[tuple[str, tuple[Figure, ...]], ...]
    #: scores of the newest decision, the deciding one first
    scores: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    #: all decisions about the firm, newest first
    decisions: tuple[Decision, ...]
    #: loans with outcomes, newest first
    loans: tuple[Mapping[str, Any], ...]
    #: what is odd about its invoices: message id and count
    notes: tuple[tuple[str, int], ...]
    #: first and last invoice; None without any
    span: tuple[date, date] | None
    #: rows in quarantine that name the firm: id and sentences in the page's language
    quarantined: tuple[tuple[str, str], ...]
    #: whether the visitor may open them
    may_quarantine: bool
    #: tables of its sources that were below their floor of quality when it was last decided, in words
    distrusted: tuple[str, ...]
    #: whether its list of invoices was verified
    verified: bool
    #: personal values that the visitor may have shown in clear; empty where they may not
    people: tuple[Held, ...]
    #: for which purposes
    people_for: tuple[Purpose, ...]
    #: values of one request
    people_most: int
    #: what the page is read for; None where no account asks
    purpose: Text | None
    #: what else the visitor may read it for
    other_purposes: tuple[Purpose, ...]
    #: whether the visitor may see what the firm agreed to
    may_consents: bool


def _identity(row: Mapping[str, Any] | None) -> tuple[tuple[Text, str | Text], ...]:
    if row is None:
        return ()
    return tuple((c.label, text) for c, text in facts(contract("firms"), row, _ABOVE))


def _sides(shelf: Shelf, firm_id: str, names: Mapping[str, str], mine: Visible) -> tuple[Side, ...]:
    """Whom the firm trades with, as its own invoices say; the way to their pages where these are the visitor's to see."""
    titles = {
        "sale": Text("下游客户（销售去向）", "Buyers (where sales go)"),
        "purchase": Text("上游供应商（采购来源）", "Sellers (where purchases come from)"),
    }
    found = []
    for direction, title in titles.items():
        partners = shelf.partners(firm_id, direction)
        rows = (
            PartnerRow(
                names.get(p.firm_id, p.firm_id),
                addresses.firm(p.firm_id) if p.firm_id in names and p.firm_id in mine else "",
                p.amount,
                p.share,
                p.running,
            )
            for p in partners.largest
        )
        found.append(Side(title, partners, tuple(rows)))
    return tuple(found) if any(s.rows for s in found) else ()


def _vector(shelf: Shelf, firm_id: str, decided: Document | None, scheme: Scheme | None) -> Mapping[str, Any]:
    """The indicators: as the newest decision holds them where it saw the same data, else measured now."""
    if decided and (decided.as_of, decided.lake_version) == (shelf.as_of, shelf.lake_version):
        return {k: Decimal(v) if isinstance(v, str) else v for k, v in decided.indicators.items()}
    known = shelf.has("invoices") and shelf.identity(firm_id) is not None
    return shelf.measured(firm_id, scheme) if known else {}


def _groups(shelf: Shelf, firm_id: str, vector: Mapping[str, Any]) -> tuple[tuple[str, tuple[Figure, ...]], ...]:
    by_group: dict[str, list[Figure]] = {}
    for card in indicators():
        if card.code in vector:
            href = addresses.figure(firm_id, card.code, as_of=shelf.as_of, lake_version=shelf.lake_version)
            by_group.setdefault(card.group, []).append(Figure(card, vector[card.code], href))
    order = [g for g in GROUPS if g in by_group] + [g for g in by_group if g not in GROUPS]
    return tuple((GROUPS.get(g, g), tuple(by_group[g])) for g in order)


def judged(frame: Frame, decided: Document | None) -> tuple[Judged, ...]:
    """The scores of a decision with their charts."""
    found = []
    for place, score in enumerate(decided.scores if decided else ()):
        steps = [(Text.of(c.params.get("feature", c.feature)), c.points) for c in score.contributions]
        chart = waterfall(score.base, steps, frame.lang) if steps else None
        found.append(Judged(score, chart, decides=place == 0))
    return tuple(found)


NOTES = {
    "void": _("void invoices"),
    "red": _("red-letter invoices"),
    "duplicate": _("exact duplicates, not counted"),
    "zero_total": _("invoices with a total of zero, not counted"),
}


@router.get("/firms/{firm_id:path}")
@needs("firm.read", firm="firm_id")
def firm(request: Request, firm_id: str) -> Response:
    """One firm.

    Raises:
        HTTPException: 404 where neither register nor log knows it.
    """
    frame = Frame.of(request)
    with frame.bank.session() as session:
        shelf = frame.library.newest(session, firm_id)
        names = frame.library.names(session)
        decisions = log.page(session, log.Filter(firm_id=firm_id), size=100).rows if firm_id else ()
        if shelf is None or (firm_id not in names and not decisions):
            raise HTTPException(404)
        return frame.render(session, names.get(firm_id, firm_id), _context(frame, session, shelf, firm_id, decisions))


def _context(frame: Frame, session: Session, shelf: Shelf, firm_id: str, decisions: tuple[Decision, ...]) -> Firm:
    names = frame.library.names(session)
    decided = documents.read(decisions[0].body) if decisions else None
    flows, flow_rows = shelf.flows(firm_id)
    odd = shelf.notes(firm_id)
    return Firm(
        firm_id=firm_id,
        name=names.get(firm_id, firm_id),
        facts=_identity(shelf.identity(firm_id)),
        as_of=shelf.as_of,
        flow=charts.monthly_flow(flows, frame.lang) if flows else None,
        flow_rows=flow_rows,
        flow_months=FLOW_MONTHS,
        sides=_sides(shelf, firm_id, names, frame.visible(session, "firm.read")),
        partner_months=PARTNER_MONTHS,
        groups=_groups(shelf, firm_id, _vector(shelf, firm_id, decided, frame.library.scheme(session, shelf.as_of))),
        scores=judged(frame, decided),
        findings=decided.findings if decided else (),
        decisions=decisions,
        loans=shelf.loans(firm_id),
        notes=tuple((msgid, int(odd[name])) for name, msgid in NOTES.items()) if odd else (),
        span=(odd["first"], odd["last"]) if odd else None,
        quarantined=rows_naming(frame, session, firm_id),
        may_quarantine=frame.may("data.quality"),
        distrusted=tuple(
            untrusted.sentence(r, frame.lang) for r in untrusted.reasons(decided.quality if decided else None)
        ),
        verified=firm_id in verified(frame.bank, session, frame.library, shelf),
        people=held(shelf, firm_id) if frame.may("person.read") else (),
        people_for=purposes_of(frame, session),
        people_most=MOST,
        purpose=frame.purpose.label if frame.purpose else None,
        other_purposes=tuple(p for p in frame.purposes(session, "firm.read") if p != frame.purpose),
        may_consents=frame.may("consent.read"),
    )
