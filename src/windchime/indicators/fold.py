"""Fold rows to one a key, the lean way: every condition, argument and reduction is written once.

Formulas repeat themselves (the same window, the same sum). Written out as they stand they make an engine plan and run
each copy anew; a filter that is an expression is dearer still than one that is a column. So a fold has three steps:
a projection with each distinct condition and argument as a column, the distinct reductions over those columns, and the
formulas over the reductions.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.operations as ops


def fold(rows: ibis.Table, keys: Sequence[str], formulas: Mapping[str, ibis.Value]) -> ibis.Table:
    """One row a combination of `keys`, with each formula's value; formulas combine reductions over `rows`."""
    reductions: dict[ops.Node, str] = {}
    for formula in formulas.values():
        for found in formula.op().find(ops.Reduction, filter=ops.Value):
            reductions.setdefault(found, f"r{len(reductions)}")
    columns: dict[ops.Node, str] = {}
    for reduction in reductions:
        for part in _parts(reduction):
            columns.setdefault(part, f"c{len(columns)}")
    flat = rows.select(*keys, **{name: part.to_expr() for part, name in columns.items()})
    over_flat = {name: _over(reduction, flat, columns).to_expr() for reduction, name in reductions.items()}
    folded = flat.group_by(*keys).agg(**over_flat)
    fields = {reduction: folded[name].op() for reduction, name in reductions.items()}
    return folded.select(
        *keys, **{name: f.op().replace(fields, filter=ops.Value).to_expr() for name, f in formulas.items()}
    )


def _parts(reduction: ops.Node) -> list[ops.Node]:
    """What a reduction reads of a row: its argument and its condition."""
    found = (getattr(reduction, name, None) for name in ("arg", "where"))
    return [part for part in found if isinstance(part, ops.Value)]


def _over(reduction: ops.Node, flat: ibis.Table, columns: Mapping[ops.Node, str]) -> Any:
    """The same reduction over the projected columns."""
    changed = {"arg": flat.op()} if isinstance(reduction, ops.CountStar) else {}
    for name in ("arg", "where"):
        part = getattr(reduction, name, None)
        if part in columns:
            changed[name] = flat[columns[part]].op()
    return reduction.copy(**changed)
