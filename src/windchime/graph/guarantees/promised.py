"""What promises amount to, and which of them count on a day."""

from collections.abc import Collection
from datetime import date

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.core.dates import Month
from windchime.graph.csr import Longs
from windchime.graph.guarantees.settings import Settings

_WIDE = pa.decimal128(18, 2)


def back(day: date, months: int) -> date:
    """The same day some months earlier, or the last of that month."""
    month = Month.of(day) + -months
    return date(month.year, month.month, min(day.day, month.last.day))


def holding(promises: pa.Table, first: date, last: date, statuses: Collection[str]) -> pa.Table:
    """Promises of some statuses that held on any day from `first` to `last`; a promise without days always holds."""
    begun = pc.fill_null(pc.less_equal(promises["since"], pa.scalar(last)), fill_value=True)
    lasting = pc.fill_null(pc.greater_equal(promises["until"], pa.scalar(first)), fill_value=True)
    counted = pc.is_in(promises["status"], value_set=pa.array(sorted(statuses), pa.string()))
    return promises.filter(pc.and_(pc.and_(begun, lasting), counted))


def standing(promises: pa.Table, day: date) -> pa.Table:
    """Promises that may be called on a day."""
    return holding(promises, day, day, ["active"])


def structural(promises: pa.Table, day: date, settings: Settings) -> pa.Table:
    """Promises that count in structures on a day: those that held within the look-back too."""
    return holding(promises, back(day, settings.lookback_months), day, settings.counted_statuses)


def cents(promises: pa.Table) -> Longs:
    """What each promise amounts to, in hundredths of a yuan: the balance covered, at most the amount, times its share."""
    amount = promises["amount"].cast(_WIDE)
    covered = pc.min_element_wise(amount, promises["covered"].cast(_WIDE))
    share = pc.fill_null(promises["share"].cast(pa.decimal128(9, 6)), fill_value=pa.scalar(1, pa.decimal128(9, 6)))
    borne = pc.round(pc.multiply(covered, share), 2, round_mode="half_to_even").cast(_WIDE)
    return in_cents(borne)


def in_cents(money: pa.ChunkedArray | pa.Array) -> Longs:
    """Yuan with two decimals as whole hundredths."""
    hundred = pa.scalar(100, pa.decimal128(3, 0))
    found = pc.multiply(money.cast(_WIDE), hundred).cast(pa.decimal128(20, 0), safe=False).cast(pa.int64())
    return np.asarray(found.to_numpy(), dtype=np.int64)
