"""Which row of one list is which row of the other: by code, number and seller, and by less where a source has lost some.

Keys are compared by hash first and by their values then, so that two lists of a million rows are matched in a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

FIRM = "reporting_firm_id"
#: pairs of rows and how sure it is that they are one invoice, from the surest: code, number and seller are equal; they
#: are but for leading zeros; the code is missing on one side; the seller is written in another way
MATCHES: dict[str, pl.DataType] = {
    "row": pl.UInt32(),
    "other_row": pl.UInt32(),
    "match": pl.String(),
    # positions in the two frames
    "at": pl.UInt32(),
    "other_at": pl.UInt32(),
}
OTHER = "_other"


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which rows are found to be the same invoice."""

    name: str
    #: what must be equal
    keys: tuple[pl.Expr, ...]
    #: what a pair must fulfil beside; columns of the other list end in `OTHER`
    also: pl.Expr | None = None


#: the seller of a purchase; a firm's own sales need none
SELLER = "__seller"
_WHO = (pl.col(FIRM), pl.col("direction"))
CODE, NUMBER = (pl.col(c).str.strip_chars_start("0") for c in ("invoice_code", "invoice_no"))
_DEAL = (pl.col("issue_date"), pl.col("total"))
_LOST = pl.col("invoice_code").is_null() != pl.col(f"invoice_code{OTHER}").is_null()
#: in this order, each among the rows that the ways before it left over
WAYS: tuple[Way, ...] = (
    Way("exact", (*_WHO, pl.col("invoice_code"), pl.col("invoice_no"), pl.col(SELLER))),
    Way("zeros", (*_WHO, CODE, NUMBER, pl.col(SELLER))),
    Way("no_code", (*_WHO, NUMBER, pl.col(SELLER), *_DEAL), _LOST),
    Way("no_code", (*_WHO, NUMBER, pl.col(SELLER)), _LOST),
    Way("seller", (*_WHO, CODE, NUMBER, *_DEAL)),
)
_NEEDED = ("row", FIRM, "direction", "seller_id", "invoice_code", "invoice_no", "issue_date", "total")


def matched(
    left: pl.DataFrame, right: pl.DataFrame, ways: Sequence[Way] = WAYS, seller: str = "seller_id"
) -> pl.DataFrame:
    """Pairs of rows that are one invoice, as `MATCHES` by row, each row in one pair at most.

    Args:
        left: rows of one list.
        right: rows of the other.
        ways: how to match, the surest first.
        seller: the column that names the seller in both.
    """
    left, right = _needed(left, seller), _needed(right, seller)
    found = []
    for way in ways:
        pairs = _pairs(left, right, way)
        if pairs.height:
            found.append(pairs.with_columns(match=pl.lit(way.name)))
            left = left.filter(~pl.col("at").is_in(pairs["at"].implode()))
            right = right.filter(~pl.col("at").is_in(pairs["other_at"].implode()))
        if left.is_empty() or right.is_empty():
            break
    return pl.concat([pl.DataFrame(schema=MATCHES), *(f.select(*MATCHES) for f in found)]).sort("row")


def taken(rows: pl.DataFrame, at: pl.Series) -> pl.DataFrame:
    """Rows by their positions; copies mostly come in one order, and then nothing has to be moved."""
    if not at.len():
        return rows.clear()
    first, last = int(at[0]), int(at[-1])
    if last - first + 1 == at.len() and bool((at.diff(null_behavior="drop").cast(pl.Int64) == 1).all()):
        return rows.slice(first, at.len())
    return rows[at]


def _needed(rows: pl.DataFrame, seller: str) -> pl.DataFrame:
    own = pl.when(pl.col("direction") == "purchase").then(pl.col(seller)).alias(SELLER)
    return rows.select(*_NEEDED, own).with_row_index("at")


def unpaired(rows: pl.DataFrame, paired: pl.Series) -> pl.DataFrame:
    """The rows of a frame but for those at some positions."""
    left = np.ones(rows.height, bool)
    left[paired.to_numpy()] = False
    return rows.filter(left)


def _pairs(left: pl.DataFrame, right: pl.DataFrame, way: Way) -> pl.DataFrame:
    met = _hashed(left, way, "__i").join(_hashed(right, way, "__j"), on="__hash", maintain_order="left")
    mine, other = taken(left, met["__i"]), taken(right, met["__j"])
    same = pl.Series([True]).new_from_index(0, met.height)
    for key in way.keys:
        same &= mine.select(key).to_series().eq_missing(other.select(key).to_series())
    if way.also is not None:
        both = pl.concat([mine, other.select(pl.all().name.suffix(OTHER))], how="horizontal")
        same &= both.select(way.also).to_series()
    pairs = pl.DataFrame([mine["row"], other["row"].alias("other_row"), mine["at"], other["at"].alias("other_at")])
    return pairs if same.all() else pairs.filter(same)


def _hashed(rows: pl.DataFrame, way: Way, at: str) -> pl.DataFrame:
    """The hash of each row's key; that of a key's second row, in order of date and total, is another one."""
    hashed = rows.select(pl.struct(*way.keys).hash().alias("__hash")).with_row_index(at)
    if hashed["__hash"].n_unique() == hashed.height:
        return hashed
    order = rows.select("issue_date", "total", at=pl.int_range(pl.len()))
    twice = pl.concat([hashed, order], how="horizontal").filter(pl.col("__hash").is_duplicated())
    nth = (pl.struct("issue_date", "total", "at").rank("ordinal").over("__hash") - 1).cast(pl.UInt64)
    turned = twice.select(at, __turned=pl.struct("__hash", nth.alias("nth")).hash()).filter(
        twice.select(nth).to_series() > 0
    )
    both = hashed.join(turned, on=at, how="left", maintain_order="left")
    return both.select(at, __hash=pl.coalesce("__turned", "__hash"))
