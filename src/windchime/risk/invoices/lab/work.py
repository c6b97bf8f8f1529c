"""What an operation works on, and what it hands back."""

import math
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.risk.invoices.lab.draws import uniform
from windchime.risk.invoices.lab.operation import Operation
from windchime.risk.invoices.lab.rates import Rates
from windchime.risk.invoices.listing import FORM, Listing

FIRM = "reporting_firm_id"
#: purpose of the draws that choose rows; operations number theirs from one
CHOICE = 0
#: columns of new rows beside `FORM`: the row each was made after, and the rate it is issued at where that changed
MADE_AFTER, RATE = "__made_after", "__rate"


def _none() -> pl.DataFrame:
    return pl.DataFrame(schema=FORM)


@dataclass(frozen=True, slots=True)
class Change:
    """What an operation does to a list."""

    #: rows as they are after it, under their numbers
    changed: pl.DataFrame = field(default_factory=_none)
    #: rows that leave the list
    removed: pl.DataFrame = field(default_factory=_none)
    #: rows that are new; their numbers in the list are given later
    added: pl.DataFrame = field(default_factory=_none)
    #: whether lines of altered invoices are brought into line with their heads
    lines_follow: bool = True


@dataclass(frozen=True, slots=True)
class Work:
    """The rows an operation may look at and draw chance for."""

    operation: Operation
    listing: Listing
    #: rows of the firms and the side that are tampered with: `FORM`, with stream and place of `draws`
    rows: pl.DataFrame
    #: how many rows of a firm are altered: a number, or a share of those that qualify
    count: int | float
    rates: Rates

    def qualifying(self, *conditions: pl.Expr) -> pl.DataFrame:
        """Rows that the list of operations says qualify, and that fulfil what the operation itself asks; no zero totals."""
        stated = [pl.col(c) == value for c, value in self.operation.rows.items()]
        return self.rows.filter(pl.col("total") != 0, *stated, *conditions)

    def pick(self, rows: pl.DataFrame) -> pl.DataFrame:
        """As many of the rows as are wanted of each firm, by chance; all where a firm has fewer."""
        return self.first(rows.with_columns(__draw=uniform(rows, CHOICE)), "__draw").drop("__draw")

    def first(self, rows: pl.DataFrame, *by: str) -> pl.DataFrame:
        """As many of the rows as are wanted of each firm, the first by some columns."""
        place = pl.struct(*by).rank("ordinal").over(FIRM) if len(by) > 1 else pl.col(by[0]).rank("ordinal").over(FIRM)
        return rows.filter(place <= self.wanted(pl.len().over(FIRM)))

    def wanted(self, qualify: pl.Expr) -> pl.Expr:
        """How many rows of a firm are wanted where so many qualify: at least one."""
        if isinstance(self.count, int):
            return pl.lit(self.count)
        return (qualify * self.count - 1e-9).ceil().clip(1)

    def rate(self, rows: pl.DataFrame) -> NDArray[np.float64]:
        """The rate each row was issued at."""
        return self.rates.of_rows(rows)


def cents(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rounded half up to whole cents."""
    return np.floor(numbers + 0.5).astype(np.int64)


def months(day: str) -> pl.Expr:
    """Months of a date column, counted through the years."""
    return pl.col(day).dt.year().cast(pl.Int32) * 12 + pl.col(day).dt.month().cast(pl.Int32)


def last_day() -> pl.Expr:
    """The last day on which the firm of a row issued; over all rows given."""
    return pl.col("issue_date").max().over(FIRM)


def whole(count: float) -> bool:
    """Whether a count can be meant: a positive whole number, or a share above zero up to one."""
    return count > 0 if isinstance(count, int) else math.isfinite(count) and 0 < count <= 1
