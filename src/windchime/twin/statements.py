"""Statements as firms hand them in: periods of the true ledger, in the form for their size; some are embellished."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws
from windchime.twin.calibration import Bools, Ints
from windchime.twin.items import embellished, items
from windchime.twin.ledger import Ledger
from windchime.twin.source import codes, dates, firm_ids, ids, sheet, yuan
from windchime.twin.world import World

FORMS = ("bs", "is", "cf")
AUDITORS = ("澄岭会计师事务所", "云汀会计师事务所", "岚溪会计师事务所")
#: lines that are printed as 0; all others are left out where they are 0
ALWAYS = frozenset(
    [
        "bs_cash",
        "bs_total_assets",
        "bs_total_liabilities",
        "bs_total_equity",
        "bs_total_liabilities_equity",
        "is_revenue",
        "is_cogs",
        "is_net_profit",
        "cf_cfo",
        "cf_net_change",
        "cf_cash_end",
    ]
)


@dataclass(frozen=True, slots=True)
class Period:
    """A period of the calendar: months of the history from `first` up to, not including, `last`."""

    first: int
    last: int
    #: days after its end when the statement comes in, and those within which others follow
    after: int
    within: int


def periods(world: World) -> tuple[Period, ...]:
    """Whole years, and the quarters of each year added up, that are handed in before the history ends."""
    start = world.calendar.begin.first.month - 1 + world.calendar.history
    width = len(world.history)
    years = [m for m in range(width) if (start + m) % 12 == 0 and m + 12 <= width]
    rest = [m for m in range(width) if (start + m) % 12 == 0]
    whole = [Period(m, m + 12, 95, 55) for m in years]
    parts = [Period(m, m + k, 18, 14) for m in rest for k in (3, 6, 9) if m + k <= width]
    return (*whole, *parts)


def handed_in(world: World, firm: Ints) -> tuple[Bools, Bools]:
    """Firms whose statements the bank has, and those among them large enough for quarters."""
    cal = world.cal
    share = np.where(world.firms.kind[firm] == 0, cal.number("statements.companies"), cal.number("statements.others"))
    there = draws.uniform(world.rng.key("statements", firm), 0) < share
    there &= world.society.rings.ring[firm] < 0
    yearly = 12 * world.course.plan[world.calendar.history :, firm].mean(axis=0)
    return there, there & (yearly >= 100 * cal.count("statements.quarterly_above"))


def statements(world: World, ledger: Ledger) -> tuple[pa.Table, pa.Table]:
    """All statements of the firms of a ledger, and the lines that were changed (truth)."""
    of = _reports(world, ledger.some)
    true = items(ledger, of.at, of.first, of.last)
    shown = embellished(world, of.firm, true)
    prior = items(ledger, of.at, np.maximum(of.first - 12, 0), of.first)
    names = tuple(true)
    value, honest, before = (np.stack([lines[n] for n in names], axis=1) for lines in (shown, true, prior))
    report, item = np.nonzero((value != 0) | np.array([n in ALWAYS for n in names]))
    yearly = of.last - of.first == 12
    balance = np.array([n.startswith("bs_") for n in names])[item]
    known = balance | (yearly & (of.first >= 12))[report]
    amounts = yuan(before[report, item])
    yearly_sales = 12 * world.course.plan[world.calendar.history :, of.firm].mean(axis=0)
    small = yearly_sales < 100 * world.cal.count("statements.cas_small_below")
    found = sheet(
        "statements",
        {
            "firm_id": firm_ids(world, of.firm[report]),
            "period_end": dates(of.ended[report]),
            "period_months": (of.last - of.first)[report],
            "statement": codes(FORMS, np.array([FORMS.index(n.split("_")[0]) for n in names])[item]),
            "scope": "parent",
            "standard": codes(("cas_2019", "cas_small"), small.astype(np.int64)[report]),
            "item": codes(names, item),
            "value": yuan(value[report, item]),
            "value_prior": pc.if_else(pa.array(known), amounts, pa.scalar(None, amounts.type)),
            "source_unit": "yuan",
            "version_kind": codes(("management", "tax_filed"), yearly.astype(np.int64)[report]),
            "report_version": np.ones(len(report), np.int64),
            "received_on": dates(of.received[report]),
            "is_estimated": False,
        },
        len(report),
    )
    report, item = np.nonzero(value != honest)
    changed = pa.table(
        {
            "firm_id": firm_ids(world, of.firm[report]),
            "period_end": dates(of.ended[report]),
            "period_months": (of.last - of.first)[report],
            "item": codes(names, item),
            "true_value": yuan(honest[report, item]),
            "shown_value": yuan(value[report, item]),
        }
    )
    return found, changed


def audit_opinions(world: World, some: Ints) -> pa.Table:
    """Opinions on the yearly statements of some of the larger firms; a firm near its end gets a doubt, at times."""
    of = _reports(world, some)
    key = world.rng.key("audit", of.firm)
    audited = (of.last - of.first == 12) & handed_in(world, of.firm)[1]
    audited &= draws.uniform(key, 0) < world.cal.number("statements.audited")
    of = of.take(audited)
    key = world.rng.key("audit.report", of.firm, of.first)
    month = world.calendar.month_of(of.received)
    weak = world.course.liquidity[month, of.firm] < 0
    found = draws.uniform(key, 0)
    opinion = np.where(weak & (found < 0.35), 1, np.where(found > 0.96, 2, 0))
    return sheet(
        "audit_opinions",
        {
            "firm_id": firm_ids(world, of.firm),
            "period_end": dates(of.ended),
            "report_no": ids("U", of.firm * 100 + of.first, 9),
            "auditor_type": "firm",
            "auditor_name": codes(AUDITORS, draws.whole(key, 1, 0, len(AUDITORS) - 1)),
            "opinion": codes(("clean", "emphasis", "qualified"), opinion),
            "going_concern_doubt": pa.array(opinion == 1),
            "signed_on": dates(of.received - draws.whole(key, 2, 3, 20)),
            "received_on": dates(of.received),
        },
        len(of.firm),
    )


@dataclass(frozen=True, slots=True)
class _Reports:
    """One row a statement: position and number of the firm, months from and up to, days."""

    at: Ints
    firm: Ints
    first: Ints
    last: Ints
    ended: Ints
    received: Ints

    def take(self, chosen: Bools) -> "_Reports":
        return _Reports(*(getattr(self, f)[chosen] for f in self.__slots__))


def _reports(world: World, some: Ints) -> _Reports:
    """Which statements there are, firm by firm."""
    spans = periods(world)
    at, which = (a.ravel() for a in np.meshgrid(np.arange(len(some)), np.arange(len(spans)), indexing="ij"))
    first, last, after, within = (
        np.array([getattr(s, p) for s in spans])[which] for p in ("first", "last", "after", "within")
    )
    firm, history = some[at], world.calendar.history
    ended = world.calendar.first_day[history + last] - 1
    received = ended + after + draws.whole(world.rng.key("statement", firm, which), 0, 0, within)
    there, large = handed_in(world, firm)
    use = np.where(last - first == 12, there, large) & (received < world.end)
    use &= (world.firms.begins[firm] < history + last) & (world.course.ends[firm] >= history + last - 1)
    return _Reports(at, firm, first, last, ended, received).take(use)
