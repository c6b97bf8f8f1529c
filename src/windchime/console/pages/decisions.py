"""`/decisions`: the log: every decision ever written that is the visitor's to see, searched, filtered and exported."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, cast, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from windchime.console import addresses
from windchime.console.asking import NO_CUSTOMERS, NOTHING_DECIDED, NOTHING_LOADED, table_download
from windchime.console.frame import Context, Frame
from windchime.core.intervals import wilson
from windchime.core.text import Text, _, translate
from windchime.data.lake import versions
from windchime.decision import log
from windchime.decision.document import VERDICTS
from windchime.decision.log import SortKey
from windchime.decision.override_rate import overridden_count
from windchime.decision.overriding import Terms, overridden
from windchime.decision.tables import Decision
from windchime.portfolio.shown.book import Book, book
from windchime.present.formats import percent
from windchime.present.web import Column, Query, Table
from windchime.service.http.reach import Visible
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("决策日志", "Decision log")


@dataclass(frozen=True, slots=True)
class Decisions(Context):
    """The log."""

    template: ClassVar[str] = "list.html"
    #: one page of the log
    table: Table
    #: how many of the matching decisions people have overridden; empty for none
    note: Text | str


def columns(found: Book) -> tuple[Column, ...]:
    """The columns of the log; ordering and filtering are the database's."""
    return (
        Column("made_at", Text("决策时间", "Decided at"), "instant", href="{href}"),
        Column("name", Text("企业", "Firm"), href="{firm_href}", sortable=False),
        Column("firm_id", Text("企业标识", "Firm id"), "id", phone=False),
        Column("verdict", Text("结论", "Verdict"), "verdict", choose=True),
        Column("instead", Text("人工改判", "Override"), "verdict", sortable=False),
        Column("band", Text("等级", "Band"), choose=True),
        Column("probability", Text("违约概率", "Default probability"), "percent", phone=False),
        Column("limit", Text("额度", "Limit"), "short_money"),
        Column("rate", Text("年利率", "Rate a year"), "percent", phone=False),
        Column(
            "reason",
            Text("理由", "Reasons"),
            choose=True,
            words=found.sentences,
            sortable=False,
            phone=False,
            hint=Text("全部理由见决策页", "all reasons stand on the decision's page"),
        ),
        Column("as_of", Text("观察时点", "As of"), "date", phone=False),
        Column("actor", Text("操作人", "By"), sortable=False, phone=False),
    )


def _rows(session: Session, found: Iterable[Decision], names: Mapping[str, str], wanted: str) -> list[dict[str, Any]]:
    decisions = tuple(found)
    instead = overridden(session, (d.id for d in decisions))
    return [_row(d, names, wanted, instead.get(d.id)) for d in decisions]


def _row(decision: Decision, names: Mapping[str, str], wanted: str, instead: Terms | None) -> dict[str, Any]:
    codes = decision.reason_codes.split()
    return {
        "made_at": decision.made_at,
        "href": addresses.decision(decision.id),
        "name": names.get(decision.firm_id, decision.firm_id),
        "firm_id": decision.firm_id,
        "firm_href": addresses.firm(decision.firm_id),
        "verdict": decision.verdict,
        "instead": instead.verdict if instead else None,
        "band": decision.band,
        "probability": decision.probability,
        "limit": decision.limit,
        "rate": decision.rate,
        "reason": wanted or next(iter(codes), None),
        "as_of": decision.as_of,
        "actor": decision.actor,
    }


def _asked(query: Query, mine: Visible) -> log.Filter:
    chosen = query.chosen
    return log.Filter(
        search=query.words,
        verdict=chosen.get("verdict", ""),
        band=chosen.get("band", ""),
        reason=chosen.get("reason", ""),
        within=mine.query,
    )


def _page(session: Session, query: Query, mine: Visible, *, size: int | None) -> log.Page:
    sort = query.sort if query.sort in get_args(SortKey) else ""
    return log.page(
        session,
        _asked(query, mine),
        sort=cast("SortKey", sort or "made_at"),
        descending=query.descending if sort else True,
        offset=(query.page - 1) * query.size if size else 0,
        size=size,
    )


@router.get("/decisions")
@needs("decision.read")
def decisions(request: Request) -> Response:
    """One page of the log."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        mine = frame.visible(session, "decision.read")
        found = book(frame.bank, session, frame.library).among(mine)
        query = Query.read(frame.query, columns(found))
        page = _page(session, query, mine, size=query.size)
        if page.total and not page.rows:
            query = replace(query, page=-(-page.total // query.size))
            page = _page(session, query, mine, size=query.size)
        names = frame.library.names(session)
        total = (
            page.total
            if query == Query(size=query.size, page=query.page)
            else _page(session, Query(), mine, size=0).total
        )
        kept = {k: v for k, v in query.params().items() if k != "page"}
        empty = (
            NO_CUSTOMERS if mine.firms == frozenset() else NOTHING_DECIDED if versions.head(session) else NOTHING_LOADED
        )
        table = Table(
            id="log",
            href="/decisions",
            columns=columns(found),
            rows=tuple(_rows(session, page.rows, names, query.chosen.get("reason", ""))),
            query=query,
            matching=page.total,
            total=total,
            empty=empty,
            choices={"verdict": VERDICTS, "band": found.bands, "reason": _codes(found)},
            exports={f: f"/decisions-export?{urlencode({**kept, 'format': f})}" for f in ("csv", "xlsx")},
        )
        note = _note(frame, page.total, overridden_count(session, _asked(query, mine)))
        return frame.render(session, TITLE, Decisions(table, note))


def _note(frame: Frame, total: int, count: int) -> str:
    """How often people put something else in the place of what the policy decided; empty where they never did."""
    if not count:
        return ""
    low, high = wilson(count, total)
    said = _("{count} of {total} decisions are overridden: {rate} [{low}, {high}] (95 %, Wilson)")
    shares = {"rate": count / total, "low": low, "high": high}
    return translate(said, frame.lang, count=count, total=total, **{k: percent(v) for k, v in shares.items()})


def _codes(found: Book) -> tuple[str, ...]:
    return tuple(sorted({code for line in found.lines for code in line.reasons}))


@router.get("/decisions-export")
@needs("decision.read")
def export(request: Request) -> Response:
    """Every matching decision as a file."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        found = book(frame.bank, session, frame.library)
        query = Query.read(frame.query, columns(found))
        names, mine = frame.library.names(session), frame.visible(session, "decision.read")
        rows = _rows(session, _page(session, query, mine, size=None).rows, names, query.chosen.get("reason", ""))
        return table_download(frame, session, columns(found), rows, "decisions")
