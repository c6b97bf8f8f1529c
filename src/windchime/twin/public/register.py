"""The register of firms: each firm as first entered, and as it stood after each change; the changes; branches."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints, shipped
from windchime.twin.population import NEVER
from windchime.twin.public import common
from windchime.twin.public.common import Columns
from windchime.twin.public.life import Happenings, Life
from windchime.twin.source import NO_DAY, codes, dates, yuan
from windchime.twin.world import World

STATUS = ("active", "cancelled", "revoked", "liquidating")
SIZES = ("micro", "small", "medium", "large")


@dataclass(frozen=True, slots=True)
class Turns:
    """What of a firm changes, at most once each: the day, `NO_DAY` where it never does; `called` is a new phone."""

    moved: Ints
    called: Ints
    #: a new legal representative, and who was before
    represented: Ints
    before: Ints
    widened: Ints
    ended: Ints
    #: index into STATUS from `ended` on
    status: Ints
    #: days until the register shows a change, the same for all of a firm
    lag: Ints

    @classmethod
    def of(cls, life: Life) -> Self:
        """Draw the changes of some firms."""
        cal, world, firms = common.registry(), life.world, life.firms
        key = world.rng.key("register", firms)
        often = np.where(life.distress, cal.number("changes.distress"), 1.0) * life.trading
        own = world.society.points.office[firms] == firms
        company = world.firms.kind[firms] == 0
        moved = _once(life, life.happenings("move", often * cal.number("changes.address_a_month")), own)
        called = _once(life, life.happenings("line", often * cal.number("changes.phone_a_month")), own)
        turned = life.happenings("representative", often * cal.number("changes.managers_a_month"))
        stayed = world.society.groups.group[firms] < 0
        represented = _once(life, turned, company & stayed)
        widened = _once(life, life.happenings("scope", often * cal.number("changes.scope_a_month")), company)
        ended, status = _ends(life)
        low, high = cal["firms.known_days"]
        people = world.society.persons
        before = people.owners + (firms * 31 + 17) % (people.agents - people.owners)
        for late in (moved, called, represented, widened):
            late[late >= ended] = NO_DAY
        return cls(moved, called, represented, before, widened, ended, status, common.later(key, 0, low, high))


def _once(life: Life, found: Happenings, able: Bools) -> Ints:
    day = np.full(len(life.firms), NO_DAY)
    first = life.first_of(found)
    day[first.at] = first.day
    return np.where(able, day, NO_DAY)


def _ends(life: Life) -> tuple[Ints, Ints]:
    """The day a firm that has ceased to trade loses its standing, and what it becomes."""
    cal, world = common.registry(), life.world
    key = world.rng.key("register", life.firms)
    ends = world.course.ends[life.firms]
    gone = ends < world.calendar.months
    shell = world.society.rings.ring[life.firms] >= 0
    failed = draws.pick(draws.uniform(key, 1), cal.numbers("firms.failed"))
    closed = np.where(draws.uniform(key, 2) < cal.number("firms.shells_cancelled"), 0, 3)
    how = np.where(life.default < NEVER, failed, np.where(shell, closed, 3))
    low, high = cal["firms.days_to_status"]
    last = world.calendar.first_day[np.minimum(ends + 1, world.calendar.months)]
    day = last + np.where(shell, common.later(key, 3, 20, low), common.later(key, 4, low, high))
    told = gone & (how < 3)
    return np.where(told, day, NO_DAY), np.where(told, how + 1, 0)


def representative(world: World, firm: Ints, turns: Turns, at: Ints, day: Ints) -> Ints:
    """Who represented each firm on a day."""
    return np.where(turns.represented[at] <= day, world.society.posts.legal_rep[firm], _earlier(world, firm, turns, at))


def _earlier(world: World, firm: Ints, turns: Turns, at: Ints) -> Ints:
    now = world.society.posts.legal_rep[firm]
    return np.where(turns.represented[at] < NO_DAY, turns.before[at], now)


def office(turns: Turns, at: Ints, firm: Ints, points_office: Ints, day: Ints) -> Ints:
    """Where each firm sat on a day; offices left are numbered below zero."""
    return np.where((turns.moved[at] < NO_DAY) & (day < turns.moved[at]), -1 - firm, points_office[firm])


def firms(life: Life, turns: Turns) -> pa.Table:
    """All states of the register of some firms."""
    world = life.world
    first = np.maximum(int(world.calendar.first_day[world.calendar.history]), life.established)
    many = len(life.firms)
    at = np.tile(np.arange(many), 5)
    day = np.concatenate([first, turns.moved, turns.represented, turns.widened, turns.ended])
    entry = np.concatenate([np.ones(many, bool), np.zeros(4 * many, bool)])
    known = np.where(entry, day, day + turns.lag[at])
    use = (day < NO_DAY) & (known < world.end)
    at, day, known, entry = at[use], day[use], known[use], entry[use]
    order = np.lexsort((known, at))
    at, day, known, entry = at[order], day[order], known[order], entry[order]
    last = np.concatenate([(at[1:] != at[:-1]) | (known[1:] != known[:-1]), [True]]) if len(at) else np.zeros(0, bool)
    return common.told(world, "firms", _state(life, turns, at[last], day[last], entry[last]), known[last])


def _state(life: Life, turns: Turns, at: Ints, day: Ints, entry: Bools) -> Columns:
    """The columns of the register as of a day."""
    cal, world, firm = common.registry(), life.world, life.firms[at]
    society, kind = world.society, world.firms.kind[firm]
    key = world.rng.key("register", firm)
    sectors = world.cal["sectors"]
    alone = (kind == 0) & (np.bincount(society.holdings.firm, minlength=len(world.firms))[firm] == 1)
    index = np.where(kind == 0, np.where(alone, 1, 0), kind + 1)
    gone = turns.ended[at] <= day
    bounds = np.log(10_000 * cal.numbers("firms.size_from"))
    told = draws.uniform(key, 5) < cal.number("firms.staff_told")
    # what was so at the time: nothing of later months
    month = np.clip(
        world.calendar.month_of(day), np.maximum(world.calendar.history, world.firms.begins[firm]), life.months[-1]
    )
    staff = np.round(world.course.headcount[month, firm] * (0.85 + 0.25 * draws.uniform(key, 6))).astype(np.int64)
    size = np.log(np.maximum(world.course.plan[month, firm], 100.0) / 100.0)
    wide = turns.widened[at] <= day
    scope = pa.array([cal["firms.scope"][s["code"]] for s in sectors]).take(pa.array(world.firms.sector[firm]))
    added = common.one_of(cal["firms.scope_added"], key, 7)
    limited = draws.uniform(key, 8) < cal.number("firms.term_limited")
    place = world.firms.place[firm]
    moment = np.where(entry, life.established[at], day)
    where = office(turns, at, firm, society.points.office, day)
    return {
        "firm_id": common.subject(world, firm)["firm_id"],
        "name": world.names.take(pa.array(firm)),
        "former_names": former_names(world, firm),
        "credit_code": world.codes.take(pa.array(firm)),
        "firm_kind": codes(("company_ltd", "sole_owner_ltd", "sole_trader", "cooperative"), index),
        "is_natural_person_like": kind == 1,
        "status": codes(STATUS, np.where(gone, turns.status[at], 0)),
        "status_on": dates(np.where(gone, turns.ended[at], NO_DAY)),
        "industry_code": codes([s["industry"] for s in sectors], world.firms.sector[firm]),
        "industry_version": "v2017",
        "region_code": common.place_codes().take(pa.array(place)),
        "address": society.points.addresses(world.rng, place, where, society.points.desk[firm]),
        "established_on": dates(life.established[at]),
        "approved_on": dates(moment),
        "term_from": dates(life.established[at]),
        "term_to": dates(np.where(limited, life.established[at] + 7305, NO_DAY)),
        "registered_capital": yuan(society.capital[firm]),
        "registered_currency": "CNY",
        "paid_in_capital": yuan(society.paid_in[firm]),
        **common.person(world, "legal_rep", representative(world, firm, turns, at, day)),
        "business_scope": pc.if_else(pa.array(wide), common.text(scope, "、", added), scope),
        "registrar": common.text(pa.array(common.place_words()).take(pa.array(place)), "市场监督管理局"),
        "size_class": codes(SIZES, np.searchsorted(bounds, size)),
        "size_basis": "declared",
        "staff_reported": pa.array(staff, mask=~told | (staff <= 0)),
        "is_listed": False,
    }


def former_names(world: World, firm: Ints) -> pa.Array:
    """The name some firms had before the history begins; null for the others."""
    words, cal = shipped("names"), common.registry()
    key = world.rng.key("former", firm)
    letters = list(words["characters"])
    sectors = [words["trades"][s["code"]] for s in world.cal["sectors"]]
    trades = [t for group in sectors for t in group]
    begins = np.cumsum([0, *(len(g) for g in sectors[:-1])])
    size = np.array([len(g) for g in sectors])[world.firms.sector[firm]]
    trade = begins[world.firms.sector[firm]] + np.floor(draws.uniform(key, 3) * size).astype(np.int64)
    made = common.text(
        pa.array(common.place_words()).take(pa.array(world.firms.place[firm])),
        common.one_of(letters, key, 1),
        common.one_of(letters, key, 2),
        pa.array(trades).take(pa.array(trade)),
        "有限公司",
    )
    barred = pc.match_substring_regex(made, "|".join(words["blocked"]))
    had = (draws.uniform(key, 0) < cal.number("firms.former_name")) & (world.firms.kind[firm] == 0)
    had &= world.firms.age[firm] > 24
    free = pc.and_not(pc.and_not(pa.array(had), barred), pc.equal(made, world.names.take(pa.array(firm))))
    return pc.if_else(free, made, common.NONE)


def branches(life: Life) -> pa.Table:
    """Branches of some companies, under names that begin with the parent's."""
    cal, world = common.registry(), life.world
    key = world.rng.key("branch.firm", life.firms)
    able = (draws.uniform(key, 0) < cal.number("firms.with_branches")) & (world.firms.kind[life.firms] == 0)
    many = np.where(able, 1 + draws.pick(draws.uniform(key, 1), cal.numbers("firms.branches")), 0)
    at = np.repeat(np.arange(len(many)), many)
    firm = life.firms[at]
    index = np.arange(len(at)) - np.repeat(np.cumsum(many) - many, many)
    own = world.rng.key("branch", firm, index)
    place = (world.firms.place[firm] + index) % len(common.place_words())
    room = np.maximum(world.end - 90 - life.established[at], 30)
    opened = life.established[at] + 20 + np.floor(draws.uniform(own, 0) * room).astype(np.int64)
    short = [p[:-1] for p in common.place_words()]
    society, people = world.society, world.society.persons
    head = people.owners + (firm * 37 + index * 101 + 5) % (people.agents - people.owners)
    columns = {
        **common.subject(world, firm),
        "branch_name": common.text(
            world.names.take(pa.array(firm)),
            pa.array(short).take(pa.array(place)),
            codes(("第一", "第二", "第三", "第四"), index),
            "分公司",
        ),
        **common.person(world, "head_person", head),
        "region_code": common.place_codes().take(pa.array(place)),
        "address": society.points.addresses(world.rng, place, 10**8 + firm * 8 + index, np.zeros(len(firm), np.int64)),
        "established_on": dates(opened),
        "status": "active",
    }
    return common.told(world, "branches", columns, opened + common.later(own, 1, 3, 20))
