"""What if these firms fail, by clearing: debts of trade and lending are paid as one system (`clearing`).

Each firm owes what others have at stake with it; from outside the system it has what makes its means equal its buffer when
all pay. Firms that fail have nothing left from outside.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from windchime.graph.contagion.clearing import clear
from windchime.graph.contagion.gathering import Stakes

#: exposures that are debts; a guarantee is none before it is called, a share of a company never
DEBTS = ("supply", "money")
_CENT = 0.005


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A firm that cannot pay all it owes, or loses by others that cannot."""

    firm: str
    #: 1 for those that could not pay though all others did, 2 for those that these bring down, …; 0: pays all
    round: int
    #: yuan owed, paid, and lacking because debtors do not pay
    owed: float
    paid: float
    lost: float


def settle(stakes: Stakes, failing: Collection[str]) -> tuple[Unpaid, ...]:
    """Clear the debts between firms after some fail; the firms that lack something, by loss.

    Args:
        stakes: exposures and buffers; amounts at stake count, not estimates of loss.
        failing: ids; ones that are not known change nothing.
    """
    net = stakes.network
    is_debt = np.isin(np.array(stakes.exposures["kind"].to_pylist(), dtype=object), DEBTS)
    debtor, creditor = net.failed[is_debt], net.loser[is_debt]
    owed = np.asarray(stakes.exposures["amount"].to_numpy(), dtype=np.float64)[is_debt]
    count = len(net.firms)
    owes, claims = np.bincount(debtor, owed, count), np.bincount(creditor, owed, count)
    outside = np.maximum(net.buffer + owes - claims, 0.0)
    outside[[n for f in failing if (n := net.firms.number(f)) is not None]] = 0.0
    cleared = clear(debtor, creditor, owed, outside)
    lost = np.bincount(creditor, cleared.loss, count)
    ids = net.firms.ids
    found = [
        Unpaid(ids[n].as_py(), int(cleared.round[n]), float(owes[n]), float(cleared.paid[n]), float(lost[n]))
        for n in np.flatnonzero((cleared.round > 0) | (lost > _CENT)).tolist()
    ]
    return tuple(sorted(found, key=lambda u: (-u.lost, u.firm)))
