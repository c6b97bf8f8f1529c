"""Holdings written as people write them, and control by a naive fixpoint in rationals to hold the fast one against."""

from collections import defaultdict
from fractions import Fraction

import pyarrow as pa
from hypothesis import strategies as st

from windchime.graph.ownership.control import Control
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.shares import holdings_of

Edges = list[tuple[str, str, str]]


def edges(written: str) -> Edges:
    """Lines `owner company percent`, or several of them parted by commas."""
    told = [line.split() for line in written.replace(",", "\n").splitlines() if line.strip()]
    return [(owner, company, str(Fraction(percent) / 100)) for owner, company, percent in told]


def held(written: "str | Edges", persons: "set[str] | None" = None) -> Holdings:
    """Holdings of lines or edges, shares as decimal texts; by default nodes without owners are persons."""
    rows = edges(written) if isinstance(written, str) else written
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    owner, company, share = (pa.array(list(c), pa.string()) for c in columns)
    table = pa.table({"owner": owner, "company": company, "share": _decimals(share)})
    found, problems = holdings_of(table, persons=persons)
    assert not [p for p in problems if p.code != "share_undisclosed"]
    return found


def _decimals(share: pa.StringArray) -> pa.StringArray:
    """Fractions such as 1/4 as decimal texts."""
    return pa.array([decimal(Fraction(s)) for s in share.to_pylist()], pa.string())


def decimal(value: Fraction) -> str:
    """The decimal text of a fraction that has one."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = str(int(value * 10**digits)).rjust(digits + 1, "0")
    return f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole


def pairs(found: Control) -> set[tuple[str, str]]:
    """(controller, company) of those told as control."""
    return {(r["controller"], r["company"]) for r in found.controlled.table().to_pylist()}


def naive(rows: Edges, threshold: Fraction = Fraction(1, 2), *, inclusive: bool = False) -> set[tuple[str, str]]:
    """Control by its definition: from nothing, add every pair that the pairs so far make true, until none is new."""
    share: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for owner, company, part in rows:
        share[owner, company] += Fraction(part)
    ids = {i for pair in share for i in pair}
    found: set[tuple[str, str]] = set()
    while True:
        new = set()
        for x in ids:
            holders = {x} | {z for w, z in found if w == x}
            for y in ids - {x}:
                votes = sum((share.get((z, y), Fraction(0)) for z in holders), Fraction(0))
                if (votes > threshold or (inclusive and votes == threshold)) and votes > 0:
                    new.add((x, y))
        if new <= found:
            return found
        found |= new


@st.composite
def networks(
    draw: st.DrawFn, most: int = 7, sizes: tuple[int, ...] = (5, 10, 25, 26, 30, 49, 50, 51, 60, 100)
) -> Edges:
    """Edges among a few nodes, loops, mutual stakes and over-issue included, with shares that often meet thresholds."""
    count = draw(st.integers(2, most))
    ids = [chr(ord("A") + n) for n in range(count)]
    ends = st.tuples(st.sampled_from(ids), st.sampled_from(ids))
    chosen = draw(st.lists(ends, max_size=3 * count))
    return [(o, c, decimal(Fraction(draw(st.sampled_from(sizes)), 100))) for o, c in chosen]
