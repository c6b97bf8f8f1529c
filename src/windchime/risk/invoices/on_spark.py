"""The same checks firm by firm on a cluster: a library too large for one machine is never in one place."""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa

from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.running import run
from windchime.risk.invoices.settings import Settings

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_FIRM = "reporting_firm_id"
#: `HITS` in the types of the cluster
_SCHEMA = "code string, reporting_firm_id string, row long, figure double, bound double, detail string"
_TYPES = {"string": pa.string(), "long": pa.int64(), "double": pa.float64()}
_ARROW = pa.schema([(name, _TYPES[kind]) for name, kind in (field.split() for field in _SCHEMA.split(", "))])


def hits(invoices: "DataFrame", lines: "DataFrame", as_of: date, settings: Settings) -> "DataFrame":
    """Hits of all firms, as `running.run` gives them for each.

    Args:
        invoices: rows of the contract `invoices`, money in yuan, with `row`, their number in the library.
        lines: rows of the contract `invoice_lines`; may be empty.
        as_of: last day the list can know of.
        settings: of the checks.
    """

    def judge(mine: pa.Table, theirs: pa.Table) -> pa.Table:
        if not mine.num_rows:
            return _ARROW.empty_table()
        found = run(Listing.of(mine, as_of, theirs), settings).hits
        return found.with_columns(pl.col("row").cast(pl.Int64)).to_arrow().cast(_ARROW)

    return invoices.groupBy(_FIRM).cogroup(lines.groupBy(_FIRM)).applyInArrow(judge, _SCHEMA)
