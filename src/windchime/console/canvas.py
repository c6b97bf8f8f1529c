"""A view of the graph as its canvas draws it: nodes and ties as JSON, the strokes of kinds, the words of the script."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from windchime.console import addresses
from windchime.console.graph_asked import Asked
from windchime.console.graph_labels import facts_of, has_ended, kind_label, size_of
from windchime.core.text import Lang, _, translate
from windchime.graph.views.network import Network
from windchime.graph.views.sentences import called, of_tie
from windchime.graph.views.view import Node, Tie
from windchime.present import formats
from windchime.present.charts import clipped


@dataclass(frozen=True, slots=True)
class Stroke:
    """How ties of a kind are drawn: apart in grey, without colour."""

    #: `dark`, `soft` or `light`
    tone: str
    width: float
    #: lengths of dashes and gaps; empty for a whole line
    dash: tuple[int, ...] = ()
    #: whether source and target differ in what they do
    directed: bool = True


STROKES: Mapping[str, Stroke] = {
    "holds": Stroke("dark", 1.8),
    "leads": Stroke("soft", 1.2),
    "kin": Stroke("soft", 1.2, (2, 3), directed=False),
    "guarantees": Stroke("dark", 1.8, (7, 4)),
    "contact": Stroke("soft", 1.2, (8, 3, 2, 3), directed=False),
    "sells": Stroke("light", 1.6),
    "pays": Stroke("light", 1.6, (3, 3)),
}
OTHER = Stroke("light", 1.2, (4, 2))
#: half-width characters of a name under its node
_LABEL = 24
#: what the script of the page says, by name
WORDS = {
    "shown": _("{nodes} parties and {ties} ties are shown"),
    "left": _("{count} ties of the firm in the middle are not"),
    "beyond": _("{count} parties have ties that are not shown (+)"),
    "comma": _("; "),
    "full": _("{count} parties would be on the canvas; it holds {most}. Hide some or ask for less."),
    "failed": _("The server gave no answer; try again."),
    "copied": _("The address is copied; whoever opens it sees this view."),
    "close": _("Fold up"),
    "pin": _("Pin"),
    "unpin": _("Unpin"),
    "hide": _("Hide"),
    "path": _("How it is tied to the firm in the middle"),
    "middle": _("Into the middle"),
    "firm": _("Page of the firm"),
    "shut": _("Close"),
}


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many ties of one kind there are."""

    kind: str
    label: str
    count: int


def counted(network: Network, node: str, on: date | None, lang: Lang) -> tuple[KindCount, ...]:
    """By kind, how many ties a node has in the whole graph."""
    found = network.counts(node, on=on)
    return tuple(KindCount(k, kind_label(k, lang), leaving + entering) for k, (leaving, entering) in found.items())


def degree(network: Network, node: str, on: date | None) -> int:
    """How many ties leave and enter a node; one with itself does both."""
    return sum(map(sum, network.counts(node, on=on).values()))


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes parts of one network as JSON for one reader."""

    network: Network
    #: language of all words
    lang: Lang
    #: the day on which the ties hold that are counted; None for any
    on: date | None
    #: what ended before this day is marked
    as_of: date
    #: names of firms that have a page, by id
    firms: Mapping[str, str]

    def drawn(self, nodes: Iterable[Node], ties: Iterable[Tie]) -> dict[str, Any]:
        """Nodes and ties of a view or a path."""
        held = tuple(nodes)
        names = {n.node: called(n, self.lang) for n in held}
        return {
            "nodes": [
                {
                    "id": n.node,
                    "kind": n.kind,
                    "label": clipped(names[n.node], _LABEL),
                    "title": names[n.node],
                    "facts": facts_of(n, self.lang),
                    "degree": degree(self.network, n.node, self.on) if n.node in self.network else n.shown,
                    # what stands behind a veil is not in the network under its name, and leads nowhere
                    "page": addresses.graph(n.node) if n.node in self.network else "",
                    "firm": addresses.firm(n.node) if n.node in self.firms else "",
                }
                for n in held
            ],
            "ties": [
                {
                    "id": tie_id(t),
                    "kind": t.kind,
                    "source": t.source,
                    "target": t.target,
                    "label": size_of(t, self.lang),
                    "ended": has_ended(t, self.as_of),
                    "title": of_tie(t, names, self.lang),
                }
                for t in ties
            ],
        }


def tie_id(tie: Tie) -> str:
    """The same for the same tie whatever view it stands in, unlike any id of a node."""
    return "\t".join((tie.kind, tie.source, tie.target, tie.detail or "", str(tie.since or "")))


def legend(network: Network, counts: Iterable[KindCount], lang: Lang) -> dict[str, dict[str, Any]]:
    """How each kind of the network is drawn and called, and how many ties of it the firm in the middle has."""
    sizes = {c.kind: c.count for c in counts}
    return {
        k: {
            "label": kind_label(k, lang),
            "count": sizes.get(k, 0),
            "tone": stroke.tone,
            "width": stroke.width,
            "dash": list(stroke.dash),
            "directed": stroke.directed,
        }
        for k in network.kinds
        for stroke in (STROKES.get(k, OTHER),)
    }


def all_ties(network: Network, lang: Lang) -> tuple[KindCount, ...]:
    """By kind, how many ties there are."""
    counts = {c["values"].as_py(): c["counts"].as_py() for c in network.ties["kind"].value_counts()}
    return tuple(KindCount(k, kind_label(k, lang), counts[k]) for k in network.kinds if k in counts)


def foot(lang: Lang, as_of: date, on: date | None, made: datetime, by: str, release: str) -> str:
    """What a drawing that is taken away says of itself."""
    said = _("as of {as_of}, ties of {days}; made {made} by {who}, Windchime {release}")
    days = formats.day(on) if on else translate(_("all days"), lang)
    return translate(said, lang, as_of=as_of, days=days, made=formats.instant(made), who=by, release=release)


def state(asked: Asked, hide: Sequence[str], to: str) -> dict[str, Any]:
    """What a page was asked, as the script keeps it."""
    return {
        "hops": asked.hops,
        "cap": asked.cap,
        "on": asked.on.isoformat() if asked.on else "",
        "layout": asked.layout,
        "hide": list(hide),
        "to": to,
    }


def words(lang: Lang) -> dict[str, str]:
    """What the script of the page says; places in braces are filled there."""
    return {name: translate(msgid, lang) for name, msgid in WORDS.items()}
