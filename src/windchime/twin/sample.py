"""A generated region read back as columns of numbers, for the checks alone: pack and truth together."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.twin.calendar import EPOCH
from windchime.twin.calibration import Bools, Floats, Ints, calibration


class NotARegion(BadInput):
    """A folder without a generated region."""

    msgid = _("{folder} holds no simulated region with its truth")
    hint = _("make one: windchime twin generate --help")

    def __init__(self, folder: Path) -> None:
        super().__init__(folder=str(folder))


@dataclass(frozen=True)
class Sample:
    """Rows of the firms' lists, and what is known of the firms."""

    firms: int
    months: int
    #: of each row: firm, whether it is a sale, party on the other side, day since 1970-01-01, month of the history
    reporter: Ints
    sale: Bools
    partner: Ints
    day: Ints
    month: Ints
    amount: Ints
    total: Ints
    void: Bools
    paper: Bools
    #: the row repeats the one above
    again: Bools
    #: red letters that stand in for voids
    correction: Bools
    #: paper numbers of sales in rising order within a seller and code: seller and step to the next
    number_seller: Ints
    number_steps: Ints
    sector: Ints
    failed: Bools
    failed_before: Bools
    failed_in_last_year: Bools
    borrower_bad: Bools

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read pack and truth.

        Raises:
            NotARegion: a file is missing.
        """
        if not (folder / "truth" / "default_event.parquet").exists() or not (folder / "invoices.parquet").exists():
            raise NotARegion(folder)
        rows = pq.read_table(folder / "invoices.parquet")
        firms = _once(pq.read_table(folder / "firms.parquet", columns=["firm_id", "industry_code"]))
        order = firms["firm_id"].combine_chunks()
        cal = calibration(profile(folder))
        begin = (cal.day("calendar.first_month") - EPOCH).days
        firsts = _month_starts(begin, cal.count("calendar.months"))
        day = _days(rows["issue_date"])
        sale = _numpy(pc.equal(rows["direction"], "sale"))
        partner = pc.if_else(pc.equal(rows["direction"], "sale"), rows["buyer_id"], rows["seller_id"])
        inside = pc.starts_with(partner, "twin:F")
        number = _numpy(pc.utf8_slice_codeunits(partner, 6).cast(pa.int64())) + np.where(_numpy(inside), 0, 1_000_000)
        reporter = _numpy(pc.index_in(rows["reporting_firm_id"], order)).astype(np.int64)
        total = _fen(rows["total"])
        again = np.zeros(len(total), bool)
        same = pc.equal(rows["invoice_no"].combine_chunks()[1:], rows["invoice_no"].combine_chunks()[:-1])
        again[1:] = (
            _numpy(same)
            & (reporter[1:] == reporter[:-1])
            & (sale[1:] == sale[:-1])
            & (total[1:] == total[:-1])
            & (number[1:] == number[:-1])
        )
        paper = _numpy(pc.is_in(rows["kind"], pa.array(["special", "general"])))
        corrections = pq.read_table(folder / "truth" / "planted_invoice.parquet", columns=["invoice_no", "mark"])
        corrections = corrections.filter(pc.equal(corrections["mark"], "correction"))["invoice_no"].combine_chunks()
        seller, steps = _number_steps(rows, reporter, sale & paper & ~again)
        failed = pq.read_table(folder / "truth" / "default_event.parquet")
        at = _numpy(pc.index_in(failed["firm_id"], order)).astype(np.int64)
        on, features = _days(failed["default_on"]), (cal.day("calendar.features_as_of") - EPOCH).days
        marks = np.zeros((3, len(firms)), bool)
        marks[0, at], marks[1, at[on <= features]], marks[2, at[on > features]] = True, True, True
        outcomes = pq.read_table(folder / "loan_outcomes.parquet")
        return cls(
            len(firms),
            len(firsts) - 1,
            reporter,
            sale,
            number,
            day,
            np.searchsorted(firsts, day, side="right") - 1,
            _fen(rows["amount"]),
            total,
            _numpy(pc.equal(rows["status"], "void")),
            paper,
            again,
            _numpy(pc.is_in(rows["invoice_no"], corrections)),
            seller,
            steps,
            np.unique(np.array(firms["industry_code"].to_pylist()), return_inverse=True)[1],
            marks[0],
            marks[1],
            marks[2],
            _numpy(outcomes["bad"]),
        )

    @property
    def red(self) -> Bools:
        """Negative rows."""
        return np.asarray(self.total < 0)

    @cached_property
    def valid(self) -> Bools:
        """Positive rows that count."""
        return np.asarray(~self.void & ~self.again & (self.total > 0))

    @cached_property
    def day_of_month(self) -> Ints:
        """1 to 31."""
        dates = self.day.astype("datetime64[D]")
        return np.asarray((dates - dates.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1)

    def _grid(self, rows: Bools, weights: Ints | None = None) -> Floats:
        place = self.reporter[rows] * self.months + self.month[rows]
        found = np.bincount(place, None if weights is None else weights[rows] / 100.0, self.firms * self.months)
        return np.asarray(found, dtype=np.float64).reshape(self.firms, self.months)

    @cached_property
    def count(self) -> Floats:
        """Valid sales invoices, (firms, months)."""
        return self._grid(self.sale & self.valid)

    @cached_property
    def value(self) -> Floats:
        """Their value in yuan."""
        return self._grid(self.sale & self.valid, self.total)

    @cached_property
    def bought_count(self) -> Floats:
        """Valid purchase invoices, (firms, months)."""
        return self._grid(~self.sale & self.valid)

    @cached_property
    def bought_value(self) -> Floats:
        """Their value in yuan."""
        return self._grid(~self.sale & self.valid, self.total)

    @cached_property
    def first(self) -> Ints:
        """First month with a sale; `months` where there is none."""
        return np.where((self.count > 0).any(axis=1), (self.count > 0).argmax(axis=1), self.months)

    @cached_property
    def last(self) -> Ints:
        """Last month with a sale."""
        return np.asarray(self.months - 1 - (self.count[:, ::-1] > 0).argmax(axis=1))

    @property
    def festival_days(self) -> Ints:
        """The Spring Festivals of the history with two days after each."""
        days = [(d - EPOCH).days for d in calibration()["calendar.spring_festivals"]]
        low, high = int(self.day.min()) + 14, int(self.day.max()) - 14
        return np.array([d + k for d in days for k in range(3) if low < d < high])

    @property
    def national_days(self) -> Ints:
        """1 to 7 October of each year."""
        days = np.arange(self.day.min(), self.day.max())
        dates = days.astype("datetime64[D]")
        month = dates.astype("datetime64[M]").astype(np.int64) % 12
        of_month = (dates - dates.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64)
        return np.asarray(days[(month == 9) & (of_month < 7)])

    def concentration(self, rows: Bools) -> tuple[Floats, Floats]:
        """Share of the largest partner and sum of squared shares, by firm; NaN without rows."""
        pair, place = np.unique(self.reporter[rows] * 10**7 + self.partner[rows], return_inverse=True)
        value = np.bincount(place, self.total[rows])
        firm = pair // 10**7
        whole = np.bincount(firm, value, self.firms)
        share = value / whole[firm]
        top = np.full(self.firms, np.nan)
        np.fmax.at(top, firm, share)
        return top, np.where(whole > 0, np.bincount(firm, share**2, self.firms), np.nan)


def profile(folder: Path) -> str:
    """The profile a region was made with.

    Raises:
        NotARegion: no manifest stands there.
    """
    path = folder / "truth" / "manifest.json"
    if not path.exists():
        raise NotARegion(folder)
    return str(json.loads(path.read_text())["profile"])


def _once(firms: pa.Table) -> pa.Table:
    """The first row of each firm: registers have a row for each time something changed."""
    _same, first = np.unique(np.asarray(firms["firm_id"].to_pylist()), return_index=True)
    return firms.take(pa.array(np.sort(first)))


def _month_starts(begin: int, months: int) -> Ints:
    first = np.array(begin, "datetime64[D]").astype("datetime64[M]")
    return np.asarray((first + np.arange(months + 1)).astype("datetime64[D]").astype(np.int64))


def _numpy(column: pa.ChunkedArray | pa.Array) -> Any:
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    return np.asarray(array.to_numpy(zero_copy_only=False))


def _days(column: pa.ChunkedArray) -> Ints:
    return np.asarray(_numpy(column.cast(pa.int32())), dtype=np.int64)


def _fen(column: pa.ChunkedArray) -> Ints:
    fen = pc.multiply(column, pa.scalar(100, pa.decimal128(3, 0)))
    return np.asarray(_numpy(fen.cast(pa.decimal128(20, 0)).cast(pa.int64())))


def _number_steps(rows: pa.Table, reporter: Ints, wanted: Bools) -> tuple[Ints, Ints]:
    """Steps between neighbouring paper numbers of one seller and code."""
    some = rows.select(["invoice_code", "invoice_no"]).filter(pa.array(wanted))
    seller = reporter[wanted]
    code = _numpy(pc.dictionary_encode(some["invoice_code"].combine_chunks()).indices).astype(np.int64)
    number = _numpy(some["invoice_no"].cast(pa.int64()))
    order = np.lexsort((number, code, seller))
    seller, code, number = seller[order], code[order], number[order]
    same = (seller[1:] == seller[:-1]) & (code[1:] == code[:-1])
    return seller[1:][same], np.diff(number)[same]
