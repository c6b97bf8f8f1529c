"""The graph as data: nodes and ties for the canvas, counts for its menus, a view as a file for other programs."""

from datetime import date
from io import BytesIO

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from windchime.console import canvas
from windchime.console.asking import one_of
from windchime.console.frame import Frame
from windchime.console.graph_asked import Asked
from windchime.console.veil import Veil
from windchime.graph.exchange.drawing import Drawing
from windchime.graph.exchange.formats import FORMATS, format_of
from windchime.graph.views.network import Network
from windchime.portfolio.shown.networks import standing
from windchime.service.http.rules import needs

router = APIRouter()
#: seconds a script waits for the graph to be read
_PATIENCE = 30.0


@router.get("/graph-view/{node:path}")
@needs("graph.read", firm="node")
def view(request: Request, node: str) -> Response:
    """Nodes and ties around a node, as JSON for the canvas."""
    frame = Frame.of(request)
    asked = Asked.of(frame.query)
    with frame.bank.session() as session:
        network, as_of = _network(frame, session, node)
        found = Veil.of(frame, session).view(network.neighbourhood(node, asked.hops, asked.cap, asked.kinds, asked.on))
        pen = canvas.Pen(network, frame.lang, asked.on, as_of, frame.library.names(session))
        return JSONResponse(pen.drawn(found.nodes, found.ties))


@router.get("/graph-counts/{node:path}")
@needs("graph.read", firm="node")
def counts(request: Request, node: str) -> Response:
    """Ties of a node by kind, as JSON for its menu."""
    frame = Frame.of(request)
    with frame.bank.session() as session:
        network, _as_of = _network(frame, session, node)
        found = canvas.counted(network, node, Asked.of(frame.query).on, frame.lang)
        return JSONResponse([{"kind": c.kind, "label": c.label, "count": c.count} for c in found])


@router.get("/graph-file.{form}/{node:path}")
@needs("graph.read", firm="node")
def file(request: Request, form: str, node: str) -> Response:
    """A view as a file for other programs.

    Raises:
        HTTPException: 404 for an unknown form or node.
    """
    chosen = format_of(one_of(form, [f.name for f in FORMATS]))
    frame = Frame.of(request)
    asked = Asked.of(frame.query)
    with frame.bank.session() as session:
        network, _as_of = _network(frame, session, node)
        hidden = asked.hide or ()
        kinds = asked.kinds or [k for k in network.kinds if k not in hidden]
        # what the visitor may see is read while the session stands
        found = Veil.of(frame, session).view(network.neighbourhood(node, asked.hops, asked.cap, kinds, asked.on))
        provenance = frame.provenance(session)
    out = BytesIO()
    chosen.write(Drawing.of_view(found, provenance), out)
    name = f"windchime-graph-{provenance.generated_at:%Y%m%d-%H%M}{chosen.suffix}"
    return Response(
        out.getvalue(),
        media_type=chosen.media_type,
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _network(frame: Frame, session: Session, node: str) -> tuple[Network, date]:
    at, network = standing(session), frame.networks.newest(session, _PATIENCE)
    if at is None or network is None or node not in network:
        raise HTTPException(404)
    return network, at[0]
