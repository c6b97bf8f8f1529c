"""`/api/v1/firms/…/neighbourhood`: what lies around a firm."""

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import Field
from starlette.responses import Response

from windchime.api import problems
from windchime.api.asking import Ask
from windchime.api.described import told
from windchime.api.opening import resource
from windchime.api.places import FirmId
from windchime.api.registered import registered
from windchime.api.shapes import Fraction, Money, Shape
from windchime.core.text import Text, _, translate
from windchime.data.vault.masking import shown
from windchime.service.http.enforcing import NoSuchRecord
from windchime.service.http.rules import needs

router = resource("firms")
NOT_READ = _("the graph is being read; ask again in a few seconds")
#: seconds after which to ask again
AGAIN = "5"
#: nodes of a neighbourhood, at most
MOST_NODES = 200


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
    with asked.session() as session:
        registered(asked, session, firm_id)
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
