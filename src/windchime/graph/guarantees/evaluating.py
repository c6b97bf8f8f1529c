"""Circles that were found, held against the circles that were planted."""

from collections.abc import Mapping

import pyarrow as pa

from windchime.core.text import _
from windchime.graph.guarantees.results import TABLE
from windchime.graph.results.scoring import Score

TRUTH = "guarantee_circle"


def evaluate(tables: Mapping[str, pa.Table], truth: Mapping[str, pa.Table]) -> list[Score]:
    """A planted circle is hit if one found circle holds all its members; a found circle is right if it holds a planted one.

    Circles that arose by chance, from mutual guarantees that share a firm, are circles too but were not planted: precision
    says which share of the circles was planted, not which share is true.

    Args:
        tables: `guarantee_circles`, as found.
        truth: `guarantee_circle` (circle_id, guarantor_id, debtor_id).
    """
    found = _members(tables[TABLE], "circle_id", "firm_id", kind="circle")
    planted = _members(truth[TRUTH], "circle_id", "guarantor_id")
    hit = sum(any(members <= circle for circle in found) for members in planted)
    right = sum(any(members <= circle for members in planted) for circle in found)
    return [Score(_("circles of guarantee"), len(planted), hit, len(found), right)]


def _members(rows: pa.Table, group: str, member: str, kind: str | None = None) -> list[set[str]]:
    found: dict[object, set[str]] = {}
    for row in rows.to_pylist():
        if kind is None or row["kind"] == kind:
            found.setdefault(row[group], set()).add(row[member])
    return list(found.values())
