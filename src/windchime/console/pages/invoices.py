"""`/invoices`: verdicts on the lists of the firms one may read; `/invoices/{firm_id}`: one list, layer by layer, and what it supports."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response

from windchime.console import addresses, invoice_charts, invoice_words
from windchime.console.asking import NOTHING_LOADED, table_download
from windchime.console.frame import Context, Frame
from windchime.console.invoice_lists import FirmInvoices, firm_invoices
from windchime.core.text import Text
from windchime.portfolio.shown.verdicts import Verified, verified
from windchime.present.charts import Option
from windchime.present.web import Column, Empty, Query, Table
from windchime.present.web.table import matching
from windchime.risk.findings import Finding
from windchime.risk.invoices.checks.check import Check
from windchime.risk.invoices.copies.checks import CHECKS as COPIES
from windchime.risk.invoices.lending.lending import Lending
from windchime.risk.invoices.lending.limit import FRACTIONS
from windchime.risk.invoices.population.measure import PROFILE
from windchime.risk.invoices.published import PublishedVerdict
from windchime.risk.invoices.relations.checks import CHECKS as RELATIONS
from windchime.risk.invoices.running import CHECKS
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("发票核验", "Invoices")
#: invoices that did not pass, shown of one firm
MOST_ROWS = 100
COLUMNS = (
    Column("name", Text("企业", "Firm"), href="{href}"),
    Column("verdict", Text("结论", "Verdict"), choose=True, words=invoice_words.VERDICTS),
    Column("worst", Text("最严重发现", "Worst finding"), "risk", choose=True),
    Column("gravest", Text("首要发现", "First finding"), choose=True, phone=False),
    Column("findings", Text("发现数", "Findings"), "count", phone=False),
    Column("questioned", Text("存疑张数", "Questioned"), "count", phone=False),
    Column("rejected", Text("拒绝张数", "Rejected"), "count", phone=False),
    Column("rows", Text("核验行数", "Rows verified"), "count", phone=False),
    Column("firm_id", Text("企业标识", "Firm id"), "id", phone=False),
)
NONE = Empty(
    Text("发票还没有核验。", "No list of invoices has been verified yet."),
    Text(
        "运行一次全流程：windchime demo；只核验：windchime invoices publish；或由每晚的批次核验",
        "Run the whole cycle: windchime demo; verify alone: windchime invoices publish; the nightly run verifies too",
    ),
)
#: for those who may ask for it
IN_BACKGROUND = Text("在后台核验：提交任务", "Ask for verification in the background")
NO_CONSENTS = Empty(
    Text(
        "没有归您查看、且已授权本次目的并已核验的企业。",
        "No firm that is yours to see and has agreed to the purpose was verified.",
    ),
    Text("授权在“授权”页登记", "Consents are recorded on the page of consents"),
)


@dataclass(frozen=True, slots=True)
class Invoices(Context):
    """Verdicts on all lists."""

    template: ClassVar[str] = "invoices.html"
    #: name, count, remark, address of each verdict
    keys: tuple[tuple[str, str, str, str], ...]
    #: firms by check; None where nothing was found
    chart: Option | None
    #: firms with their verdicts, the gravest first
    table: Table


@dataclass(frozen=True, slots=True)
class LayerLine:
    """One layer of checks as it looked at a list."""

    #: message id
    name: str
    #: how many checks it has, and how many could be run
    checks: int
    run: int
    #: sentences of those that could not, figures left out
    missing: tuple[str, ...]
    #: what it found
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class DoubtedRow:
    """An invoice that did not pass."""

    number: str
    day: date | None
    #: name of the other side, as the register knows it
    partner: str
    #: cents
    total: int
    verdict: Text
    #: what the checks say, figures left out
    why: tuple[str, ...]
    href: str


@dataclass(frozen=True, slots=True)
class InvoicesOfFirm(Context):
    """One list."""

    template: ClassVar[str] = "invoices_firm.html"
    firm_id: str
    name: str
    #: as the library holds it
    published: PublishedVerdict
    #: the verdict in words, with its shape
    word: Text
    #: gravest first, that the list has changed since among them
    findings: tuple[Finding, ...]
    #: in the order in which they look
    layers: tuple[LayerLine, ...]
    #: chart of sales by month; None without sales
    months: Option | None
    #: chart of numbers against days; None below two numbers
    numbers: Option | None
    #: the first of the invoices that did not pass, rejected ones in front
    doubted: tuple[DoubtedRow, ...]
    #: how many of them there are
    doubted_count: int
    #: sales, receivables and the limit that follows
    lending: Lending
    #: names of buyers by party; their ids where the register has no name
    names: Mapping[str, str]
    #: message ids of reasons, by what they are reasons for
    words: Mapping[str, Mapping[str, str]]
    #: steps of the limit that are fractions and not yuan
    fractions: frozenset[str]
    as_of: date


def _rows(frame: Frame, session: Session) -> tuple[list[dict[str, Any]], Mapping[str, Verified]]:
    """Rows and verdicts of the firms whose data the visitor may read."""
    shelf, mine = frame.library.newest(session), frame.readable(session, "firm.read")
    found = {
        f: v for f, v in (verified(frame.bank, session, frame.library, shelf) if shelf else {}).items() if f in mine
    }
    names = frame.library.names(session)
    rank = {v: i for i, v in enumerate(invoice_words.VERDICTS)}
    rows = [
        {
            "name": names.get(firm, firm),
            "href": addresses.invoices(firm),
            "firm_id": firm,
            "verdict": v.verdict.verdict,
            "worst": max(v.findings, key=lambda f: f.rank).severity if v.findings else "normal",
            "gravest": v.findings[0].code if v.findings else None,
            "findings": len(v.findings),
            "questioned": v.verdict.questioned,
            "rejected": v.verdict.rejected,
            "rows": v.verdict.rows,
        }
        for firm, v in found.items()
    ]
    return sorted(rows, key=lambda r: (-rank[str(r["verdict"])], -int(str(r["findings"])), str(r["firm_id"]))), found


def _columns(found: Mapping[str, Verified]) -> tuple[Column, ...]:
    """The columns, with what each finding says instead of its code."""
    said = {f.code: invoice_words.general(f) for v in found.values() for f in v.findings}
    return tuple(replace(c, words=said) if c.name == "gravest" else c for c in COLUMNS)


@router.get("/invoices")
@needs("firm.read")
def invoices(request: Request) -> Response:
    """Verdicts on the lists of all firms."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        rows, found = _rows(frame, session)
        columns = _columns(found)
        counts = Counter(str(r["verdict"]) for r in rows)
        keys = tuple(
            (word[frame.lang], str(counts[code]), "", f"/invoices?verdict={code}")
            for code, word in invoice_words.VERDICTS.items()
        )
        everything = frame.readable(session, "firm.read").all
        none = replace(NONE, how=IN_BACKGROUND, href="/jobs?ask=invoices.verify#ask") if frame.opens("/jobs") else NONE
        empty = (none if frame.library.newest(session) else NOTHING_LOADED) if everything else NO_CONSENTS
        query = Query.read(frame.query, columns)
        table = Table.of("invoices", "/invoices", columns, rows, query=query, empty=empty, export="/invoices-export")
        chart = invoice_charts.by_check((f for v in found.values() for f in v.findings), frame.lang)
        return frame.render(session, TITLE, Invoices(keys if rows else (), chart, table))


@router.get("/invoices-export")
@needs("firm.read")
def export(request: Request) -> Response:
    """The matching rows as a file."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        rows, found = _rows(frame, session)
        columns = _columns(found)
        kept = matching(rows, columns, Query.read(frame.query, columns))
        return table_download(frame, session, columns, kept, "invoices")


@router.get("/invoices/{firm_id:path}")
@needs("firm.read", firm="firm_id")
def firm(request: Request, firm_id: str) -> Response:
    """One list.

    Raises:
        HTTPException: 404 where its invoices were never verified.
    """
    frame = Frame.of(request)
    with frame.bank.session() as session:
        shelf = frame.library.newest(session, firm_id)
        found = verified(frame.bank, session, frame.library, shelf).get(firm_id) if shelf else None
        if shelf is None or found is None:
            raise HTTPException(404)
        names = frame.library.names(session)
        mine = firm_invoices(frame, session, shelf, firm_id, found.verdict.verdict)
        title = names.get(firm_id, firm_id)
        return frame.render(session, title, _page(frame, firm_id, title, found, mine, names, shelf.as_of))


def _page(
    frame: Frame, firm_id: str, name: str, found: Verified, mine: FirmInvoices, names: Mapping[str, str], as_of: date
) -> InvoicesOfFirm:
    words = {
        "left_out": invoice_words.LEFT_OUT,
        "excluded": invoice_words.EXCLUDED,
        "against": invoice_words.AGAINST,
    }
    partners = (
        mine.listing.invoices.select("partner_id", party=mine.parties.party("partner_id")).unique().sort("partner_id")
    )
    by_party = {party: names.get(partner, partner) for partner, party in partners.iter_rows()}
    return InvoicesOfFirm(
        firm_id=firm_id,
        name=name,
        published=found.verdict,
        word=invoice_words.VERDICTS[found.verdict.verdict],
        findings=found.findings,
        layers=_layers(found, frame),
        months=invoice_charts.months(mine.lending.truth, frame.lang),
        numbers=invoice_charts.numbers(mine.listing.invoices, mine.doubted, frame.lang),
        doubted=_doubted(frame, mine, names),
        doubted_count=mine.doubted.height,
        lending=mine.lending,
        names=by_party,
        words=words,
        fractions=FRACTIONS,
        as_of=as_of,
    )


def _sayings() -> dict[str, str]:
    checks = {c.code: c.msgid for c in (*CHECKS, *RELATIONS, *COPIES)}
    return checks | {m.code: m.msgid for m in PROFILE}


def _general(code: str, frame: Frame) -> str:
    msgid = _sayings().get(code)
    return invoice_words.general(Finding(code, "normal", msgid))[frame.lang] if msgid else code


def _layers(found: Verified, frame: Frame) -> tuple[LayerLine, ...]:
    skipped = set(found.verdict.not_run)
    by_layer: dict[str, list[str]] = {layer: [] for layer in invoice_words.LAYERS}
    checks: tuple[Check, ...] = (*CHECKS, *RELATIONS, *COPIES)
    for check in checks:
        by_layer[check.layer].append(check.code)
    by_layer["population"] += [m.code for m in PROFILE]
    # no other copy is known to the library, and without norms nothing is usual
    skipped |= set(by_layer["copy"]) | (set() if found.verdict.norms else set(by_layer["population"]))
    return tuple(
        LayerLine(
            invoice_words.LAYERS[layer],
            len(codes),
            sum(c not in skipped for c in codes),
            tuple(_general(c, frame) for c in codes if c in skipped),
            tuple(f for f in found.findings if f.code in codes),
        )
        for layer, codes in by_layer.items()
    )


def _doubted(frame: Frame, mine: FirmInvoices, names: Mapping[str, str]) -> tuple[DoubtedRow, ...]:
    worst_first = mine.doubted.sort("verdict", "row", descending=[True, False]).head(MOST_ROWS)
    rows = worst_first.join(mine.listing.invoices, "row", maintain_order="left")
    return tuple(
        DoubtedRow(
            r["invoice_no"],
            r["issue_date"],
            names.get(r["partner_id"], r["partner_id"]),
            r["total"],
            invoice_words.VERDICTS[r["verdict"]],
            tuple(_general(c, frame) for c in r["checks"].split("|")),
            addresses.row("invoices", r["source_file"], r["row_no"]),
        )
        for r in rows.iter_rows(named=True)
    )
