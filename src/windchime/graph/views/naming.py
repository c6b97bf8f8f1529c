"""Which node is meant: by its id, or by words that only one name holds."""

from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.graph.views.network import Network, UnknownNode
from windchime.graph.views.sentences import name_of

#: so many of several are named
_NAMED = 5


class SeveralNodes(BadCall):
    """Words that several names hold."""

    msgid = _("'{words}' may mean several: {named}")
    hint = _("give the id, or more of the name")

    def __init__(self, words: str, named: str) -> None:
        super().__init__(words=words, named=named)


def node_called(network: Network, words: str) -> str:
    """The id of the node that words mean: an id, a whole name, or part of a single name.

    Raises:
        UnknownNode: no id or name holds the words.
        SeveralNodes: several do, and none is named by them alone.
    """
    if words in network:
        return words
    found = network.search(words, _NAMED)
    if not found:
        raise UnknownNode(words)
    same = [n for n in found if network.is_called(n.node, words)]
    if len(found) > 1 and len(same) != 1:
        raise SeveralNodes(words, ", ".join(f"{name_of(n)} ({n.node})" for n in found))
    return (same or found)[0].node
