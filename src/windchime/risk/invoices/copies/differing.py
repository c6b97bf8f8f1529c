"""In what two copies of the same invoices differ, field by field: what one says, and what the other."""

from collections.abc import Callable, Sequence

import polars as pl

from windchime.risk.invoices.copies.matching import taken
from windchime.risk.invoices.listing import Listing

#: a row for each field of each pair that differs, and for each row without a partner
DIFFERENCES: dict[str, pl.DataType] = {
    "reporting_firm_id": pl.String(),
    "role": pl.String(),
    # in the list and in the other copy; null where one has no such row
    "row": pl.UInt32(),
    "other_row": pl.UInt32(),
    # how the rows were found to be the same invoice (`matching.MATCHES`); null where one has no such row
    "match": pl.String(),
    "invoice_no": pl.String(),
    # of the line that differs; null for the head
    "line_no": pl.Int64(),
    # `row` where one has no such row
    "field": pl.String(),
    # in the other copy, and in the list; yuan, dates as YYYY-MM-DD
    "was": pl.String(),
    "is": pl.String(),
    # whether the field may change so between two downloads
    "lawful": pl.Boolean(),
}

MONEY = ("amount", "tax", "total")
PLAIN = ("status", "colour", "original_code", "original_no", "issue_date", "issued_at")
OF_LINES = (
    "item_name", "tax_class_code", "tax_class_short", "quantity", "unit_price", "amount", "tax_rate", "tax"
)  # fmt: skip
#: what one price or quantity may be off another by, as a share of it, for being written as binary fractions
SAME = 1e-9


def party(side: str, one: Listing, other: Listing) -> str:
    """The column by which both lists name a side best: the code, else the name, else our id."""
    told = one.told & other.told
    return next((f"{side}_{c}" for c in ("code", "name") if f"{side}_{c}" in told), f"{side}_id")


def compared_columns(one: Listing, other: Listing) -> list[str]:
    """Columns of heads that are held against each other: those that both lists tell.

    A reference to an original is compared where both know red letters, as it is empty for all others.
    """
    told = one.told & other.told
    plain = [c for c in PLAIN if c in told]
    return [*MONEY, *plain, party("seller", one, other), party("buyer", one, other)]


def heads(pairs: pl.DataFrame, one: pl.DataFrame, other: pl.DataFrame, columns: Sequence[str]) -> pl.DataFrame:
    """Fields of heads that differ: row, other_row, match, field, was, is.

    Args:
        pairs: `matching.MATCHES` of these frames.
        one: rows of the list.
        other: rows of the other copy.
        columns: what is compared.
    """
    wanted = [*columns, "kind"]
    left, right = taken(one.select(wanted), pairs["at"]), taken(other.select(wanted), pairs["other_at"])
    found = [_cells(pairs, left[c], right[c], c, _yuan if c in MONEY else _text) for c in columns]
    return pl.concat([*found, _kinds(_cells(pairs, left["kind"], right["kind"], "kind", _text))])


def lines(pairs: pl.DataFrame, one: Listing, other: Listing) -> pl.DataFrame:
    """Fields of lines that differ, of invoices with the same code and number in both."""
    key = ["reporting_firm_id", "direction", "invoice_code", "invoice_no"]
    if one.lines.is_empty() or other.lines.is_empty():
        return _nothing().with_columns(line_no=pl.lit(None, pl.Int64))
    exact = pairs.filter(pl.col("match") == "exact")
    of = exact.join(one.invoices.select("row", *key), on="row").unique(key, keep="none")
    mine = one.lines.join(of, on=key, nulls_equal=True)
    both = mine.join(other.lines, on=[*key, "line_no"], how="full", nulls_equal=True, suffix="_other", coalesce=True)
    both = both.drop("row", "other_row", "match").join(of, on=key, nulls_equal=True)
    place = both.select("row", "other_row", "match")
    found = [
        _cells(place, both[c], both[f"{c}_other"], c, _yuan if c in MONEY else _text, both["line_no"]) for c in OF_LINES
    ]
    return pl.concat(found).unique(maintain_order=True)


def _cells(
    pairs: pl.DataFrame,
    left: pl.Series,
    right: pl.Series,
    field: str,
    said: Callable[[pl.Series], pl.Series],
    line_no: pl.Series | None = None,
) -> pl.DataFrame:
    off = left.ne_missing(right)
    if left.dtype.is_float():
        off &= ~((left - right).abs() <= SAME * right.abs()).fill_null(False)
    rows = pairs.filter(off).select("row", "other_row", "match")
    told = rows.with_columns(field=pl.lit(field), was=said(right.filter(off)), **{"is": said(left.filter(off))})
    return told if line_no is None else told.with_columns(line_no=line_no.filter(off))


def _kinds(off: pl.DataFrame) -> pl.DataFrame:
    """Kinds that contradict each other; sources that do not tell paper from electronic say less, and no other thing."""
    unknown = (pl.col("was") == "unknown") | (pl.col("is") == "unknown")
    family = [pl.col(c).str.extract("(special|general)").fill_null(pl.col(c)) for c in ("was", "is")]
    plain = pl.col("was").is_in(["special", "general"]) | pl.col("is").is_in(["special", "general"])
    return off.filter(~unknown, (family[0] != family[1]) | ~plain)


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema={c: DIFFERENCES[c] for c in ("row", "other_row", "match", "field", "was", "is")})


def _yuan(cents: pl.Series) -> pl.Series:
    return (cents.cast(pl.Float64) / 100).cast(pl.Decimal(18, 2)).cast(pl.String)


def _text(values: pl.Series) -> pl.Series:
    return values.cast(pl.String)
