"""Registers of shares and posts: who holds what of which company since when, who held it before, who runs it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa

from windchime.twin import draws
from windchime.twin.calibration import Ints
from windchime.twin.public import common
from windchime.twin.public.holdings import WHOLE
from windchime.twin.public.life import Life
from windchime.twin.public.register import Turns
from windchime.twin.source import NO_DAY, codes, dates, fraction, yuan

FORMS = ("cash", "physical", "ip")


@dataclass(frozen=True, slots=True)
class Transfers:
    """At most one stake of each firm that changes hands within the history; `NO_DAY` where none does."""

    day: Ints
    #: row of the stake among all holdings
    row: Ints
    before: Ints
    after: Ints

    @classmethod
    def of(cls, life: Life) -> Self:
        """Draw them: the stake of the first or of the last person, more often in distress."""
        cal, world = common.registry(), life.world
        held, many = world.society.holdings, len(life.firms)
        often = np.where(life.distress, cal.number("ownership.transfers_in_distress"), 1.0) * life.trading
        found = life.first_of(life.happenings("transfer", often * cal.number("ownership.transfers_a_month")))
        day, row = np.full(many, NO_DAY), np.full(many, -1)
        begins = np.searchsorted(held.firm, life.firms)
        people = np.bincount(held.firm, ~held.by_firm, len(world.firms)).astype(np.int64)[life.firms]
        last = draws.uniform(world.rng.key("transfer", life.firms), 59) > 0.35
        at = begins + np.where(last, np.maximum(people - 1, 0), 0)
        able = (people > 0) & (world.firms.kind[life.firms] == 0) & (world.society.rings.ring[life.firms] < 0)
        at = np.where(able, at, 0)
        able &= held.nominee[at] < 0
        some = found.at[able[found.at]]
        day[some], row[some] = found.day[able[found.at]], at[some]
        there = row >= 0
        return cls(day, row, np.where(there, held.before[row], -1), np.where(there, held.holder[row], -1))


def shareholdings(life: Life, turns: Turns, transfers: Transfers) -> pa.Table:
    """One row a stake and state: as it is; and for a stake taken over, as its holder before had it, open and closed."""
    world = life.world
    held = world.society.holdings
    place = np.full(len(world.firms), -1)
    place[life.firms] = np.arange(len(life.firms))
    every = np.flatnonzero((place[held.firm] >= 0) & (world.firms.kind[held.firm] == 0))
    moved = every[transfers.row[place[held.firm[every]]] == every]
    row = np.concatenate([every, moved, moved])
    state = np.repeat([0, 1, 2], [len(every), len(moved), len(moved)])
    order = np.lexsort((state, row))
    row, state = row[order], state[order]
    firm, at = held.firm[row], place[held.firm[row]]
    begin, taken = life.established[at], np.where(transfers.row[at] == row, transfers.day[at], NO_DAY)
    since = np.where((state == 0) & (taken < NO_DAY), taken, begin)
    share, capital = held.share[row], world.society.capital[firm]
    subscribed = capital // 100 * (share // 10) // (WHOLE // 10) * 100
    paid = np.round(subscribed * (world.society.paid_in[firm] / np.maximum(capital, 1)) / 100).astype(np.int64) * 100
    form = draws.pick(draws.uniform(world.rng.key("stake", row), 0), [0.93, 0.04, 0.03])
    columns = {
        **common.subject(world, firm),
        **common.either(world, "holder", held.by_firm[row], np.where(state > 0, held.before[row], held.holder[row])),
        "share_class": "ordinary",
        "share": fraction(share / WHOLE),
        "subscribed_amount": yuan(subscribed),
        "subscribed_due_on": dates(np.where(paid > 0, NO_DAY, since + 1826)),
        "paid_amount": yuan(paid),
        "paid_on": dates(np.where(paid > 0, since, NO_DAY)),
        "contribution_form": codes(FORMS, form),
        "nominee": "no",
        "valid_from": dates(since),
        "valid_to": dates(np.where(state == 2, taken - 1, NO_DAY)),
        "basis": "registry",
    }
    return common.told(world, "shareholdings", columns, np.where(state == 2, taken, since) + turns.lag[at])
