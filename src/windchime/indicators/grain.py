"""A grain: rows at one level of aggregation, and the few folds that formulas are written with."""

from dataclasses import dataclass

import ibis

from windchime.indicators.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Grain:
    """Rows of a firm at one level, with `m`, the months before the last complete one, where the level has it.

    The folds yield reductions: one value a firm. Sums stay exact; `share` and its kin cast to float64 last.
    """

    rows: ibis.Table
    parameters: Parameters

    def __getattr__(self, column: str) -> ibis.Value:
        return self.rows[column]

    def __getitem__(self, column: str) -> ibis.Value:
        return self.rows[column]

    def within(self, months: int, skip: int = 0) -> ibis.Value:
        """Rows of the `months` whole months that end `skip` months before the last complete one."""
        return (self.rows["m"] >= skip) & (self.rows["m"] < skip + months)

    def sum(self, column: str, months: int, skip: int = 0) -> ibis.Value:
        """Exact sum of a column over a window of dense months; null where the column is null in all of them."""
        return self.rows[column].sum(where=self.within(months, skip))

    def sum_where(self, column: ibis.Value, where: ibis.Value) -> ibis.Value:
        """Exact sum of a column over some rows; 0 where there are none."""
        return ibis.coalesce(column.sum(where=where), 0)

    def count_where(self, where: ibis.Value) -> ibis.Value:
        """Number of rows for which something is true."""
        return self.rows.count(where=where)


def real(value: ibis.Value) -> ibis.Value:
    """An exact figure as float64: the start of the last step."""
    return value.cast("float64")


def net(total: ibis.Value, less: ibis.Value) -> ibis.Value:
    """The difference of two exact figures, as float64."""
    return real(total) - real(less)


def share(part: ibis.Value, whole: ibis.Value) -> ibis.Value:
    """Part over whole as float64; null where the whole is not positive."""
    return over(real(part), real(whole))


def over(part: ibis.Value, whole: ibis.Value) -> ibis.Value:
    """The same of two figures that are float64 already."""
    return ibis.ifelse(whole > 0.0, part / whole, None)


def when(enough: ibis.Value, value: ibis.Value) -> ibis.Value:
    """The value where there is enough to tell it from, otherwise null."""
    return ibis.ifelse(enough, value, None)


def root(value: ibis.Value) -> ibis.Value:
    """Square root of a figure that rounding may have pushed a hair below zero; 0 for null, so guard it with `when`."""
    return ibis.greatest(value, 0.0).sqrt()


def log1(value: ibis.Value) -> ibis.Value:
    """Natural logarithm of one plus the figure; negative figures count as zero."""
    return (ibis.greatest(real(value), 0.0) + 1.0).ln()
