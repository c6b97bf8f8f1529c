"""What of the graph a visitor may see: parties that are not theirs stand there without name, figures or a way to them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy.orm import Session

from windchime.console import addresses
from windchime.console.frame import Frame
from windchime.core.text import Lang
from windchime.data.vault import Vault
from windchime.data.vault.tokens import is_token
from windchime.graph.views.network import Network
from windchime.graph.views.sentences import called
from windchime.graph.views.view import Node, Tie, View
from windchime.service.bank import Bank
from windchime.service.http.reach import Visible

#: matches of a search that are looked at where only some may be shown
_SEARCHED = 20_000


@dataclass(frozen=True)
class Veil:
    """Between the graph and one visitor. Whoever sees the whole bank looks through it."""

    bank: Bank
    #: firms whose data they may read
    mine: Visible

    @classmethod
    def of(cls, frame: Frame, session: Session) -> "Veil":
        """The visitor's."""
        return cls(frame.bank, frame.readable(session, "graph.read").read())

    def __contains__(self, node: object) -> bool:
        return node in self.mine

    @property
    def lifted(self) -> bool:
        """Whether nothing is veiled."""
        return self.mine.all

    def name(self, node: str) -> str:
        """What stands in the place of a party's id: itself, or a token of it, the same on every page."""
        return node if node in self else self._vault.token("sensitive", f"node:{node}")

    def href(self, node: str) -> str:
        """The graph of a party; empty where it may not be opened."""
        return addresses.graph(node) if node in self else ""

    def view(self, found: View) -> View:
        """A view with what may be seen of it: one's own, whom they are tied to, and these ties; ties among strangers are not."""
        if self.lifted:
            return found
        ties = [t for t in found.ties if t.source in self or t.target in self]
        near = {n for t in ties for n in (t.source, t.target)}
        nodes = [n for n in found.nodes if n.node in self or n.node in near]
        left = {n.node: found.left_out[n.node] for n in nodes if n.node in self and n.node in found.left_out}
        # of a stranger's ties those to one's own firms count, and no others
        ends = Counter(n for t in ties for n in (t.source, t.target))
        seen = tuple(self.node(n, ends[n.node]) for n in nodes)
        return View(seen, tuple(map(self.tie, ties)), found.truncated and bool(left), left)

    def node(self, found: Node, ties: int = 0) -> Node:
        """A party: a stranger keeps its kind, and of a person the token by which it is known."""
        if found.node in self:
            return found
        label = found.label if is_token(found.label) else None
        return Node(self.name(found.node), found.kind, label, hops=found.hops, degree=ties, shown=ties)

    def tie(self, found: Tie) -> Tie:
        """A tie: one of one's own firms keeps its figures, one among strangers none; no row, as its key names both ends."""
        if self.lifted:
            return found
        ended = replace(found, source=self.name(found.source), target=self.name(found.target), table="", row="")
        if found.source in self or found.target in self:
            return ended
        return replace(ended, share=None, amount=None, count=1, detail=None, since=None, until=None)

    def search(self, network: Network, words: str, most: int) -> tuple[Node, ...]:
        """Parties that hold the words, the closest first."""
        found = network.search(words, most if self.lifted else _SEARCHED)
        return tuple(n for n in found if n.node in self)[:most]

    def called(self, node: str, network: Network | None, names: Mapping[str, str], lang: Lang) -> str:
        """The name of a party, by the graph or the register; masked where it may not be seen."""
        if node in self and node in names:
            return names[node]
        known = node_of(network, node) if network is not None and node in network else Node(node, "unknown")
        return called(self.node(known), lang)

    @cached_property
    def _vault(self) -> Vault:
        return Vault.open(self.bank)


def node_of(network: Network, node: str) -> Node:
    """One node of the graph."""
    return network.neighbourhood(node, 0, 1).nodes[0]
