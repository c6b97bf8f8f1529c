"""JSON in the node-link form that D3 and NetworkX read; exact numbers stand as texts, as everywhere in our JSON."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from windchime.core.canonical import canonical
from windchime.graph.exchange.drawing import Drawing


def write(drawing: Drawing, out: BinaryIO) -> None:
    """Write a drawing: `directed`, `multigraph`, `graph` (where it comes from), `nodes` (`id` …), `links`."""
    head = canonical({"directed": True, "multigraph": True, "graph": drawing.said})
    out.write(head[:-1] + b',"nodes":[')
    out.writelines(_listed({"id": row.pop("node")} | row for row in drawing.node_rows()))
    out.write(b'],"links":[')
    out.writelines(_listed({"key": number} | row for number, row in enumerate(drawing.tie_rows())))
    out.write(b"]}\n")


def _listed(rows: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Rows of a list, without what is empty."""
    for number, row in enumerate(rows):
        yield b"," * (number > 0) + b"\n" + canonical({k: v for k, v in row.items() if v is not None})
