"""Lawsuits against firms: self-exciting, more in distress and towards failure, and what became of them."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from windchime.twin import draws
from windchime.twin.calibration import Bools, Floats, Ints, Keys, shipped
from windchime.twin.population import NEVER
from windchime.twin.public import common
from windchime.twin.source import NO_DAY
from windchime.twin.world import World

#: results by index: plaintiff won, partly, dismissed, withdrawn, mediated; and not yet decided
PENDING = 5


@dataclass(frozen=True, slots=True)
class Lawsuits:
    """One row a case, ordered by defendant and month; courts were there before the history begins."""

    firm: Ints
    #: counts the cases of a firm from 0
    index: Ints
    month: Ints
    filed: Ints
    #: when the filing, and the judgement, could be read; `NO_DAY` where there is no judgement
    filing_known: Ints
    hearing: Ints
    judged: Ints
    judgement_known: Ints
    result: Ints
    #: in fen
    claim: Ints
    awarded: Ints
    #: position in `lawsuits.causes`
    cause: Ints
    #: the defendant was in distress, or had failed or would within a year
    troubled: Bools
    failed: Bools
    key: Keys

    def __len__(self) -> int:
        return len(self.firm)

    @classmethod
    def of(cls, world: World, some: Ints) -> Self:
        """Draw the cases against some firms."""
        cal = shipped("public")
        many = _counts(world, some)
        at, month = np.nonzero(many)
        times = many[at, month]
        at, month = np.repeat(at, times), np.repeat(month, times)
        firm = some[at]
        index = np.arange(len(at)) - np.searchsorted(at, at)
        key = world.rng.key("lawsuit", firm, index)
        first = world.calendar.first_day
        filed = first[month] + np.floor(draws.uniform(key, 0) * (first[month + 1] - first[month])).astype(np.int64)
        known = filed + common.later(key, 1, *cal["lawsuits.published_days"])
        hearing = filed + common.later(key, 2, *cal["lawsuits.hearing_days"])
        judged = hearing + common.later(key, 3, *cal["lawsuits.judged_days"])
        told = np.maximum(judged + common.later(key, 4, *cal["lawsuits.judgement_published_days"]), known + 1)
        default = world.course.default[firm]
        failed = default < NEVER
        result = np.where(
            failed,
            draws.pick(draws.uniform(key, 5), cal["lawsuits.results_failing"]),
            draws.pick(draws.uniform(key, 5), cal["lawsuits.results"]),
        )
        # judgements later than the day the pack is taken are not yet there
        open_ = told >= world.end
        causes = cal["lawsuits.causes"]
        size = np.log(np.maximum(world.course.plan[month, firm], 100.0) / 100.0)
        log_claim = (
            cal.number("lawsuits.log_claim")
            + cal.number("lawsuits.claim_follows_size") * (size - 12)
            + cal.number("lawsuits.log_claim_sd") * draws.normal(key, 6)
        )
        claim = np.maximum(np.round(np.exp(np.minimum(log_claim, 18.0)) / 100), 1).astype(np.int64) * 10_000
        part = np.where(result == 0, 1.0, np.where(result == 1, 0.3 + 0.6 * draws.uniform(key, 7), 0.0))
        part = np.where(result == 4, 0.5 + 0.4 * draws.uniform(key, 8), part)
        near = failed & (month > default - 12)
        return cls(
            firm=firm,
            index=index,
            month=month,
            filed=filed,
            filing_known=known,
            hearing=np.where(open_, NO_DAY, hearing),
            judged=np.where(open_, NO_DAY, judged),
            judgement_known=np.where(open_, NO_DAY, told),
            result=np.where(open_, PENDING, result),
            claim=claim,
            awarded=np.where(open_, 0, np.round(claim * part / 100).astype(np.int64) * 100),
            cause=draws.pick(draws.uniform(key, 9), [c[1] for c in causes]),
            troubled=world.course.distress[month, firm] | near,
            failed=failed,
            key=key,
        )


def _counts(world: World, some: Ints) -> Ints:
    """Cases of each firm in each month from the burn-in on: (firms, months)."""
    cal, course = shipped("public"), world.course
    months = world.calendar.months
    base = _intensity(world, some)
    branching, decay = cal.number("lawsuits.branching"), np.exp(-1 / cal.number("lawsuits.decay_months"))
    excited = np.zeros(len(some))
    found = np.zeros((len(some), months), np.int64)
    for t in range(months):
        there = (world.firms.begins[some] <= t) & (t <= course.ends[some] + 18)
        key = world.rng.key("lawsuit.month", some, t)
        many = draws.poisson(key, 0, np.where(there, base[:, t] + excited, 0.0))
        found[:, t] = np.minimum(many, cal.count("lawsuits.most_a_month"))
        excited = decay * excited + (1 - decay) * branching * found[:, t]
    return found


def _intensity(world: World, some: Ints) -> Floats:
    """Cases a month that nothing excites: (firms, months)."""
    cal, course, months = shipped("public"), world.course, np.arange(world.calendar.months)
    plan = course.plan[:, some].mean(axis=0)
    usual = np.exp(12.5) * 100
    frailty = draws.gamma_of_mean_one(world.rng.key("litigious", some), 0, cal.number("lawsuits.frailty"))
    own = cal.number("lawsuits.a_month") * (np.maximum(plan, 100.0) / usual) ** cal.number("lawsuits.size_power")
    distress = 1 + cal.number("lawsuits.distress") * course.distress[:, some].T
    quality = np.exp(cal.number("lawsuits.follows_quality") * course.quality[:, some].T)
    height, fade = cal.numbers("lawsuits.before_failure")
    default = np.where(course.default[some] < NEVER, course.default[some], 10**6)[:, None]
    ahead = default - months[None, :]
    rise = 1 + height * np.where(ahead >= 0, np.exp(-fade * np.minimum(np.maximum(ahead, 0), 200)), 0.0)
    after = (ahead < 0) & (ahead >= -cal.count("lawsuits.after_months"))
    rise = np.where(after, cal.number("lawsuits.after_failure"), rise)
    return np.asarray((own * frailty)[:, None] * distress * quality * rise)
