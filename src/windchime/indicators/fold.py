"""Fold rows to one a key, the lean way: every condition, argument and reduction is written once.

Formulas repeat themselves (the same window, the same sum), and each copy written out is planned and run anew. So a fold
has three steps: a projection with each distinct condition and argument as a column, the distinct reductions over those
columns, and the formulas over the reductions. A condition becomes a mask on the argument and not a `FILTER` clause: for
each filtered aggregate DuckDB sets aside room for the columns of all, which grows with their square.
"""

from collections.abc import Mapping, Sequence

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
        for part in (getattr(reduction, "arg", None), getattr(reduction, "where", None)):
            if isinstance(part, ops.Value):
                columns.setdefault(part, f"c{len(columns)}")
    flat = rows.select(*keys, **{name: part.to_expr() for part, name in columns.items()})
    folded = flat.group_by(*keys).agg(
        **{name: _masked(reduction, flat, columns) for reduction, name in reductions.items()}
    )
    fields = {reduction: folded[name].op() for reduction, name in reductions.items()}
    return folded.select(
        *keys, **{name: f.op().replace(fields, filter=ops.Value).to_expr() for name, f in formulas.items()}
    )


def _masked(reduction: ops.Node, flat: ibis.Table, columns: Mapping[ops.Node, str]) -> ibis.Value:
    """The same reduction over the projected columns, its condition as a mask."""
    where = reduction.where
    if isinstance(reduction, ops.CountStar):
        return flat.count() if where is None else ibis.ifelse(flat[columns[where]], 1, None).count()
    argument = flat[columns[reduction.arg]]
    masked = argument if where is None else ibis.ifelse(flat[columns[where]], argument, None)
    return reduction.copy(arg=masked.op(), where=None).to_expr()
