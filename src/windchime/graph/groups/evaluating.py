"""Groups that were found, held against the business groups and families that a simulated region planted."""

import json
from collections.abc import Mapping
from itertools import combinations
from typing import Any

import pyarrow as pa

from windchime.core.text import _
from windchime.graph.groups.results import TABLE
from windchime.graph.groups.settings import LEVELS
from windchime.graph.results.scoring import Score
from windchime.graph.ties.evaluating import shared_in_truth

#: name of the score, the weakest level that counts, whether of hidden groups
_ASKED = (
    (_("business groups, confirmed"), "confirmed", False),
    (_("business groups, likely too"), "likely", False),
    (_("business groups, hints too"), "hint", False),
    (_("hidden groups, hints too"), "hint", True),
)


def evaluate(tables: Mapping[str, pa.Table], truth: Mapping[str, pa.Table]) -> list[Score]:
    """How many members stand in one group with the head of theirs, and how many of the joining edges are true.

    An edge is true where both ends have a controller, a family of controllers, a business group or a shell ring in common.
    Counted are the edges by which members of groups of the level asked about joined, stronger ones among them. Groups by
    dependence are left out: truth plants none.

    Args:
        tables: `group_members`, as found.
        truth: `group_member`, `controller`, `family_member`, `shell_ring` of the region.
    """
    rows = [r for r in tables[TABLE].to_pylist() if r["basis"] == "control"]
    known = shared_in_truth(truth)
    members = [r for r in truth["group_member"].to_pylist() if r["firm_id"] != r["head_id"]]
    scores = []
    for name, weakest, hidden in _ASKED:
        group = _group_of(rows, weakest)
        wanted = [m for m in members if m["hidden"] == hidden]
        hit = [m for m in wanted if _together(group, m["firm_id"], m["head_id"])]
        joins = {j for j in _joins(rows, weakest) if j[0] in known and j[1] in known}
        scores.append(Score(name, len(wanted), len(hit), len(joins), sum(bool(known[a] & known[b]) for a, b in joins)))
    return [*scores, _families(_group_of(rows, "likely"), truth, rows)]


def _group_of(rows: list[dict[str, Any]], weakest: str) -> dict[str, str]:
    """The widest group of each firm up to a level."""
    counted = [r for r in rows if LEVELS.index(r["level"]) <= LEVELS.index(weakest)]
    return {r["firm_id"]: r["group_id"] for r in sorted(counted, key=lambda r: LEVELS.index(r["level"]))}


def _joins(rows: list[dict[str, Any]], level: str, rule: str | None = None) -> set[tuple[str, str]]:
    """Ends of the edges by which members joined at a level."""
    ends = (
        (r["rule"], json.loads(r["evidence"])["params"])
        for r in rows
        if r["level"] == level and r["evidence"] is not None
    )
    return {(p["a"], p["b"]) for found, p in ends if rule is None or found == rule}


def _together(group: Mapping[str, str], a: str, b: str) -> bool:
    return a in group and group[a] == group.get(b)


def _families(group: Mapping[str, str], truth: Mapping[str, pa.Table], rows: list[dict[str, Any]]) -> Score:
    """Pairs of firms of one family under different persons."""
    family = {r["person_id"]: r["family_id"] for r in truth["family_member"].to_pylist()}
    controlled: dict[Any, list[tuple[str, str]]] = {}
    for row in truth["controller"].to_pylist():
        if row["valid_to"] is None and row["person_id"] in family:
            controlled.setdefault(family[row["person_id"]], []).append((row["firm_id"], row["person_id"]))
    pairs = [(a, b) for firms in controlled.values() for (a, x), (b, y) in combinations(sorted(firms), 2) if x != y]
    known = shared_in_truth(truth)
    joins = {j for j in _joins(rows, "likely", "family") if j[0] in known and j[1] in known}
    right = sum(bool(known[a] & known[b]) for a, b in joins)
    return Score(_("firms of one family"), len(pairs), sum(_together(group, a, b) for a, b in pairs), len(joins), right)
