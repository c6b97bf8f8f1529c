"""Trades of a month: which buyer, how much. The same numbers come out whether asked for one firm or for all."""

from dataclasses import dataclass

import numpy as np

from windchime.twin import draws
from windchime.twin.calendar import Calendar
from windchime.twin.calibration import Calibration, Floats, Ints, Keys
from windchime.twin.draws import Draws
from windchime.twin.population import Population


@dataclass(frozen=True, slots=True)
class Trades:
    """One row a trade (one delivery of a seller to a buyer, one or several invoices)."""

    seller: Ints
    month: Ints
    key: Keys
    #: rank of the buyer among the seller's, from 0
    rank: Ints
    #: firm number below n, or n + number of a party outside the region
    buyer: Ints
    #: tax included, in fen
    total: Ints
    #: the total is a multiple of so many fen
    grain: Ints


class Market:
    """Who buys from whom: relations come and go, and large firms are chosen more often."""

    def __init__(self, cal: Calibration, calendar: Calendar, rng: Draws, firms: Population) -> None:
        self._cal, self._calendar, self._rng, self._firms = cal, calendar, rng, firms
        size = np.exp(
            cal.number("sales.size_elasticity") * (np.log(firms.trades) + firms.log_batch - firms.log_batch.mean())
        )
        weight = size * cal.numbers("buys_from")[:, firms.sector]
        edges = np.cumsum(weight, axis=1)
        #: row of sector s holds the ends of the buyers' shares, shifted by s
        self._edges = (np.arange(len(edges))[:, None] + edges / edges[:, -1:]).ravel()
        self._orders = cal["sales.orders"]
        self._rounding = cal.numbers("sales.round_to_fen")

    @property
    def outside(self) -> int:
        """How many parties outside the region there are; the first of them are the hubs."""
        return self._cal.count("sales.hubs") + self._cal.count("sales.outside_per_firm") * len(self._firms)

    def trades(self, seller: Ints, month: Ints, number: Ints, begins: Ints, ends: Ints) -> Trades:
        """The trades of firm-months.

        Args:
            seller: firm of each firm-month.
            month: month of each firm-month.
            number: how many trades each has.
            begins: first month in which each firm of the region trades.
            ends: last month in which each firm of the region trades.
        """
        firms, cal = self._firms, self._cal
        base = self._rng.key("trade", seller, month)
        index = np.arange(int(number.sum())) - np.repeat(np.cumsum(number) - number, number)
        seller, month = np.repeat(seller, number), np.repeat(month, number)
        key = np.repeat(base, number) + (index.astype(np.uint64) << np.uint64(8)) * draws.GOLDEN
        rank = draws.zipf_rank(draws.uniform(key, 0), firms.zipf[seller], firms.ranks[seller])
        pair = self.relation(seller, rank, month)
        buyer = self.buyer(seller, month, pair, begins, ends)
        log_total = (
            firms.log_batch[seller]
            + firms.spread[seller] * draws.normal(key, 1)
            + cal.number("firm.pair_effect") * draws.normal(pair, 9)
        )
        most = cal.count("firm.parts_at_most") * firms.cap[seller]
        fen = np.minimum(np.round(np.exp(np.round(log_total, 9))), most).astype(np.int64)
        grain = self._grain(draws.uniform(key, 2), fen)
        return Trades(
            seller, month, key, rank, buyer, np.maximum(np.round(fen / grain).astype(np.int64), 1) * grain, grain
        )

    def relation(self, seller: Ints, rank: Ints, month: Ints) -> Keys:
        """The key of the relation that holds a rank among the seller's buyers in a month; ranks are taken anew in time."""
        slot = self._rng.key("slot", seller, rank)
        life = 2.0 + self._firms.relation[seller] * -np.log(draws.uniform(slot, 0))
        epoch = np.floor(month / life + draws.uniform(slot, 1)).astype(np.int64)
        return self._rng.key("relation", slot.view(np.int64), epoch)

    def buyer(self, seller: Ints, month: Ints, pair: Keys, begins: Ints, ends: Ints) -> Ints:
        """The buyer behind a relation; one that does not trade this month is replaced by a party outside."""
        n = len(self._firms)
        sector = self._firms.sector[seller]
        within = draws.uniform(pair, 2) < self._cal.number("sales.in_region")
        found = np.searchsorted(self._edges, sector + draws.uniform(pair, 3), side="right") - sector * n
        found = np.minimum(found, n - 1)
        there = within & (found != seller) & (begins[found] <= month) & (month <= ends[found])
        return np.where(there, found, n + self.party(pair))

    def party(self, pair: Keys) -> Ints:
        """A party outside the region: a hub, few and much shared, or one of many."""
        hubs = self._cal.count("sales.hubs")
        hub = np.floor(hubs * draws.uniform(pair, 5) ** 2.5).astype(np.int64)
        other = hubs + np.floor((self.outside - hubs) * draws.uniform(pair, 6)).astype(np.int64)
        return np.asarray(np.where(draws.uniform(pair, 4) < self._cal.number("sales.hub_share"), hub, other))

    def _grain(self, u: Floats, fen: Ints) -> Ints:
        """Round totals: a grain that is small enough for the amount to stay what it is."""
        grain = self._rounding[draws.pick(u, self._rounding[:, 1]), 0].astype(np.int64)
        for _round in range(6):
            grain = np.where((grain * 3 > fen) & (grain > 1), np.where(grain > 100, grain // 10, 1), grain)
        return np.asarray(grain)
