"""What each firm mainly sells: the class of goods that most of its invoiced sales fall into, else its industry."""

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved
from windchime.graph.facts.keeping import kept

LINES = "invoice_lines"
FORM = pa.schema([pa.field("node", pa.string(), nullable=False), pa.field("ware", pa.string(), nullable=False)])


@kept
def wares(reading: Reading) -> pa.Table:
    """(node, ware): `goods:` with the code of the tax class on its sales lists, or `industry:` with its code."""
    found = [rows for rows in (_goods(reading), _industries(reading)) if rows is not None]
    if not found:
        return FORM.empty_table()
    rows = resolved(reading, ibis.union(*found) if len(found) > 1 else found[0], "node")
    sums = rows.group_by("node", "ware", "place").agg(weight=rows["weight"].sum())
    order = [sums["place"], ibis.desc(sums["weight"]), sums["ware"]]
    nth = ibis.row_number().over(ibis.window(group_by=sums["node"], order_by=order))
    once = sums.mutate(__nth=nth).filter(ibis._["__nth"] == 0)
    return once.select("node", "ware").order_by("node").to_pyarrow().cast(FORM)


def _goods(reading: Reading) -> ibis.Table | None:
    if not reading.has(LINES):
        return None
    rows = reading.table(LINES)
    rows = rows.filter(rows["direction"] == "sale", rows["tax_class_code"].notnull())
    return rows.select(
        node="reporting_firm_id",
        ware=ibis.literal("goods:").concat(rows["tax_class_code"]),
        weight=rows["amount"].cast("decimal(18,2)"),
        place=ibis.literal(0),
    )


def _industries(reading: Reading) -> ibis.Table | None:
    if not reading.has("firms"):
        return None
    rows = reading.table("firms")
    rows = rows.filter(rows["industry_code"].notnull())
    return rows.select(
        node="firm_id",
        ware=ibis.literal("industry:").concat(rows["industry_code"]),
        weight=ibis.literal("1").cast("decimal(18,2)"),
        place=ibis.literal(1),
    )
