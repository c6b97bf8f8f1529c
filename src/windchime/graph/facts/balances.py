"""What firms own beyond what they owe: net assets and liabilities by the newest balance sheet known of each firm."""

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved
from windchime.graph.facts.keeping import kept

TABLE = "statements"
EQUITY, ASSETS, LIABILITIES = "bs_total_equity", "bs_total_assets", "bs_total_liabilities"

#: one row a firm; `net_assets` may be negative, `liabilities` unknown
BALANCES = pa.schema(
    [
        pa.field("firm", pa.string(), nullable=False),
        pa.field("net_assets", pa.decimal128(18, 2), nullable=False),
        pa.field("liabilities", pa.decimal128(18, 2)),
        pa.field("on", pa.date32(), nullable=False),
        pa.field("table", pa.string(), nullable=False),
        pa.field("row", pa.string(), nullable=False),
    ]
)


@kept
def balances(reading: Reading) -> pa.Table:
    """The newest balance sheet of each firm: of the latest period, the firm's own before the consolidated, the one known last.

    Net assets are total equity; where the sheet lacks it, assets less liabilities.

    Returns:
        rows of `BALANCES` by firm; firms without such a sheet have none.
    """
    if not reading.has(TABLE):
        return BALANCES.empty_table()
    rows = reading.table(TABLE)
    rows = rows.filter(rows["item"].isin([EQUITY, ASSETS, LIABILITIES]), rows["value"].notnull())
    rows = resolved(reading, rows.mutate(firm=rows["firm_id"]), "firm")
    key = ["firm", "firm_id", "period_end", "period_months", "scope", "version_kind", "report_version", "standard"]
    sheets = rows.group_by(key).agg(
        equity=rows["value"].max(where=rows["item"] == EQUITY),
        assets=rows["value"].max(where=rows["item"] == ASSETS),
        liabilities=rows["value"].max(where=rows["item"] == LIABILITIES),
        known_at=rows["known_at"].max(),
    )
    sheets = sheets.mutate(
        net_assets=ibis.coalesce(sheets["equity"], sheets["assets"] - sheets["liabilities"]).cast("decimal(18,2)")
    )
    sheets = sheets.filter(sheets["net_assets"].notnull())
    order = [
        ibis.desc(sheets["period_end"]),
        sheets["scope"] != "parent",
        ibis.desc(sheets["known_at"]),
        ibis.desc(sheets["report_version"]),
        *(sheets[c] for c in ("version_kind", "standard", "firm_id", "period_months")),
    ]
    newest = ibis.window(group_by=sheets["firm"], order_by=order)
    first = sheets.mutate(__nth=ibis.row_number().over(newest)).filter(ibis._["__nth"] == 0)
    parts = [first[c].cast("string") for c in ("firm_id", "period_end", "period_months", "scope", "standard")]
    parts += [ibis.literal("bs"), ibis.literal(EQUITY), first["version_kind"], first["report_version"].cast("string")]
    found = first.select(
        "firm",
        "net_assets",
        "liabilities",
        on=first["period_end"],
        table=ibis.literal(TABLE),
        row=ibis.literal("|").join(parts),
    )
    return found.order_by("firm").to_pyarrow().cast(BALANCES)
