"""Transfers as arrays: who pays whom, exact fen, microseconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.graph.csr import Longs
from windchime.graph.nodes import Ints, Nodes, coded

Bools = NDArray[np.bool_]

DAY_US = 86_400_000_000
_MONEY = pa.decimal128(18, 2)
_INSTANT = pa.timestamp("us", "UTC")
#: the day in China begins before that of UTC
_CHINA_US = 8 * 3_600_000_000


class NotTransfers(BadInput):
    """A table that lacks what a transfer says."""

    msgid = _("a list of transfers needs columns {columns}; there is no {missing}")

    def __init__(self, columns: Sequence[str], missing: str) -> None:
        super().__init__(columns=", ".join(columns), missing=missing)


@dataclass(frozen=True)
class Transfers:
    """Payments, or invoices taken as such: one place a row of the table they came from."""

    nodes: Nodes
    #: (rows,)
    payer: Ints
    payee: Ints
    #: (rows,) fen
    amount: Longs
    #: (rows,) microseconds since 1970 in UTC; of a row that tells the day alone, the beginning of its day in China
    at: Longs
    #: (rows,) whether the row tells the day alone
    day_only: Bools

    def __len__(self) -> int:
        return len(self.payer)

    @classmethod
    def of(cls, table: pa.Table) -> Self:
        """From a table with the columns payer, payee, amount (yuan), paid_at (a date or an instant).

        A row tells the day alone where `paid_at` is a date, or where `is_time_known` stands beside it and is false.

        Raises:
            NotTransfers: a column is missing.
        """
        wanted = ("payer", "payee", "amount", "paid_at")
        for column in wanted:
            if column not in table.column_names:
                raise NotTransfers(wanted, column)
        nodes, (payer, payee) = coded(table["payer"], table["payee"])
        at = table["paid_at"]
        if pa.types.is_date(at.type):
            days = _flat(at.cast(pa.date32())).cast(pa.int32()).to_numpy().astype(np.int64)
            return cls(
                nodes, payer, payee, _fen(table["amount"]), days * DAY_US - _CHINA_US, np.ones(len(days), np.bool_)
            )
        instants = _flat(at.cast(_INSTANT)).view(pa.int64()).to_numpy()
        day_only = np.zeros(len(instants), np.bool_)
        if "is_time_known" in table.column_names:
            told = pc.invert(pc.fill_null(table["is_time_known"], fill_value=True))
            if pc.any(told).as_py():
                day_only = _flat(told).to_numpy(zero_copy_only=False)
                began = (instants + _CHINA_US) // DAY_US * DAY_US - _CHINA_US
                instants = np.where(day_only, began, instants)
        return cls(nodes, payer, payee, _fen(table["amount"]), instants, day_only)


def day_of(at: int) -> date:
    """The day in China of an instant in microseconds."""
    return date(1970, 1, 1) + timedelta(days=(at + _CHINA_US) // DAY_US)


def _flat(column: pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks()


def _fen(amount: pa.ChunkedArray) -> Longs:
    """The unscaled numbers of decimals with two places, without a copy: of each sixteen bytes the lower eight."""
    flat = _flat(amount.cast(_MONEY))
    words = np.frombuffer(flat.buffers()[1], np.int64)
    return words[2 * flat.offset : 2 * (flat.offset + len(flat)) : 2]
