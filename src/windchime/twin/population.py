"""Who lives in the region: firms with their latent traits, before anything happens to them."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from windchime.twin import draws
from windchime.twin.calendar import Calendar
from windchime.twin.calibration import Bools, Calibration, Floats, Ints, Keys
from windchime.twin.draws import Draws

#: a month that never comes
NEVER = 10_000


@dataclass(frozen=True, slots=True)
class Population:
    """Traits of firms 0 … n-1, one array each; nothing of this reaches the pack except through what firms do."""

    sector: Ints
    place: Ints
    #: 0 company, 1 sole trader, 2 co-operative
    kind: Ints
    #: age at the beginning of the history in months; negative for those that begin later
    age: Ints
    #: month index in which trading begins
    begins: Ints
    quality: Floats
    scale: Floats
    honesty: Floats
    #: base trades a month
    trades: Floats
    #: ln of the median trade in fen, tax included, and the spread within the firm
    log_batch: Floats
    spread: Floats
    margin: Floats
    burst: Floats
    #: Zipf exponent and number of the ranks of buyers
    zipf: Floats
    ranks: Floats
    #: mean life of a relation to a buyer in months
    relation: Floats
    void: Floats
    red: Floats
    #: largest amount without tax of one paper invoice, in fen, and the habit of filling it
    cap: Ints
    habit: Floats
    #: main VAT rate in percent; 1 for small-scale taxpayers
    rate: Ints
    small: Bools
    #: purchases from outside: bills a month, supplies a month, their spread, share of inputs that are invoiced
    bills: Floats
    supplies: Floats
    invoiced: Floats
    supplier_zipf: Floats
    supplier_void: Floats
    supplier_red: Floats
    #: share of sales spent on research; 0 for most
    research: Floats
    #: last month of those that live for one purpose only, NEVER for all others
    leaves: Ints

    def __len__(self) -> int:
        return len(self.sector)

    @classmethod
    def of(cls, cal: Calibration, calendar: Calendar, rng: Draws, firms: int) -> Self:
        """Draw the firms of a region."""
        key = rng.key("firm", np.arange(firms))
        sectors = cal["sectors"]

        def trait(name: str) -> Floats:
            return np.array([float(s[name]) for s in sectors])

        sector = draws.pick(draws.uniform(key, 0), trait("share"))
        place = draws.pick(draws.uniform(key, 1), cal.numbers("places"))
        alone = cal.number("firm.sole_traders")
        u = draws.uniform(key, 2)
        kind = np.where(u < trait("cooperative")[sector], 2, np.where(u > 1.0 - alone, 1, 0))
        age, begins = _ages(cal, calendar, key)
        quality = draws.normal(key, 6) + np.where(begins > 0, cal.number("firm.young_quality"), 0.0)
        scale = cal.number("firm.scale_of_quality") * quality + cal.number("firm.scale_of_chance") * draws.normal(
            key, 7
        )
        follows = cal.number("firm.honesty_with_quality")
        trades = np.exp(cal.number("firm.log_trades") + cal.number("firm.log_trades_sd") * scale)
        most = cal.number("firm.most_trades")
        trades = np.where(trades > most / 2, most - (most / 2) ** 2 / np.maximum(trades, most / 2), trades)
        trades = np.where(draws.uniform(key, 30) < cal.number("firm.inactive"), 0.02, trades)
        own = cal.number("firm.batch_follows_scale")
        log_batch = (
            cal.number("firm.log_batch")
            + cal.number("firm.log_batch_sd") * (own * scale + np.sqrt(1 - own**2) * draws.normal(key, 9))
            + trait("level")[sector]
            + np.log(100.0)
        )
        spread = np.exp(
            cal.number("firm.log_spread")
            + cal.number("firm.spread_follows_quality") * quality
            + cal.number("firm.log_spread_sd") * draws.normal(key, 10)
        )
        small = draws.uniform(key, 11) < trait("small")[sector]
        months = calendar.months - calendar.history
        tilt = np.exp(cal.number("sales.void_follows_quality") * quality)
        return cls(
            sector=sector,
            place=place,
            kind=kind,
            age=age,
            begins=begins,
            quality=quality,
            scale=scale,
            honesty=follows * quality + np.sqrt(1 - follows**2) * draws.normal(key, 8),
            trades=trades,
            log_batch=log_batch,
            spread=spread,
            margin=cal.number("firm.margin")
            + cal.number("firm.margin_follows_quality") * quality
            + cal.number("firm.margin_sd") * draws.normal(key, 12)
            + trait("margin")[sector],
            burst=cal.number("firm.burst")
            * np.exp(
                cal.number("firm.burst_follows_scale") * scale + cal.number("firm.burst_sd") * draws.normal(key, 13)
            ),
            zipf=np.clip(
                cal.number("sales.zipf")
                + cal.number("sales.zipf_follows_quality") * quality
                + cal.number("sales.zipf_sd") * draws.normal(key, 14),
                *cal.numbers("sales.zipf_bounds"),
            ),
            ranks=np.maximum(2.0, np.round(cal.number("sales.slots_per_trade") * trades * months)),
            relation=cal.number("sales.relation_months")
            * np.exp(cal.number("sales.relation_follows_quality") * quality),
            void=np.minimum(0.6, draws.beta(key, 15, *cal.numbers("sales.void")) * tilt),
            red=np.minimum(
                0.4,
                draws.beta(key, 16, *cal.numbers("sales.red"))
                * np.where(trait("returns")[sector] > 0, cal.number("sales.red_return_prone"), 1.0),
            ),
            cap=_caps(cal, key, log_batch, spread),
            habit=draws.beta(key, 18, *cal.numbers("sales.cap_habit")),
            rate=_main_rates(cal, key, sector, small),
            small=small,
            bills=np.exp(
                cal.number("purchases.bills") + cal.number("purchases.bills_sd") * draws.normal(key, 21) + 0.5 * scale
            ),
            supplies=np.minimum(
                cal.number("purchases.most_supplies"),
                trades
                * np.exp(
                    cal.number("purchases.supplies") + cal.number("purchases.supplies_sd") * draws.normal(key, 22)
                ),
            ),
            invoiced=draws.beta(key, 23, *cal.numbers("purchases.invoiced_input")),
            supplier_zipf=np.clip(
                cal.number("purchases.zipf") + cal.number("purchases.zipf_sd") * draws.normal(key, 24),
                *cal.numbers("sales.zipf_bounds"),
            ),
            supplier_void=draws.beta(key, 25, *cal.numbers("purchases.void")),
            supplier_red=draws.beta(key, 26, *cal.numbers("purchases.red")),
            research=_research(cal, key, sector, kind),
            leaves=np.full(firms, NEVER),
        )

    def with_shells(self, cal: Calibration, rng: Draws, ring: Ints) -> Self:
        """The population with firms of shell rings as they are: no goods, many large invoices, a short life."""
        shell = ring >= 0
        low, high = cal["shells.life_months"]
        life = draws.whole(rng.key("shell", np.arange(len(ring))), 0, low, high)
        return replace(
            self,
            trades=np.where(shell, cal.number("shells.trades"), self.trades),
            log_batch=np.where(shell, cal.number("shells.log_batch") + np.log(100.0), self.log_batch),
            margin=np.where(shell, cal.number("shells.margin"), self.margin),
            research=np.where(shell, 0.0, self.research),
            bills=np.where(shell, 0.05, self.bills),
            supplies=np.where(shell, 0.5, self.supplies),
            leaves=np.where(shell, self.begins + life, self.leaves),
        )


def _research(cal: Calibration, key: Keys, sector: Ints, kind: Ints) -> Floats:
    """Share of sales spent on research, mostly by companies of technology."""
    technology = np.array([s["code"] == "technology" for s in cal["sectors"]])[sector]
    chance = cal.number("research.companies") * np.where(technology, 3.0, 1.0) * (kind == 0)
    low, high = cal.numbers("research.share")
    spends = draws.uniform(key, 28) < chance
    return np.where(spends, low + (high - low) * draws.uniform(key, 29), 0.0)


def _ages(cal: Calibration, calendar: Calendar, key: Keys) -> tuple[Ints, Ints]:
    """Age at the beginning of the history, and the month in which trading begins."""
    months = calendar.months - calendar.history
    old = np.exp(cal.number("firm.log_age_months") + cal.number("firm.log_age_sd") * draws.normal(key, 3))
    old = np.minimum(old, cal.number("firm.oldest_months"))
    newcomer = draws.uniform(key, 4) < cal.number("firm.newcomers")
    start = calendar.history + np.floor(draws.uniform(key, 5) * months / 2).astype(np.int64)
    begins = np.where(newcomer, start, 0)
    age = np.where(newcomer, calendar.history - start + draws.whole(key, 27, 0, 6), np.round(old).astype(np.int64))
    return np.where(newcomer, age, np.maximum(age, calendar.history)), begins


def _caps(cal: Calibration, key: Keys, log_batch: Floats, spread: Floats) -> Ints:
    """The limit of paper invoices: the smallest that fits most trades; few firms are granted the largest."""
    caps = np.asarray(cal["sales.caps_yuan"], dtype=np.int64) * 100
    wanted = log_batch + 0.5 * spread + cal.number("sales.cap_noise") * draws.normal(key, 17)
    tier = np.minimum(np.searchsorted(np.log(caps.astype(np.float64)), wanted), len(caps) - 1)
    largest = len(caps) - 1
    refused = (tier == largest) & (draws.uniform(key, 19) > cal.number("sales.cap_ten_million"))
    return caps[np.where(refused, largest - 1, tier)]


def _main_rates(cal: Calibration, key: Keys, sector: Ints, small: Bools) -> Ints:
    """One main VAT rate per firm, in percent."""
    u = draws.uniform(key, 20)
    rate = np.zeros(len(sector), dtype=np.int64)
    for index, body in enumerate(cal["sectors"]):
        table = np.asarray(body["rates"], dtype=np.float64)
        own = sector == index
        rate[own] = np.round(100 * table[draws.pick(u[own], table[:, 1]), 0]).astype(np.int64)
    return np.where(small, round(100 * cal.number("small_scale_rate")), rate)
