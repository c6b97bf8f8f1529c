"""`/graph`: the enterprise graph: search, what the newest run found, and around one firm a canvas with the same in words beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from windchime import __version__
from windchime.console import addresses, canvas, graph_found, graph_words
from windchime.console.canvas import KindCount
from windchime.console.frame import Context, Frame
from windchime.console.graph_asked import CAPS, HOPS, LAYOUTS, LONGEST, Asked
from windchime.console.graph_found import Answers, Found, Largest
from windchime.console.graph_labels import facts_of, node_kind
from windchime.console.graph_words import Path, Tied
from windchime.console.veil import Veil
from windchime.core.text import LANGS, Text, translate
from windchime.graph.exchange.formats import FORMATS
from windchime.graph.results import Run, newest
from windchime.graph.views.kinds import FLOWS
from windchime.graph.views.sentences import called, of_view
from windchime.graph.views.view import Node
from windchime.portfolio.shown.networks import standing
from windchime.present.web import Column, Empty, Query, Table
from windchime.service.http.rules import needs

router = APIRouter()
TITLE = Text("关系图谱", "Graph")
#: matches of a search, days that the slider stops at, firms near by that a path may lead to
_MATCHES, _DAYS, _NEAR = 50, 120, 50
FOUND = (
    Column("name", Text("名称", "Name"), href="{href}"),
    Column("node", Text("标识", "Id"), "id"),
    Column("kind", Text("类别", "Kind"), phone=False),
    Column("ties", Text("关联数", "Ties"), "count"),
)
NOBODY = Empty(
    Text("没有找到。", "Nothing is found."),
    Text("换一个词：企业名称的一部分或企业标识。", "Try another word: a part of a firm's name, or its id."),
)


@dataclass(frozen=True, slots=True)
class GraphStart(Context):
    """Where to begin: search, and what the newest run found."""

    template: ClassVar[str] = "graph.html"
    #: words that were searched; empty for none
    words: str
    #: nodes that hold them; None where nothing was searched
    found: Table | None
    #: whether data are loaded
    loaded: bool
    #: whether the graph is in memory; it is read once a lake version
    ready: bool
    #: how many nodes there are
    nodes: int
    #: how many ties there are, by kind
    ties: tuple[KindCount, ...]
    #: the newest run; None where there was none
    run: Run | None
    #: what it found, table by table
    tables: tuple[Found, ...]
    #: the largest groups, circles and loops
    largest: tuple[Largest, ...]
    #: whether the visitor sees a part of the bank alone, and so none of its figures as a whole
    veiled: bool


@dataclass(frozen=True, slots=True)
class GraphPage(Context):
    """The graph around one firm, drawn and in words."""

    template: ClassVar[str] = "graph_firm.html"
    #: id of the node in the middle
    node: str
    name: str
    #: what it is, in one line
    facts: str
    #: the firm's own page; empty where it has none
    firm_href: str
    #: whether the graph is in memory; while it is read the page asks again
    ready: bool
    #: what lies around it, in sentences
    sentences: tuple[str, ...]
    #: how many ties the firm has, by kind
    counts: tuple[KindCount, ...]
    #: what the address asked
    asked: Asked
    #: choices of hops
    hops: tuple[int, ...]
    #: choices of most nodes
    caps: tuple[int, ...]
    #: choices of layouts
    layouts: Mapping[str, Text]
    #: days on which a lasting tie changes, newest first
    days: tuple[date, ...]
    #: how each kind is drawn, by kind
    legend: Mapping[str, Mapping[str, Any]]
    #: the way to the second firm; None where none was asked
    path: Path | None
    #: what the canvas draws, as JSON
    data: Mapping[str, Any]
    #: forms of file in which the view leaves: label, name
    files: tuple[tuple[Text, str], ...]
    #: firms near by that the path may lead to: id and name
    near: tuple[tuple[str, str], ...]
    #: ties of the firm in words, by kind
    tied: tuple[Tied, ...]
    #: what the newest run says of the firm; None where there was no run
    answers: Answers | None


@router.get("/graph")
@needs("graph.read")
def start(request: Request) -> Response:
    """Search, or straight to the only firm that was meant."""
    frame = Frame.of(request)
    words = frame.query.get("q", "").strip()[:LONGEST]
    with frame.bank.session() as session:
        network, veil = frame.networks.newest(session), Veil.of(frame, session)
        found = None
        if words and network is not None:
            nodes = veil.search(network, words, _MATCHES)
            exact = [n for n in nodes if words in (n.node, n.label)]
            if len(exact) == 1 or len(nodes) == 1:
                return RedirectResponse(addresses.graph((exact or list(nodes))[0].node), 303)
            rows = [_match(n, frame) for n in nodes]
            query = Query.read({k: v for k, v in frame.query.items() if k != "q"}, FOUND, size=_MATCHES)
            found = Table.of("found", "/graph", FOUND, rows, query=query, empty=NOBODY)
        at = standing(session)
        shelf = frame.library.shelf(session, *at) if at else None
        run = newest(session)
        context = GraphStart(
            words,
            found,
            shelf is not None,
            network is not None,
            len(network.ids) if network and veil.lifted else 0,
            canvas.all_ties(network, frame.lang) if network and veil.lifted else (),
            run if veil.lifted else None,
            graph_found.tables(run) if run and veil.lifted else (),
            graph_found.largest(shelf, frame.library.names(session)) if shelf and run and veil.lifted else (),
            not veil.lifted,
        )
        return frame.render(session, TITLE, context)


def _match(node: Node, frame: Frame) -> dict[str, Any]:
    return {
        "name": called(node, frame.lang),
        "node": node.node,
        "kind": node_kind(node.kind, frame.lang),
        "ties": node.degree,
        "href": addresses.graph(node.node),
    }


@router.get("/graph/{node:path}")
@needs("graph.read", firm="node")
def around(request: Request, node: str) -> Response:
    """The graph around one firm or person.

    Raises:
        HTTPException: 404 where the graph does not have it.
    """
    frame = Frame.of(request)
    asked = Asked.of(frame.query)
    with frame.bank.session() as session:
        at = standing(session)
        if at is None:
            raise HTTPException(404)
        network = frame.networks.newest(session)
        names = frame.library.names(session)
        if node not in (names if network is None else network):
            raise HTTPException(404)
        shelf = frame.library.shelf(session, *at)
        run, veil = newest(session), Veil.of(frame, session)
        answers = graph_found.answers_about(shelf, node, network, names, frame.lang, run, veil) if run else None
        if network is None:
            context = _unread(node, names, asked, answers)
        else:
            pen = canvas.Pen(network, frame.lang, asked.on, shelf.as_of, names)
            context = _drawn(frame, pen, node, asked, answers, veil)
        return frame.render(session, context.name, context)


def _unread(node: str, names: Mapping[str, str], asked: Asked, answers: Answers | None) -> GraphPage:
    """The page while the graph is being read: what the lake answers stands there already."""
    return GraphPage(
        node, names.get(node, node), "", addresses.firm(node), False, (), (), asked, HOPS, CAPS, LAYOUTS, (), {}, None,
        {}, (), (), (), answers,
    )  # fmt: skip


def _drawn(
    frame: Frame,
    pen: canvas.Pen,
    node: str,
    asked: Asked,
    answers: Answers | None,
    veil: Veil,
) -> GraphPage:
    lang, network = pen.lang, pen.network
    counts = canvas.counted(network, node, asked.on, lang)
    lasting = [k for k in network.kinds if k not in FLOWS]
    # trade and payments tie hundreds; where anything else does, they wait until they are asked for
    usual = tuple(FLOWS) if any(c.kind in lasting for c in counts) else ()
    hide = usual if asked.hide is None else asked.hide
    kinds = [k for k in network.kinds if k not in hide]
    view = veil.view(network.neighbourhood(node, asked.hops, asked.cap, kinds, asked.on))
    path = graph_words.path(network, node, asked.to, asked.on, lang, veil) if asked.to else None
    # invoices and payments change something every day; the slider stops where a lasting tie does
    days = network.days(node, asked.hops if veil.lifted else 1, asked.cap, lasting)
    legend = canvas.legend(network, counts, lang)
    middle = view.nodes[0]
    made = frame.bank.clock.now()
    data = {
        "firm": node,
        "title": called(middle, lang),
        "foot": canvas.foot(lang, pen.as_of, asked.on, made, frame.actor.name, __version__),
        "file": f"windchime-graph-{made:%Y%m%d-%H%M}",
        "asked": canvas.state(asked, hide, path.to if path else ""),
        "first": canvas.state(Asked.of({}), usual, ""),
        "kinds": legend,
        "view": pen.drawn(view.nodes, view.ties),
        "path": pen.drawn(path.nodes if path else (), (path.ties or ()) if path else ()),
        "urls": {"view": "/graph-view/", "counts": "/graph-counts/", "page": "/graph/"},
        "words": canvas.words(lang),
    }
    return GraphPage(
        node=node,
        name=called(middle, lang),
        facts=facts_of(middle, lang),
        firm_href=addresses.firm(node) if node in pen.firms else "",
        ready=True,
        sentences=of_view(view, lang),
        counts=counts,
        asked=asked,
        hops=HOPS,
        caps=CAPS,
        layouts=LAYOUTS,
        days=tuple(d for d in reversed(days) if d <= pen.as_of)[:_DAYS],
        legend=legend,
        path=path,
        data=data,
        files=tuple((Text(*(translate(f.label, t) for t in LANGS)), f.name) for f in FORMATS),
        near=tuple(
            (n.node, called(n, lang)) for n in view.nodes if n.kind == "firm" and n is not middle and n.node in network
        )[:_NEAR],
        tied=graph_words.tied(network, node, asked.on, pen.as_of, lang, veil),
        answers=answers,
    )
