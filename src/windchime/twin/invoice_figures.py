"""Figures of the invoices of a generated region: levels, course, days, amounts, status, partners, signs of failure."""

from collections.abc import Callable
from functools import cached_property

import numpy as np

from windchime.twin.calibration import Bools, Floats, Ints
from windchime.twin.sample import Sample
from windchime.twin.statistics import (
    Figure,
    auc,
    correlations,
    detrended,
    first_digit,
    mean,
    quantile,
    zeta_exponent,
)


class InvoiceFigures:
    """All figures of one sample, by name."""

    def __init__(self, sample: Sample) -> None:
        self.s = sample
        self.good = ~sample.failed & (sample.first < sample.months) & (sample.last - sample.first >= 11)

    @cached_property
    def all(self) -> dict[str, Figure]:
        """Every figure by name."""
        parts: tuple[Callable[[], dict[str, Figure]], ...] = (
            self._levels,
            self._course,
            self._days,
            self._amounts,
            self._status,
            self._partners,
            self._joint,
            self._default,
        )
        found: dict[str, Figure] = {}
        for part in parts:
            found |= part()
        return found

    @cached_property
    def inside(self) -> Bools:
        """Months between first and last sales invoice of good firms, (firms, months)."""
        month = np.arange(self.s.months)[None, :]
        return self.good[:, None] & (self.s.first[:, None] <= month) & (month <= self.s.last[:, None])

    def _levels(self) -> dict[str, Figure]:
        s, span = self.s, np.maximum(self.inside.sum(axis=1), 1)
        counts, values = s.count.sum(axis=1) / span, s.value.sum(axis=1) / span
        bought = s.bought_count.sum(axis=1) / span
        log_count, log_value = np.log(counts[self.good]), np.log(values[self.good])
        log_bought = np.log(bought[self.good & (bought > 0)])
        ratio = s.bought_value.sum(axis=1)[self.good] / np.maximum(s.value.sum(axis=1)[self.good], 1)
        n = int(self.good.sum())
        return {
            "log_count_mean": mean(log_count),
            "log_count_sd": (round(float(log_count.std()), 6), n),
            "log_value_mean": mean(log_value),
            "log_value_sd": (round(float(log_value.std()), 6), n),
            "count_value_correlation": (round(float(np.corrcoef(log_count, log_value)[0, 1]), 6), n),
            "purchases_log_count_mean": mean(log_bought),
            "purchases_over_sales": quantile(ratio, 0.5),
        }

    def _course(self) -> dict[str, Figure]:
        s, inside = self.s, self.inside
        count = np.where(inside, s.count, np.nan)[self.good]
        value = np.where(inside, s.value, np.nan)[self.good]
        level = np.nanmean(count, axis=1)
        dispersion = (np.nanvar(count, axis=1) - level) / level**2
        cv = np.nanstd(value, axis=1) / np.nanmean(value, axis=1)
        empty = np.where(np.isnan(count), np.nan, count == 0)
        before, after = empty[:, :-1].ravel(), empty[:, 1:].ravel()
        followed = after[(before == 1) & np.isfinite(after)]
        steady = np.nanmean(empty, axis=1) <= 0.1
        logs = detrended(value[steady], value[steady] > 0)
        factors = self._month_factors()
        return {
            "count_dispersion": quantile(dispersion, 0.5),
            "cv_q25": quantile(cv, 0.25),
            "cv_median": quantile(cv, 0.5),
            "cv_q75": quantile(cv, 0.75),
            "empty_share": mean(np.nanmean(empty, axis=1)),
            "empty_after_empty": mean(followed),
            "autocorrelation": quantile(correlations(logs[:, :-1], logs[:, 1:]), 0.5),
            "factor_january": factors[0],
            "factor_february": factors[1],
            "factor_december": factors[11],
        }

    def _month_factors(self) -> list[Figure]:
        """Month over the year's mean, equal weight a firm, before the stress.

        January and February are of the second year alone, whose festival falls as those of the sheet.
        """
        years = self.s.value.reshape(len(self.s.value), -1, 12)[:, :2]
        active = (years > 0).sum(axis=2) >= 10
        with np.errstate(invalid="ignore", divide="ignore"):
            share = years / years.mean(axis=2, keepdims=True)
        use = active & self.good[:, None]
        late = use & (np.arange(2) == 1)
        return [mean(share[late if m < 2 else use][:, m]) for m in range(12)]

    def _days(self) -> dict[str, Figure]:
        s = self.s
        own = s.sale & s.valid & self.good[s.reporter]
        weekday = (s.day[own] + 3) % 7
        pairs = np.unique(s.reporter[own] * 100_000 + s.day[own]) % 100_000
        per_day = np.bincount(pairs, minlength=int(s.day.max()) + 60).astype(float)
        usual = np.convolve(per_day, np.ones(91) / 91, mode="same")

        def of_usual(wanted: Ints) -> Figure:
            return round(float(np.mean(per_day[wanted] / usual[wanted])), 6), len(wanted)

        return {
            "weekend_share": mean(weekday >= 5),
            "festival_days": of_usual(s.festival_days),
            "national_days": of_usual(s.national_days),
        }

    def _amounts(self) -> dict[str, Figure]:
        s = self.s
        own = s.sale & s.valid & s.paper & self.good[s.reporter]
        amount, total = s.amount[own], s.total[own]
        largest = np.zeros(s.firms)
        np.maximum.at(largest, s.reporter[own], amount)
        tier = (largest > 10_000_00) & (largest <= 100_000_00)
        mine = amount[tier[s.reporter[own]]]
        batch = np.unique((s.reporter[own] * 10**7 + s.partner[own]) * 100_000 + s.day[own], return_counts=True)[1]
        return {
            "first_digit_nine": mean(first_digit(amount) == 9),
            "first_digit_one": mean(first_digit(total) == 1),
            "near_cap": mean((mine >= 90_000_00) & (mine < 100_000_00)),
            "single_batches": mean(batch == 1),
            "large_batches": mean(batch > 5),
        }

    def _status(self) -> dict[str, Figure]:
        s = self.s
        paper = s.sale & s.paper & ~s.red & self.good[s.reporter] & ~s.again
        rows = np.bincount(s.reporter[paper], minlength=s.firms)
        void = np.bincount(s.reporter[paper & s.void], minlength=s.firms)
        rate = (void / np.maximum(rows, 1))[rows >= 30]
        early, late = paper & (s.day_of_month <= 5), paper & (s.day_of_month >= 25)
        letters = s.sale & s.red & ~s.correction & ~s.again
        red = np.bincount(s.reporter[letters], -s.total[letters] / 100.0, minlength=s.firms)
        share = red[self.good] / np.maximum(s.value.sum(axis=1)[self.good], 1)
        steps = s.number_steps[self.good[s.number_seller]]
        with np.errstate(invalid="ignore", divide="ignore"):
            ratio = float(s.void[early].mean() / s.void[late].mean())
        return {
            "void_median": quantile(rate, 0.5),
            "void_q90": quantile(rate, 0.9),
            "void_early_late": (round(ratio, 6), int(paper.sum())),
            "any_red": mean(share > 0),
            "red_value_median": quantile(share, 0.5),
            "next_number": mean(steps == 1),
        }

    def _partners(self) -> dict[str, Figure]:
        s = self.s
        own = s.sale & s.valid & self.good[s.reporter]
        pair, many = np.unique(s.reporter[own] * 10**7 + s.partner[own], return_counts=True)
        buyers = np.bincount(pair // 10**7, minlength=s.firms)[self.good]
        bought = ~s.sale & s.valid & self.good[s.reporter]
        sellers = np.bincount(np.unique(s.reporter[bought] * 10**7 + s.partner[bought]) // 10**7, minlength=s.firms)
        top, hhi = s.concentration(own)
        shared = np.unique(pair % 10**7, return_counts=True)[1]
        return {
            "buyers_q25": quantile(buyers, 0.25),
            "buyers_median": quantile(buyers, 0.5),
            "buyers_q75": quantile(buyers, 0.75),
            "sellers_median": quantile(sellers[self.good], 0.5),
            "top_buyer_q25": quantile(top[self.good], 0.25),
            "top_buyer_median": quantile(top[self.good], 0.5),
            "top_buyer_q75": quantile(top[self.good], 0.75),
            "concentration_median": quantile(hhi[self.good], 0.5),
            "single_pairs": mean(many == 1),
            "kept_next_month": quantile(self._kept(own), 0.5),
            "shared_buyers_exponent": (zeta_exponent(shared), len(shared)),
        }

    def _kept(self, own: Bools) -> Floats:
        """Share of a month's buyers that buy in the next month too, by firm."""
        s = self.s
        code = np.unique((s.reporter[own] * 10**7 + s.partner[own]) * 100 + s.month[own])
        kept = np.concatenate([(code[1:] // 100 == code[:-1] // 100) & (code[1:] == code[:-1] + 1), [False]])
        usable = code % 100 < s.months - 1
        firm = code // 10**9
        total = np.bincount(firm[usable], minlength=s.firms)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.bincount(firm[usable & kept], minlength=s.firms) / total)

    def _joint(self) -> dict[str, Figure]:
        s = self.s
        steady = self.good & ((s.value > 0).mean(axis=1) >= 0.9)
        sales = detrended(s.value[steady], s.value[steady] > 0)
        bought = detrended(s.bought_value[steady], s.bought_value[steady] > 0)
        both = (s.bought_value[steady] > 0).mean(axis=1) >= 0.9
        filled = np.where(np.isnan(sales), 0, sales)
        between = np.corrcoef(filled) if len(filled) > 2 else np.zeros((1, 1))
        upper = np.triu(np.ones_like(between, dtype=bool), 1)
        same = s.sector[steady][:, None] == s.sector[steady][None, :]
        excess = between[upper & same].mean() - between[upper & ~same].mean() if (upper & same).any() else np.nan
        return {
            "sales_purchases_correlation": quantile(correlations(sales, bought)[both], 0.5),
            "same_sector_excess": (round(float(excess), 6) if np.isfinite(excess) else None, int(upper.sum())),
        }

    def _default(self) -> dict[str, Figure]:
        """Features of the 24 months before the year in which failures are counted, over all firms then alive."""
        s, months = self.s, 24
        alive = (s.first < months - 6) & ~s.failed_before
        bad = s.failed_in_last_year[alive]
        count, value = s.count[:, :months], s.value[:, :months]
        inside = np.arange(months)[None, :] >= s.first[:, None]
        span = np.maximum(inside.sum(axis=1), 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            cv = np.nanstd(np.where(inside, value, np.nan), axis=1) / (value.sum(axis=1) / span)
        own = s.sale & s.valid & (s.month < months)
        pair = np.unique(s.reporter[own] * 10**7 + s.partner[own])
        buyers = np.bincount(pair // 10**7, minlength=s.firms)
        top, _hhi = s.concentration(own)
        paper = s.sale & s.paper & ~s.red & ~s.again
        rows = np.bincount(s.reporter[paper], minlength=s.firms)
        void = np.bincount(s.reporter[paper & s.void], minlength=s.firms) / np.maximum(rows, 1)
        return {
            "auc_count": auc((count.sum(axis=1) / span)[alive], bad),
            "auc_empty": auc((((count == 0) & inside).sum(axis=1) / span)[alive], bad),
            "auc_cv": auc(cv[alive], bad),
            "auc_buyers": auc(buyers[alive].astype(float), bad),
            "auc_top_buyer": auc(top[alive], bad),
            "auc_void": auc(np.where(rows >= 5, void, np.nan)[alive], bad),
            "borrowers_default": mean(s.borrower_bad),
        }
