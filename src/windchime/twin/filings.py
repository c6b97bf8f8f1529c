"""Tax returns, tax credit grades and arrears: they speak of what was truly invoiced, whatever is shown elsewhere."""

import numpy as np
import pyarrow as pa

from windchime.twin import draws
from windchime.twin.books import Books
from windchime.twin.calibration import Bools, Ints
from windchime.twin.ledger import Ledger, net_profit
from windchime.twin.source import codes, dates, firm_ids, ids, sheet, yuan
from windchime.twin.world import World

KINDS = ("vat_general", "vat_small", "cit_quarter", "cit_annual")
ITEMS = (
    "sales_taxable", "output_tax", "input_tax", "tax_credit_carry", "tax_due", "tax_paid", "revenue", "cost", "profit",
    "taxable_income", "rnd_super_deduction", "staff_count", "total_assets",
)  # fmt: skip
GRADES = ("A", "B", "M", "C", "D")


def filed(world: World, firm: Ints) -> Bools:
    """Firms whose returns the bank has."""
    return draws.uniform(world.rng.key("filings", firm), 0) < world.cal.number("filings.share")


def tax_filings(world: World, books: Books, ledger: Ledger) -> pa.Table:
    """Returns of VAT and income tax, one row a figure that is not 0; sales and the tax due always stand there."""
    taxes, sums, some = books.taxes, books.taxes.accruals, books.some
    width = len(world.history)
    small = np.broadcast_to(taxes.small[:, None], (len(some), width))
    quarter = np.broadcast_to(np.arange(width) % 3 == 2, small.shape)
    year = np.broadcast_to(np.arange(width) % 12 == 11, small.shape)
    months = world.history[None, :]
    trading = (world.firms.begins[some][:, None] <= months) & (months <= world.course.ends[some][:, None])
    trading &= filed(world, some)[:, None]
    sold, output = (np.where(small, over(a, 3), a) for a in (sums.sold, sums.output_tax))
    vat = {
        "sales_taxable": sold,
        "output_tax": output,
        "input_tax": np.where(small, 0, sums.input_tax),
        "tax_credit_carry": taxes.carried,
        "tax_due": taxes.vat,
        "tax_paid": taxes.vat * taxes.pays,
    }
    revenue, profit = ledger.flows["revenue"], net_profit(ledger.flows) + ledger.flows["income_tax"]
    paid = taxes.income * taxes.pays
    quarterly = {"revenue": over(revenue, 3), "tax_due": taxes.income, "tax_paid": paid}
    annual = {
        "revenue": over(revenue, 12),
        "cost": over(ledger.flows["cogs"], 12),
        "profit": over(profit, 12),
        "taxable_income": np.maximum(over(profit, 12), 0),
        "rnd_super_deduction": over(ledger.flows["rnd"], 12),
        "tax_due": over(taxes.income, 12),
        "tax_paid": over(paid, 12),
        "staff_count": 100 * world.course.headcount[np.ix_(world.history, some)].T,
        "total_assets": np.sum([ledger.balances[k][:, 1:] for k in ("cash", "inventory", "fixed_assets")], axis=0)
        + np.maximum(ledger.balances["accounts_receivable"][:, 1:], 0),
    }
    parts = [
        _returns(books, 0, 1, vat, trading & ~small),
        _returns(books, 1, 3, vat, trading & small & quarter),
        _returns(books, 2, 3, quarterly, trading & quarter),
        _returns(books, 3, 12, annual, trading & year),
    ]
    firm, month, kind, span, item, value = (np.concatenate([p[i] for p in parts]) for i in range(6))
    order = np.lexsort((item, kind, month, firm))
    firm, month, kind, span, item, value = (a[order] for a in (firm, month, kind, span, item, value))
    return _sheet(world, firm, month, kind, span, item, value)


def over(monthly: Ints, months: int) -> Ints:
    """Sums of the last so many months, 0 where there are not so many."""
    total = np.cumsum(np.concatenate([0 * monthly[:, :1], monthly], axis=1), axis=1)
    found = np.zeros_like(monthly)
    found[:, months - 1 :] = total[:, months:] - total[:, :-months]
    return found


def _returns(
    books: Books, kind: int, span: int, of: dict[str, Ints], where: Bools
) -> tuple[Ints, Ints, Ints, Ints, Ints, Ints]:
    """Figures of one kind of return: firm, month of the history it ends with, kind, span, item, value."""
    at, month = np.nonzero(where)
    always = ("sales_taxable", "revenue", "tax_due")
    table = np.stack([of[name][at, month] for name in of], axis=1)
    row, column = np.nonzero((table != 0) | np.array([name in always for name in of]))
    item = np.array([ITEMS.index(name) for name in of])[column]
    same = np.ones(len(row), np.int64)
    return books.some[at[row]], month[row], kind * same, span * same, item, table[row, column]


def _sheet(world: World, firm: Ints, month: Ints, kind: Ints, span: Ints, item: Ints, value: Ints) -> pa.Table:
    first_day, history = world.calendar.first_day, world.calendar.history
    end = first_day[history + month + 1] - 1
    key = world.rng.key("filing", firm, month, kind)
    distress = world.course.distress[history + month, firm]
    late = draws.uniform(key, 0) < world.cal.number("filings.late") * np.where(distress, 8.0, 1.0)
    # annual returns by the end of May, all others by the 15th of the next month
    on = end + np.where(kind == 3, 95 + draws.whole(key, 1, 0, 50), draws.whole(key, 1, 6, 15))
    on = on + late * draws.whole(key, 2, 10, 60)
    there, late = on < world.end, late[on < world.end]
    firm, month, kind, span, item, value, end, on = (a[there] for a in (firm, month, kind, span, item, value, end, on))
    pays = history + month < world.course.default[firm]
    return sheet(
        "tax_filings",
        {
            "firm_id": firm_ids(world, firm),
            "tax_kind": codes(KINDS, kind),
            "period_from": dates(first_day[history + month + 1 - span]),
            "period_to": dates(end),
            "filed_on": dates(on),
            "item": codes(ITEMS, item),
            "value": yuan(value),
            "filing_version": np.ones(len(firm), np.int64),
            "filing_kind": codes(("original", "late"), late.astype(np.int64)),
            "paid_on": dates(np.where(pays & (item == ITEMS.index("tax_paid")), on, 10**7)),
        },
        len(firm),
    )


def tax_credit_grades(world: World, some: Ints) -> pa.Table:
    """Grades of whole years, published in April: points lost for late returns, unpaid taxes, and by chance."""
    width, history, first_day = len(world.history), world.calendar.history, world.calendar.first_day
    ends = [m for m in range(11, width, 12) if int(first_day[history + m + 1]) + 110 < world.end]
    firm, month = (a.ravel() for a in np.meshgrid(some, np.array(ends, dtype=np.int64), indexing="ij"))
    there = filed(world, firm) & (world.firms.begins[firm] <= history + month)
    firm, month = firm[there], month[there]
    key = world.rng.key("grade", firm, month)
    distressed = np.stack([world.course.distress[history + month - k, firm] for k in range(12)]).mean(axis=0)
    failed = world.course.default[firm] <= history + month
    score = 93 + 3.0 * world.firms.honesty[firm] - 25 * distressed - 45 * failed + 5 * draws.normal(key, 0)
    score = np.clip(np.round(score, 1), 0, 100)
    young = world.firms.begins[firm] > history + month - 12
    grade = np.where(young, 2, np.searchsorted(-np.array([90, 70, 40]), -score, side="left"))
    grade = np.where(young, 2, np.array([0, 1, 3, 4])[np.minimum(grade, 3)])
    end = first_day[history + month + 1] - 1
    year = end.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return sheet(
        "tax_credit_grades",
        {
            "firm_id": firm_ids(world, firm),
            "grade_year": year,
            "year_end": dates(end),
            "grade": codes(GRADES, grade),
            "score": pa.array([f"{s:.1f}" for s in score]).cast(pa.decimal128(18, 4)),
            "published_on": dates(end + 105),
        },
        len(firm),
    )


def tax_arrears(world: World, books: Books) -> pa.Table:
    """What failed firms leave unpaid, told at the end of the next quarter."""
    taxes, some, history = books.taxes, books.some, world.calendar.history
    at, month = np.nonzero((taxes.vat > 100_000) & ~taxes.pays)
    firm = some[at]
    due = world.calendar.first_day[history + month + 1] + 14
    told = due + 75
    there = told < world.end
    firm, month, due, told, at = (a[there] for a in (firm, month, due, told, at))
    return sheet(
        "tax_arrears",
        {
            "firm_id": firm_ids(world, firm),
            "kind": "arrears",
            "ref_no": ids("T", firm * 1_000 + month, 9),
            "tax_kind": codes(("vat_general", "vat_small"), world.firms.small[firm].astype(np.int64)),
            "amount": yuan(taxes.vat[at, month]),
            "due_on": dates(due),
            "published_on": dates(told),
            "authority": "国家税务总局澄岭省税务局",
        },
        len(firm),
    )
