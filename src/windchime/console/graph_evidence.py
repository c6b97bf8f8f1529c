"""What a finding of the graph rests on: its sentences, and the rows of the library that it names."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from windchime.core.text import Lang, _, translate
from windchime.data.contracts import contracts
from windchime.graph.groups import telling as groups
from windchime.graph.guarantees import telling as guarantees
from windchime.graph.ties import telling as ties
from windchime.present import formats

#: gives the name of an id
Called = Callable[[str], str]
Row = Mapping[str, Any]
#: chains and cycles that are told of one row
_MOST = 5


def evidence_of(row: Row) -> Any:
    """The evidence of a row of a result table, read."""
    return json.loads(row.get("evidence") or "{}")


def sentences(table: str, row: Row, evidence: Any, lang: Lang, called: Called) -> tuple[str, ...]:
    """A row of a result table in words; empty where its columns say all there is.

    Args:
        table: the result table.
        row: its columns by name.
        evidence: as `evidence_of` reads it.
        lang: language of the words.
        called: gives the name of an id.
    """
    tell = TELLERS.get(table)
    return tuple(tell(row, evidence, lang, called)) if tell and evidence else ()


def _control(_row: Row, evidence: Any, lang: Lang, called: Called) -> Iterator[str]:
    for chain in evidence.get("chains", ())[:_MOST]:
        steps = zip(chain["nodes"], chain["shares"], strict=False)
        way = "".join(f"{called(node)} —{formats.percent(share)}→ " for node, share in steps)
        yield f"{way}{called(chain['nodes'][-1])} = {formats.percent(chain['product'])}"
    if evidence.get("more"):
        yield translate(_("and {count} more chains"), lang, count=formats.count(evidence["more"]))
    held = [f"{called(m['member'])} {formats.percent(m['votes'])}" for m in evidence.get("members", ())[:_MOST]]
    if held:
        yield translate(_("votes of {members}"), lang, members=("、" if lang == "zh" else ", ").join(held))


def _group(_row: Row, evidence: Any, lang: Lang, called: Called) -> Iterator[str]:
    params = evidence["params"]
    named = {k: called(v) for k, v in params.items() if k in {"a", "b", "via"} and isinstance(v, str)}
    yield groups.sentence({**evidence, "params": {**params, **named}}, lang)


def _circle(row: Row, evidence: Any, lang: Lang, called: Called) -> Iterator[str]:
    yield guarantees.of_member(row, {row["firm_id"]: called(row["firm_id"])}, lang)
    for cycle in evidence.get("cycles", ())[:_MOST]:
        yield guarantees.of_cycle(cycle, {n: called(n) for n in cycle})


def _hidden(_row: Row, evidence: Any, lang: Lang, _called: Called) -> Iterator[str]:
    yield ties.sentence(evidence, lang)


#: who tells the rows of a table
TELLERS: Mapping[str, Callable[[Row, Any, Lang, Called], Iterator[str]]] = {
    "control_links": _control,
    "group_members": _group,
    "guarantee_circles": _circle,
    "hidden_ties": _hidden,
    "hidden_controllers": _hidden,
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
