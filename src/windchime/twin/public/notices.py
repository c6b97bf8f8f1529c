"""Notices of authorities: penalties, lists of abnormal operation, licences."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Ints, shipped
from windchime.twin.public import common
from windchime.twin.public.life import Life
from windchime.twin.source import NO_DAY, codes, dates, yuan

CENTS = 10_000


def administrative_penalties(life: Life) -> pa.Table:
    """Decisions, more often against firms in distress and the less honest."""
    cal, world = shipped("public"), life.world
    honesty = np.exp(cal.number("penalties.follows_honesty") * world.firms.honesty[life.firms])[:, None]
    mean = cal.number("penalties.a_month") * honesty * np.where(life.distress, cal.number("penalties.distress"), 1.0)
    found = life.happenings("penalty", mean * life.trading)
    firm, key, kinds = found.firm, found.key, cal["penalties.kinds"]
    kind = draws.pick(draws.uniform(key, 0), [k[3] for k in kinds])
    fined = common.chance(key, 1, cal.number("penalties.fine_share"))
    fine = np.exp(cal.number("penalties.log_fine") + cal.number("penalties.log_fine_sd") * draws.normal(key, 2))
    fine = np.clip(np.round(fine / 100), 2, 50_000).astype(np.int64) * CENTS
    published = found.day + common.later(key, 3, *cal["penalties.published_days"])
    place = pa.array(common.place_words()).take(pa.array(world.firms.place[firm]))
    serial = found.firm * 1000 + found.month * 10 + _nth(found.firm * 1000 + found.month)
    columns = {
        **common.subject(world, firm),
        "decision_no": common.text(
            "澄", codes([k[1][0] for k in kinds], kind), "罚〔", common.year_of(found.day), "〕", serial, "号"
        ),
        "authority": common.text(place, codes([k[1] for k in kinds], kind)),
        "authority_kind": codes([k[0] for k in kinds], kind),
        "violation_type": codes([k[2] for k in kinds], kind),
        "penalty_kinds": codes(("warning", "fine"), fined.astype(np.int64)),
        "fine_amount": pc.if_else(pa.array(fined), yuan(fine), pa.scalar(None, pa.decimal128(18, 2))),
        "decided_on": dates(found.day),
        "published_on": dates(published),
        "publicity_ends_on": dates(published + 365),
        "severity": codes(
            ("light", "general", "serious"), np.searchsorted([2_000_000, 20_000_000], np.where(fined, fine, 0))
        ),
    }
    return common.told(world, "administrative_penalties", columns, common.late(key, published))


def _nth(group: Ints) -> Ints:
    """0, 1, 2 … within runs of equal values."""
    first = np.concatenate([[True], group[1:] != group[:-1]]) if len(group) else np.zeros(0, bool)
    return np.arange(len(group)) - np.maximum.accumulate(np.where(first, np.arange(len(group)), 0))


def abnormal_listings(life: Life) -> pa.Table:
    """Listings for want of trade or of an address, and their removal as a later state."""
    cal, world, many = shipped("public"), life.world, len(life.firms)
    key = world.rng.key("abnormal", life.firms)
    idle = _idle(life, cal.count("abnormal.idle_months"))
    lazy = (idle < NO_DAY) & common.chance(key, 0, cal.number("abnormal.share"))
    rate = cal.number("abnormal.unreachable_a_month") * np.where(life.distress, cal.number("abnormal.distress"), 1.0)
    gone = life.first_of(life.happenings("unreachable", rate * life.trading))
    day = np.concatenate([np.where(lazy, idle + common.later(key, 1, 1, 60), NO_DAY), np.full(many, NO_DAY)])
    day[many + gone.at] = gone.day
    at, reason = np.tile(np.arange(many), 2), np.repeat([0, 1], many)
    removed = day + common.later(
        world.rng.key("abnormal.removed", life.firms[at], reason), 0, *cal["abnormal.removed_days"]
    )
    again = common.chance(world.rng.key("abnormal.removed", life.firms[at], reason), 1, cal.number("abnormal.removed"))
    again &= removed < world.end
    row = np.concatenate([np.flatnonzero(day < world.end), np.flatnonzero((day < world.end) & again)])
    state = np.repeat([0, 1], [int((day < world.end).sum()), int(((day < world.end) & again).sum())])
    order = np.lexsort((state, reason[row], at[row]))
    row, state = row[order], state[order]
    firm, seen = life.firms[at[row]], common.later(key, 2, *cal["abnormal.known_days"])[at[row]]
    place = pa.array(common.place_words()).take(pa.array(world.firms.place[firm]))
    alone = world.firms.kind[firm] == 1
    columns = {
        **common.subject(world, firm),
        "list_kind": codes(("abnormal_ops", "sole_trader_mark"), alone.astype(np.int64)),
        "reason": codes(("no_annual_report", "unreachable"), reason[row]),
        "listed_on": dates(day[row]),
        "listed_by": common.text(place, "市场监督管理局"),
        "removed_on": dates(np.where(state == 1, removed[row], NO_DAY)),
    }
    return common.told(world, "abnormal_listings", columns, np.where(state == 1, removed[row], day[row]) + seen)


def _idle(life: Life, months: int) -> Ints:
    """The day each firm had sold nothing for so many months running, `NO_DAY` where it never came to that."""
    quiet = (life.sales == 0) & (life.months[None, :] >= life.world.firms.begins[life.firms][:, None])
    run, found = np.zeros(len(quiet), np.int64), np.full(len(quiet), NO_DAY)
    for t, month in enumerate(life.months):
        run = np.where(quiet[:, t], run + 1, 0)
        found = np.where((run == months) & (found == NO_DAY), life.world.calendar.first_day[month + 1], found)
    return found


def licences(life: Life) -> pa.Table:
    """Licences of industries that need one, renewed when they end."""
    cal, world = shipped("public"), life.world
    kinds, words = cal["licences.kinds"], [s["code"] for s in world.cal["sectors"]]
    names = [kinds.get(c, ["", "", 5]) for c in words]
    share = np.array([float(cal["licences.share"].get(c, 0.0)) for c in words])
    key = world.rng.key("licence", life.firms)
    sector = world.firms.sector[life.firms]
    at = np.flatnonzero(common.chance(key, 0, share[sector]))
    firm, key, sector = life.firms[at], key[at], sector[at]
    term = np.array([365 * int(k[2]) for k in names])[sector]
    first = np.maximum(int(world.calendar.first_day[world.calendar.history]), life.established[at])
    granted = np.where(
        life.established[at] == first, first + common.later(key, 1, 5, 90), first - common.later(key, 2, 1, 1400)
    )
    granted = np.maximum(granted, life.established[at] + 5)
    row, state = np.repeat(np.arange(len(at)), 2), np.tile([0, 1], len(at))
    begin = granted[row] + state * term[row]
    published = begin + common.later(world.rng.key("licence.row", firm[row], state), 0, *cal["licences.published_days"])
    keep = (state == 0) | (
        begin < world.calendar.first_day[np.minimum(world.course.ends[firm[row]], world.calendar.months)]
    )
    place = pa.array(common.place_words()).take(pa.array(world.firms.place[firm[row]]))
    columns = {
        **common.subject(world, firm[row]),
        "licence_no": common.text("澄许", common.year_of(begin), "第", firm[row] * 10 + state, "号"),
        "licence_name": codes([k[0] for k in names], sector[row]),
        "licence_kind": "general",
        "authority": common.text(place, codes([k[1] for k in names], sector[row])),
        "granted_on": dates(begin),
        "valid_from": dates(begin),
        "valid_to": dates(begin + term[row]),
        "status": "valid",
        "published_on": dates(published),
    }
    return common.told(world, "licences", columns, np.where(keep, published, world.end))
