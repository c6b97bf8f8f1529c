"""What one owner owns, be it a person or a company that others own, inside a loop or not.

For a company inside a loop the plain sum `A + A^2 + …` counts what it owns of itself over and over and may exceed one. The
corrected share of `i` in `j` is `(N - I)[i, j] / N[i, i]`, `N = (I - A)^-1` (Baldone, Brioschi, Paleari 1998; Rohwer and
Poetter 2005). It is what `i` would own if nobody held it, which is how it is worked out here.
"""

from dataclasses import replace

import numpy as np

from windchime.graph.csr import Floats
from windchime.graph.nodes import Ints
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.overissued import downstream
from windchime.graph.ownership.solution import companies_first, solve


def owned_by(holdings: Holdings, owner: int) -> tuple[Ints, Floats]:
    """The companies that an owner holds, directly or indirectly, itself included where it does, and its shares in them.

    Args:
        holdings: the stakes; nothing downstream of the owner is over-issued.
        owner: the number of a node.
    """
    below = downstream(holdings.by_owner, np.array([owner], np.int32))
    above = below[holdings.owner] & (holdings.share > 0)
    kept = above & (holdings.company != owner)
    is_held = below.copy()
    is_held[owner] = False
    alone = replace(
        holdings,
        owner=holdings.owner[kept],
        company=holdings.company[kept],
        share=holdings.share[kept],
        is_held=is_held,
    )
    none = np.empty(0, np.int32)
    found = solve(alone, companies_first(alone), (none, none), np.zeros(len(below), bool), 0.0)
    of_itself = above & (holdings.company == owner)
    share = np.zeros(len(below))
    share[found.company] = found.share
    share[owner] = 1.0
    share[owner] = share[holdings.owner[of_itself]] @ holdings.share[of_itself]
    company = np.flatnonzero(share > 0).astype(np.int32)
    return company, share[company]
