"""Taxes that follow from invoices: VAT by month or quarter, income tax by quarter; what is due, paid, and left unpaid."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from windchime.twin.calibration import Bools, Floats, Ints
from windchime.twin.population import NEVER
from windchime.twin.rows import DIGITAL_SPECIAL, SPECIAL, Rows
from windchime.twin.world import World


@dataclass(frozen=True, slots=True)
class Accruals:
    """What invoices say, in fen, arrays of (firms asked for, months of the history); void ones do not count."""

    #: sales and purchases without tax, red letters taken off
    sold: Ints
    bought: Ints
    #: tax on sales, and tax on purchases that may be deducted
    output_tax: Ints
    input_tax: Ints
    #: all tax on purchases
    paid_tax: Ints

    @classmethod
    def of(cls, world: World, some: Ints, rows: Rows) -> Self:
        """Add up the invoices of the firms `some`."""
        rows = rows.take(~rows.void)
        month = world.calendar.month_of(rows.day) - world.calendar.history
        sale = (rows.seller >= some[0]) & (rows.seller <= some[-1])
        purchase = (rows.buyer >= some[0]) & (rows.buyer <= some[-1])
        special = purchase & ((rows.kind == SPECIAL) | (rows.kind == DIGITAL_SPECIAL))

        def grid(chosen: Bools, party: Ints, fen: Ints) -> Ints:
            width = len(world.history)
            place = (party[chosen] - some[0]) * width + month[chosen]
            # sums stay far below 2^53, so that floats hold them exactly
            found = np.bincount(place, fen[chosen], len(some) * width)
            return np.asarray(found.astype(np.int64).reshape(len(some), width))

        return cls(
            grid(sale, rows.seller, rows.total - rows.tax),
            grid(purchase, rows.buyer, rows.total - rows.tax),
            grid(sale, rows.seller, rows.tax),
            grid(special, rows.buyer, rows.tax),
            grid(purchase, rows.buyer, rows.tax),
        )


@dataclass(frozen=True, slots=True)
class Taxes:
    """Taxes in fen, (firms asked for, months of the history); a quarter's stands in its last month."""

    accruals: Accruals
    small: Bools
    #: input tax carried into the next month
    carried: Ints
    #: VAT due for the month (general) or the quarter (small-scale), surcharges on it, income tax of the quarter
    vat: Ints
    surcharge: Ints
    income: Ints
    #: the firm pays what is due
    pays: Bools

    @classmethod
    def of(cls, world: World, some: Ints, rows: Rows) -> Self:
        """Work out the taxes of the firms `some`."""
        sums, cal = Accruals.of(world, some, rows), world.cal
        small, months = world.firms.small[some], world.history
        carried = np.zeros_like(sums.sold)
        vat = np.zeros_like(sums.sold)
        before = np.zeros(len(some), np.int64)
        for m in range(len(months)):
            net = sums.output_tax[:, m] - sums.input_tax[:, m] - before
            vat[:, m], before = np.maximum(net, 0), np.maximum(-net, 0)
            carried[:, m] = before
        quarterly = _quarters(sums.output_tax)
        exempt = _quarters(sums.sold) <= 100 * cal.count("taxes.small_exempt_quarter")
        vat = np.where(small[:, None], np.where(exempt, 0, np.maximum(quarterly, 0)), vat)
        margin: Floats = np.maximum(world.firms.margin[some] - cal.number("taxes.profit_below_margin"), 0.0)
        income = np.round(_quarters(sums.sold) * margin[:, None] * cal.number("taxes.income_rate"))
        default = world.course.default[some]
        pays = (months[None, :] < default[:, None]) | (default[:, None] == NEVER)
        return cls(
            sums,
            small,
            np.where(small[:, None], 0, carried),
            vat,
            np.round(vat * cal.number("taxes.surcharge")).astype(np.int64),
            np.maximum(income, 0).astype(np.int64),
            pays,
        )

    @property
    def due(self) -> Ints:
        """All that is due for the month."""
        return self.vat + self.surcharge + self.income


def _quarters(monthly: Ints) -> Ints:
    """Sums of quarters in their last months, 0 elsewhere."""
    found = np.zeros_like(monthly)
    found[:, 2::3] = monthly[:, 0::3] + monthly[:, 1::3] + monthly[:, 2::3]
    return found
