"""What follows when debtors fail: every guarantee called at once, and cleared as one system.

A failed debtor leaves a share of each of its debts unpaid. Each debt is called on its guarantors once, by their shares
and within their amounts. A guarantor that is called for more than it has pays what it has, in proportion to the calls
(limited liability and proportionality of Eisenberg and Noe 2001), and fails itself, so that its own debts are called too.
Of guarantors jointly and severally liable the others take over what one cannot pay: the debt is called at a higher level,
up to their amounts.

The levels only rise and the payments only fall with every step, from calls at face value and payment in full; so steps
lead to the greatest payments that fit together, and more failing debtors never mean less called (Tarski).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.graph.csr import Csr, Floats, Longs, csr
from windchime.graph.guarantees.clearing import cleared
from windchime.graph.guarantees.promised import cents
from windchime.graph.guarantees.settings import Settings
from windchime.graph.guarantees.web import Bools
from windchime.graph.nodes import Ints, Nodes, coded

#: guarantors liable for their own share alone: the others do not take over
SEVERAL = ("several",)


@dataclass(frozen=True)
class Book:
    """Debts and the promises behind them; amounts in yuan."""

    parties: Nodes
    #: (promises,) numbers of parties and of debts
    guarantor: Ints
    debt: Ints
    #: (promises,) most that the guarantor pays, its weight among the guarantors of the debt, and whether it takes over
    most: Floats
    weight: Floats
    takes_over: Bools
    #: (debts,)
    debtor: Ints
    owed: Floats
    names: tuple[str, ...]
    #: (parties,) what each can pay, and whether that is assumed
    buffer: Floats
    is_assumed: Bools
    #: (promises,) row of the table the book was made from
    row: Longs

    @cached_property
    def by_debt(self) -> Csr:
        """Promises by debt: `edge` is the promise."""
        return csr(len(self.debtor), self.debt, self.guarantor)


def book(promises: pa.Table, net_assets: Mapping[str, Decimal], settings: Settings) -> Book:
    """Debts and promises of a table in the form of `forms.GUARANTEES`; promises that may be called.

    A debt is what `debt` names, else the contract, of one debtor; it owes the largest balance that a promise covers.
    Weights are the `share` of each promise, else equal ones. Net assets below zero can pay nothing.
    """
    parties, (guarantor, debtor) = coded(promises["guarantor"], promises["debtor"])
    known = pc.coalesce(promises["debt"], promises["contract"])
    key = pc.binary_join_element_wise(promises["debtor"], known, "|")
    debts, (debt,) = coded(key)
    most = cents(promises) / 100.0
    balance = pc.coalesce(promises["covered"], promises["amount"]).cast(pa.float64()).to_numpy()
    owed = np.zeros(len(debts))
    np.maximum.at(owed, debt, balance)
    of_debt = np.zeros(len(debts), np.int32)
    of_debt[debt] = debtor
    share = promises["share"].cast(pa.float64()).to_numpy(zero_copy_only=False)
    held = [net_assets.get(p) for p in parties.ids.to_pylist()]
    buffer = np.array([float(settings.unknown_buffer if h is None else max(h, Decimal(0))) for h in held])
    return Book(
        parties=parties,
        guarantor=guarantor,
        debt=debt,
        most=most,
        weight=np.where(np.isnan(share) | (share <= 0), 1.0, share),
        takes_over=~pc.is_in(promises["kind"], value_set=pa.array(SEVERAL)).to_numpy(zero_copy_only=False),
        debtor=of_debt,
        owed=owed,
        names=tuple(debts.ids.to_pylist()),
        buffer=buffer,
        is_assumed=np.array([h is None for h in held], dtype=bool),
        row=np.arange(promises.num_rows),
    )


@dataclass(frozen=True)
class Fallen:
    """A party that fails, and how it came to that."""

    party: str
    #: 0 for those that failed first
    round: int
    #: yuan called of it and paid by it in the end; None for those that failed first and were not called
    called: float
    paid: float
    #: the debtor whose debts weighed most among its calls when it fell; None for those that failed first
    by: str | None
    #: from a debtor that failed first to this one
    path: tuple[str, ...]
    #: whether what it can pay was assumed
    is_assumed: bool


@dataclass(frozen=True)
class Called:
    """What came of the calls; amounts in yuan."""

    book: Book
    fallen: tuple[Fallen, ...]
    #: (promises,)
    called: Floats
    paid: Floats
    #: (debts,) left unpaid by the debtor, and of that what no guarantor paid
    unpaid: Floats
    loss: Floats
    rounds: int

    @property
    def total_loss(self) -> float:
        """What creditors lose."""
        return float(self.loss.sum())


def call(book: Book, debtors: Collection[str], settings: Settings) -> Called:
    """Let debtors fail, and clear all calls that follow.

    Args:
        book: debts and promises.
        debtors: ids of those that fail; ones the book does not know change nothing.
        settings: the share of debts that failed debtors leave unpaid.
    """
    first = sorted({n for d in debtors if (n := book.parties.number(d)) is not None})
    parties = len(book.parties)
    fell = np.full(parties, -1, np.int32)
    fell[first] = 0
    by = np.full(parties, -1, np.int32)
    buffer = book.buffer.copy()
    buffer[first] = 0.0
    ordered = book.by_debt
    share = float(settings.unpaid)
    number = 0
    while True:
        unpaid = np.where(fell[book.debtor] >= 0, share * book.owed, 0.0)
        most = np.minimum(book.most, unpaid[book.debt])
        called, paid = cleared(
            ordered.start, ordered.edge, book.guarantor, most, book.weight, book.takes_over, unpaid, buffer
        )
        total = np.bincount(book.guarantor, called, parties)
        new = np.flatnonzero((fell < 0) & (total > buffer + _CENT))
        if not len(new):
            break
        number += 1
        fell[new] = number
        for party in new.tolist():
            mine = np.flatnonzero(book.guarantor == party)
            weights = np.bincount(book.debtor[book.debt[mine]], called[mine], parties)
            by[party] = int(weights.argmax())
    loss = np.maximum(unpaid - np.bincount(book.debt, paid, len(book.debtor)), 0.0)
    return Called(book, _fallen(book, fell, by, called, paid), called, paid, unpaid, loss, number)


#: hundredth of a yuan: less is no failure
_CENT = 0.005


def _fallen(book: Book, fell: Ints, by: Ints, called: Floats, paid: Floats) -> tuple[Fallen, ...]:
    ids = book.parties.ids
    parties = len(book.parties)
    totals = np.bincount(book.guarantor, called, parties), np.bincount(book.guarantor, paid, parties)
    order = [int(p) for p in np.argsort(fell, kind="stable") if fell[p] >= 0]
    paths: dict[int, tuple[str, ...]] = {}
    for party in order:
        before = paths[int(by[party])] if by[party] >= 0 else ()
        paths[party] = (*before, ids[party].as_py())
    return tuple(
        Fallen(
            party=ids[p].as_py(),
            round=int(fell[p]),
            called=float(totals[0][p]),
            paid=float(totals[1][p]),
            by=ids[int(by[p])].as_py() if by[p] >= 0 else None,
            path=paths[p],
            is_assumed=bool(book.is_assumed[p]),
        )
        for p in order
    )
