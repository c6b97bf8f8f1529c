"""Hidden ties and controllers that were found, held against those that a simulated region planted."""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import pyarrow as pa

from windchime.core.text import _
from windchime.graph.results.scoring import Score
from windchime.graph.ties.controllers import HINT
from windchime.graph.ties.results import CONTROLLERS, TIES

#: what firms have in common in truth: their true controller, the family of it, a business group, a shell ring
Shared = frozenset[tuple[str, Any]]


def evaluate(tables: Mapping[str, pa.Table], truth: Mapping[str, pa.Table]) -> list[Score]:
    """How many of those who hide were found, and how much of what was found is true.

    A tie is true where both firms have a controller, a family of controllers, a business group or a shell ring in common;
    ties that the register shows are left out. Members of rings and of hidden groups are hit where a tie joins them to
    another of their own. A hidden controller is right where the person controls the firm in truth.

    Args:
        tables: `hidden_ties`, `hidden_controllers`, as found.
        truth: `controller`, `family_member`, `group_member`, `shell_ring`, `hidden_control`, `benign_hub` of the region.
    """
    known = shared_in_truth(truth)
    pairs = {
        (t["firm_a_id"], t["firm_b_id"])
        for t in tables[TIES].to_pylist()
        if t["declared"] == "no" and t["firm_a_id"] in known and t["firm_b_id"] in known
    }
    right = {p for p in pairs if known[p[0]] & known[p[1]]}
    rings = _members(truth["shell_ring"], "ring_id")
    groups = _members(truth["group_member"], "group_id", only="hidden")
    hubs = _hub_pairs(truth["benign_hub"], known)
    return [
        _of_members(_("members of shell rings, by hidden ties"), rings, pairs),
        _of_members(_("members of hidden groups, by hidden ties"), groups, pairs),
        Score(_("hidden ties that are true"), 0, 0, len(pairs), len(right)),
        Score(
            _("clients of one agent or incubator taken for tied"), len(hubs), len(hubs & pairs), len(hubs & pairs), 0
        ),
        _controllers(_("hidden controllers, by two kinds of signs"), tables, truth, {HINT}),
        _controllers(_("hidden controllers, one strong sign counted too"), tables, truth, {HINT, "lead"}),
    ]


def shared_in_truth(truth: Mapping[str, pa.Table]) -> dict[str, Shared]:
    """What each firm of a region has in common with others; firms outside the region have no entry."""
    family = {r["person_id"]: r["family_id"] for r in truth["family_member"].to_pylist()}
    found: dict[str, set[tuple[str, Any]]] = {f: set() for f in truth["controller"]["firm_id"].to_pylist()}
    for row in truth["controller"].to_pylist():
        if row["valid_to"] is None:
            found[row["firm_id"]].add(("controller", row["person_id"]))
            if row["person_id"] in family:
                found[row["firm_id"]].add(("family", family[row["person_id"]]))
    for table, key in (("group_member", "group_id"), ("shell_ring", "ring_id")):
        for row in truth[table].to_pylist():
            found.setdefault(row["firm_id"], set()).add((table, row[key]))
    return {firm: frozenset(held) for firm, held in found.items()}


def _members(rows: pa.Table, key: str, only: str | None = None) -> dict[str, Any]:
    return {r["firm_id"]: r[key] for r in rows.to_pylist() if only is None or r[only]}


def _of_members(name: str, planted: Mapping[str, Any], pairs: Iterable[tuple[str, str]]) -> Score:
    touching = [p for p in pairs if p[0] in planted or p[1] in planted]
    inside = [p for p in touching if planted.get(p[0], 0) == planted.get(p[1], 1)]
    hit = {f for p in inside for f in p}
    return Score(name, len(planted), len(hit), len(touching), len(inside))


def _hub_pairs(rows: pa.Table, known: Mapping[str, Shared]) -> set[tuple[str, str]]:
    """Pairs of firms of one hub that have nothing else in common."""
    hubs: dict[tuple[Any, Any], list[str]] = {}
    for row in rows.to_pylist():
        hubs.setdefault((row["kind"], row["hub"]), []).append(row["firm_id"])
    every = {p for firms in hubs.values() for p in combinations(sorted(firms), 2)}
    nothing: Shared = frozenset()
    return {p for p in every if not known.get(p[0], nothing) & known.get(p[1], nothing)}


def _controllers(name: str, tables: Mapping[str, pa.Table], truth: Mapping[str, pa.Table], levels: set[str]) -> Score:
    planted = {(r["firm_id"], r["owner_id"]) for r in truth["hidden_control"].to_pylist()}
    true = planted | {(r["firm_id"], r["person_id"]) for r in truth["controller"].to_pylist() if r["valid_to"] is None}
    found = {(r["firm_id"], r["person_id"]) for r in tables[CONTROLLERS].to_pylist() if r["level"] in levels}
    return Score(name, len(planted), len(planted & found), len(found), len(found & true))
