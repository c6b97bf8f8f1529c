"""Collateral behind loans and debts, and pledges in the public register."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints, Keys, shipped
from windchime.twin.population import NEVER
from windchime.twin.public import common
from windchime.twin.public.life import Life
from windchime.twin.public.rights import Rights
from windchime.twin.source import NO_DAY, codes, dates, fraction, yuan
from windchime.twin.world import SOURCE

KINDS = ("house", "commercial", "industrial", "vehicle", "forest", "machinery")
MEASURED = (0, 1, 2)


def collateral(life: Life) -> pa.Table:
    """One row an asset and valuation; revalued after two years, sealed by a court after some failures."""
    cal, world = shipped("innovation"), life.world
    at, begin, secured, key = _secured(life)
    firm = life.firms[at]
    low, high = cal.numbers("collateral.cover")
    value = np.round(secured * (low + (high - low) * draws.uniform(key, 1)) / 1_000_000).astype(np.int64) * 1_000_000
    kinds = [KINDS.index(cal["collateral.kinds"].get(s["code"], "commercial")) for s in world.cal["sectors"]]
    home = common.chance(key, 2, cal.number("collateral.by_person")) & (world.society.controller[firm] >= 0)
    kind = np.where(home, 0, np.array(kinds)[world.firms.sector[firm]])
    cheap, dear = cal.numbers("collateral.yuan_a_metre")
    metres = value / 100 / (cheap + (dear - cheap) * draws.uniform(key, 3))
    again = begin + 700
    row = np.concatenate([np.arange(len(at)), np.flatnonzero(again < world.end)])
    state = np.repeat([0, 1], [len(at), int((again < world.end).sum())])
    order = np.lexsort((state, row))
    row, state = row[order], state[order]
    valued = np.where(state == 1, again[row], begin[row] - 12)
    worth = np.where(
        state == 1,
        np.round(value[row] * (0.8 + 0.3 * draws.uniform(key, 4)[row]) / 1_000_000).astype(np.int64) * 1_000_000,
        value[row],
    )
    failed = world.course.default[firm[row]]
    month = np.minimum(failed + 2, world.calendar.months)
    sealed = (failed < NEVER) & common.chance(key, 5, cal.number("collateral.sealed_after_failure"))[row] & (state == 1)
    sealed &= world.calendar.first_day[month] <= valued
    measured = pa.array(np.isin(kind[row], MEASURED))
    area = pc.if_else(
        measured,
        yuan(np.round(metres * 100).astype(np.int64)[row]).cast(pa.decimal128(23, 4)).cast(pa.decimal128(18, 4)),
        pa.scalar(None, pa.decimal128(18, 4)),
    )
    owner = np.where(home, world.society.controller[firm], firm)[row]
    columns = {
        **common.subject(world, firm[row]),
        "collateral_id": common.text(f"{SOURCE}:G", firm[row] + 1, "-", _which(key, at)[row]),
        **common.either(world, "owner", ~home[row], owner),
        "kind": codes(KINDS, kind[row]),
        "certificate_no": common.text("9999", (firm[row] + 1) * 10 + _which(key, at)[row]),
        "region_code": common.place_codes().take(pa.array(world.firms.place[firm[row]])),
        "area": area,
        "area_unit": pc.if_else(measured, "m2", common.NONE),
        "valuation": yuan(worth),
        "valued_on": dates(valued),
        "valuer": cal["collateral.valuer"],
        "first_lien_amount": yuan(np.zeros(len(row), np.int64)),
        "rank": np.ones(len(row), np.int64),
        "secured_amount": yuan(np.minimum(secured[row], worth)),
        "ltv_cap": fraction(np.full(len(row), cal.number("collateral.cap"))),
        "registered_on": dates(begin[row]),
        "sealed_on": dates(np.where(sealed, world.calendar.first_day[month], NO_DAY)),
    }
    return common.told(world, "collateral", columns, np.maximum(valued + 3, np.where(state == 0, begin[row], valued)))


def _which(key: Keys, at: Ints) -> Ints:
    """Number of the asset within its firm."""
    return np.arange(len(key)) - np.searchsorted(at, at) + 1


def _secured(life: Life) -> tuple[Ints, Ints, Ints, Keys]:
    """Position, first day, amount in fen and key of the debts that something stands behind."""
    cal, world = shipped("innovation"), life.world
    key = world.rng.key("collateral", life.firms)
    drawn = world.course.drawn[life.firms]
    loan = (drawn < NEVER) & common.chance(key, 0, cal.number("collateral.of_loans"))
    debt = (world.guarantees.debt[life.firms] > 0) & common.chance(key, 6, cal.number("collateral.of_debts"))
    first = int(world.calendar.first_day[world.calendar.history])
    at = np.concatenate([np.flatnonzero(loan), np.flatnonzero(debt)])
    of_loan = np.arange(len(at)) < int(loan.sum())
    order = np.lexsort((of_loan, at))
    at, of_loan = at[order], of_loan[order]
    firm = life.firms[at]
    begin = np.where(
        of_loan,
        world.calendar.first_day[np.minimum(world.course.drawn[firm], world.calendar.months)],
        np.maximum(first, life.established[at]) + common.later(key, 7, 20, 200)[at],
    )
    amount = np.where(of_loan, world.course.principal[firm], world.guarantees.debt[firm])
    return at, begin, amount, world.rng.key("collateral.asset", firm, of_loan)


def pledges(life: Life, rights: Rights) -> pa.Table:
    """Stakes of persons and companies, patents and receivables of borrowers, each pledged to a bank."""
    cal, world = shipped("innovation"), life.world
    held, n = world.society.holdings, len(world.firms)
    place = np.full(n, -1)
    place[life.firms] = np.arange(len(life.firms))
    stake = np.flatnonzero((place[held.firm] >= 0) & (world.firms.kind[held.firm] == 0) & (held.nominee < 0))
    stake = stake[common.chance(world.rng.key("pledge.stake", stake), 0, cal.number("pledges.equity"))]
    borrows = world.course.drawn[life.firms] < NEVER
    key = world.rng.key("pledge", life.firms)
    begin, end = int(world.calendar.first_day[world.calendar.history]), world.end
    sold = np.flatnonzero(borrows & common.chance(key, 0, cal.number("pledges.receivables")))
    patent = np.flatnonzero(
        borrows[rights.at] & (rights.granted < end - 60) & common.chance(rights.key, 30, cal.number("pledges.patents"))
    )
    some = rights.take(patent)
    at = np.concatenate([place[held.firm[stake]], sold, some.at])
    kind = np.repeat([0, 1, 2], [len(stake), len(sold), len(patent)])
    by_firm = np.concatenate([held.by_firm[stake], np.ones(len(sold) + len(patent), bool)])
    who = np.concatenate([held.holder[stake], life.firms[sold], some.firm])
    least = np.maximum(
        np.concatenate([life.established[place[held.firm[stake]]], life.established[sold], some.granted]) + 30, begin
    )
    share = np.concatenate([held.share[stake] / 1_000_000, np.full(len(sold) + len(patent), np.nan)])
    refs = pa.concat_arrays([pa.nulls(len(stake) + len(sold), pa.string()), some.numbers().cast(pa.string())])
    order = np.lexsort((who, kind, at))
    columns = [a[order] for a in (at, kind, by_firm, who, least, share)]
    return _pledges(life, refs.take(pa.array(order)), *columns)


def _pledges(
    life: Life, refs: pa.Array, at: Ints, kind: Ints, by_firm: Bools, who: Ints, least: Ints, share: np.ndarray
) -> pa.Table:
    cal, world = shipped("innovation"), life.world
    firm, many = life.firms[at], len(at)
    nth = np.arange(many) - np.searchsorted(at, at)
    key = world.rng.key("pledge.row", firm, nth)
    room = np.maximum(world.end - 40 - least, 1)
    day = least + np.floor(draws.uniform(key, 0) * room).astype(np.int64)
    until = day + common.later(key, 1, *cal["pledges.days"])
    part = np.where(common.chance(key, 2, 0.5), 1.0, 0.5)
    month = np.minimum(world.calendar.month_of(day), world.calendar.months - 1)
    sales = np.maximum(world.course.plan[month, firm], 100.0) / 100.0
    amount = np.round(sales * np.exp(0.5 * draws.normal(key, 3)) / 10_000 + 1).astype(np.int64) * 1_000_000
    gone = np.flatnonzero(until < world.end)
    row, state = np.concatenate([np.arange(many), gone]), np.repeat([0, 1], [many, len(gone)])
    order = np.lexsort((state, row))
    row, state = row[order], state[order]
    banks = shipped("public")["lawsuits.banks"]
    which = draws.whole(key, 4, 0, len(banks) - 1)[row]
    equity = kind[row] == 0
    pledged = pc.if_else(
        pa.array(equity),
        fraction(np.where(equity, np.nan_to_num(share[row]) * part[row], 0.0)),
        pa.scalar(None, pa.decimal128(9, 6)),
    )
    columns = {
        "registration_no": common.text("99", common.year_of(day[row]), (firm[row] + 1) * 100 + nth[row]),
        "kind": codes(("equity", "receivable", "patent"), kind[row]),
        **common.either(world, "pledgor", by_firm[row], who[row]),
        "pledgee_type": "firm",
        "pledgee_id": codes([f"{SOURCE}:B{i + 1:02d}" for i in range(len(banks))], which),
        "pledgee_name": codes(banks, which),
        **common.firm_party(world, "object_firm", np.where(equity, firm[row], -1)),
        "object_ref": refs.take(pa.array(row)),
        "share": pledged,
        "amount": yuan(amount[row]),
        "registered_on": dates(day[row]),
        "ends_on": dates(until[row]),
        "cancelled_on": dates(np.where(state == 1, until[row], NO_DAY)),
        "status": codes(("active", "cancelled"), state),
        "priority_rank": np.ones(len(row), np.int64),
    }
    return common.told(world, "pledges", columns, np.where(state == 1, until[row] + 1, day[row]))
