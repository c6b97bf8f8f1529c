"""Fold rows to one a key, the lean way: every condition, argument and reduction is written once.

Formulas repeat themselves (the same window, the same sum), and each copy written out is planned and run anew; planning is
most of the time of one firm. So a fold has three steps: a projection with each distinct condition and argument as a
column, the distinct reductions over those columns, and the formulas over the reductions. A condition becomes a mask on
the argument and not a `FILTER` clause: for each filtered aggregate DuckDB sets aside room for the columns of all, which
grows with their square.
"""

from collections.abc import Iterator, Mapping, Sequence

import ibis
import ibis.expr.operations as ops


def fold(rows: ibis.Table, keys: Sequence[str], formulas: Mapping[str, ibis.Value]) -> ibis.Table:
    """One row a combination of `keys`, with each formula's value; formulas combine reductions over `rows`."""
    atoms: dict[ops.Node, str] = {f.op(): name for name, f in formulas.items() if _reduction(f.op()) is not None}
    for formula in formulas.values():
        for atom in _atoms(formula.op()):
            atoms.setdefault(atom, f"r{len(atoms)}")
    columns: dict[ops.Node, str] = {}
    for atom in atoms:
        for part in _parts(_reduction(atom)):
            columns.setdefault(part, f"c{len(columns)}")
    flat = rows.select(*keys, **{name: part.to_expr() for part, name in columns.items()})
    folded = flat.group_by(*keys).agg(**{name: _over(atom, flat, columns) for atom, name in atoms.items()})
    if all(formula.op() in atoms for formula in formulas.values()):
        return folded
    fields = {atom: folded[name].op() for atom, name in atoms.items()}
    return folded.select(*keys, **{name: _with(f.op(), fields).to_expr() for name, f in formulas.items()})


def _children(node: ops.Node) -> Iterator[ops.Node]:
    return (child for child in node.__children__ if isinstance(child, ops.Value))


def _reduction(node: ops.Node) -> ops.Node | None:
    """The reduction that a node is, casts, or gives a default; None for any other node."""
    while isinstance(node, ops.Cast | ops.Coalesce):
        first, *rest = _children(node)
        if not all(isinstance(child, ops.Literal) for child in rest):
            return None
        node = first
    return node if isinstance(node, ops.Reduction) else None


def _atoms(node: ops.Node) -> Iterator[ops.Node]:
    """The largest parts of a formula that hold one reduction and no more arithmetic."""
    if _reduction(node) is not None:
        yield node
    else:
        for child in _children(node):
            yield from _atoms(child)


def _parts(reduction: ops.Node | None) -> Iterator[ops.Node]:
    """What a reduction reads of a row: its argument and its condition."""
    for part in (getattr(reduction, "arg", None), getattr(reduction, "where", None)):
        if isinstance(part, ops.Value):
            yield part


def _with(node: ops.Node, fields: Mapping[ops.Node, ops.Node]) -> ops.Node:
    """A formula over fields instead of reductions."""
    return fields[node] if node in fields else node.replace(fields, filter=ops.Value)


def _over(atom: ops.Node, flat: ibis.Table, columns: Mapping[ops.Node, str]) -> ibis.Value:
    """The same over the projected columns, its condition as a mask."""
    reduction = _reduction(atom)
    assert reduction is not None  # an atom holds one
    where = reduction.where
    if isinstance(reduction, ops.CountStar):
        found = flat.count() if where is None else ibis.ifelse(flat[columns[where]], 1, None).count()
    else:
        argument = flat[columns[reduction.arg]]
        masked = argument if where is None else ibis.ifelse(flat[columns[where]], argument, None)
        found = reduction.copy(arg=masked.op(), where=None).to_expr()
    return _with(atom, {reduction: found.op()}).to_expr()
