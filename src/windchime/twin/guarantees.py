"""Who guarantees whose debts: chains by acquaintance within county and sector, pairs, and planted circles."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from windchime.twin import draws
from windchime.twin.calendar import Calendar
from windchime.twin.calibration import Calibration, Floats, Ints
from windchime.twin.draws import Draws
from windchime.twin.population import Population
from windchime.twin.public.society import Society


@dataclass(frozen=True, slots=True)
class Guarantees:
    """One entry a guarantee, ordered by guarantor."""

    #: firm numbers
    guarantor: Ints
    debtor: Ints
    #: amount in fen
    amount: Ints
    #: days since 1970-01-01
    signed: Ints
    ends: Ints
    #: planted circle, or -1: truth
    circle: Ints
    #: by firm: bank debt apart from the loan of `Course`, in fen, outstanding throughout
    debt: Ints

    @classmethod
    def of(cls, cal: Calibration, calendar: Calendar, rng: Draws, firms: Population, society: Society) -> Self:
        """Draw debts and their guarantees."""
        n = len(firms)
        key = rng.key("guarantee", np.arange(n))
        low, high = cal.numbers("guarantees.debt_share")
        owes = (draws.uniform(key, 0) < cal.number("guarantees.indebted")) & (society.rings.ring < 0)
        share = np.where(owes, low + (high - low) * draws.uniform(key, 1), 0.0)
        debt = np.round(12 * planned(cal, firms) * share / 1_000_000).astype(np.int64) * 1_000_000
        circle = _circles(cal, rng, firms, society)
        guaranteed = (debt > 0) & (draws.uniform(key, 2) < cal.number("guarantees.guaranteed")) & (circle[:, 0] < 0)
        debtor = np.flatnonzero(guaranteed)
        guarantor = _acquainted(rng, firms, society, debtor)
        there = (guarantor >= 0) & (guarantor != debtor)
        back = there & (draws.uniform(key, 3)[debtor] < cal.number("guarantees.mutual")) & (debt[guarantor] > 0)
        ring = np.flatnonzero(circle[:, 0] >= 0)
        guarantor, debtor = (
            np.concatenate([guarantor[there], debtor[back], ring]),
            np.concatenate([debtor[there], guarantor[back], circle[ring, 1]]),
        )
        pair = rng.key("guarantee.pair", guarantor, debtor)
        _same, first = np.unique(guarantor * n + debtor, return_index=True)
        guarantor, debtor, pair = guarantor[first], debtor[first], pair[first]
        least, most = cal.numbers("guarantees.covers")
        of = np.maximum(debt[debtor], 10_000_000)
        covered = of * (least + (most - least) * draws.uniform(pair, 0))
        signed = int(calendar.first_day[calendar.history]) + draws.whole(pair, 1, -500, 400)
        return cls(
            guarantor=guarantor,
            debtor=debtor,
            amount=np.maximum(np.round(covered / 1_000_000), 1).astype(np.int64) * 1_000_000,
            signed=signed,
            ends=signed + 1095,
            circle=np.where(circle[guarantor, 1] == debtor, circle[guarantor, 0], -1),
            debt=debt,
        )


def planned(cal: Calibration, firms: Population) -> Floats:
    """Sales of a month that each firm expects at first, in fen, tax included."""
    expected = firms.log_batch + 0.5 * (firms.spread**2 + cal.number("firm.pair_effect") ** 2)
    return np.asarray(firms.trades * np.exp(np.minimum(expected, np.log(5.0 * firms.cap))))


def _acquainted(rng: Draws, firms: Population, society: Society, debtor: Ints) -> Ints:
    """A guarantor for each debtor: the head of the group, or a firm of the same county and sector; few are asked often."""
    key = rng.key("guarantor", debtor)
    bucket = firms.place * 100 + firms.sector
    order = np.lexsort((draws.uniform(rng.key("standing", np.arange(len(firms))), 0), bucket))
    ordered = bucket[order]
    first, last = np.searchsorted(ordered, bucket[debtor]), np.searchsorted(ordered, bucket[debtor], side="right")
    at = first + np.floor((last - first) * draws.uniform(key, 0) ** 2).astype(np.int64)
    found = order[np.minimum(at, last - 1)]
    grouped = (society.groups.group[debtor] >= 0) & (draws.uniform(key, 1) < 0.7)
    found = np.where(grouped, society.groups.head[debtor], found)
    return np.where(society.rings.ring[found] >= 0, -1, found)


def _circles(cal: Calibration, rng: Draws, firms: Population, society: Society) -> Ints:
    """For each firm the planted circle it stands in and whom it guarantees there, or -1: (n, 2)."""
    n = len(firms)
    found = np.full((n, 2), -1)
    key = rng.key("circle", np.arange(n))
    able = np.flatnonzero((society.rings.ring < 0) & (society.groups.group < 0) & (firms.begins == 0))
    queue = able[np.lexsort((draws.uniform(key, 0)[able], firms.sector[able], firms.place[able]))]
    many = max(1, round(cal.number("guarantees.circles_per_firm") * n))
    step = max(1, len(queue) // many)
    for number in range(many):
        low, high = cal["guarantees.circle_size"]
        size = int(draws.whole(rng.key("circle.size", number), 0, low, min(high, max(low, n // 10)))[0])
        members = queue[number * step :][: min(size, step)]
        if len(members) >= 3:
            found[members, 0], found[members, 1] = number, np.roll(members, -1)
    return found
