"""Connected groups as a table of the library: one row a member, with the edge by which it joined."""

from collections.abc import Iterable, Mapping
from datetime import date

import pyarrow as pa

from windchime.content.scheme import Scheme
from windchime.core.canonical import canonical
from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.graph.groups.facts import GroupFacts
from windchime.graph.groups.finding import Group, find
from windchime.graph.groups.settings import RULES
from windchime.graph.groups.telling import edge_evidence
from windchime.graph.results.finders import Found
from windchime.graph.ties.facts import Facts
from windchime.graph.ties.finding import find as find_ties

TABLE = "group_members"
_STAMP = ("run_id", "known_on", "is_withdrawn")


def results(reading: Reading, scheme: Scheme, hidden_ties: Scheme) -> Found:
    """The groups of a library as of its date.

    Args:
        reading: of the library; groups it holds already keep their ids.
        scheme: `connected_groups`.
        hidden_ties: the scheme of that name, for hints.
    """
    facts = Facts.of(reading)
    found = find(
        GroupFacts.of(reading, facts, reading.as_of),
        find_ties(facts, hidden_ties, reading.as_of),
        scheme,
        reading.as_of,
        _before(reading),
    )
    return Found({TABLE: table(found, scheme, reading.as_of)})


def _before(reading: Reading) -> Mapping[tuple[str, str, str], str]:
    if not reading.has(TABLE):
        return {}
    rows = reading.table(TABLE).select("level", "basis", "firm_id", "group_id").to_pyarrow().to_pylist()
    return {(r["level"], r["basis"], r["firm_id"]): r["group_id"] for r in rows}


def table(found: Iterable[Group], scheme: Scheme, day: date) -> pa.Table:
    """One row a member."""
    standing = {code: scheme.at(f"rule_{code}", day).status for code in RULES}
    rows = [
        {
            "group_id": g.group_id,
            "firm_id": m.firm,
            "level": g.level,
            "basis": g.basis,
            "head_id": g.head,
            "member_count": len(g.members),
            "step": m.step,
            "joined_to_id": m.towards,
            "rule": m.edge.rule if m.edge else None,
            "rule_standing": standing[m.edge.rule] if m.edge else None,
            "evidence": canonical(edge_evidence(m.edge)).decode() if m.edge else None,
        }
        for g in found
        for m in g.members
    ]
    card = contract(TABLE)
    schema = card.arrow_schema()
    own = pa.schema([schema.field(c.name) for c in card.columns if c.name not in _STAMP])
    return pa.Table.from_pylist(rows, schema=own)
