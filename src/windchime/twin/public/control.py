"""Who controls each firm in truth: through own stakes, stakes others hold for the person, the family, and companies."""

import numpy as np

from windchime.twin.calibration import Ints
from windchime.twin.public.groups import Groups
from windchime.twin.public.holdings import Holdings
from windchime.twin.public.persons import Persons

#: the least share of votes that leads where nobody has a majority, in millionths
LEADS = 300_000


def control(firms: int, holdings: Holdings, groups: Groups, persons: Persons) -> tuple[Ints, Ints]:
    """Who controls each firm: a person, or -1, and the share of votes that person commands, in millionths.

    A majority counts through own stakes, those others hold for the person, the family, and companies controlled;
    else the largest of at least thirty percent.
    """
    found, votes = np.full(firms, -1), np.zeros(firms, np.int64)
    family = np.where(persons.family >= 0, persons.family, len(persons) + np.arange(len(persons)))
    hidden = np.flatnonzero(groups.hidden & (groups.parent >= 0))
    for _level in range(8):
        person = np.where(holdings.by_firm, found[np.where(holdings.by_firm, holdings.owner, 0)], holdings.owner)
        known = person >= 0
        firm, whose, share = holdings.firm[known], person[known], holdings.share[known]
        pair, at = np.unique(firm * (2 * len(persons)) + family[whose], return_inverse=True)
        total = np.bincount(at, share).astype(np.int64)
        largest = _largest(at, whose, share, len(pair))
        best = _best(pair // (2 * len(persons)), total, firms)
        has = best >= 0
        leads = has & (total[best] >= LEADS)
        new = np.where(leads, largest[best], -1)
        new[hidden] = new[groups.head[hidden]]
        votes = np.where(leads, total[best], 0)
        if np.array_equal(new, found):
            break
        found = new
    return found, votes


def _largest(at: Ints, whose: Ints, share: Ints, many: int) -> Ints:
    order = np.lexsort((whose, -share, at))
    first = np.concatenate([[True], at[order][1:] != at[order][:-1]]) if len(at) else np.zeros(0, bool)
    found = np.zeros(many, np.int64)
    found[at[order][first]] = whose[order][first]
    return found


def _best(firm: Ints, total: Ints, firms: int) -> Ints:
    order = np.lexsort((-total, firm))
    first = np.concatenate([[True], firm[order][1:] != firm[order][:-1]]) if len(firm) else np.zeros(0, bool)
    found = np.full(firms, -1)
    found[firm[order][first]] = order[first]
    return found
