"""Which changes of an invoice between two downloads the law knows: voided in its month, offset by a red letter, set by the authority."""

import polars as pl

#: length of a fully digital number; such an invoice is never void
DIGITAL = 20
#: what the authority says of an invoice, which no firm can change
BY_AUTHORITY = ("lost_control", "abnormal")
OPEN = ("normal", "pending")


def transition(later_as: str, offset: pl.Expr, older_day: pl.Expr) -> pl.Expr:
    """Whether a change of status is one the law knows.

    Args:
        later_as: `is` where the list is the later of the two, `was` where the other copy is.
        offset: whether the later of the two has a red letter of the invoice.
        older_day: last day of the older.

    Returns:
        An expression over was, is, invoice_no and issue_date.
    """
    older = pl.col("was" if later_as == "is" else "is")
    later = pl.col(later_as)
    in_month = issued_in_month_of(older_day)
    voided = older.is_in(OPEN) & (later == "void") & in_month & (pl.col("invoice_no").str.len_chars() < DIGITAL)
    reddened = older.is_in([*OPEN, "red_part"]) & later.is_in(["red_full", "red_part"]) & offset
    return voided | reddened | later.is_in(BY_AUTHORITY) | ((older == "pending") & (later == "normal"))


def issued_in_month_of(day: pl.Expr) -> pl.Expr:
    """Whether an invoice was of the month that a day is in, or later: it could still be voided after that day."""
    return pl.col("issue_date").dt.month_start() >= day.dt.month_start()
