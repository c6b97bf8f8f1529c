"""The invoices of the library as listings, of some firms at a time, in an order that does not depend on how they lie."""

from collections.abc import Collection, Iterator

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.risk.invoices.listing import FORM, LINES, Listing

INVOICES, INVOICE_LINES = "invoices", "invoice_lines"
_ORDER = ("reporting_firm_id", "direction", "source_file", "row_no")
_LINE_ORDER = ("reporting_firm_id", "direction", "invoice_code", "invoice_no", "line_no", "row_no")


def library_listing(reading: Reading, firms: Collection[str] | None = None) -> Listing:
    """The lists as known on the reading's date.

    Args:
        reading: the library.
        firms: of these only; of all by default.

    Raises:
        TableNotLoaded: the library holds no invoices.
    """
    rows = _of(reading, INVOICES, firms)
    invoices = rows.select(*(c for c in FORM if c in rows.columns)).order_by(*_ORDER).to_pyarrow()
    if not reading.has(INVOICE_LINES):
        return Listing.of(invoices, reading.as_of)
    lines = _of(reading, INVOICE_LINES, firms)
    ordered = lines.order_by(*(c for c in _LINE_ORDER if c in lines.columns))
    return Listing.of(invoices, reading.as_of, ordered.select(*(c for c in LINES if c in lines.columns)).to_pyarrow())


def batches(reading: Reading, rows: int) -> Iterator[list[str]]:
    """Firms that have lists, in order, as many at a time as have about so many rows together; one firm is never split."""
    held: list[str] = []
    size = 0
    lists = reading.table(INVOICES)
    counted = lists.group_by(firm="reporting_firm_id").agg(rows=lists.count()).order_by("firm").to_pyarrow()
    for firm, count in zip(counted["firm"].to_pylist(), counted["rows"].to_pylist(), strict=True):
        if held and size + count > rows:
            yield held
            held, size = [], 0
        held.append(firm)
        size += count
    if held:
        yield held


def _of(reading: Reading, table: str, firms: Collection[str] | None) -> ibis.Table:
    rows = reading.table(table)
    if firms is None:
        return rows
    if len(firms) == 1:
        return rows.filter(rows["reporting_firm_id"] == next(iter(firms)))
    wanted = ibis.memtable(pa.table({"wanted": sorted(firms)}))
    return rows.filter(rows["reporting_firm_id"].isin(wanted["wanted"]))
