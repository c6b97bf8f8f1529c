"""Uses: which indicators a source row enters, so that one can go from a row to the figures it made."""

import ibis

from windchime.core.dates import Window
from windchime.data.reading import Reading
from windchime.indicators.definition import Indicator
from windchime.indicators.registry import definitions


def uses(reading: Reading, file: str, row_no: int, *, sheet: str | None = None, source: str = "") -> list[Indicator]:
    """The indicators whose rows an invoice is among, as of the reading's date; none where it is not shown then.

    Args:
        reading: the library as of a date.
        file: source file of the invoice.
        row_no: its row there, as a person counts it.
        sheet: of a workbook.
        source: of the pack, where two sources have files of one name.
    """
    if not reading.has("invoices"):
        return []
    t = reading.table("invoices")
    wanted = [t["source_file"] == file, t["row_no"] == row_no]
    wanted += [t["source_sheet"] == sheet] if sheet else []
    wanted += [t["source"] == source] if source else []
    row = t.filter(wanted)
    among = {d.indicator.code: _among(row, d.indicator, d.behind(row), reading) for d in definitions()}
    found = row.select(**among).to_pyarrow().to_pylist()
    return [d.indicator for d in definitions() if any(r[d.indicator.code] for r in found)]


def _among(t: ibis.Table, card: Indicator, behind: ibis.Value, reading: Reading) -> ibis.Value:
    if card.window_months is None:
        return behind
    first, after = Window(card.window_months).bounds(reading.as_of)
    return behind & (t["issue_date"] >= first) & (t["issue_date"] < after)
