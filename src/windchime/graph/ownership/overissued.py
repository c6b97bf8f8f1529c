"""Companies of whom more is held than there is, and loops that own themselves wholly: both found before anything is solved."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from windchime.core.kernel import kernel
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.graph.components import Components
from windchime.graph.csr import Csr, Longs
from windchime.graph.nodes import Ints
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.vectors import Flags

#: shares are taken to be rounded to at least so many decimals, that is to a tenth of a percent, and floats to at most so many
LEAST_DECIMALS, MOST_DECIMALS = 3, 12
#: members or rows named in one problem
NAMED = 20


@dataclass(frozen=True, slots=True)
class Excess:
    """A company whose stakes add up to more than one."""

    company: int
    total: Fraction
    #: places of its rows in the source table
    rows: Longs
    #: whether no rounding of the decimals given explains it
    over_issued: bool


def excesses(holdings: Holdings, components: Components) -> list[Excess]:
    """Companies of whom more than all is held, by the exact sum of the texts.

    Rounding of `n` shares to `d` decimals explains up to `n * 0.5 * 10^-d`; but not where the companies of a company's own
    loop alone hold more than all of it, which has no solution.
    """
    total = np.bincount(holdings.company, holdings.share, len(holdings.nodes))
    found = []
    for company in np.flatnonzero(total > 1 + 10.0**-MOST_DECIMALS).tolist():
        stakes = np.arange(*np.searchsorted(holdings.company, [company, company + 1]))
        exact = sum((holdings.exact_share(e) for e in stakes.tolist()), Fraction(0))
        rows = np.concatenate([holdings.rows[holdings.row_start[e] : holdings.row_start[e + 1]] for e in stakes])
        decimals = max(_decimals(holdings.share_text[int(r)].as_py()) for r in rows)
        allowed = Fraction(len(rows), 2 * 10 ** min(max(decimals, LEAST_DECIMALS), MOST_DECIMALS))
        of = components.of
        own = [e for e in stakes.tolist() if of[holdings.owner[e]] == of[company]]
        closed = sum((holdings.exact_share(e) for e in own), Fraction(0)) > 1
        found.append(Excess(company, exact, rows, over_issued=closed or exact > 1 + allowed))
    return found


def closed_loops(holdings: Holdings, components: Components) -> tuple[Ints, Ints]:
    """Companies in loops, or holding themselves, of which nobody outside their loop holds a disclosed share.

    Returns:
        members of loops that own all of themselves (orphan loops), in the order of their components; and members of
        other such loops, all of whose outside owners are undisclosed.
    """
    of, owner, company = components.of, holdings.owner, holdings.company
    real = holdings.share > 0
    within = of[owner] == of[company]
    looped = np.zeros(len(components), bool)
    looped[of[company[within & real]]] = True
    looped[of[company[~within & real]]] = False
    looped[of[~holdings.is_held]] = False
    members = components.members[looped[of[components.members]]]
    if not len(members):
        return members, members
    total = np.bincount(company, holdings.share, len(holdings.nodes))
    whole = looped.copy()
    whole[of[members[total[members] < 1 - 10.0**-MOST_DECIMALS]]] = False
    for number in np.flatnonzero(whole).tolist():
        whole[number] = all(_whole(holdings, int(m)) for m in members[of[members] == number])
    return members[whole[of[members]]], members[~whole[of[members]]]


def problems(
    holdings: Holdings, components: Components, found: list[Excess], orphans: Ints, first_row: int
) -> list[Problem]:
    """Over-issued companies, sums above one that rounding explains (notes), and orphan loops, each named."""
    ids = holdings.nodes.ids
    said = []
    for excess in found:
        company = ids[excess.company].as_py()
        rows = [int(r) + first_row for r in excess.rows[:NAMED]]
        params = {"company": company, "total": _text(excess.total), "rows": rows, "count": len(excess.rows)}
        code, msgid = (
            ("over_issued", _("company {company} is held to {total} in {count} rows: more than there is"))
            if excess.over_issued
            else ("shares_rounded_up", _("company {company} is held to {total}, as far as rounding explains"))
        )
        said.append(Problem(code, msgid, row=rows[0], column="share", params=params))
    for number in dict.fromkeys(components.of[orphans].tolist()):
        loop = [ids[int(m)].as_py() for m in np.sort(orphans[components.of[orphans] == number])]
        msgid = _("{count} companies own all of each other and have no owner: {shown}")
        params = {"count": len(loop), "members": loop, "shown": ", ".join(loop[:NAMED])}
        said.append(Problem("orphan_loop", msgid, column="share", params=params))
    return said


def downstream(graph: Csr, seeds: Ints) -> Flags:
    """(nodes,) those that edges lead to from the seeds, themselves included."""
    return _reached(graph.start, graph.target, seeds)


@kernel
def _reached(start: Longs, target: Ints, seeds: Ints) -> Flags:
    seen = np.zeros(len(start) - 1, np.bool_)
    waiting = np.empty(len(start), np.int32)
    many = 0
    for s in seeds:
        if not seen[s]:
            seen[s] = True
            waiting[many] = s
            many += 1
    while many > 0:
        many -= 1
        v = waiting[many]
        for e in range(start[v], start[v + 1]):
            if not seen[target[e]]:
                seen[target[e]] = True
                waiting[many] = target[e]
                many += 1
    return seen


def _whole(holdings: Holdings, company: int) -> bool:
    stakes = range(*np.searchsorted(holdings.company, [company, company + 1]).tolist())
    return sum((holdings.exact_share(e) for e in stakes), Fraction(0)) >= 1


def _decimals(given: object) -> int:
    exponent = Fraction(str(given).strip() if given is not None else "0")
    power = 0
    while exponent.denominator > 1 and power < MOST_DECIMALS:
        exponent *= 10
        power += 1
    return power


def _text(total: Fraction) -> str:
    return f"{float(total):.6f}".rstrip("0").rstrip(".")
