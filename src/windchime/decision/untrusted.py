"""Data below their floor of quality in a decision: what the gate said of the firm's sources, and what follows from it.

A decision that rests on a table of a source below its floor is for a person: whatever the policy says, the case is
referred, with the score and the floor as its first reason. What the gate said is stored among the inputs, so that a replay
comes to the same bytes whatever was checked since.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from windchime.core.text import LANGS, Lang, Text, _, translate
from windchime.data.contracts import contract
from windchime.data.quality import Closed, Gate
from windchime.data.reading import Reading
from windchime.decision.document import Reason

#: table of the rule that reasons of this kind name; no policy has one of this name
TABLE = "quality"
CODE = "quality_below_floor"
#: the reason without its figures, for tables of reasons
GENERAL = _("data of a source below their floor of quality")


def said(gate: Gate | None, reading: Reading, tables: Sequence[str]) -> Mapping[str, Mapping[str, Any]] | None:
    """What the gate says of each firm that has rows of a closed table and source; None where nothing was checked.

    Args:
        gate: what the newest check says.
        reading: what is decided from.
        tables: the tables that a decision reads.

    Returns:
        By firm id; the body under the empty id holds for every firm without rows of what is closed.
    """
    if gate is None:
        return None
    closed: dict[str, list[Closed]] = {}
    for place in gate.closed:
        if place.table in tables and reading.has(place.table):
            for firm in _firms(reading, place.table, place.source):
                closed.setdefault(firm, []).append(place)
    return {firm: _body(gate, places) for firm, places in closed.items()} | {"": _body(gate, [])}


def _body(gate: Gate, places: Sequence[Closed]) -> dict[str, Any]:
    return {
        "as_of": gate.as_of.isoformat(),
        "lake_version": gate.lake_version,
        "closed": [{k: str(v) for k, v in p.as_dict().items()} for p in places],
    }


def _firms(reading: Reading, table: str, source: str) -> Iterator[str]:
    t = reading.table(table)
    column = contract(table).firm_column
    rows = t.filter(t["source"] == source).select(firm=column).distinct().order_by("firm")
    yield from rows.to_pyarrow()["firm"].to_pylist()


def reasons(quality: Mapping[str, Any] | None) -> tuple[Reason, ...]:
    """One reason for each table of a source below a floor."""
    return tuple(Reason(CODE, f"{TABLE}:{CODE}", place) for place in (quality or {}).get("closed", ()))


def sentence(reason: Reason, lang: Lang) -> str:
    """Such a reason in words."""
    return Closed.of(reason.params).sentence(lang)


def general() -> Text:
    """The reason without its figures, in both languages."""
    return Text(*(translate(GENERAL, lang) for lang in LANGS))
