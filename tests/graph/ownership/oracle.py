"""Another way to the same answers: shares of ultimate owners by Gauss elimination over rationals, on small graphs."""

from collections.abc import Mapping
from fractions import Fraction
from typing import TypeVar

import pyarrow as pa

Stakes = Mapping[tuple[str, str], Fraction]
Key = TypeVar("Key")


def rationals(stakes: Stakes) -> dict[tuple[str, str], Fraction]:
    """Every positive share of an owner whom nobody holds in a company, by (I - A^T) y = b; no orphan loops."""
    companies = sorted({company for _, company in stakes})
    owners = sorted({owner for owner, _ in stakes} - set(companies))
    size = len(companies)
    rows = [
        [Fraction(i == j) - stakes.get((companies[j], companies[i]), Fraction(0)) for j in range(size)]
        + [stakes.get((o, companies[i]), Fraction(0)) for o in owners]
        for i in range(size)
    ]
    for column in range(size):
        pivot = next(r for r in range(column, size) if rows[r][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        rows[column] = [x / rows[column][column] for x in rows[column]]
        for r in range(size):
            if r != column and rows[r][column]:
                factor = rows[r][column]
                rows[r] = [x - factor * y for x, y in zip(rows[r], rows[column], strict=True)]
    return {
        (o, companies[i]): rows[i][size + k] for i in range(size) for k, o in enumerate(owners) if rows[i][size + k] > 0
    }


def as_table(stakes: Mapping[tuple[str, str], Fraction | str | float]) -> pa.Table:
    """As text where it is a fraction of thousandths or text, so that nothing is rounded."""
    shares = [s if isinstance(s, str | float) else str(float(s)) for s in stakes.values()]
    return pa.table({"owner": [o for o, _ in stakes], "company": [c for _, c in stakes], "share": shares})


def pairs(table: pa.Table) -> dict[tuple[str, str], float]:
    """The rows of an answer; none twice."""
    found = dict(
        zip(
            zip(table["owner"].to_pylist(), table["company"].to_pylist(), strict=True),
            table["share"].to_pylist(),
            strict=True,
        )
    )
    assert len(found) == table.num_rows
    return found
