"""Phones, addresses and mails by firm and use: shared ones among them, for good reasons and for bad."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Ints
from windchime.twin.public import common
from windchime.twin.public.life import Life
from windchime.twin.public.points import landlines, mails, phones
from windchime.twin.public.posted import doubled, second_ids, second_record
from windchime.twin.public.register import Turns, office
from windchime.twin.source import NO_DAY, codes, instants

KINDS = ("mobile", "landline", "email", "address")
USAGES = ("registered", "annual_report", "application")


def contacts(life: Life, turns: Turns) -> pa.Table:
    """One row a contact point and use of a firm, and the own phone of who represents it."""
    cal, world, firm = common.registry(), life.world, life.firms
    points, n = world.society.points, len(firm)
    place, desk = world.firms.place[firm], points.desk[firm]
    zero = np.zeros(n, np.int64)
    early = office(turns, np.arange(n), firm, points.office, zero)
    key = world.rng.key("contact", firm)
    first = int(world.calendar.first_day[world.calendar.history])
    begin = np.maximum(first, life.established)
    report = begin + common.later(key, 0, 40, 400)
    applied = np.where(
        common.chance(key, 1, cal.number("contacts.applications")), begin + common.later(key, 2, 60, 700), NO_DAY
    )
    moved = turns.moved < NO_DAY
    legal = world.society.posts.legal_rep[firm]
    manager = np.maximum(world.society.posts.manager[firm], 0)
    second = (
        second_record(world, manager)
        & doubled(world)[firm]
        & common.chance(key, 4, cal.number("contacts.second_phone"))
    )
    # who has two records left the same phone with both
    applied = np.where(second, np.minimum(applied, report + 5), applied)
    none = np.full(n, -1)
    #: (kind, value, usage, person, first seen, whether there is one)
    rows = (
        (0, phones(points.phone[firm]), 0, none, begin, np.ones(n, bool)),
        (0, phones(points.report_phone[firm]), 1, none, report, np.ones(n, bool)),
        (1, landlines(firm), 1, none, report, points.has_landline[firm]),
        (2, mails(firm), 1, none, report, points.has_mail[firm]),
        (3, points.addresses(world.rng, place, early, desk), 0, none, begin, np.ones(n, bool)),
        (
            3,
            points.addresses(world.rng, place, points.office[firm], desk),
            0,
            none,
            np.maximum(turns.moved, begin),
            moved,
        ),
        (0, phones(legal), 2, legal, applied, applied < NO_DAY),
        (0, phones(manager), 2, manager, report + 1, second),
        (0, phones(points.new_line(firm)), 0, none, np.maximum(turns.called, begin), turns.called < NO_DAY),
    )
    at = np.tile(np.arange(n), len(rows))
    line = np.repeat(np.arange(len(rows)), n)
    there, seen = np.concatenate([r[5] for r in rows]), np.concatenate([r[4] for r in rows])
    order = np.lexsort((line, at))
    order = order[there[order] & (seen[order] < NO_DAY)]
    return _table(
        life,
        at[order],
        line[order],
        seen[order],
        pa.concat_arrays([common.joined(r[1]) for r in rows]).take(pa.array(order)),
        _who(rows, order),
    )


def _who(rows: tuple[tuple[int, pa.Array, int, Ints, Ints, np.ndarray], ...], order: Ints) -> Ints:
    return np.asarray(np.concatenate([r[3] for r in rows])[order])


def _table(life: Life, at: Ints, line: Ints, seen: Ints, value: pa.Array, who: Ints) -> pa.Table:
    world = life.world
    kind, usage = np.array([0, 0, 1, 2, 3, 3, 0, 0, 0])[line], np.array([0, 1, 1, 1, 0, 0, 2, 2, 0])[line]
    person = pc.if_else(pa.array(line == 7), second_ids(who), common.person_ids(who))
    firm = life.firms[at]
    noon = 36_000 + np.floor(draws.uniform(world.rng.key("contact.hour", firm, line), 0) * 30_000).astype(np.int64)
    columns = {
        **common.subject(world, firm),
        "person_id": person,
        "kind": codes(KINDS, kind),
        "value": value,
        "usage": codes(USAGES, usage),
        "first_seen_at": instants(seen, noon),
    }
    return common.told(world, "contacts", columns, seen)
