"""Bank accounts and their transactions as the bank or the firm hands them over."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Ints
from windchime.twin.closing import Chained
from windchime.twin.entries import BODIES, BODY, KINDS, NAMES, PERSON
from windchime.twin.payments import accounts, slot_of
from windchime.twin.public.society import established
from windchime.twin.source import codes, dates, firm_ids, ids, instants, sheet, yuan
from windchime.twin.world import World

BANKS = ("澄岭银行", "云汀银行", "岚溪商业银行")
CHANNELS = tuple(sorted({k.channel for k in KINDS.values()}))
INSTRUMENTS = tuple(sorted({k.instrument for k in KINDS.values()}))
CATEGORIES = tuple(sorted({k.category for k in KINDS.values()}))
TYPES = ("firm", "person", "government")


def account_numbers(account: Ints) -> pa.Array:
    """19 digits beginning with 9999, which is no bank's, and failing the check digit of cards: nobody's account."""
    body = 9999 * 10**14 + (account + 1) * 8_191 % 10**13 * 10 + account % 10
    total = np.zeros(len(account), np.int64)
    for place in range(18):
        digit = body // 10**place % 10 * (2 if place % 2 == 0 else 1)
        total += digit // 10 + digit % 10
    # one beside the right digit is always wrong
    return pc.binary_join_element_wise(
        pa.array(body).cast(pa.string()), pa.array((11 - total % 10) % 10).cast(pa.string()), ""
    )


def bank_accounts(world: World, some: Ints) -> pa.Table:
    """The accounts of the firms `some`."""
    many = accounts(world, some)
    firm = np.repeat(some, many)
    slot = np.arange(len(firm)) - np.repeat(np.cumsum(many) - many, many)
    key = world.rng.key("account", firm, slot)
    first = int(world.calendar.first_day[world.calendar.history])
    founded = np.maximum(established(world.calendar, world.firms)[firm], first - 3650)
    opened = founded + draws.whole(key, 0, 5, 60) + slot * draws.whole(key, 1, 30, 400)
    opened = np.where(world.firms.begins[firm] > 0, founded, np.minimum(opened, first - 1))
    number = account_numbers(3 * firm + slot)
    bank = np.where(slot == 0, draws.whole(key, 2, 0, 2), 1 + draws.whole(key, 2, 0, 1))
    frozen = (world.course.ends[firm] < world.calendar.months) & (draws.uniform(key, 3) < 0.3)
    return sheet(
        "bank_accounts",
        {
            "firm_id": firm_ids(world, firm),
            "account_id": ids("A", 3 * firm + slot, 7),
            "account_no": number,
            "account_tail": pc.utf8_slice_codeunits(number, 15),
            "holder_type": "firm",
            "holder_id": firm_ids(world, firm),
            "holder_name": world.names.take(pa.array(firm)),
            "bank_code": codes(("999100000012", "999200000020", "999300000038"), bank),
            "bank_name": codes(BANKS, bank),
            "account_kind": codes(("basic", "general"), np.minimum(slot, 1)),
            "currency": "CNY",
            "opened_on": dates(opened),
            "status": codes(("normal", "frozen"), frozen.astype(np.int64)),
            "is_declared": pa.array(draws.uniform(key, 4) > 0.05 * slot),
            "known_on": dates(np.maximum(opened, first)),
        },
        len(firm),
    )


def bank_transactions(world: World, chain: Chained) -> pa.Table:
    """Every entry with its balance, numbered within its account."""
    of, n = chain.entries, len(world.firms)
    account = 3 * of.firm + of.slot
    start = np.flatnonzero(np.concatenate([[True], account[1:] != account[:-1]])) if len(of) else np.zeros(0, np.int64)
    seq = np.arange(len(of)) - np.repeat(start, np.diff(np.append(start, len(of))))
    key = world.rng.key("remark", account, seq)
    words = [k.words for k in KINDS.values()]
    first = np.cumsum([0, *(len(w) for w in words[:-1])])
    remark = first[of.kind] + draws.whole(key, 0, 0, np.array([len(w) - 1 for w in words])[of.kind])

    def told(values: tuple[str, ...], part: str) -> pa.Array:
        return codes(values, np.array([values.index(getattr(KINDS[k], part)) for k in NAMES])[of.kind])

    return sheet(
        "bank_transactions",
        {
            "firm_id": firm_ids(world, of.firm),
            "account_id": ids("A", account, 7),
            "bank_serial": pc.binary_join_element_wise(
                pa.array(of.day).cast(pa.string()), pc.utf8_lpad(pa.array(seq + 1).cast(pa.string()), 7, "0"), ""
            ),
            "seq": seq,
            "booked_at": instants(of.day, of.second),
            "is_time_known": True,
            "direction": codes(("out", "in"), (of.fen > 0).astype(np.int64)),
            "amount": yuan(np.abs(of.fen)),
            "currency": "CNY",
            "balance_after": yuan(chain.balance),
            **_counterparty(world, of.party, n),
            "counterparty_account_no": _their_account(world, chain, n),
            "channel": told(CHANNELS, "channel"),
            "instrument": told(INSTRUMENTS, "instrument"),
            "remark": codes([w for some in words for w in some], remark),
            "category": told(CATEGORIES, "category"),
            "category_by": "source",
            "status": "booked",
        },
        len(of),
    )


def _counterparty(world: World, party: Ints, n: int) -> dict[str, pa.Array]:
    """Type, id and name of the other side: a firm, a person, a body, or nobody."""
    person, body = (party >= PERSON) & (party < BODY), party >= BODY
    firm = (party >= 0) & ~person & ~body
    kind = np.where(
        person, 1, np.where(body, np.array([TYPES.index(t) for t, _name in BODIES])[(party - BODY) * body], 0)
    )
    there = party >= 0
    bodies = pa.array([name for _type, name in BODIES]).take(pa.array((party - BODY) * body, mask=~body))
    who, place = np.unique(np.where(person, party - PERSON, 0), return_inverse=True)
    people = world.society.persons.names(who).take(pa.array(place, mask=~person))
    inside = firm & (party < n)
    firms = world.names.take(pa.array(party * inside, mask=~inside))
    own = pa.array(TYPES).take(pa.array(kind, mask=~there))
    known = pc.if_else(pa.array(firm), firm_ids(world, party * firm), pa.scalar(None, pa.string()))
    return {
        "counterparty_type": own,
        "counterparty_id": known,
        "counterparty_name": pc.coalesce(bodies, people, firms),
    }


def _their_account(world: World, chain: Chained, n: int) -> pa.Array:
    """The number of the other account where a firm of the region holds it."""
    of = chain.entries
    inside = (of.party >= 0) & (of.party < n)
    other, own = of.party * inside, of.firm
    # a buyer pays to the account the seller keeps for it; everything else goes between main accounts
    pays = np.isin(of.kind, [NAMES.index("paid")])
    slot = np.where(pays, slot_of(world, other, own), 0)
    swept = np.isin(of.kind, [NAMES.index("swept_out"), NAMES.index("swept_in")])
    slot = np.where(swept, np.where(of.slot > 0, 0, np.maximum(of.second - 68_000, 0)), slot)
    account, place = np.unique(np.where(inside, 3 * other + slot, 0), return_inverse=True)
    return account_numbers(account).take(pa.array(place, mask=~inside))
