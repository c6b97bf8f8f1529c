"""GEXF 1.3 (gexf.net): read by Gephi, where the days of ties move its timeline."""

from typing import Any, BinaryIO

from windchime.graph.exchange.drawing import NODE_COLUMNS, TIE_COLUMNS, TYPES, Drawing, text_of
from windchime.graph.exchange.xml import Ids, Writer

_NAMESPACE = "http://gexf.net/1.3"
_TYPES = {"number": "double", "count": "long"}
#: written as attributes of their own, which the format knows
_NODE = tuple(c for c in NODE_COLUMNS if c != "label")
_TIE = tuple(c for c in TIE_COLUMNS if c not in ("since", "until"))


def write(drawing: Drawing, out: BinaryIO) -> None:
    """Write a drawing; a tie lasts from its `start` to its `end`, both days included."""
    xml = Writer(out)
    said = drawing.said
    with xml.element("gexf", {"xmlns": _NAMESPACE, "version": "1.3"}):
        with xml.element("meta", {"lastmodifieddate": said["generated_at"][:10]}):
            xml.leaf("creator", text=f"{said['generator']} {said['release']}")
            xml.leaf("description", text="; ".join(f"{k}: {v}" for k, v in said.items()))
        graph = {"defaultedgetype": "directed", "idtype": "string", "mode": "dynamic", "timeformat": "date"}
        with xml.element("graph", graph):
            for place, columns in (("node", _NODE), ("edge", _TIE)):
                with xml.element("attributes", {"class": place}):
                    for column in columns:
                        kind = _TYPES.get(TYPES.get(column, ""), "string")
                        xml.leaf("attribute", {"id": f"{place}.{column}", "title": column, "type": kind})
            _graph(xml, drawing)


def _graph(xml: Writer, drawing: Drawing) -> None:
    ids = Ids()
    with xml.element("nodes"):
        for row in drawing.node_rows():
            with xml.element("node", {"id": ids[row["node"]], "label": row["label"] or row["node"]}):
                _values(xml, "node", {c: row[c] for c in _NODE})
    with xml.element("edges"):
        for number, row in enumerate(drawing.tie_rows()):
            ends = {"id": f"e{number}", "source": ids[row["source"]], "target": ids[row["target"]], "kind": row["kind"]}
            days = {k: row[c].isoformat() for k, c in (("start", "since"), ("end", "until")) if row[c] is not None}
            with xml.element("edge", ends | days):
                _values(xml, "edge", {c: row[c] for c in _TIE})


def _values(xml: Writer, place: str, values: dict[str, Any]) -> None:
    with xml.element("attvalues"):
        for column, value in values.items():
            if value is not None:
                xml.leaf("attvalue", {"for": f"{place}.{column}", "value": text_of(value)})
