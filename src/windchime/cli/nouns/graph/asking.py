"""What several verbs of the graph share: a reading of the newest version with a scheme, and what nodes are called."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from windchime.cli.shell import Shell, as_date

if TYPE_CHECKING:
    from windchime.content.scheme import Scheme
    from windchime.data.reading import Reading


@dataclass(frozen=True, slots=True)
class Asked:
    """The library as of a date, and the parameters in force."""

    reading: "Reading"
    scheme: "Scheme"
    as_of: date


@contextmanager
def opened(shell: Shell, as_of: str | None, scheme: str) -> Iterator[Asked]:
    """The newest lake version, as of a date or that of its pack."""
    from windchime.content.in_force import scheme_in_force
    from windchime.data.lake import Lake

    lake = Lake(shell.bank.lake_dir)
    with shell.bank.session() as session:
        day = as_date(as_of) or lake.pack(session).as_of
        found, _version = scheme_in_force(shell.bank.content_dir, session, scheme, day)
        with lake.reading(session, as_of=day) as reading:
            yield Asked(reading, found, day)


def names_of(reading: "Reading") -> Mapping[str, str]:
    """What each node is called: firms by name, persons masked."""
    from windchime.graph.facts.nodes import nodes
    from windchime.graph.views.sentences import name_of
    from windchime.graph.views.view import Node

    columns = nodes(reading).select(["node", "kind", "label"]).to_pydict()
    return {n: name_of(Node(n, k, label)) for n, k, label in zip(*columns.values(), strict=True)}


def node_meant(words: str, among: Collection[str], names: Mapping[str, str]) -> str:
    """The id that words mean: an id, a whole name, or part of a single name.

    Raises:
        UnknownNode: none of `among` is meant.
        SeveralNodes: several are.
    """
    from windchime.graph.views.naming import SeveralNodes
    from windchime.graph.views.network import UnknownNode

    if words in among:
        return words
    called = sorted(n for n in among if words in names.get(n, ""))
    same = [n for n in called if names[n] == words]
    if len(same or called) == 1:
        return (same or called)[0]
    if not called:
        raise UnknownNode(words)
    raise SeveralNodes(words, ", ".join(f"{names[n]} ({n})" for n in called[:5]))
