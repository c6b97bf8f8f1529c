"""How the failure of one firm reaches others: unpaid invoices, and debts that others stand for."""

from dataclasses import dataclass

import numpy as np

from windchime.twin.calibration import Bools, Calibration, Floats, Ints
from windchime.twin.guarantees import Guarantees
from windchime.twin.population import NEVER, Population
from windchime.twin.trades import Trades

TRADE, GUARANTEE = 0, 1


@dataclass(frozen=True, slots=True)
class Ties:
    """What binds firms besides trade."""

    #: group of each firm, -1 for none, and its head, itself where there is none
    group: Ints
    head: Ints
    guarantees: Guarantees
    #: month index in which each guarantee begins and ends
    begins: Ints
    ends: Ints


def pooled(ties: Ties, share: float, standing: Bools, cash: Floats, plan: Floats) -> Ints:
    """Money moved within groups in a month, by firm in fen: what each receives or, negative, gives; groups sum to 0.

    Members move towards the group's common liquidity by way of the head, so long as that stands.

    Args:
        ties: groups and their heads.
        share: of the distance.
        standing: firms that trade and have not failed.
        cash: liquidity in fen.
        plan: planned monthly sales in fen.
    """
    found = np.zeros(len(cash), np.int64)
    group = np.where(standing & standing[ties.head], ties.group, -1)
    inside = np.flatnonzero(group >= 0)
    many = int(ties.group.max()) + 1
    if not many:
        return found
    total, planned = (np.bincount(group[inside], a[inside], many) for a in (cash, plan))
    common = total / np.maximum(planned, 1.0)
    moved = np.round(share * (common[group[inside]] * plan[inside] - cash[inside])).astype(np.int64)
    # whole thousands of yuan
    found[inside] = moved // 100_000 * 100_000
    member = inside[ties.head[inside] != inside]
    heads = ties.head[member]
    found[heads] = 0
    np.subtract.at(found, heads, found[member])
    return found


class Contagion:
    """Keeps who lost what to whom; what is long past weighs less."""

    def __init__(self, cal: Calibration, firms: Population, ties: Ties) -> None:
        n = len(firms)
        self._cal, self._ties = cal, ties
        #: fen lost to failed buyers and paid for failed debtors, faded
        self.lost: Floats = np.zeros(n)
        self.called: Floats = np.zeros(n)
        self._worst: Floats = np.zeros(n)
        #: the failure that cost each firm most, -1 where there was none
        self.worst_of: Ints = np.full(n, -1)
        self._edges: list[tuple[Ints, Ints, int, int, Ints]] = []

    def fade(self) -> None:
        """A month passes."""
        kept = self._cal.number("liquidity.losses_fade")
        self.lost, self.called, self._worst = kept * self.lost, kept * self.called, kept * self._worst

    def trade(self, t: int, fails: Bools, recent: list[Trades], default: Ints) -> Floats:
        """What each firm loses of unpaid invoices to firms that fail now."""
        failed, n = np.flatnonzero(fails), len(fails)
        seller, buyer, fen = [], [], []
        for trades in recent:
            hit = np.isin(trades.buyer, failed)
            seller.append(trades.seller[hit])
            buyer.append(trades.buyer[hit])
            fen.append(trades.total[hit])
        pair, place = np.unique(np.concatenate(seller) * n + np.concatenate(buyer), return_inverse=True)
        unpaid = np.asarray(np.bincount(place, np.concatenate(fen), len(pair)), dtype=np.float64)
        loss = self._cal.number("liquidity.bad_debt_loss") * unpaid
        total = self._suffered(t, TRADE, pair % n, pair // n, loss, default)
        self.lost = self.lost + total
        return total

    def guarantees(self, t: int, fails: Bools, default: Ints) -> Floats:
        """What guarantors of firms that fail now will have to pay."""
        given = self._ties.guarantees
        called = (
            fails[given.debtor] & (self._ties.begins <= t) & (t <= self._ties.ends) & (default[given.guarantor] >= t)
        )
        fen = np.asarray(self._cal.number("guarantees.called_share") * given.amount[called], dtype=np.float64)
        total = self._suffered(t, GUARANTEE, given.debtor[called], given.guarantor[called], fen, default)
        self.called = self.called + total
        return total

    def _suffered(self, t: int, tie: int, failed: Ints, loser: Ints, fen: Floats, default: Ints) -> Floats:
        standing = default[loser] == NEVER
        failed, loser, fen = failed[standing], loser[standing], fen[standing]
        order = np.argsort(fen, kind="stable")
        failed, loser, fen = failed[order], loser[order], fen[order]
        worse = fen > self._worst[loser]
        self._worst[loser[worse]], self.worst_of[loser[worse]] = fen[worse], failed[worse]
        total = np.asarray(np.bincount(loser, fen, len(default)), dtype=np.float64)
        self._edges.append((failed, loser, t, tie, np.round(fen).astype(np.int64)))
        return total

    def edges(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """All losses: failed firm, who lost, month, tie, fen."""
        empty = np.zeros(0, np.int64)
        parts = self._edges or [(empty, empty, 0, 0, empty)]
        return (
            np.concatenate([p[0] for p in parts]),
            np.concatenate([p[1] for p in parts]),
            np.concatenate([np.full(len(p[0]), p[2]) for p in parts]),
            np.concatenate([np.full(len(p[0]), p[3]) for p in parts]),
            np.concatenate([p[4] for p in parts]),
        )
