"""What follows lost lawsuits: enforcement, lists of dishonest debtors, limits on consumption; and bankruptcy."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints, Keys, shipped
from windchime.twin.population import NEVER
from windchime.twin.public import common
from windchime.twin.public.courts import case_no, court
from windchime.twin.public.lawsuits import Lawsuits
from windchime.twin.public.life import Life
from windchime.twin.source import NO_DAY, codes, dates, fraction, yuan
from windchime.twin.world import World

STATUS = ("performed", "settled", "terminated_this", "open")


@dataclass(frozen=True, slots=True)
class Enforcements:
    """One row an enforcement; each follows a lawsuit."""

    firm: Ints
    index: Ints
    #: when the lawsuit was filed, and the enforcement
    sued: Ints
    filed: Ints
    #: in fen
    target: Ints
    #: index into STATUS from `settled` on
    ends: Ints
    settled: Ints
    key: Keys

    def __len__(self) -> int:
        return len(self.firm)

    def take(self, chosen: Bools) -> "Enforcements":
        """Some of them."""
        return Enforcements(*(getattr(self, f)[chosen] for f in self.__slots__))

    @classmethod
    def of(cls, suits: Lawsuits) -> Self:
        """Which judgements are enforced, and how that goes."""
        cal, key = shipped("public"), suits.key
        lost = np.isin(suits.result, [0, 1])
        share = np.where(suits.troubled, cal.number("enforcement.share_in_distress"), cal.number("enforcement.share"))
        chosen = lost & (draws.uniform(key, 40) < share)
        key, failed = key[chosen], suits.failed[chosen]
        filed = suits.judged[chosen] + 15 + common.later(key, 41, *cal["enforcement.filed_days"])
        ends = np.where(
            failed,
            draws.pick(draws.uniform(key, 42), cal["enforcement.ends_failed"]),
            draws.pick(draws.uniform(key, 42), cal["enforcement.ends"]),
        )
        settled = filed + common.later(key, 43, *cal["enforcement.settled_days"])
        return cls(
            suits.firm[chosen],
            suits.index[chosen],
            suits.filed[chosen],
            filed,
            suits.awarded[chosen],
            ends,
            settled,
            key,
        )

    def seen(self, stream: int) -> Ints:
        """Days until the list shows something."""
        return common.later(self.key, stream, *shipped("public")["enforcement.known_days"])


def enforcement(world: World, cases: Enforcements) -> pa.Table:
    """Each case as opened, at times with a sum that is corrected later, as it ended, and withdrawn once performed."""
    cal, many = shipped("public"), len(cases)
    wrong = common.chance(cases.key, 44, cal.number("enforcement.corrected"))
    over = (cases.ends != 3) & (cases.settled < world.end)
    # the public list drops what was performed
    gone = over & (cases.ends == 0)
    row = np.concatenate([np.arange(many), *(np.flatnonzero(x) for x in (wrong, over, gone))])
    state = np.repeat([0, 1, 2, 3], [many, int(wrong.sum()), int(over.sum()), int(gone.sum())])
    order = np.lexsort((state, row))
    row, state = row[order], state[order]
    ended = state >= 2
    # the first entry of a corrected case bears ten times the sum, the slip of a decimal point
    target = np.where(wrong[row] & (state == 0), cases.target[row] * 10, cases.target[row])
    share = np.select(
        [cases.ends[row] == 0, cases.ends[row] == 1], [1.0, 0.7], 0.15 * draws.uniform(cases.key[row], 45)
    )
    performed = np.where(ended, np.round(target * share / 100).astype(np.int64) * 100, 0)
    firm = cases.firm[row]
    known = np.select(
        [state == 0, state == 1],
        [cases.filed[row] + cases.seen(46)[row], cases.filed[row] + 12 + cases.seen(47)[row]],
        np.maximum(cases.settled, cases.filed + 25)[row] + cases.seen(48)[row] + np.where(state == 3, 30, 0),
    )
    columns = {
        "case_no": case_no(world, firm, cases.filed[row], "执", cases.index[row]),
        "court": court(world, firm),
        **common.firm_party(world, "executed", firm),
        "filed_on": dates(cases.filed[row]),
        "target_amount": yuan(target),
        "performed_amount": yuan(performed),
        "unperformed_amount": yuan(target - performed),
        "basis_doc": case_no(world, firm, cases.sued[row], "民初", cases.index[row]),
        "status": codes(STATUS, np.where(ended, cases.ends[row], 3)),
        "status_on": dates(np.where(ended, cases.settled[row], NO_DAY)),
        "assets_sealed": common.chance(cases.key[row], 49, 0.4),
        "is_withdrawn": state == 3,
    }
    return common.told(world, "enforcement", columns, known)


def dishonest_debtors(world: World, cases: Enforcements) -> pa.Table:
    """Publications of debtors that did not perform."""
    cal = shipped("public")
    bad = cases.take((cases.ends >= 2) & common.chance(cases.key, 50, cal.number("enforcement.dishonest")))
    published = bad.filed + common.later(bad.key, 51, *cal["enforcement.dishonest_days"])
    people, legal = world.society.persons, world.society.posts.legal_rep[bad.firm]
    columns = {
        "case_no": case_no(world, bad.firm, bad.filed, "执", bad.index),
        "court": court(world, bad.firm),
        **common.firm_party(world, "party", bad.firm),
        "duty": cal["enforcement.duty"],
        "performance": codes(("none", "partial"), common.chance(bad.key, 52, 0.25).astype(np.int64)),
        "conduct": common.one_of(cal["enforcement.conducts"], bad.key, 53),
        "published_on": dates(published),
        "legal_rep_at_time": people.names(legal),
    }
    return common.told(world, "dishonest_debtors", columns, published)


def consumption_limits(world: World, cases: Enforcements) -> pa.Table:
    """Orders that bind the firm and who represents it."""
    cal = shipped("public")
    some = cases.take((cases.ends >= 2) & common.chance(cases.key, 54, cal.number("enforcement.limited")))
    ordered = some.filed + common.later(some.key, 55, *cal["enforcement.limited_days"])
    columns = {
        "case_no": case_no(world, some.firm, some.filed, "执", some.index),
        **common.firm_party(world, "firm", some.firm),
        **common.person(world, "person", world.society.posts.legal_rep[some.firm]),
        "court": court(world, some.firm),
        "ordered_on": dates(ordered),
    }
    return common.told(world, "consumption_limits", columns, ordered + some.seen(56))


def bankruptcy(life: Life) -> pa.Table:
    """Cases of failed companies: applied for, then accepted or not."""
    cal, world = shipped("public"), life.world
    key = world.rng.key("bankruptcy", life.firms)
    chosen = (life.default < NEVER) & common.chance(key, 0, cal.number("bankruptcy.share"))
    chosen &= world.firms.kind[life.firms] == 0
    at = np.flatnonzero(chosen)
    firm, key = life.firms[at], key[at]
    applied = world.calendar.first_day[life.default[at] + 1] + common.later(key, 1, *cal["bankruptcy.days"])
    accepted = applied + common.later(key, 2, 15, 90)
    row, state = np.repeat(np.arange(len(at)), 2), np.tile([0, 1], len(at))
    taken = state == 1
    kind = draws.pick(draws.uniform(key, 3), cal["bankruptcy.kinds"])
    sales = np.maximum(world.course.plan[life.default[at], firm], 100.0) / 100.0
    claims = np.round(sales * np.exp(1.5 + 0.6 * draws.normal(key, 4))).astype(np.int64) * 100
    none = pa.scalar(None, pa.string())
    columns = {
        **common.subject(world, firm[row]),
        "case_no": case_no(world, firm[row], applied[row], "破申", np.ones(len(row), np.int64)),
        "court": court(world, firm[row]),
        "kind": codes(("liquidation", "reorganisation", "composition"), kind[row]),
        "applied_on": dates(applied[row]),
        "accepted_on": dates(np.where(taken, accepted[row], NO_DAY)),
        "administrator_type": pc.if_else(pa.array(taken), "firm", none),
        "administrator_name": pc.if_else(pa.array(taken), cal["bankruptcy.administrator"], none),
        "status": codes(("applied", "accepted"), state),
        "claims_total": pc.if_else(pa.array(taken), yuan(claims[row]), pa.scalar(None, pa.decimal128(18, 2))),
        "recovery_rate": pc.if_else(
            pa.array(state > 1), fraction(np.zeros(len(row))), pa.scalar(None, pa.decimal128(9, 6))
        ),
    }
    seen = common.later(key, 5, 1, 14)[row]
    return common.told(world, "bankruptcy", columns, np.where(taken, accepted[row], applied[row]) + seen)
