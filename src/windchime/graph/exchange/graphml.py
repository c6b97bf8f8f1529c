"""GraphML (graphml.graphdrawing.org, 1.0): read by yEd, Gephi, Cytoscape, NetworkX, igraph."""

from typing import Any, BinaryIO

from windchime.graph.exchange.drawing import NODE_COLUMNS, TIE_COLUMNS, TYPES, Drawing, text_of
from windchime.graph.exchange.xml import Ids, Writer

_NAMESPACE = "http://graphml.graphdrawing.org/xmlns"
_TYPES = {"number": "double", "count": "long"}


def write(drawing: Drawing, out: BinaryIO) -> None:
    """Write a drawing; dates are texts, shares and amounts decimal numbers as exact as they are."""
    xml = Writer(out)
    with xml.element("graphml", {"xmlns": _NAMESPACE}):
        for place, columns in (("graph", tuple(drawing.said)), ("node", NODE_COLUMNS), ("edge", TIE_COLUMNS)):
            for column in columns:
                kind = "string" if place == "graph" else _TYPES.get(TYPES.get(column, ""), "string")
                key = {"id": f"{place}.{column}", "for": place, "attr.name": column, "attr.type": kind}
                xml.leaf("key", key)
        ids = Ids()
        with xml.element("graph", {"id": "windchime", "edgedefault": "directed"}):
            _data(xml, "graph", drawing.said)
            for row in drawing.node_rows():
                with xml.element("node", {"id": ids[row["node"]]}):
                    _data(xml, "node", {c: row[c] for c in NODE_COLUMNS})
            for number, row in enumerate(drawing.tie_rows()):
                ends = {"source": ids[row["source"]], "target": ids[row["target"]]}
                with xml.element("edge", {"id": f"e{number}"} | ends):
                    _data(xml, "edge", {c: row[c] for c in TIE_COLUMNS})


def _data(xml: Writer, place: str, values: dict[str, Any]) -> None:
    for column, value in values.items():
        if value is not None:
            xml.leaf("data", {"key": f"{place}.{column}"}, text_of(value))
