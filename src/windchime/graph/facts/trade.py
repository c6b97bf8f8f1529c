"""Trade between firms: each countable invoice once, though the seller's list and the buyer's both may hold it."""

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved
from windchime.graph.facts.forms import TRADE
from windchime.graph.facts.keeping import kept

TABLE = "invoices"


@kept
def trade(reading: Reading) -> pa.Table:
    """What one firm sold to another, month by month, in the form `TRADE`; red letters lower the total.

    `row` cites one invoice of the month, the first by its key; `count` says how many there are.
    """
    if not reading.has(TABLE):
        return TRADE.empty_table()
    rows = deals(reading)
    monthly = rows.group_by("seller", "buyer", since=rows["issue_date"].truncate("M").cast("date")).agg(
        total=rows["total"].sum().cast("decimal(18,2)"), count=rows.count(), row=rows["row"].min()
    )
    told = monthly.mutate(
        until=(monthly["since"] + ibis.interval(months=1) - ibis.interval(days=1)).cast("date"),
        table=ibis.literal(TABLE),
    )
    return told.select(*TRADE.names).order_by("seller", "buyer", "since").to_pyarrow().cast(TRADE)


def deals(reading: Reading) -> ibis.Table:
    """(seller, buyer, issue_date, issued_at, total, invoice_code, invoice_no, row), one row a countable invoice between two nodes.

    Of the copies of one invoice (same seller, code and number) the seller's stands for it, as it was known last; it then
    decides whether the invoice counts. The library must hold `invoices`.
    """
    rows = reading.table(TABLE)
    key = [rows[c].cast("string") for c in ("reporting_firm_id", "direction", "source_file", "row_no")]
    listed = rows.filter(rows["duplicate_of"].isnull()).select(
        "issue_date",
        "issued_at",
        "total",
        "invoice_code",
        "invoice_no",
        "countable",
        "copy",
        "known_at",
        seller="seller_id",
        buyer="buyer_id",
        row=ibis.literal("|").join(key),
    )
    named = resolved(reading, listed, "seller", "buyer")
    copies = ibis.window(
        group_by=[named["seller"], named["invoice_code"].fill_null(""), named["invoice_no"]],
        order_by=[ibis.desc(named["copy"] == "seller"), ibis.desc(named["known_at"]), named["row"]],
    )
    once = named.mutate(__nth=ibis.row_number().over(copies)).filter(ibis._["__nth"] == 0)
    between = once.filter(once["countable"], once["seller"] != once["buyer"])
    return between.drop("__nth", "countable", "copy", "known_at")


@kept
def listing(reading: Reading) -> pa.Table:
    """(firm, side) of those who handed in a list of their own sales or purchases: of others a part of the trade is seen.

    `side` is `seller` or `buyer`.
    """
    form = pa.schema([pa.field("firm", pa.string(), nullable=False), pa.field("side", pa.string(), nullable=False)])
    if not reading.has(TABLE):
        return form.empty_table()
    rows = reading.table(TABLE)
    named = rows.select(firm="reporting_firm_id", side=ibis.ifelse(rows["direction"] == "sale", "seller", "buyer"))
    return resolved(reading, named.distinct(), "firm").distinct().order_by("firm", "side").to_pyarrow().cast(form)
