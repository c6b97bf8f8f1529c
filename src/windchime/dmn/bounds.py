"""Which segment of an axis a column's value lies in, compared in the column's own type so that the answer is exact.

An engine that compares a decimal with a float rounds one of them first. Here every literal is of the column's type, and
chosen so that the comparison answers what the exact one would.
"""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import ibis

from windchime.dmn.axis import Axis
from windchime.dmn.values import EXACT, Kind


def segment(column: Any, axis: Axis, labels: Sequence[int]) -> Any:
    """The label of the segment each value lies in; the last label is that of the absent value where there is one more."""
    found = _ordered(column, axis, labels) if axis.ordered else _unordered(column, axis, labels)
    if len(labels) > axis.present:
        found = column.isnull().ifelse(ibis.literal(labels[axis.present], "int64"), found)
    return found


def _unordered(column: Any, axis: Axis, labels: Sequence[int]) -> Any:
    other = labels[len(axis.points)]
    by_label: dict[int, list[Any]] = {}
    for point, label in zip(axis.points, labels, strict=False):
        if label != other:
            by_label.setdefault(label, []).append(point)
    rest = ibis.literal(other, "int64")
    if not by_label:
        return rest
    return ibis.cases(
        *[(column.isin(points), ibis.literal(label, "int64")) for label, points in by_label.items()], else_=rest
    )


def _ordered(column: Any, axis: Axis, labels: Sequence[int]) -> Any:
    below = _comparer(column, axis.variable.kind)
    # where the label changes: before segment s lie the values x < p (s a point) or x <= p (s the interval after it)
    cuts = [s for s in range(1, axis.present) if labels[s] != labels[s - 1]]

    def tree(low: int, high: int) -> Any:
        if low == high:
            return ibis.literal(labels[cuts[low - 1] if low else 0], "int64")
        middle = (low + high + 1) // 2
        cut = cuts[middle - 1]
        return below(axis.points[(cut - 1) // 2], cut % 2 == 0).ifelse(tree(low, middle - 1), tree(middle, high))

    return tree(0, len(cuts))


def _comparer(column: Any, kind: Kind) -> Callable[[Any, bool], Any]:
    """`below(p, included)`: whether a value is less than p, or p itself where included; exact for the column's type."""
    found = column.type()
    if kind == "date":
        return lambda p, included: column <= _day(p) if included else column < _day(p)
    if found.is_floating():
        floats = column.cast("float64")
        return lambda p, included: _float_below(floats, p, included=included)
    if found.is_decimal():
        return lambda p, included: _grid_below(
            column, p, found.precision or WIDEST, found.scale or 0, included=included
        )
    if found.is_unsigned_integer():
        wide = column.cast("decimal(20, 0)")
        return lambda p, included: _grid_below(wide, p, 20, 0, included=included)
    whole = column.cast("int64")
    return lambda p, included: _int_below(whole, p, included=included)


#: digits of a decimal column that does not say how many it has
WIDEST = 38


def _day(value: date) -> Any:
    return ibis.literal(value, "date")


def _float_below(column: Any, point: Decimal, *, included: bool) -> Any:
    """A float counts as its shortest decimal text; those texts are in the order of the floats.

    Hence `text(x) < p` holds for every float below the float nearest to p, for that one itself if its own text is less
    than p, and for none above it.
    """
    nearest = float(point)
    text = Decimal(repr(nearest))
    bound = ibis.literal(repr(nearest)).cast("float64")
    return column <= bound if text < point or (included and text == point) else column < bound


def _grid_below(column: Any, point: Decimal, precision: int, scale: int, *, included: bool) -> Any:
    """A decimal column steps by 10**-scale: the bound is the step at or under the point."""
    most = EXACT.scaleb(Decimal(10**precision - 1), -scale)
    step = point.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_FLOOR, context=EXACT)
    if step > most:
        return ibis.literal(True)
    if step < -most:
        return ibis.literal(False)
    bound = ibis.literal(format(step, "f")).cast(f"decimal({precision}, {scale})")
    return column <= bound if included or step < point else column < bound


def _int_below(column: Any, point: Decimal, *, included: bool) -> Any:
    step = int(point.to_integral_value(rounding=ROUND_FLOOR))
    if step >= 2**63:
        return ibis.literal(True)
    if step < -(2**63):
        return ibis.literal(False)
    bound = ibis.literal(step, "int64")
    return column <= bound if included or step < point else column < bound
