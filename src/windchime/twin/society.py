"""Who owns and runs which firm, groups, shell rings, contact points, capital: decided before the first month happens.

Persons are numbers: firm i brings 3i (its founder), 3i+1 and 3i+2 (relatives, partners, employees). The fields are the
interface; names, families and registers of these persons are made in `twin.public`.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Calibration, Floats, Ints, Keys
from windchime.twin.draws import Draws
from windchime.twin.population import Population

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Society:
    """One entry a firm unless stated; persons, firms, groups and points are numbers, -1 is none."""

    #: the person who really controls the firm: truth
    controller: Ints
    #: the person registered as legal representative
    legal_rep: Ints
    #: the person registered as (largest personal) shareholder; where `parent` is a firm, the person behind is not shown
    holder: Ints
    #: a second personal shareholder, or -1
    partner: Ints
    manager: Ints
    supervisor: Ints
    #: who keeps the books and files the taxes; shared within shell rings and by firms of one agency
    accountant: Ints
    #: the registered holder is not the controller: truth
    nominee: Bools
    #: registration agency, or -1
    broker: Ints
    #: firm that holds the majority, or -1; its share in basis points
    parent: Ints
    parent_share: Ints
    #: business group, or -1
    group: Ints
    #: by group: its head, and whether no equity tie shows it (truth)
    group_head: Ints
    group_hidden: Bools
    #: shell ring, or -1: truth
    ring: Ints
    #: contact points; firms with equal numbers share the phone or the address
    phone: Ints
    address: Ints
    incubated: Bools
    #: registered and paid-in capital in fen
    capital: Ints
    paid_in: Ints
    #: share of sales spent on research; 0 for most
    research: Floats

    @classmethod
    def of(cls, cal: Calibration, rng: Draws, firms: Population) -> Self:
        """The society of a region."""
        n = len(firms)
        number = np.arange(n)
        key = rng.key("society", number)
        ring = _rings(cal, rng, n)
        group, head, hidden = _groups(cal, rng, firms, ring)
        parent, share = _parents(cal, rng.key("parent", number), group, head, hidden)
        controller = _controllers(cal, key, n)
        grouped = group >= 0
        controller = np.where(grouped, controller[head[group]], controller)
        first = _first_of_ring(ring)
        controller = np.where(ring >= 0, 3 * first + 1, controller)
        nominee = (draws.uniform(key, 2) < cal.number("society.nominees")) & ~grouped | (ring >= 0)
        nominee |= grouped & hidden[group] & (number != head[group])
        holder = np.where(nominee, 3 * number + 2, controller)
        broker = np.where(
            (draws.uniform(key, 3) < cal.number("society.broker")) & (ring < 0),
            np.floor(draws.uniform(key, 4) * (number // cal.count("society.firms_per_broker") + 1)).astype(np.int64),
            NOBODY,
        )
        agent = cal.count("society.firms_per_broker") * broker + 7 % n
        served = broker >= 0
        manages = draws.uniform(key, 5) < cal.number("society.owner_manages")
        supervises = served & (draws.uniform(key, 6) < cal.number("society.broker_supervises"))
        partner = np.where(
            (draws.uniform(key, 7) < cal.number("society.partner")) & (firms.kind != 1), 3 * number + 1, -1
        )
        incubator = 500 * np.floor(draws.uniform(key, 8) * (number // cal.count("society.firms_per_incubator") + 1))
        incubated = (draws.uniform(key, 9) < cal.number("society.incubator")) & (ring < 0)
        phone = np.where(draws.uniform(key, 10) < cal.number("society.shared_phone_of_owner"), controller // 3, number)
        phone = np.where(served, agent, np.where(ring >= 0, first, phone))
        near = grouped & (draws.uniform(key, 11) < cal.number("society.group_address"))
        address = np.where(near, head[group], np.where(incubated, incubator.astype(np.int64) + 11 % n, number))
        capital = _capital(cal, key, firms)
        paid = np.array([1.0, 0.5, 0.0])[draws.pick(draws.uniform(key, 15), cal.numbers("society.paid"))]
        return cls(
            controller=controller,
            legal_rep=holder,
            holder=holder,
            partner=np.where(ring >= 0, NOBODY, partner),
            manager=np.where(manages, holder, 3 * number + 2),
            supervisor=np.where(supervises, 3 * agent + 2, np.where(partner >= 0, partner, 3 * number + 1)),
            accountant=np.where(served, 3 * agent + 2, np.where(ring >= 0, 3 * first + 2, 3 * number + 2)),
            nominee=nominee,
            broker=broker,
            parent=parent,
            parent_share=share,
            group=group,
            group_head=head,
            group_hidden=hidden,
            ring=ring,
            phone=phone,
            address=np.where(ring >= 0, first, address),
            incubated=incubated,
            capital=capital,
            paid_in=np.floor(capital * np.where(ring >= 0, 0.0, paid)).astype(np.int64),
            research=np.where(ring >= 0, 0.0, _research(cal, key, firms)),
        )


def _rings(cal: Calibration, rng: Draws, n: int) -> Ints:
    """Shell ring of each firm: one ring a block, its members among the first of the block."""
    block, within = cal.count("rings.block"), cal.count("rings.within")
    ring = np.full(n, NOBODY)
    least, most, alpha = (cal.number(f"rings.size.{p}") for p in ("least", "most", "alpha"))
    for number, first in enumerate(range(0, n, block)):
        key = rng.key("ring", number)
        size = int(min(least * float(draws.uniform(key, 0)[0]) ** (-1 / alpha), most))
        order = np.argsort(draws.uniform(rng.key("ring.member", first + np.arange(within)), 0), kind="stable")
        members = first + order[: min(size, within)]
        ring[members[members < n]] = number
    return ring


def _first_of_ring(ring: Ints) -> Ints:
    """The lowest member of each firm's ring; 0 for firms of no ring."""
    first = np.zeros(int(ring.max()) + 2 if len(ring) else 1, np.int64)
    members = np.flatnonzero(ring >= 0)[::-1]
    first[ring[members]] = members
    return first[np.maximum(ring, 0)] * (ring >= 0)


def _controllers(cal: Calibration, key: Keys, firms: int) -> Ints:
    """The founder, or for serial owners the controller of an earlier firm."""
    number = np.arange(firms)
    serial = (draws.uniform(key, 0) < cal.number("society.serial_owner")) & (number > 0)
    of = np.where(serial, np.floor(draws.uniform(key, 1) * number).astype(np.int64), number)
    for _step in range(40):
        of = of[of]
    return 3 * of


def _groups(cal: Calibration, rng: Draws, firms: Population, ring: Ints) -> tuple[Ints, Ints, Bools]:
    """Group of each firm, head and secrecy of each group; members are companies of one county, the largest leads."""
    n = len(firms)
    key = rng.key("group", np.arange(n))
    able = np.flatnonzero((firms.kind == 0) & (ring < 0))
    chosen = able[draws.uniform(key, 0)[able] < cal.number("society.grouped")]
    chosen = chosen[np.lexsort((draws.uniform(key, 1)[chosen], firms.place[chosen]))]
    least, most, alpha = (cal.number(f"society.group_size.{p}") for p in ("least", "most", "alpha"))
    wide = rng.key("group.size", np.arange(len(chosen) + 1))
    sizes = np.minimum(np.floor(least * draws.uniform(wide, 0) ** (-1 / alpha)), most).astype(np.int64)
    ends = np.cumsum(sizes)
    number = np.searchsorted(ends, np.arange(len(chosen)), side="right")
    many = np.bincount(number, minlength=1)
    whole = many >= least
    renamed = np.cumsum(whole) - 1
    group = np.full(n, -1)
    group[chosen] = np.where(whole[number], renamed[number], -1)[: len(chosen)] if len(chosen) else -1
    size = np.log(firms.trades) + firms.log_batch
    inside = np.flatnonzero(group >= 0)
    order = inside[np.lexsort((-size[inside], group[inside]))]
    _number, at = np.unique(group[order], return_index=True)
    head = np.append(order[at], 0)
    hidden = draws.uniform(rng.key("group.hidden", head), 0) < cal.number("society.group_hidden")
    return group, head, np.append(hidden[:-1], False)


def _parents(cal: Calibration, key: Keys, group: Ints, head: Ints, hidden: Bools) -> tuple[Ints, Ints]:
    """Who holds the majority: the head, or at some depth a member that stands higher."""
    n = len(group)
    depth = 1 + draws.pick(draws.uniform(key, 0), cal.numbers("society.chain"))
    member = (group >= 0) & (np.arange(n) != head[group])
    depth = np.where(member, depth, 0)
    parent = np.where(member, head[group], NOBODY)
    order = np.lexsort((np.arange(n), depth, group))
    order = order[group[order] >= 0]
    above: dict[tuple[int, int], int] = {}
    for firm in order.tolist():
        g, d = int(group[firm]), int(depth[firm])
        while d > 1 and (g, d - 1) not in above:
            d -= 1
        if d > 1:
            parent[firm] = above[g, d - 1]
        above[g, max(d, 0)] = firm
    parent = np.where(member & ~hidden[group], parent, NOBODY)
    shares = cal.numbers("society.parent_shares")
    even = shares[draws.whole(key, 1, 0, len(shares) - 1)]
    odd = 0.51 + 0.48 * draws.uniform(key, 2)
    share = np.where(draws.uniform(key, 3) < cal.number("society.round_share"), even, odd)
    return parent, np.where(parent >= 0, np.round(10_000 * share), 0).astype(np.int64)


def _capital(cal: Calibration, key: Keys, firms: Population) -> Ints:
    """Registered capital in fen: round values for most."""
    own = cal.number("society.capital_follows_scale")
    z = own * firms.scale + np.sqrt(1 - own**2) * draws.normal(key, 12)
    log = cal.number("society.log_capital") + cal.number("society.log_capital_sd") * z
    log = np.where(firms.kind == 1, log - 2.5, log)
    even = cal.numbers("society.capitals")
    near = even[np.abs(log[:, None] - np.log(even)[None, :]).argmin(axis=1)]
    odd = np.maximum(1.0, np.round(np.exp(log)))
    value = np.where(draws.uniform(key, 13) < cal.number("society.round_capital"), near, odd)
    return np.asarray(np.minimum(value, 500_000) * 1_000_000, dtype=np.int64)


def _research(cal: Calibration, key: Keys, firms: Population) -> Floats:
    """Share of sales spent on research."""
    technology = firms.sector == next(i for i, s in enumerate(cal["sectors"]) if s["code"] == "technology")
    chance = cal.number("society.researching") * np.where(technology, 3.0, np.where(firms.kind == 0, 1.0, 0.0))
    low, high = cal.numbers("society.research_share")
    does = draws.uniform(key, 16) < chance
    return np.where(does, low + (high - low) * draws.uniform(key, 17), 0.0)
