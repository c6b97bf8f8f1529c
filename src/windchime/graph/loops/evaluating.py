"""Loops that were found, held against the rounds that a simulated region planted."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from windchime.core.text import _
from windchime.graph.results.scoring import Score

#: transfers of one loop: from, to, day
_Loop = frozenset[tuple[Any, Any, Any]]


def evaluate(found: Mapping[str, pa.Table], truth: Mapping[str, pa.Table]) -> list[Score]:
    """Rounds of planted money loops and invoice circles that were found whole; honest look-alikes that were named.

    Args:
        found: `money_loops`, with columns loop_id, kind, from_id, to_id, passed_on.
        truth: `money_loop`, `invoice_cycle`, `benign_case` of the region.
    """
    rows = found["money_loops"]
    money = _loops(rows, "payment")
    circles = _loops(rows, "invoice")
    planted_money = _planted(truth["money_loop"], ("payer_id", "payee_id", "paid_on"))
    planted_circles = _planted(truth["invoice_cycle"], ("seller_id", "buyer_id", "issue_date"))
    honest = _pairs(truth["benign_case"])
    alarmed = {case for case, pairs in honest.items() if any(pairs >= {h[:2] for h in loop} for loop in circles)}
    return [
        _score(_("rounds of money loops"), planted_money, money),
        _score(_("rounds of invoice circles"), planted_circles, circles),
        Score(_("honest trade taken for a circle"), len(honest), len(alarmed), len(alarmed), 0),
    ]


def _score(name: str, planted: set[_Loop], found: set[_Loop]) -> Score:
    both = planted & found
    return Score(name, len(planted), len(both), len(found), len(both))


def _loops(rows: pa.Table, kind: str) -> set[_Loop]:
    loops: dict[str, set[tuple[Any, Any, Any]]] = {}
    for row in rows.select(["kind", "loop_id", "from_id", "to_id", "passed_on"]).to_pylist():
        if row["kind"] == kind:
            loops.setdefault(row["loop_id"], set()).add((row["from_id"], row["to_id"], row["passed_on"]))
    return {frozenset(hops) for hops in loops.values()}


def _planted(rows: pa.Table, columns: tuple[str, str, str]) -> set[_Loop]:
    rounds: dict[tuple[Any, Any], set[tuple[Any, Any, Any]]] = {}
    for row in rows.to_pylist():
        rounds.setdefault((row["case_id"], row["round"]), set()).add(tuple(row[c] for c in columns))
    return {frozenset(hops) for hops in rounds.values() if {h[0] for h in hops} == {h[1] for h in hops}}


def _pairs(rows: pa.Table) -> dict[Any, set[tuple[Any, Any]]]:
    cases: dict[Any, set[tuple[Any, Any]]] = {}
    for row in rows.to_pylist():
        cases.setdefault(row["case_id"], set()).add((row["seller_id"], row["buyer_id"]))
    return cases
