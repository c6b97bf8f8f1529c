"""One owner's share in one company without rounding: the equations of the companies between them, solved in rationals.

Companies are eliminated one by one, those with the fewest neighbours first, so that chains and small loops cost little.
Where a loop stays too dense for rationals, the same elimination runs in decimals of 120 digits, which settles all
but equality: a system whose columns add up to less than one is eliminated without loss of more than a few digits.
"""

from decimal import Decimal, localcontext
from enum import Enum
from fractions import Fraction
from typing import Any

from windchime.graph.ownership.ways import Rows

#: products that one elimination may cost in rationals; beyond it a loop is too dense for them
DENSE = 4_000
DIGITS = 120
#: a share is told from a threshold in decimals when it is farther from it than this
APART = Decimal("1e-90")
#: of more companies than this the next one is taken as soon as it is cheap, not the cheapest of all
MANY = 256
#: companies through which ways are followed before anything is eliminated
WAYS = 24


class Way(Enum):
    """How a pair was decided."""

    RATIONALS = "rationals"
    DIGITS = "digits"


def side_of(rows: Rows, owner: int, company: int, threshold: Fraction) -> tuple[int | None, Way]:
    """-1, 0, 1: whether an owner's integrated share in a company is below, equal to or above a threshold, and how that was found.

    None where 90 digits agree with the threshold in a loop too dense for rationals.

    Args:
        rows: the stakes between them.
        owner: the number of a node that nobody holds.
        company: of a company in no orphan loop.
        threshold: above 0.
    """
    if company not in rows:
        return -1, Way.RATIONALS
    if _surely_above(rows, owner, company, threshold):
        return 1, Way.RATIONALS
    exact = _eliminated(rows, owner, company, lambda f: f, DENSE)
    if exact is not None:
        return (exact > threshold) - (exact < threshold), Way.RATIONALS
    with localcontext() as context:
        context.prec = DIGITS
        near = _eliminated(rows, owner, company, lambda f: Decimal(f.numerator) / Decimal(f.denominator), None)
        assert near is not None
        away = near - Decimal(threshold.numerator) / Decimal(threshold.denominator)
    if abs(away) <= APART:
        return None, Way.DIGITS
    return (1 if away > 0 else -1), Way.DIGITS


def _surely_above(rows: Rows, owner: int, company: int, threshold: Fraction) -> bool:
    """Whether the shortest and heaviest ways alone bring the share above a threshold, or to it while others remain."""
    sure = Fraction(0)
    open_ways = {company: Fraction(1)}
    for _step in range(WAYS):
        if sure > threshold or (sure == threshold and open_ways):
            return True
        if not open_ways:
            return False
        held = max(open_ways, key=lambda i: open_ways[i])
        weight = open_ways.pop(held)
        for i, share in rows[held].items():
            if i == owner:
                sure += weight * share
            else:
                open_ways[i] = open_ways.get(i, Fraction(0)) + weight * share
    return sure > threshold


def _eliminated(given: Rows, owner: int, company: int, number: Any, limit: int | None) -> Any | None:
    """Put each company's equation into those it appears in, until only the one asked about is left."""
    rows = {held: {i: number(a) for i, a in row.items()} for held, row in given.items()}
    into: dict[int, set[int]] = {held: set() for held in rows}
    for held, row in rows.items():
        for i in row:
            if i != owner:
                into[i].add(held)
    todo = set(rows) - {company}
    while todo:
        out = (
            min(todo, key=lambda i: (len(rows[i]) * len(into[i]), i)) if len(todo) < MANY else _cheap(todo, rows, into)
        )
        if limit is not None and len(rows[out]) * len(into[out]) > limit:
            return None
        todo.remove(out)
        row = _without_itself(rows.pop(out), out)
        for i in row:
            if i != owner:
                into[i].discard(out)
        for held in into.pop(out) - {out}:
            target = rows[held]
            weight = target.pop(out)
            for i, a in row.items():
                target[i] = target.get(i, 0) + weight * a
                if i != owner:
                    into[i].add(held)
    return _without_itself(rows[company], company).get(owner, number(Fraction(0)))


def _cheap(todo: set[int], rows: dict[int, dict[int, Any]], into: dict[int, set[int]]) -> int:
    """Any company that costs at most one product to put away, else the cheapest."""
    best, least = -1, -1
    for i in todo:
        cost = len(rows[i]) * len(into[i])
        if cost <= 1:
            return i
        if least < 0 or cost < least:
            best, least = i, cost
    return best


def _without_itself(row: dict[int, Any], company: int) -> dict[int, Any]:
    own = row.pop(company, None)
    return row if own is None else {i: a / (1 - own) for i, a in row.items()}
