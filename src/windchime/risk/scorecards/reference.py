"""What a model's data looked like: one histogram a column, stored with the model, so that later data are read once.

Numbers are counted between cuts, special codes, categories and missing values apart. A column of a card is counted in the
card's own bins. Comparing reads each new column once and the old data never.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.risk.arrays import Floats, Frame, frame
from windchime.risk.binning.bins import Bins
from windchime.risk.binning.histogram import Values, encoded, is_text
from windchime.risk.scorecards.sample import feature_columns

Counts = NDArray[np.int64]
#: threads that read columns; the kernel lets the interpreter go
THREADS = 2


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is counted, and what was counted."""

    #: numbers: boundaries, a value equal to one belongs to the right; codes that are not quantities
    cuts: tuple[float, ...] = ()
    specials: tuple[float, ...] = ()
    #: texts: groups of categories; None for numbers
    categories: tuple[tuple[str, ...], ...] | None = None
    #: rows of each part: intervals, special codes, missing; of texts: groups, all others, missing
    counts: tuple[int, ...] = ()

    def count(self, values: Values) -> Counts:
        """Rows of each part in other data, one pass."""
        if self.categories is None:
            numbers = np.asarray(values, dtype=np.float64)
            return _count(numbers, np.array(self.cuts, dtype=np.float64), np.array(self.specials, dtype=np.float64))
        place, names = encoded(np.asarray(values, dtype=object))
        k = len(self.categories)
        known = {name: i for i, group in enumerate(self.categories) for name in group}
        at = np.array([*(known.get(n, k) for n in names), k + 1], dtype=np.int64)[place]
        return np.bincount(at, minlength=k + 2).astype(np.int64)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts in figures; `*` for other categories, empty for missing values."""
        if self.categories is not None:
            return (*(", ".join(g) for g in self.categories), "*", "")
        edges = [None, *self.cuts, None]
        spans = [
            "(−∞, +∞)" if low is None and high is None else f"< {high:.15g}" if low is None
            else f"≥ {low:.15g}" if high is None else f"[{low:.15g}, {high:.15g})"
            for low, high in pairwise(edges)
        ]  # fmt: skip
        return (*spans, *(f"= {c:g}" for c in self.specials), "")

    @classmethod
    def of_bins(cls, bins: Bins) -> Self:
        """Counted in a card's own bins."""
        if bins.categorical:
            return cls(categories=tuple(b.categories for b in bins.bins if b.kind == "categories"))
        return cls(bins.cuts, bins.specials)

    @classmethod
    def of_values(cls, values: Values, *, bins: int, rows: int, specials: Sequence[float] = ()) -> Self:
        """Numbers counted between quantiles of at most so many evenly taken rows, texts by category."""
        if is_text(values):
            texts = pl.Series(values.tolist(), dtype=pl.String).drop_nulls()
            largest = texts.value_counts(sort=True).sort("count", texts.name, descending=[True, False])[texts.name][
                :bins
            ]
            return cls(categories=tuple((name,) for name in sorted(largest)))
        codes = tuple(sorted({float(c) for c in specials}))
        taken = np.asarray(values, dtype=np.float64)[:: max(1, -(-len(values) // rows))]
        usual = np.sort(taken[~(np.isnan(taken) | np.isin(taken, codes))])
        if not len(usual):
            return cls((), codes)
        at = usual[(np.arange(1, bins) * len(usual)) // bins]
        return cls(tuple(float(c) for c in np.unique(at) if c > usual[0]), codes)


@dataclass(frozen=True, slots=True)
class Reference:
    """The histograms of a sample."""

    columns: Mapping[str, Column]
    rows: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        # a list, since canonical JSON sorts the keys of a map
        return {"rows": self.rows, "columns": [{"name": n, **asdict(c)} for n, c in self.columns.items()]}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""

        def column(c: Mapping[str, Any]) -> Column:
            groups = None if c["categories"] is None else tuple(tuple(g) for g in c["categories"])
            return Column(tuple(c["cuts"]), tuple(c["specials"]), groups, tuple(c["counts"]))

        return cls({c["name"]: column(c) for c in body["columns"]}, body["rows"])


def reference_of(
    table: Frame,
    names: Iterable[str],
    *,
    bins: int,
    cut_rows: int,
    known: Mapping[str, Bins] | None = None,
    specials: Mapping[str, Sequence[float]] | None = None,
) -> Reference:
    """Count a sample once, to compare later ones with.

    Args:
        table: the sample.
        names: its columns.
        bins: of each number.
        cut_rows: most rows that cuts are taken from, evenly over the table.
        known: bins of the columns of a card, which are counted in these.
        specials: codes that are not quantities, by column.
    """
    rows = frame(table)

    def made(name: str) -> Column:
        values = feature_columns(rows, [name])[name]
        if known and name in known:
            form = Column.of_bins(known[name])
        else:
            form = Column.of_values(values, bins=bins, rows=cut_rows, specials=(specials or {}).get(name, ()))
        return Column(form.cuts, form.specials, form.categories, tuple(form.count(values).tolist()))

    return Reference(dict(_each(made, list(names))), rows.height)


def counted(reference: Reference, table: Frame) -> dict[str, Counts]:
    """Rows of each part in other data.

    Raises:
        UnknownName: the table lacks a column.
        NotNumbers: texts where numbers were.
    """
    rows = frame(table)
    return dict(
        _each(lambda n: reference.columns[n].count(_values(rows, n, reference.columns[n])), list(reference.columns))
    )


def _values(rows: pl.DataFrame, name: str, column: Column) -> Values:
    if column.categories is not None and name in rows.columns:
        return rows[name].cast(pl.String).to_numpy().astype(object)
    return feature_columns(rows, [name])[name]


def _each(do: Any, names: list[str]) -> Iterable[tuple[str, Any]]:
    with ThreadPoolExecutor(THREADS) as threads:
        return list(zip(names, threads.map(do, names), strict=True))


@kernel
def _count(values: Floats, cuts: Floats, specials: Floats) -> Counts:
    """Rows between cuts, of each special code, and missing: (cuts + 1 + specials + 1)."""
    c, s = len(cuts), len(specials)
    found = np.zeros(c + s + 2, dtype=np.int64)
    for i in range(len(values)):
        v = values[i]
        at = 0
        for k in range(c):
            at += v >= cuts[k]
        if np.isnan(v):
            at = c + s + 1
        for k in range(s):
            if v == specials[k]:
                at = c + 1 + k
        found[at] += 1
    return found
