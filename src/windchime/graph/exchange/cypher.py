"""CSV as graph databases that speak Cypher load it: nodes.csv and relationships.csv, headings as `neo4j-admin database import`.

These files are for a database, not for a spreadsheet: texts stand as they are, a name that begins with `=` keeps it, for
a database would keep the sign that disarms it too. For sheets there are the tables of the pages, whose cells are.
"""

import csv
import io
import zipfile
from collections.abc import Iterable
from typing import Any, BinaryIO

from windchime.core.canonical import canonical
from windchime.graph.exchange.drawing import NODE_COLUMNS, TIE_COLUMNS, TYPES, Drawing, text_of

_TYPES = {"number": "double", "count": "long", "date": "date"}
#: the earliest instant that an archive can hold: equal content gives equal bytes
_MADE = (1980, 1, 1, 0, 0, 0)


def write(drawing: Drawing, out: BinaryIO) -> None:
    """Write a drawing as an archive of both files, and `about.json`, which says where they come from.

    Kinds of nodes become labels (`Firm`), kinds of ties types (`HOLDS`). Line breaks within texts become blanks, as the
    importer's default takes one line for one row.
    """
    label = [":LABEL" if c == "kind" else c for c in NODE_COLUMNS]
    typed = [":TYPE" if c == "kind" else f"{c}:{_TYPES[TYPES[c]]}" if c in TYPES else c for c in TIE_COLUMNS]
    nodes = ([r["node"], *(_label(r[c]) if c == "kind" else r[c] for c in NODE_COLUMNS)] for r in drawing.node_rows())
    ties = (
        [r["source"], r["target"], *(_type(r[c]) if c == "kind" else r[c] for c in TIE_COLUMNS)]
        for r in drawing.tie_rows()
    )
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _file(archive, "nodes.csv", ["id:ID", *label], nodes)
        _file(archive, "relationships.csv", [":START_ID", ":END_ID", *typed], ties)
        archive.writestr(zipfile.ZipInfo("about.json", _MADE), canonical(drawing.said) + b"\n")


def _file(archive: zipfile.ZipFile, name: str, heading: list[str], rows: Iterable[list[Any]]) -> None:
    about = zipfile.ZipInfo(name, _MADE)
    about.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(about, "w", force_zip64=True) as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(heading)
        writer.writerows([_cell(v) for v in row] for row in rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return " ".join(text_of(value).splitlines())


def _label(kind: str) -> str:
    return "".join(part.capitalize() for part in kind.split("_"))


def _type(kind: str) -> str:
    return kind.upper()
