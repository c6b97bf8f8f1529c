"""Research year by year, titles, contracts, equity, talents and projects of firms that search for something new."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Ints, Keys, shipped
from windchime.twin.public import common
from windchime.twin.public.life import Life
from windchime.twin.source import NO_DAY, codes, dates, fraction, yuan
from windchime.twin.world import SOURCE

MEASURES = ("total", "rnd", "master_plus", "doctor")


def _years(life: Life) -> tuple[Ints, Ints, Ints, Ints, Keys]:
    """Position, year from 0, last day, true sales without tax in fen, of firms that do research and years they trade."""
    world, years = life.world, len(life.months) // 12
    searches = world.firms.research[life.firms] > 0
    yearly = life.sales[:, : 12 * years].reshape(len(life.firms), years, 12).sum(axis=2) * 100 // 113
    at, year = np.nonzero(searches[:, None] & (yearly > 0))
    end = world.calendar.first_day[life.months[12 * year + 11] + 1] - 1
    return at, year, end, yearly[at, year], world.rng.key("rnd", life.firms[at], year)


def rnd_spending(life: Life) -> pa.Table:
    """Spending as statements say and as the tax office accepted it, item by item; and staff."""
    cal, world = shipped("innovation"), life.world
    at, _year, end, sales, key = _years(life)
    share = world.firms.research[life.firms[at]] * np.exp(0.15 * draws.normal(key, 0))
    true = np.round(sales * share / 10_000).astype(np.int64) * 10_000
    over = common.chance(world.rng.key("rnd.firm", life.firms[at]), 0, cal.number("rnd.overstated"))
    said = np.where(over, np.round(true * (1.2 + 0.5 * draws.uniform(key, 1)) / 10_000).astype(np.int64) * 10_000, true)
    low, high = cal.numbers("rnd.deducted")
    accepted = np.round(true * (low + (high - low) * draws.uniform(key, 2)) / 10_000).astype(np.int64) * 10_000
    parts = [np.floor(said * p / 100).astype(np.int64) * 100 for p in cal.numbers("rnd.split")[:-1]]
    parts.append(said - np.sum(parts, axis=0))
    head = life.headcount[at].max(axis=1)
    staff = np.minimum(head, np.ceil(head * cal.number("rnd.staff_per_share") * share)).astype(np.int64)
    items = (*cal["rnd.items"], "total", "total", "rnd_staff", "total_staff")
    values = np.stack([*parts, said, accepted, staff * 100, head * 100], axis=1)
    basis = ("statement",) * 6 + ("super_deduction", "declared", "declared")
    many, wide = len(at), len(items)
    row, item = np.repeat(np.arange(many), wide), np.tile(np.arange(wide), many)
    filed = end + common.later(key, 3, *cal["rnd.filed_days"])
    columns = {
        **common.subject(world, life.firms[at[row]]),
        "period_end": dates(end[row]),
        "period_months": np.full(len(row), 12),
        "basis": codes(basis, item),
        "item": codes(items, item),
        "value": yuan(values.ravel()),
        "filed_on": dates(filed[row]),
    }
    return common.told(world, "rnd_spending", columns, filed[row] + 1)


def qualifications(life: Life) -> pa.Table:
    """Titles, granted anew when they end."""
    cal, world = shipped("innovation"), life.world
    titles = cal["titles"]
    key = world.rng.key("title", life.firms[:, None], np.arange(len(titles))[None, :])
    share = np.array([float(t[2]) for t in titles])[None, :]
    searches = (world.firms.research[life.firms] > 0)[:, None]
    at, title = np.nonzero(searches & (draws.uniform(key, 0) < share))
    months = np.array([int(t[3]) for t in titles])[title]
    own = key[at, title]
    begin = np.maximum(int(world.calendar.first_day[world.calendar.history]), life.established[at] + 200)
    first = begin - common.later(own, 1, 0, 300)
    first = np.maximum(first, life.established[at] + 100)
    row, term = np.repeat(np.arange(len(at)), 4), np.tile(np.arange(4), len(at))
    granted = first[row] + np.floor(term * months[row] * 30.44).astype(np.int64)
    until = first[row] + np.floor((term + 1) * months[row] * 30.44).astype(np.int64) - 1
    ends = world.calendar.first_day[np.minimum(world.course.ends[life.firms[at]], world.calendar.months)][row]
    announced = granted + common.later(world.rng.key("title.row", life.firms[at[row]], title[row], term), 0, 5, 45)
    firm, title = life.firms[at[row]], title[row]
    columns = {
        **common.subject(world, firm),
        "title": codes([t[0] for t in titles], title),
        "level": codes([t[1] for t in titles], title),
        "cert_no": common.text("澄", common.year_of(granted), "-", firm + 1, "-", title + 1),
        "batch": common.text(common.year_of(granted), "年第", common.later(own, 2, 1, 3)[row], "批"),
        "granted_on": dates(granted),
        "announced_on": dates(announced),
        "valid_from": dates(granted),
        "valid_to": dates(until),
        "issuer": codes([t[4] for t in titles], title),
    }
    return common.told(
        world, "qualifications", columns, np.where(granted < ends, common.late(own[row], announced), world.end)
    )


def technology_contracts(life: Life) -> pa.Table:
    """Contracts that were registered; buyers in the region and outside."""
    cal, world = shipped("innovation"), life.world
    searches = np.float64(1) * (world.firms.research[life.firms] > 0)[:, None]
    found = life.happenings("technology", cal.number("contracts.a_month") * searches * life.trading)
    key, firm, n = found.key, found.firm, len(world.firms)
    other = np.floor(draws.uniform(key, 0) * n).astype(np.int64)
    other = np.where(other == firm, (other + 1) % n, other)
    outside = n + np.floor(draws.uniform(key, 1) * world.market.outside).astype(np.int64)
    buyer = np.where(common.chance(key, 2, cal.number("contracts.in_region")), other, outside)
    log = cal.number("contracts.log_amount") + cal.number("contracts.log_sd") * draws.normal(key, 3)
    amount = np.maximum(np.round(np.exp(log) / 1_000), 1).astype(np.int64) * 100_000
    part = (6 + common.later(key, 4, 0, 4)) * amount // 10
    registered = found.day + common.later(key, 5, *cal["contracts.registered_days"])
    nth = np.arange(len(found)) - np.searchsorted(found.at, found.at)
    columns = {
        **common.subject(world, firm),
        "registration_no": common.text("99", common.year_of(found.day), (firm + 1) * 1000 + nth),
        "kind": codes(
            ("development", "service", "licence", "consulting"),
            draws.pick(draws.uniform(key, 6), [0.5, 0.3, 0.08, 0.12]),
        ),
        **common.firm_party(world, "seller", firm),
        **common.firm_party(world, "buyer", buyer),
        "amount": yuan(amount),
        "technical_amount": yuan(part),
        "signed_on": dates(found.day),
        "registered_on": dates(registered),
        "field": cal["contracts.field"],
    }
    return common.told(world, "technology_contracts", columns, registered)


def equity_financing(life: Life) -> pa.Table:
    """Rounds of young firms; announced before or after they close."""
    cal, world = shipped("innovation"), life.world
    key = world.rng.key("equity", life.firms)
    at = np.flatnonzero((world.firms.research[life.firms] > 0) & common.chance(key, 0, cal.number("equity.share")))
    key, firm = key[at], life.firms[at]
    first = np.maximum(int(world.calendar.first_day[world.calendar.history]), life.established[at] + 100)
    last = world.calendar.first_day[np.minimum(world.course.ends[firm], world.calendar.months)]
    closed = first + np.floor(draws.uniform(key, 1) * np.maximum(last - first - 40, 1)).astype(np.int64)
    announced = closed + common.later(key, 2, -20, 60)
    log = cal.number("equity.log_amount") + cal.number("equity.log_sd") * draws.normal(key, 3)
    amount = np.maximum(np.round(np.exp(log) / 100_000), 5).astype(np.int64) * 10_000_000
    low, high = cal.numbers("equity.part")
    share = np.round(low + (high - low) * draws.uniform(key, 4), 4)
    before = np.round(amount * (1 / share - 1) / 100).astype(np.int64) * 100
    investors, rounds = cal["equity.investors"], cal["equity.rounds"]
    who = draws.whole(key, 5, 0, len(investors) - 1)
    columns = {
        **common.subject(world, firm),
        "round": codes([r[0] for r in rounds], draws.pick(draws.uniform(key, 6), [r[1] for r in rounds])),
        "investor_type": "product",
        "investor_id": codes([f"{SOURCE}:V{i + 1:02d}" for i in range(len(investors))], who),
        "investor_name": codes(investors, who),
        "amount": yuan(amount),
        "currency": "CNY",
        "pre_money": yuan(before),
        "share": fraction(share),
        "announced_on": dates(announced),
        "closed_on": dates(closed),
        "paid_amount": yuan(np.where(common.chance(key, 7, 0.85), amount, amount // 2)),
        "is_qualified_investor": True,
        "has_buyback": common.chance(key, 8, cal.number("equity.buyback")),
    }
    return common.told(world, "equity_financing", columns, np.maximum(announced, closed))


def talents(life: Life) -> pa.Table:
    """Staff by training at the end of each year, and persons with titles."""
    cal, world = shipped("innovation"), life.world
    at, year, end, _sales, key = _years(life)
    head = life.headcount[at, np.minimum(12 * year + 11, life.headcount.shape[1] - 1)]
    there = head > 0
    at, end, key, head = at[there], end[there], key[there], head[there]
    share = world.firms.research[life.firms[at]]
    rnd = np.minimum(head, np.ceil(head * shipped("innovation").number("rnd.staff_per_share") * share)).astype(np.int64)
    master = np.minimum(rnd, np.round(head * cal.number("talents.master") * 2 * draws.uniform(key, 20))).astype(
        np.int64
    )
    doctor = np.minimum(master, np.round(head * cal.number("talents.doctor") * 2 * draws.uniform(key, 21))).astype(
        np.int64
    )
    row, measure = np.repeat(np.arange(len(at)), 4), np.tile(np.arange(4), len(at))
    values = np.stack([head, rnd, master, doctor], axis=1).ravel()
    known = end[row] + common.later(key, 22, *cal["talents.known_days"])[row]
    composition = {
        **common.subject(world, life.firms[at[row]]),
        "row_kind": "composition",
        "period_end": dates(end[row]),
        "measure": codes(MEASURES, measure),
        "value": values,
    }
    return pa.concat_tables(
        [common.told(world, "talents", composition, known), _titled(life)], promote_options="default"
    ).sort_by(
        [("firm_id", "ascending"), ("row_kind", "ascending"), ("known_on", "ascending"), ("measure", "ascending")]
    )


def _titled(life: Life) -> pa.Table:
    cal, world = shipped("innovation"), life.world
    key = world.rng.key("talent", life.firms)
    at = np.flatnonzero((world.firms.research[life.firms] > 0) & common.chance(key, 0, cal.number("talents.titled")))
    key, firm, people = key[at], life.firms[at], world.society.persons
    who = people.owners + np.floor(draws.uniform(key, 1) * (people.agents - people.owners)).astype(np.int64)
    first = np.maximum(int(world.calendar.first_day[world.calendar.history]), life.established[at])
    granted = first + common.later(key, 2, 30, 900)
    titled = {
        **common.subject(world, firm),
        "row_kind": "talent",
        **common.person(world, "person", who),
        "talent_title": codes(("city", "provincial", "national"), draws.pick(draws.uniform(key, 3), [0.7, 0.25, 0.05])),
        "granted_on": dates(granted),
        "published_on": dates(granted + 10),
        "is_full_time": common.chance(key, 4, 0.8),
    }
    return common.told(world, "talents", titled, granted + 10)


def awards_projects(life: Life) -> pa.Table:
    """Projects with public money, and awards."""
    cal, world = shipped("innovation"), life.world
    searches = np.float64(1) * (world.firms.research[life.firms] > 0)[:, None]
    found = life.happenings("project", cal.number("projects.a_month") * searches * life.trading)
    key, firm = found.key, found.firm
    award = common.chance(key, 0, 0.3)
    log = cal.number("projects.log_funds") + cal.number("projects.log_sd") * draws.normal(key, 1)
    funds = np.maximum(np.round(np.exp(log) / 10_000), 1).astype(np.int64) * 1_000_000
    got = np.where(common.chance(key, 2, 0.6), funds, funds // 2)
    nth = np.arange(len(found)) - np.searchsorted(found.at, found.at)
    none, project = pa.scalar(None, pa.decimal128(18, 2)), pa.array(~award)
    columns = {
        **common.subject(world, firm),
        "kind": codes(("project", "award"), award.astype(np.int64)),
        "ref_no": common.text("99", common.year_of(found.day), "-", (firm + 1) * 100 + nth),
        "level": codes(("city", "provincial", "national"), draws.pick(draws.uniform(key, 3), [0.7, 0.27, 0.03])),
        "title": cal["projects.title"],
        "grade": codes((None, "second", "third"), np.where(award, 1 + common.later(key, 4, 0, 1), 0)),
        "budget": pc.if_else(project, yuan(funds * 3), none),
        "state_funds": pc.if_else(project, yuan(funds), none),
        "received": pc.if_else(project, yuan(got), none),
        "granted_on": dates(np.where(award, found.day, NO_DAY)),
        "published_on": dates(found.day + 7),
        "started_on": dates(np.where(award, NO_DAY, found.day)),
        "ends_on": dates(np.where(award, NO_DAY, found.day + 730)),
        "status": codes((None, "running"), np.where(award, 0, 1)),
    }
    return common.told(world, "awards_projects", columns, common.late(key, found.day + 7))
