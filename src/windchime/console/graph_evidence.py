"""What a finding of the graph rests on: the sentence of its evidence, and the rows of the library that it names."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from windchime.core.text import Lang
from windchime.data.contracts import contracts
from windchime.graph.ties import telling

#: gives the name of an id
Called = Callable[[str], str]


def sentences(table: str, evidence: Mapping[str, Any], lang: Lang, called: Called) -> tuple[str, ...]:
    """The evidence of a row of a result table in words; empty where its columns say all there is.

    Args:
        table: the result table.
        evidence: as its column holds it.
        lang: language of the words.
        called: gives the name of an id.
    """
    tell = TOLD.get(table)
    return tuple(tell(evidence, lang, called)) if tell else ()


def _tie(evidence: Mapping[str, Any], lang: Lang, _called: Called) -> Iterator[str]:
    yield telling.sentence(evidence, lang)


def _circle(evidence: Mapping[str, Any], _lang: Lang, called: Called) -> Iterator[str]:
    for cycle in evidence.get("cycles", ()):
        yield " → ".join(called(n) for n in [*cycle, *cycle[:1]])


#: who tells the evidence of a table
TOLD: Mapping[str, Callable[[Mapping[str, Any], Lang, Called], Iterator[str]]] = {
    "hidden_ties": _tie,
    "hidden_controllers": _tie,
    "guarantee_circles": _circle,
}


def rows_named(value: Any) -> Iterator[tuple[str, str]]:
    """Table and key of every row of the library that a piece of evidence names, wherever in it."""
    match value:
        case {"table": str(table), "row": str(row)} if table in contracts():
            yield table, row
        case [str(table), str(row)] if table in contracts():
            yield table, row
        case dict():
            for inner in value.values():
                yield from rows_named(inner)
        case list():
            for inner in value:
                yield from rows_named(inner)
