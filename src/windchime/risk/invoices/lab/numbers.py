"""Numbers for invoices that were never issued: the first above those of their day that the firm has not used."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from windchime.core.kernel import kernel
from windchime.risk.invoices.lab.work import FIRM

#: digits at the end of a number that count; what stands before them (of 20-digit numbers) belongs to its series
SERIAL = 8
SERIES = (FIRM, "direction", "invoice_code", "__width")
_Whole = NDArray[np.int64]


def split(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the parts of their number: `__width` digits, `__head` before the last eight, `__serial`; null where it is no number."""
    number = pl.col("invoice_no")
    digits = pl.when(number.str.contains(r"^\d{1,20}$")).then(number)
    return rows.with_columns(
        __width=digits.str.len_chars(),
        __head=digits.str.head(-SERIAL).fill_null(""),
        __serial=digits.str.tail(SERIAL).cast(pl.Int64),
    )


def joined(head: str, serial: str, width: str) -> pl.Expr:
    """A number of its parts, as wide as those of its series."""
    tail = pl.col(serial).cast(pl.String).str.zfill(pl.min_horizontal(pl.col(width).cast(pl.Int64), pl.lit(SERIAL)))
    return pl.concat_str(pl.col(head), tail)


def numbered(new: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """New rows with numbers of their own.

    Args:
        new: rows made after issued ones, with their own date; code and number are those of what they were made after.
        rows: all rows of the side, whose numbers are in use.

    Returns:
        The new rows, in their order. Those made after a row without a plain number have none and are left out.
    """
    used = split(rows).filter(pl.col("__serial").is_not_null())
    asked = split(new).with_row_index("__asked").filter(pl.col("__serial").is_not_null())
    after = used.select(*SERIES, "issue_date", __near="__head", __above="__serial")
    after = after.sort("issue_date", "__near", "__above")
    both = asked.sort("issue_date").with_columns(pl.col("invoice_code").fill_null(""))
    after = after.with_columns(pl.col("invoice_code").fill_null(""))
    anchored = both.join_asof(after, on="issue_date", by=list(SERIES), strategy="backward", check_sortedness=False)
    anchored = anchored.with_columns(
        __near=pl.coalesce("__near", "__head"), __above=pl.coalesce("__above", "__serial")
    ).sort("__asked")
    serials = _free(anchored, used.with_columns(pl.col("invoice_code").fill_null("")))
    given = anchored.select("__asked", __near="__near", __free=pl.Series(serials))
    out = asked.join(given, on="__asked", maintain_order="left")
    out = out.with_columns(invoice_no=joined("__near", "__free", "__width"))
    return out.drop("__asked", "__width", "__head", "__serial", "__near", "__free")


def _free(asked: pl.DataFrame, used: pl.DataFrame) -> _Whole:
    """For each row asked for the first serial above its anchor that is in use neither before nor by another one asked for."""
    groups = pl.concat(
        [asked.select(*SERIES, "__near", "__above"), used.select(*SERIES, __near="__head", __above="__serial")]
    ).select(group=pl.struct(*SERIES, "__near").rank("dense").cast(pl.Int64), serial="__above")
    wanted = groups.head(asked.height).with_row_index("at").sort("group", "serial", "at")
    taken = groups.slice(asked.height).unique().sort("group", "serial")
    found = _allot(*_arrays(wanted), *_arrays(taken))
    serials = np.empty(asked.height, np.int64)
    serials[wanted["at"].to_numpy()] = found
    return serials


def _arrays(groups: pl.DataFrame) -> tuple[_Whole, _Whole]:
    return groups["group"].to_numpy().astype(np.int64), groups["serial"].to_numpy().astype(np.int64)


@kernel
def _allot(group: _Whole, above: _Whole, used_group: _Whole, used: _Whole) -> _Whole:
    """The smallest number above each anchor that is free; both lists sorted by group and number."""
    found = np.empty(len(group), np.int64)
    at = 0
    for i in range(len(group)):
        number = above[i] + 1
        if i and group[i] == group[i - 1] and number <= found[i - 1]:
            number = found[i - 1] + 1
        while at < len(used) and (used_group[at] < group[i] or (used_group[at] == group[i] and used[at] < number)):
            at += 1
        while at < len(used) and used_group[at] == group[i] and used[at] == number:
            number += 1
            at += 1
        found[i] = number
    return found
