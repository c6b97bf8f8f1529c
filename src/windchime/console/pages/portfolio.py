"""`/`: the portfolio: key figures, how bands were decided, what is offered, and every firm's latest decision."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from windchime.console import charts as own_charts
from windchime.console.asking import NOTHING_DECIDED, NOTHING_LOADED, table_download
from windchime.console.charts import BandVerdicts
from windchime.console.frame import Context, Frame
from windchime.console.lines import row
from windchime.core.money import ZERO
from windchime.core.text import Lang, Text
from windchime.data.lake import versions
from windchime.portfolio.shown.book import Book, Line, book
from windchime.present import charts
from windchime.present.charts import Option, Part
from windchime.present.web import Column, Empty, Query, Table
from windchime.present.web.table import matching
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("贷款组合", "Loan portfolio")


@dataclass(frozen=True, slots=True)
class Portfolio(Context):
    """The portfolio page."""

    template: ClassVar[str] = "portfolio.html"
    #: firms with a decision
    decided: int
    #: how many of them were approved, referred, declined
    verdicts: dict[str, int]
    #: yuan offered in approved decisions
    offered: Decimal
    #: yuan a year: each offered limit by default probability and loss given default
    expected_loss: Decimal
    #: that loss over what is offered, a fraction; None where nothing is offered
    loss_rate: Decimal | None
    #: chart of verdicts by band; None where nothing is decided
    bands: Option | None
    #: chart of what is offered, by band; None where nothing is offered
    limits: Option | None
    #: the latest decision of every firm
    table: Table


def columns(found: Book) -> tuple[Column, ...]:
    """The columns of the table of latest decisions."""
    return (
        Column("name", Text("企业", "Firm"), href="{firm_href}"),
        Column("firm_id", Text("企业标识", "Firm id"), "id", phone=False),
        Column("verdict", Text("结论", "Verdict"), "verdict", choose=True),
        Column(
            "band",
            Text("等级", "Band"),
            choose=True,
            hint=Text("评分卡给出的等级，A 最好", "by the scorecard; A is best"),
        ),
        Column(
            "probability",
            Text("违约概率", "Default probability"),
            "percent",
            phone=False,
            hint=Text("决定性模型给出的一年内违约概率", "of default within the term, by the deciding model"),
        ),
        Column(
            "limit",
            Text("额度", "Limit"),
            "short_money",
            hint=Text("通过为授信额度，转人工为拟议额度", "offered, or what a referred firm would be offered"),
        ),
        Column("rate", Text("年利率", "Rate a year"), "percent"),
        Column("reason", Text("首要理由", "Main reason"), choose=True, words=found.sentences, phone=False),
        Column("as_of", Text("决策（观察时点）", "Decision (as of)"), "date", href="{decision_href}"),
    )


def rows(found: Book, query: Query) -> list[dict[str, Any]]:
    """The lines as rows; where a reason was chosen, every line that bears it shows it."""
    wanted = query.chosen.get("reason")
    return [
        row(line) | ({"reason": wanted if wanted in line.reasons else None} if wanted else {}) for line in found.lines
    ]


def _table(found: Book, query: Query, empty: Empty) -> Table:
    made = Table.of("decisions", "/", columns(found), rows(found, query), query=query, empty=empty, export="/export")
    codes = sorted({code for line in found.lines for code in line.reasons})
    return replace(made, choices={**made.choices, "reason": tuple(codes)})


def _by_band(found: Book, lang: Lang) -> Option | None:
    counted = Counter((line.band, line.verdict) for line in found.lines)
    bands = [BandVerdicts(b, {v: n for (band, v), n in counted.items() if band == b}) for b in found.bands]
    return own_charts.verdicts_by_band(bands, lang) if bands else None


def _offered(approved: Sequence[Line], lang: Lang) -> Option | None:
    amounts: dict[str, Decimal] = {}
    for line in approved:
        amounts[line.band] = amounts.get(line.band, ZERO) + (line.limit or ZERO)
    parts = [Part(Text.of(b), a, href=f"/?band={b}&verdict=approve") for b, a in sorted(amounts.items())]
    bars, scale = charts.amount_bars(parts, lang)
    return charts.horizontal(bars, scale.label[lang]) if bars else None


@router.get("/")
@needs("portfolio.read")
def portfolio(request: Request) -> Response:
    """The portfolio."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        found = book(frame.bank, session, frame.library)
        empty = NOTHING_DECIDED if versions.head(session) else NOTHING_LOADED
        offered, loss = found.offered, found.expected_loss
        context = Portfolio(
            decided=len(found.lines),
            verdicts=dict(Counter(line.verdict for line in found.lines)),
            offered=offered,
            expected_loss=loss,
            loss_rate=loss / offered if offered else None,
            bands=_by_band(found, frame.lang),
            limits=_offered(found.approved, frame.lang),
            table=_table(found, Query.read(frame.query, columns(found)), empty),
        )
        return frame.render(session, TITLE, context)


@router.get("/export")
@needs("portfolio.read")
def export(request: Request) -> Response:
    """The matching rows as a file."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        found = book(frame.bank, session, frame.library)
        query = Query.read(frame.query, columns(found))
        return table_download(
            frame, session, columns(found), matching(rows(found, query), columns(found), query), "portfolio"
        )
