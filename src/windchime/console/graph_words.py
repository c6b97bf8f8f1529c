"""The graph in words: what lies around a firm, its ties one by one, the way to another, each with the row it rests on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from windchime.console import addresses, canvas
from windchime.console.graph_labels import has_ended, lasting, size_of
from windchime.console.veil import Veil, node_of
from windchime.core.text import Lang
from windchime.graph.views.network import Network
from windchime.graph.views.sentences import called, of_tie
from windchime.graph.views.view import Node, Tie
from windchime.present import formats

#: ties of one kind that a page writes out
MOST = 12


@dataclass(frozen=True, slots=True)
class TieRow:
    """One tie of a firm."""

    sentence: str
    #: the other end and its graph; empty where it may not be opened
    name: str
    href: str
    #: how much it is
    size: str
    days: str
    ended: bool
    #: the row it rests on; empty where the row may not be opened
    row_href: str


@dataclass(frozen=True, slots=True)
class Tied:
    """The ties of a firm of one kind, the strongest first."""

    kind: str
    label: str
    rows: tuple[TieRow, ...]
    of: int


@dataclass(frozen=True, slots=True)
class Path:
    """The shortest explained way between two."""

    #: id and name of the other end; the id empty where nobody is called so
    to: str
    name: str
    ties: tuple[Tie, ...] | None
    nodes: tuple[Node, ...]
    sentences: tuple[tuple[str, str], ...]


def tied(network: Network, node: str, on: date | None, as_of: date, lang: Lang, veil: Veil) -> tuple[Tied, ...]:
    """The ties of a node in words, by kind, as far as they may be seen."""
    result = []
    for count in canvas.counted(network, node, on, lang):
        view = veil.view(network.neighbourhood(node, 1, MOST + 1, [count.kind], on))
        names = {n.node: called(n, lang) for n in view.nodes}
        mine = [t for t in view.ties if node in (t.source, t.target)][:MOST]
        scale = formats.scale_for([t.amount for t in mine], lang)
        rows = tuple(_tie(t, node, names, as_of, scale, lang, network) for t in mine)
        result.append(Tied(count.kind, count.label, rows, count.count))
    return tuple(result)


def _tie(
    tie: Tie, node: str, names: Mapping[str, str], as_of: date, scale: formats.Scale, lang: Lang, network: Network
) -> TieRow:
    other = tie.target if tie.source == node else tie.source
    size = size_of(tie, lang) if tie.amount is None else f"{scale.write(tie.amount)} {scale.label[lang]}"
    return TieRow(
        of_tie(tie, names, lang, days=False),
        names[other],
        addresses.graph(other) if other in network else "",
        size,
        lasting(tie),
        has_ended(tie, as_of),
        addresses.keyed_row(tie.table, tie.row) if tie.table else "",
    )


def path(network: Network, node: str, to: str, on: date | None, lang: Lang, veil: Veil) -> Path:
    """The way from a node to another that may be seen, named by its id or by words of its name."""
    end = to if to in network else next((n.node for n in network.search(to, 1)), "")
    end = end if end in veil else ""
    if not end:
        return Path("", to, None, (), ())
    found = network.path(node, end, on=on)
    passed = dict.fromkeys(n for t in found or () for n in (t.source, t.target))
    ties = None if found is None else tuple(map(veil.tie, found))
    nodes = tuple(veil.node(node_of(network, n)) for n in passed)
    names = {n.node: called(n, lang) for n in nodes}
    sentences = tuple(
        (of_tie(t, names, lang), addresses.keyed_row(t.table, t.row) if t.table else "") for t in ties or ()
    )
    return Path(end, called(node_of(network, end), lang), ties, nodes, sentences)
