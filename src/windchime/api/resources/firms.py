"""`/api/v1/firms`: the register, one firm, its figures, what speaks for and against it, what lies around it."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.api import paging, problems
from windchime.api.asking import Ask, Asked
from windchime.api.described import PREFIX, told
from windchime.api.paging import Cursor, Limit
from windchime.api.places import FirmId
from windchime.api.shapes import Fraction, Money, Page, Shape, Words
from windchime.core.text import Text, _, translate
from windchime.data.contracts import contract
from windchime.data.vault.masking import shown
from windchime.decision import document as documents
from windchime.decision import log
from windchime.indicators import indicators
from windchime.portfolio.shown.library import Shelf
from windchime.portfolio.shown.verdicts import verified
from windchime.risk.findings import Finding
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs

router = APIRouter(prefix=PREFIX, tags=["firms"])
NOT_READ = _("the graph is being read; ask again in a few seconds")
#: seconds after which to ask again
AGAIN = "5"
#: nodes of a neighbourhood, at most
MOST_NODES = 200


class Firm(Shape):
    """A firm of the register."""

    firm_id: str = Field(description="id of the firm", examples=["shop:SOUND"])
    name: str = Field(description="its name", examples=["明达贸易有限公司"])


class LatestDecision(Shape):
    """The decision written last about a firm, in short."""

    decision_id: str = Field(description="id of the decision", examples=["019a0b1c-7d2e-7f00-8000-0123456789ab"])
    product: str = Field(description="product it was decided for", examples=["invoice_loan"])
    verdict: str = Field(description="approve, refer or decline", examples=["approve"])
    band: str = Field(description="band of the deciding model", examples=["A"])
    as_of: date = Field(description="end of this day was the last moment of knowledge", examples=["2020-02-21"])


class FirmDetail(Firm):
    """A firm as the register says it."""

    as_of: date = Field(description="end of this day is the last moment of knowledge", examples=["2020-02-21"])
    lake_version: int = Field(description="version of the library", examples=[1])
    register_row: dict[str, str | bool | int | None] = Field(
        description="newest row of the register, by column; dates and amounts as text, names of persons masked",
        examples=[{"firm_kind": "company", "established_on": "2015-01-01"}],
    )
    latest: LatestDecision | None = Field(description="null where nothing was decided")


class IndicatorValue(Shape):
    """One indicator of a firm."""

    code: str = Field(description="name of the indicator", examples=["sales_growth_12m"])
    name: Words
    group: str = Field(description="what it speaks of", examples=["growth"])
    unit: str = Field(description="yuan, fraction, ratio, count, months, days or ln_yuan", examples=["fraction"])
    window_months: int | None = Field(description="whole months it looks at; null for all", examples=[12])
    value: str | int | None = Field(
        description="a decimal as text, a whole number, or null where it cannot be measured", examples=["0.120000"]
    )


class IndicatorValues(Shape):
    """The indicators of a firm."""

    firm_id: str = Field(description="id of the firm", examples=["shop:SOUND"])
    as_of: date = Field(description="end of this day is the last moment of knowledge", examples=["2020-02-21"])
    lake_version: int = Field(description="version of the library", examples=[1])
    indicators: tuple[IndicatorValue, ...] = Field(
        description="in the order of the catalogue; empty where nothing can be measured"
    )


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


class GraphNode(Shape):
    """A firm, person or other party."""

    node: str = Field(description="its id", examples=["shop:SOUND"])
    kind: str = Field(description="firm, person, foreign, government, product or unknown", examples=["firm"])
    label: str | None = Field(description="a firm's name; of a person a masked token", examples=["明达贸易有限公司"])
    hops: int = Field(description="how far from the firm", examples=[0])
    degree: int = Field(description="ties it has in the whole graph", examples=[7])


class GraphTie(Shape):
    """A tie between two nodes."""

    kind: str = Field(description="what kind of tie", examples=["supplies"])
    source: str = Field(description="id of where it leaves", examples=["shop:S"])
    target: str = Field(description="id of where it enters", examples=["shop:SOUND"])
    share: Fraction | None = Field(description="of ownership or trade; null where it has none")
    amount: Money | None = Field(description="null where it has none")
    since: date | None = Field(description="first day; null where it is not known", examples=["2019-01-01"])
    until: date | None = Field(description="last day; null where it holds still", examples=[None])


class Neighbourhood(Shape):
    """What lies around a firm."""

    firm_id: str = Field(description="id of the firm", examples=["shop:SOUND"])
    nodes: tuple[GraphNode, ...] = Field(description="nearest first")
    ties: tuple[GraphTie, ...] = Field(description="ties between two of the nodes, strongest first")
    truncated: bool = Field(description="whether something within the distance is not shown", examples=[False])


@router.get("/firms", **told(Text("企业列表", "List firms"), Page[Firm]))
@needs("firm.read")
def firms(
    asked: Ask,
    q: Annotated[str, Query(max_length=100, description="part of the id or name", examples=["贸易"])] = "",
    limit: Limit = paging.USUAL,
    cursor: Cursor = None,
) -> Response:
    """Firms of the register that are yours to see, by id."""
    after = paging.after_text(cursor)
    with asked.bank.session() as session:
        mine = asked.readable(session, "firm.read")
        names = asked.library.names(session)
        ids: Sequence[str] = asked.library.ids(session)
        words = q.casefold()
        first = bisect_right(ids, after) if after is not None else 0
        found: list[str] = []
        for firm in ids[first:]:
            if firm in mine and (not words or words in firm.casefold() or words in names[firm].casefold()):
                found.append(firm)
                if len(found) > limit:
                    break
    rows, following = paging.part(found, limit, lambda f: f)
    page = Page[Firm](items=tuple(Firm(firm_id=f, name=names[f]) for f in rows), next=following)
    return asked.answer(page, headers=paging.link(asked.request, following))


@router.get("/firms/{firm_id:path}/indicators", **told(Text("企业的指标", "Indicators of a firm"), IndicatorValues))
@needs("firm.read", firm="firm_id")
def indicator_values(asked: Ask, firm_id: FirmId) -> Response:
    """Every indicator of a firm, measured from the newest library."""
    with asked.bank.session() as session:
        shelf = _shelf(asked, session, firm_id)
        known = shelf.has("invoices") and shelf.identity(firm_id) is not None
        vector: Mapping[str, Any] = shelf.measured(firm_id, asked.library.scheme(session, shelf.as_of)) if known else {}
    found = IndicatorValues(
        firm_id=firm_id,
        as_of=shelf.as_of,
        lake_version=shelf.lake_version,
        indicators=tuple(
            IndicatorValue(
                code=card.code,
                name=Words.told(card.name),
                group=card.group,
                unit=card.unit,
                window_months=card.window_months,
                value=_figure(vector[card.code], card.digits),
            )
            for card in indicators()
            if card.code in vector
        ),
    )
    return asked.answer(found)


@router.get("/firms/{firm_id:path}/findings", **told(Text("企业的风险发现", "Findings about a firm"), Findings))
@needs("firm.read", firm="firm_id")
def findings(asked: Ask, firm_id: FirmId) -> Response:
    """What risk models found out about a firm when it was last decided."""
    with asked.bank.session() as session:
        _shelf(asked, session, firm_id)
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
    **told(Text("企业发票清单的核验结论", "LatestDecision on a firm's invoices"), InvoiceVerdict),
)
@needs("firm.read", firm="firm_id")
def invoice_verdict(asked: Ask, firm_id: FirmId) -> Response:
    """What verification says of a firm's list of invoices; 404 where it was never verified."""
    with asked.bank.session() as session:
        shelf = _shelf(asked, session, firm_id)
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


@router.get(
    "/firms/{firm_id:path}/neighbourhood", **told(Text("企业周围的关系", "What lies around a firm"), Neighbourhood)
)
@needs("graph.read", firm="firm_id")
def neighbourhood(
    asked: Ask,
    firm_id: FirmId,
    hops: Annotated[int, Query(ge=1, le=3, description="how far", examples=[1])] = 1,
    nodes: Annotated[int, Query(ge=1, le=MOST_NODES, description="most nodes", examples=[60])] = 60,
) -> Response:
    """The graph around a firm, in brief; 503 while the graph of a new library is being read."""
    with asked.bank.session() as session:
        _shelf(asked, session, firm_id)
        network = asked.networks.newest(session)
    if network is None:
        said = translate(NOT_READ, asked.lang)
        return problems.problem(asked.request, 503, "GraphNotReady", said, headers={"retry-after": AGAIN})
    if firm_id not in network:
        raise NoSuchRecord
    view = network.neighbourhood(firm_id, hops, nodes)
    shape = Neighbourhood(
        firm_id=firm_id,
        nodes=tuple(
            GraphNode(node=n.node, kind=n.kind, label=n.label and shown(n.label), hops=n.hops, degree=n.degree)
            for n in view.nodes
        ),
        ties=tuple(
            GraphTie(
                kind=t.kind,
                source=t.source,
                target=t.target,
                share=t.share,
                amount=t.amount,
                since=t.since,
                until=t.until,
            )
            for t in view.ties
        ),
        truncated=view.truncated,
    )
    return asked.answer(shape)


@router.get("/firms/{firm_id:path}", **told(Text("一家企业", "One firm"), FirmDetail))
@needs("firm.read", firm="firm_id")
def firm(asked: Ask, firm_id: FirmId) -> Response:
    """A firm as the register says it, with the decision written last about it."""
    with asked.bank.session() as session:
        shelf = _shelf(asked, session, firm_id)
        latest = log.latest(session, firm_id)
        row = shelf.identity(firm_id)
        shape = FirmDetail(
            firm_id=firm_id,
            name=asked.library.names(session)[firm_id],
            as_of=shelf.as_of,
            lake_version=shelf.lake_version,
            register_row=_plain(row) if row else {},
            latest=LatestDecision(
                decision_id=latest.id,
                product=latest.product,
                verdict=latest.verdict,
                band=latest.band,
                as_of=latest.as_of,
            )
            if latest
            else None,
        )
    return asked.answer(shape)


def _shelf(asked: Asked, session: Session, firm_id: str) -> Shelf:
    """The newest library of a firm.

    Raises:
        NoSuchRecord: no register knows it.
    """
    shelf = asked.library.newest(session, firm_id)
    if shelf is None or firm_id not in asked.library.names(session):
        raise NoSuchRecord
    return shelf


def _found(finding: Finding) -> FindingSaid:
    params = {k: v.as_dict() if isinstance(v, Text) else v for k, v in finding.params.items()}
    return FindingSaid(
        code=finding.code,
        severity=finding.severity,
        sentence=Words(zh=finding.sentence("zh"), en=finding.sentence("en")),
        params=params,
    )


def _figure(value: Any, digits: int) -> str | int | None:
    if value is None or isinstance(value, int):
        return value
    return f"{Decimal(str(value)):.{digits}f}"


def _plain(row: Mapping[str, Any]) -> dict[str, str | bool | int | None]:
    """A row of the register as JSON: nothing of a person is in clear."""
    return {c.name: _value(row[c.name]) for c in contract("firms").columns if c.name in row}


def _value(value: Any) -> str | bool | int | None:
    match value:
        case None | bool() | int():
            return value
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return format(value, "f")
        case _:
            return shown(str(value))
