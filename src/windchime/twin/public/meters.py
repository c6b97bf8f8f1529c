"""Power, water and gas by meter and month: true activity, whatever is written on paper."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws, obligations
from windchime.twin.calibration import Calibration, Floats, Ints, shipped
from windchime.twin.public import common
from windchime.twin.public.consents import Consents
from windchime.twin.public.insured import months_shared
from windchime.twin.public.life import Life
from windchime.twin.source import NO_DAY, codes, dates, yuan
from windchime.twin.world import World


def electricity(life: Life, given: Consents) -> pa.Table:
    """One row a meter and month; a few readings are estimates, some meters see only a part."""
    cal, world = shipped("government"), life.world
    at, firm, month = months_shared(life, given, life.trading)
    own, key = world.rng.key("meter", firm), world.rng.key("meter.month", firm, month)
    true = obligations.power_used(world, month, firm)
    partial = common.chance(own, 0, cal.number("electricity.partial"))
    low, high = cal.numbers("electricity.partial_sees")
    seen = np.where(partial, np.round(true * (low + (high - low) * draws.uniform(own, 1))), true).astype(np.int64)
    guessed = common.chance(key, 0, cal.number("electricity.estimated"))
    seen = np.where(guessed, np.round(seen * np.exp(0.3 * draws.normal(key, 1))), seen).astype(np.int64)
    peak_share, flat_share, _valley = cal.numbers("electricity.bands")
    tilt = np.clip(1 + 0.25 * draws.normal(own, 2), 0.5, 1.5)
    peak = np.floor(seen * peak_share * tilt).astype(np.int64)
    flat = np.floor((seen - peak) * flat_share / (1 - peak_share)).astype(np.int64)
    least, most = cal.numbers("electricity.capacity")
    load = obligations.power_used(world, np.full(len(at), world.calendar.history + 6), firm) / 720.0
    capacity = np.maximum(np.round((least + (most - least) * draws.uniform(own, 3)) * load / 10) * 10, 20)
    calendar = world.calendar.first_day
    read, known = (
        calendar[month + 1] - 1,
        calendar[month + 1] - 1 + common.later(key, 2, *cal["electricity.known_days"]),
    )
    fen = np.round(seen * world.cal.number("bills.kwh_price") * 100).astype(np.int64)
    owing = world.course.distress[month, firm] & common.chance(key, 3, cal.number("electricity.arrears_in_distress"))
    paid = read + common.later(key, 4, 8, 25)
    columns = {
        **common.subject(world, firm),
        "meter_no": common.text("9999", pc.utf8_slice_codeunits(pa.array(firm + 10**8).cast(pa.string()), 1), "01"),
        "month": dates(calendar[month]),
        "read_on": dates(read),
        "capacity_kva": quantity(capacity.astype(np.int64)),
        "usage_kwh": quantity(seen),
        "peak_kwh": quantity(peak),
        "flat_kwh": quantity(flat),
        "valley_kwh": quantity(seen - peak - flat),
        "amount": yuan(fen),
        "paid_on": dates(np.where(owing | (paid > known), NO_DAY, paid)),
        "arrears": yuan(np.where(owing, fen, 0)),
        "is_estimated": guessed,
        "coverage": codes(("full", "partial"), partial.astype(np.int64)),
    }
    return common.told(world, "electricity", columns, given.known(at, known, world.end))


def quantity(number: Ints) -> pa.Array:
    """Whole numbers as DECIMAL(18, 4)."""
    return pa.array(number).cast(pa.decimal128(23, 4)).cast(pa.decimal128(18, 4))


def by_sector(world: World, cal: Calibration, path: str) -> Floats:
    """A number of each sector; 0 for sectors that are not named."""
    named = cal[path]
    return np.array([float(named.get(s["code"], 0.0)) for s in world.cal["sectors"]])


def water_gas(life: Life, given: Consents) -> pa.Table:
    """One row a meter and month of firms whose trade needs water or gas."""
    cal, world = shipped("government"), life.world
    sector = world.firms.sector[life.firms]
    own = world.rng.key("pipes", life.firms)
    water, gas = (by_sector(world, cal, f"{name}.share")[sector] for name in ("water", "gas"))
    has = np.stack([common.chance(own, 0, water), common.chance(own, 1, gas)], axis=1)
    at, month = np.nonzero(life.trading & given.shares[:, None] & (has[:, :1] | has[:, 1:]))
    at, month = np.repeat(at, 2), np.repeat(life.months[month], 2)
    utility = np.tile([0, 1], len(at) // 2)
    keep = has[at, utility]
    at, month, utility = at[keep], month[keep], utility[keep]
    firm = life.firms[at]
    key = world.rng.key("pipe", firm, month, utility)
    sales = world.course.sales[month, firm] / 1_000_000
    head = world.course.headcount[month, firm]
    per = np.where(
        utility == 0,
        by_sector(world, cal, "water.m3_of_sales")[world.firms.sector[firm]] * sales
        + cal.number("water.m3_of_head") * head,
        by_sector(world, cal, "gas.m3_of_sales")[world.firms.sector[firm]] * sales,
    )
    own_use = np.exp(0.3 * draws.normal(world.rng.key("pipes", firm), 2))
    used = np.round(per * own_use * np.exp(0.1 * draws.normal(key, 0))).astype(np.int64)
    price = np.where(utility == 0, cal.number("water.price"), cal.number("gas.price"))
    calendar = world.calendar.first_day
    known = calendar[month + 1] - 1 + common.later(key, 1, *cal["water.known_days"])
    columns = {
        **common.subject(world, firm),
        "utility": codes(("water", "gas"), utility),
        "meter_no": common.text(
            "9999", pc.utf8_slice_codeunits(pa.array(firm + 10**8).cast(pa.string()), 1), utility + 2
        ),
        "month": dates(calendar[month]),
        "read_on": dates(calendar[month + 1] - 1),
        "usage": quantity(used),
        "unit": "m3",
        "amount": yuan(np.round(used * price * 100).astype(np.int64)),
        "arrears": yuan(np.zeros(len(at), np.int64)),
        "is_estimated": common.chance(key, 2, cal.number("electricity.estimated")),
    }
    return common.told(world, "water_gas", columns, given.known(at, known, world.end))
