"""Rates of value-added tax as a forger knows them: those of the day, and the one an invoice was issued at."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.content.in_force import shipped
from windchime.content.scheme import Scheme

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Rates:
    """The legal rates and when each was in force."""

    #: fractions, rising
    rates: NDArray[np.float64]
    #: first and last day of each, as days since 1970
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]
    #: whole cents that tax may differ from amount × rate
    tolerance: int

    @classmethod
    def of(cls, scheme: Scheme, as_of: date) -> Self:
        """From the scheme of the invoice indicators, as of a day."""
        spans = sorted(scheme.at("tax_rates", as_of).value, key=lambda s: float(s["rate"]))
        return cls(
            np.array([float(s["rate"]) for s in spans]),
            np.array([(s["from"] - _EPOCH).days for s in spans]),
            np.array([(s.get("until", date.max) - _EPOCH).days for s in spans]),
            round(scheme.number("tax_tolerance", as_of) * 100),
        )

    def of_rows(self, rows: pl.DataFrame) -> NDArray[np.float64]:
        """The rate each row was issued at: the legal one where tax fits one, else tax over amount."""
        amount, tax = (rows[c].to_numpy().astype(np.float64) for c in ("amount", "tax"))
        off = np.where(self.legal(rows), np.abs(amount[:, None] * self.rates - tax[:, None]), np.inf)
        best = off.argmin(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            own = np.where(amount == 0, 0.0, tax / amount)
        fits = off[np.arange(len(off)), best] <= self.tolerance
        return np.where(fits, self.rates[best], own)

    def legal(self, rows: pl.DataFrame) -> NDArray[np.bool_]:
        """Row by rate: whether the rate was in force on the row's day."""
        days = rows["issue_date"].cast(pl.Int32).to_numpy()[:, None]
        found: NDArray[np.bool_] = (days >= self.begins) & (days <= self.ends)
        return found

    def fits(self, rows: pl.DataFrame) -> NDArray[np.bool_]:
        """Whether amount and tax of each row fit a rate of its day."""
        amount, tax = (rows[c].to_numpy().astype(np.float64)[:, None] for c in ("amount", "tax"))
        near = np.abs(amount * self.rates - tax) <= self.tolerance
        return np.asarray(np.logical_and(near, self.legal(rows)).any(axis=1), bool)


@cache
def known(as_of: date) -> Rates:
    """The rates that ship, as of a day."""
    return Rates.of(shipped("invoice_indicators")[0], as_of)
