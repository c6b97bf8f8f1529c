"""What other offices know: foreign trade, subsidies, carbon and permits."""

import numpy as np
import pyarrow as pa

from windchime.twin import draws, obligations
from windchime.twin.calibration import Ints, shipped
from windchime.twin.public import common
from windchime.twin.public.consents import Consents
from windchime.twin.public.life import Life
from windchime.twin.public.meters import by_sector
from windchime.twin.source import NO_DAY, codes, dates, yuan

ITEMS = ("electricity_kwh", "scope2", "energy_tce", "scope1")
UNITS = ("kWh", "tCO2", "tce", "tCO2")


def customs_trade(life: Life, given: Consents) -> pa.Table:
    """What a firm exported in a month to one country under one code."""
    cal, world = shipped("government"), life.world
    own = world.rng.key("exports", life.firms)
    exports = (
        common.chance(own, 0, by_sector(world, cal, "customs.share")[world.firms.sector[life.firms]]) & given.shares
    )
    at, month = np.nonzero((life.sales > 0) & exports[:, None])
    key = world.rng.key("exports.month", life.firms[at], life.months[month])
    keep = common.chance(key, 0, cal.number("customs.months"))
    at, month, key = at[keep], life.months[month[keep]], key[keep]
    firm, own = life.firms[at], own[at]
    low, high = cal.numbers("customs.part")
    part = (low + (high - low) * draws.uniform(own, 1)) * np.exp(0.2 * draws.normal(key, 1))
    amount = np.maximum(np.round(world.course.sales[month, firm] * np.minimum(part, 0.9) / 100) * 100, 100).astype(
        np.int64
    )
    countries, calendar = cal["customs.countries"], world.calendar.first_day
    known = calendar[month + 1] - 1 + common.later(key, 2, *cal["customs.known_days"])
    columns = {
        **common.subject(world, firm),
        "month": dates(calendar[month]),
        "direction": "export",
        "trade_mode": "general",
        "hs_code": common.one_of(cal["customs.codes"], own, 2),
        "country": codes([c[0] for c in countries], draws.pick(draws.uniform(own, 3), [c[1] for c in countries])),
        "currency": "CNY",
        "amount": yuan(amount),
        "export_rebate": yuan(np.round(amount * cal.number("customs.rebate") / 100).astype(np.int64) * 100),
        "port": cal["customs.port"],
        "status": "released",
    }
    return common.told(world, "customs_trade", columns, given.known(at, known, world.end))


def subsidies(life: Life) -> pa.Table:
    """Payments published by the offices that made them; research brings more."""
    cal, world = shipped("government"), life.world
    searches = world.firms.research[life.firms] > 0
    mean = np.where(searches, cal.number("subsidies.researchers_a_month"), cal.number("subsidies.others_a_month"))
    found = life.happenings("subsidy", mean[:, None] * life.trading)
    key, firm, kinds = found.key, found.firm, cal["subsidies.kinds"]
    share = np.array([float(k[1]) for k in kinds])
    kind = draws.pick(draws.uniform(key, 0), share)
    kind = np.where((kind == 0) & ~searches[found.at], 2, kind)
    log = cal.number("subsidies.log_amount") + cal.number("subsidies.log_amount_sd") * draws.normal(key, 1)
    approved = np.maximum(np.round(np.exp(log) / 1_000), 1).astype(np.int64) * 100_000
    paid = np.where(common.chance(key, 2, 0.9), approved, approved // 2)
    place = pa.array(common.place_words()).take(pa.array(world.firms.place[firm]))
    nth = np.arange(len(found)) - np.searchsorted(found.at, found.at)
    columns = {
        **common.subject(world, firm),
        "doc_no": common.text("澄财〔", common.year_of(found.day), "〕", (firm + 1) * 100 + nth, "号"),
        "program": codes([k[2] for k in kinds], kind),
        "authority": common.text(place, codes([k[3] for k in kinds], kind)),
        "approved_amount": yuan(approved),
        "paid_amount": yuan(paid),
        "approved_on": dates(found.day - common.later(key, 3, 10, 60)),
        "published_on": dates(found.day + 5),
        "paid_on": dates(found.day),
        "kind": codes([k[0] for k in kinds], kind),
        "accounting": "income",
    }
    return common.told(world, "subsidies", columns, common.late(key, found.day + 5))


def carbon_emissions(life: Life, given: Consents) -> pa.Table:
    """Four figures a year of firms that account for carbon: power, its emission, energy, direct emission."""
    cal, world = shipped("government"), life.world
    sectors = [i for i, s in enumerate(world.cal["sectors"]) if s["code"] in cal["carbon.sectors"]]
    own = world.rng.key("carbon", life.firms)
    reports = np.isin(world.firms.sector[life.firms], sectors) & (life.size >= cal.number("carbon.from_size"))
    reports &= given.shares & common.chance(own, 0, cal.number("carbon.share"))
    used = obligations.power_used(world, life.months[None, :], life.firms[:, None])
    years = len(life.months) // 12
    at, year = np.nonzero(np.repeat(reports[:, None], years, axis=1) & life.trading[:, 11::12][:, :years])
    at, year = np.repeat(at, len(ITEMS)), np.repeat(year, len(ITEMS))
    item = np.tile(np.arange(len(ITEMS)), len(at) // len(ITEMS))
    kwh = used[:, : 12 * years].reshape(len(used), years, 12).sum(axis=2)[at, year] if years else np.zeros(0, np.int64)
    low, high = cal.numbers("carbon.direct")
    tons = kwh * cal.number("carbon.tons_of_kwh")
    value = np.select(
        [item == 0, item == 1, item == 2],
        [kwh.astype(np.float64), tons, kwh * cal.number("carbon.tce_of_kwh")],
        tons * (low + (high - low) * draws.uniform(own, 1)[at]),
    )
    sales = (
        life.sales[:, : 12 * years].reshape(len(used), years, 12).sum(axis=2)[at, year] / 1_000_000
        if years
        else np.zeros(0)
    )
    intensity = kwh / np.maximum(sales, 1.0)
    rating = np.searchsorted(cal.numbers("carbon.rating_to"), intensity)
    firm, key = life.firms[at], own[at]
    end = world.calendar.first_day[life.months[12 * year + 11] + 1] - 1
    verified = common.chance(own, 2, cal.number("carbon.verified"))[at]
    known = end + draws.whole(world.rng.key("carbon.year", firm, year), 0, *cal["carbon.known_days"])
    columns = {
        **common.subject(world, firm),
        "period_end": dates(end),
        "period_months": np.full(len(at), 12),
        "boundary": "entity",
        "item": codes(ITEMS, item),
        "value": _hundredths(np.round(value * 100).astype(np.int64)),
        "unit": codes(UNITS, item),
        "factor_id": cal["carbon.factor"],
        "verification": codes(("self", "third_party"), verified.astype(np.int64)),
        "verified_on": dates(np.where(verified, known, NO_DAY)),
        "rating": codes(("deep_green", "light_green", "yellow", "red"), rating),
        "report_version": np.ones(len(key), np.int64),
    }
    return common.told(world, "carbon_emissions", columns, given.known(at, known, world.end))


def _hundredths(number: Ints) -> pa.Array:
    """Hundredths as DECIMAL(18, 4)."""
    return yuan(number).cast(pa.decimal128(23, 4)).cast(pa.decimal128(18, 4))


def environment_permits(life: Life) -> pa.Table:
    """Discharge permits, and yearly ratings of the larger ones."""
    cal, world = shipped("government"), life.world
    own, sector = world.rng.key("permit", life.firms), world.firms.sector[life.firms]
    has = common.chance(own, 0, by_sector(world, cal, "permits.discharge")[sector])
    rated = common.chance(own, 1, by_sector(world, cal, "permits.rated")[sector]) & (
        life.size >= cal.number("carbon.from_size")
    )
    first = int(world.calendar.first_day[world.calendar.history])
    issued = np.maximum(first - common.later(own, 2, 1, 1200), life.established + 30)
    years = np.arange(len(life.months) // 12)
    at = np.concatenate([np.flatnonzero(has), np.repeat(np.flatnonzero(rated), len(years))])
    year = np.concatenate([np.full(int(has.sum()), -1), np.tile(years, int(rated.sum()))])
    order = np.lexsort((year, at))
    at, year = at[order], year[order]
    firm, permit = life.firms[at], year < 0
    key = world.rng.key("permit.year", firm, year)
    end = world.calendar.first_day[life.months[np.minimum(12 * np.maximum(year, 0) + 11, len(life.months) - 1)] + 1]
    day = np.where(permit, issued[at], end + common.later(key, 0, 30, 120))
    alive = world.course.ends[firm] >= world.calendar.month_of(np.minimum(day, world.end - 1))
    published = day + common.later(key, 1, *cal["permits.published_days"])
    rating = draws.pick(draws.uniform(key, 2), cal.numbers("permits.ratings"))
    columns = {
        **common.subject(world, firm),
        "kind": codes(("env_rating", "discharge"), permit.astype(np.int64)),
        "permit_no": common.text(
            codes(("澄环信", "澄排许"), permit.astype(np.int64)), common.year_of(day), "-", firm + 1
        ),
        "management": codes(("simple", None), np.where(permit, 0, 1)),
        "rating": codes(("green", "blue", "yellow", "red", None), np.where(permit, 4, rating)),
        "issued_on": dates(day),
        "published_on": dates(published),
        "valid_from": dates(day),
        "valid_to": dates(day + np.where(permit, 1826, 365)),
        "status": "valid",
    }
    return common.told(
        world, "environment_permits", columns, np.where(alive | permit, common.late(key, published), world.end)
    )
