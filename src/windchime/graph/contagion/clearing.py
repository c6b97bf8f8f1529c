"""Clearing of debts between firms as one system (Eisenberg and Noe 2001).

Each firm pays its debts from what it has outside the system and from what its debtors pay it; who cannot pay in full pays
all it has, in proportion to its debts. The greatest vector of payments is found by rounds of fictitious default: let all
pay in full, see who cannot, solve for their payments, see who else cannot. Each round adds a firm that cannot, so there
are at most as many rounds as firms.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, eye_array
from scipy.sparse.linalg import spsolve

from windchime.graph.csr import Floats
from windchime.graph.guarantees.web import Bools
from windchime.graph.nodes import Ints

#: relative to its debts: a firm that lacks less than this pays in full
_NEAR = 1e-12


@dataclass(frozen=True, slots=True)
class Cleared:
    """Who paid what."""

    #: (firms,) yuan paid in all, at most what is owed
    paid: Floats
    #: (firms,) yuan left after paying
    left: Floats
    #: (firms,) round in which each turned out unable to pay, from 1; 0 for those that pay in full
    round: Ints
    #: (debts,) yuan that each creditor lacks
    loss: Floats


def clear(debtor: Ints, creditor: Ints, owed: Floats, outside: Floats) -> Cleared:
    """The greatest clearing vector.

    Args:
        debtor: (debts,) numbers of firms.
        creditor: (debts,)
        owed: (debts,) yuan, not negative; several debts of one pair are added up.
        outside: (firms,) yuan of each from outside the system, not negative.
    """
    count = len(outside)
    total = np.asarray(np.bincount(debtor, owed, count), dtype=np.float64)
    share = np.divide(owed, total[debtor], out=np.zeros(len(owed)), where=total[debtor] > 0)
    # column d holds how the payments of d are divided
    divided = csc_array((share, (creditor, debtor)), shape=(count, count))
    unable = np.zeros(count, bool)
    round_of = np.zeros(count, np.int32)
    paid = total.copy()
    number = 0
    while True:
        received = outside + divided @ paid
        new = ~unable & (received < total * (1.0 - _NEAR))
        if not new.any():
            break
        number += 1
        round_of[new] = number
        unable |= new
        paid = _paid(divided, total, outside, unable)
    left = np.maximum(outside + divided @ paid - paid, 0.0)
    return Cleared(paid, left, round_of, owed - share * paid[debtor])


def _paid(divided: csc_array, total: Floats, outside: Floats, unable: Bools) -> Floats:
    """Payments where some pay all they have and the others all they owe."""
    paid = np.where(unable, 0.0, total)
    some = np.flatnonzero(unable)
    from_others = (outside + divided @ paid)[some]
    among = divided[some, :][:, some]
    solved = spsolve((eye_array(len(some), format="csc") - among).tocsc(), from_others)
    paid[some] = np.clip(solved, 0.0, total[some])
    return paid
