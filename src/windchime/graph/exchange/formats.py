"""The forms in which the graph leaves: what each is called, how its files end, and who writes it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO

from windchime.core.errors import UnknownName
from windchime.core.text import _
from windchime.graph.exchange.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Format:
    """One form of file."""

    #: as the command line and addresses name it
    name: str
    #: message id
    label: str
    suffix: str
    media_type: str

    def write(self, drawing: Drawing, out: BinaryIO) -> None:
        """Write a drawing: `write` of the module `windchime.graph.exchange.<name>`, loaded when first needed."""
        writer: Callable[[Drawing, BinaryIO], None] = import_module(f"windchime.graph.exchange.{self.name}").write
        writer(drawing, out)


FORMATS: tuple[Format, ...] = (
    Format("graphml", _("GraphML, for yEd, Cytoscape and NetworkX"), ".graphml", "application/graphml+xml"),
    Format("gexf", _("GEXF 1.3, for Gephi"), ".gexf", "application/gexf+xml"),
    Format("node_link", _("JSON of nodes and links, for D3 and NetworkX"), ".json", "application/json"),
    Format("cypher", _("CSV files for graph databases, in an archive"), ".zip", "application/zip"),
    Format("bods", _("BODS 0.4, ownership alone"), ".json", "application/json"),
)


def format_of(name: str) -> Format:
    """A form by its name.

    Raises:
        UnknownName: there is none of that name.
    """
    known = {f.name: f for f in FORMATS}
    if name not in known:
        raise UnknownName(_("form of file"), name, list(known))
    return known[name]
