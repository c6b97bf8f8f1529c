"""Lines brought into line with their altered heads, as a careful forger does."""

import polars as pl

from windchime.risk.invoices.lab.parties import LINE_KEY
from windchime.risk.invoices.lab.work import MADE_AFTER, RATE, Change
from windchime.risk.invoices.listing import LINES


def followed(lines: pl.DataFrame, before: pl.DataFrame, after: pl.DataFrame, change: Change) -> pl.DataFrame:
    """The lines of a list after a change of its heads.

    Args:
        lines: as they were.
        before: heads before the change.
        after: heads after it.
        change: what was done.
    """
    if lines.is_empty():
        return lines
    old = before.select("row", *LINE_KEY, __amount="amount", __tax="tax")
    told = lines
    if change.lines_follow and change.changed.height:
        heads = _heads(change.changed, "row").join(old, on="row")
        off = (pl.col("__amount") != pl.col("__to_amount")) | (pl.col("__tax") != pl.col("__to_tax"))
        lines = _scaled(lines, heads.filter(off))
    if change.added.height:
        made = _heads(change.added, MADE_AFTER, number=pl.col("invoice_no"))
        made = made.join(old, left_on=MADE_AFTER, right_on="row").filter(pl.col("__number") != pl.col("invoice_no"))
        lines = pl.concat([lines, _copied(told, made)])
    if change.removed.height:
        lines = lines.join(after, on=LINE_KEY, how="semi", nulls_equal=True, maintain_order="left")
    return lines


def _heads(rows: pl.DataFrame, key: str, **columns: pl.Expr) -> pl.DataFrame:
    rate = pl.col(RATE) if RATE in rows.columns else pl.lit(None, pl.Float64).alias(RATE)
    named = [e.alias(f"__{c}") for c, e in columns.items()]
    return rows.select(key, rate, *named, __to_amount="amount", __to_tax="tax")


def _copied(lines: pl.DataFrame, made: pl.DataFrame) -> pl.DataFrame:
    """Lines of the invoices that new ones were made after, under the new numbers and in the new amounts."""
    there = lines.join(made, on=LINE_KEY, nulls_equal=True, maintain_order="left")
    return _apportioned(there.with_columns(invoice_no=pl.col("__number")))


def _scaled(lines: pl.DataFrame, heads: pl.DataFrame) -> pl.DataFrame:
    """All lines, those of altered heads in the new amounts."""
    once = heads.unique(LINE_KEY, keep="first", maintain_order=True)
    numbered = lines.with_row_index("__line")
    touched = numbered.join(once, on=LINE_KEY, nulls_equal=True, maintain_order="left")
    new = _apportioned(touched, "__line")
    rest = numbered.join(touched.select("__line"), on="__line", how="anti", maintain_order="left")
    return pl.concat([rest, new.select(rest.columns)]).sort("__line").drop("__line")


def _apportioned(lines: pl.DataFrame, *kept: str) -> pl.DataFrame:
    """Amounts and tax of lines in proportion to their heads', so that lines that added up still do."""
    # of an invoice with one new rate, tax follows the amounts
    taxed = pl.when(pl.col(RATE).is_null()).then(_share("tax")).otherwise(_share("amount"))
    parts = lines.with_columns(__part_amount=_share("amount"), __part_tax=taxed).with_columns(
        _cents("amount"), _cents("tax")
    )
    turned = pl.col("__to_amount") * pl.col("__amount") < 0
    counted = pl.col("unit_price").is_not_null() & (pl.col("quantity") != 0)
    turned_round = parts.with_columns(
        quantity=pl.when(turned).then(-pl.col("quantity")).otherwise("quantity"),
        tax_rate=pl.coalesce(RATE, "tax_rate"),
    )
    counted &= pl.col("__to_amount") != pl.col("__amount")
    price = pl.when(counted).then(pl.col("amount") / 100 / pl.col("quantity")).otherwise("unit_price")
    return turned_round.with_columns(unit_price=price).select(*LINES, *kept)


def _share(column: str) -> pl.Expr:
    """How much of the head's sum the lines up to each make up."""
    return pl.col(column).cum_sum().over(LINE_KEY) / pl.col(f"__{column}")


def _cents(column: str) -> pl.Expr:
    """What of the head's new sum falls to each line; lines of a head of nothing stay."""
    part = pl.col(f"__part_{column}")
    upto = (part * pl.col(f"__to_{column}")).round()
    of_line = upto - upto.shift(fill_value=0).over(LINE_KEY)
    return pl.when(part.is_finite()).then(of_line).otherwise(column).cast(pl.Int64).alias(column)
