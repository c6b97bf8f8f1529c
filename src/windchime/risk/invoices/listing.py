"""A list of invoices in the one form that all checks read: amounts in whole cents, a partner for each row, nothing else added."""

from dataclasses import dataclass
from datetime import date
from typing import Self

import polars as pl
import pyarrow as pa

#: columns of every listing; those of `invoices` in the library, amounts as Int64 cents
FORM: dict[str, pl.DataType] = {
    # position in the list, 0, 1, 2 …: what verdicts and evidence point to
    "row": pl.UInt32(),
    "reporting_firm_id": pl.String(),
    "direction": pl.String(),
    "seller_id": pl.String(),
    "buyer_id": pl.String(),
    # the other side: buyer of a sale, seller of a purchase
    "partner_id": pl.String(),
    "invoice_code": pl.String(),
    "invoice_no": pl.String(),
    "kind": pl.String(),
    "status": pl.String(),
    "colour": pl.String(),
    "original_code": pl.String(),
    "original_no": pl.String(),
    "issue_date": pl.Date(),
    "issued_at": pl.Datetime("us", "UTC"),
    "amount": pl.Int64(),
    "tax": pl.Int64(),
    "total": pl.Int64(),
    "seller_code": pl.String(),
    "buyer_code": pl.String(),
    "seller_name": pl.String(),
    "buyer_name": pl.String(),
    "verified": pl.String(),
    "source_file": pl.String(),
    "row_no": pl.Int64(),
}
#: of the lines of invoices; empty where a source has none
LINES: dict[str, pl.DataType] = {
    "reporting_firm_id": pl.String(),
    "direction": pl.String(),
    "invoice_code": pl.String(),
    "invoice_no": pl.String(),
    "line_no": pl.Int64(),
    "item_name": pl.String(),
    "tax_class_code": pl.String(),
    "tax_class_short": pl.String(),
    "quantity": pl.Float64(),
    "unit_price": pl.Float64(),
    "amount": pl.Int64(),
    "tax_rate": pl.Float64(),
    "tax": pl.Int64(),
    "line_kind": pl.String(),
}


@dataclass(frozen=True, slots=True)
class Listing:
    """The invoices of one firm or of many, as one source told them on one day."""

    #: `FORM`, in the order of the source
    invoices: pl.DataFrame
    #: `LINES`
    lines: pl.DataFrame
    #: last day the list can know of
    as_of: date
    #: columns of `FORM` that the source has; the others are empty and say nothing
    told: frozenset[str]

    @classmethod
    def of(cls, invoices: pa.Table | pl.DataFrame, as_of: date, lines: pa.Table | pl.DataFrame | None = None) -> Self:
        """From rows of the contracts `invoices` and `invoice_lines`, money in yuan; columns that are absent are empty."""
        given = _frame(invoices)
        given = given.with_row_index("row") if "row" not in given.columns else given
        if "partner_id" not in given.columns:
            sale = pl.col("direction").cast(pl.String) == "sale"
            given = given.with_columns(partner_id=pl.when(sale).then("buyer_id").otherwise("seller_id"))
        rows = _cast(given, FORM)
        told = frozenset(c for c in FORM if c in given.columns and rows[c].null_count() < rows.height)
        return cls(rows, _cast(_frame(lines), LINES) if lines is not None else pl.DataFrame(schema=LINES), as_of, told)

    def keep(self, rows: pl.Expr) -> Self:
        """The same list with some of its rows; their numbers stay."""
        return type(self)(self.invoices.filter(rows), self.lines, self.as_of, self.told)


def cents(column: str) -> pl.Expr:
    """Yuan as whole cents."""
    return (pl.col(column) * 100).round().cast(pl.Int64).alias(column)


def _frame(table: pa.Table | pl.DataFrame) -> pl.DataFrame:
    return table if isinstance(table, pl.DataFrame) else pl.DataFrame(pl.from_arrow(table))


def _cast(given: pl.DataFrame, form: dict[str, pl.DataType]) -> pl.DataFrame:
    columns = [
        pl.lit(None, dtype=kind).alias(c)
        if c not in given.columns
        else cents(c)
        if c in ("amount", "tax", "total")
        else pl.col(c).cast(kind)
        for c, kind in form.items()
    ]
    return given.select(columns)
