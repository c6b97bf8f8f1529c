"""Measure: all firms in one plan, one firm by the same plan with its id bound, and the rows behind a figure."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

import duckdb
import ibis
import pyarrow as pa
import pyarrow.compute as pc

from windchime.content.scheme import Scheme
from windchime.core.dates import Window
from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.data.reading import Reading, TableNotLoaded
from windchime.indicators.definition import Definition
from windchime.indicators.parameters import Parameters, shipped
from windchime.indicators.plan import TABLES, measured, named, sql
from windchime.indicators.registry import chosen, definition

Figure = float | int | None


class UnknownFirm(BadCall):
    """A firm that the reading does not know as of its date."""

    msgid = _("firm {firm} is not known as of {as_of}")

    def __init__(self, firm: str, as_of: str) -> None:
        super().__init__(firm=firm, as_of=as_of)


def schema(codes: Collection[str] | None = None) -> pa.Schema:
    """The schema of the measured table: `firm_id`, then one column an indicator, int64 or float64."""
    columns = ((d.indicator.code, pa.int64() if d.whole else pa.float64()) for d in chosen(codes))
    return pa.schema([("firm_id", pa.string()), *columns])


def measure(reading: Reading, scheme: Scheme | None = None, codes: Collection[str] | None = None) -> pa.Table:
    """Every indicator of every firm.

    Args:
        reading: the library as of a date; needs `firms` and `invoices`.
        scheme: parameters of the invoice indicators; the shipped ones if not given.
        codes: only these indicators, in their stable order.

    Returns:
        One row a firm of `firms`, sorted by `firm_id`; see `schema`. Null is absent, as each card's missing policy says.

    Raises:
        TableNotLoaded: the reading holds no firms or no invoices.
        UnknownName: a code that is no indicator.
    """
    form = schema(codes)
    if getattr(reading.con, "name", "duckdb") == "duckdb":
        found = reading.con.con.sql(_sql(reading, scheme, chosen(codes), one=False)).to_arrow_table().cast(form)
    else:
        plan = measured(reading, Parameters.of(scheme or shipped(), reading.as_of), chosen(codes))
        found = plan.order_by("firm_id").to_pyarrow().cast(form)
    return pa.table([pc.add(c, 0.0) if pa.types.is_floating(c.type) else c for c in found.columns], schema=form)


def measure_one(
    reading: Reading, firm_id: str, scheme: Scheme | None = None, codes: Collection[str] | None = None
) -> dict[str, Figure]:
    """Every indicator of one firm, equal bit for bit to its row of `measure`.

    Most of the time is the engine's planning, which grows with the number of indicators: name `codes` where a model or a
    policy needs a few.

    Raises:
        UnknownFirm: `firms` has no such firm as of the date.
        TableNotLoaded: the reading holds no firms or no invoices.
        UnknownName: a code that is no indicator.
    """
    asked = chosen(codes)
    found = reading.con.con.execute(_parsed(_sql(reading, scheme, asked, one=True)), {"firm": firm_id}).fetchall()
    if not found:
        raise UnknownFirm(firm_id, reading.as_of.isoformat())
    return {d.indicator.code: _plain(value, whole=d.whole) for d, value in zip(asked, found[0][1:], strict=True)}


def rows_behind(reading: Reading, firm_id: str, code: str, limit: int = 100) -> pa.Table:
    """The invoice rows one figure was measured from, largest total first; all columns of the lake table.

    Raises:
        UnknownName: no such indicator.
    """
    if not reading.has("invoices"):
        raise TableNotLoaded("invoices", reading.lake_version)
    found, t = definition(code), named(reading.as_of, firm_id, reading.uncorrected).table("invoices")
    rows = t.filter(found.behind(t))
    if (months := found.indicator.window_months) is not None:
        first, after = Window(months).bounds(reading.as_of)
        rows = rows.filter(rows.issue_date >= first, rows.issue_date < after)
    first_rows = rows.order_by([rows.total.abs().desc(), rows.source_file, rows.row_no]).limit(limit)
    return reading.con.con.sql(str(ibis.to_sql(first_rows, dialect="duckdb"))).to_arrow_table()


def _sql(reading: Reading, scheme: Scheme | None, asked: tuple[Definition, ...], *, one: bool) -> str:
    for name in ("firms", "invoices"):
        if not reading.has(name):
            raise TableNotLoaded(name, reading.lake_version)
    parameters = Parameters.of(scheme or shipped(), reading.as_of)
    return sql(reading.as_of, parameters, asked, one=one, uncorrected=reading.uncorrected & set(TABLES))


@lru_cache(maxsize=256)
def _parsed(text: str) -> duckdb.Statement:
    """The statement, parsed once: parsing is a third of the time of one firm, and no connection enters it."""
    return duckdb.extract_statements(text)[0]


def _plain(value: Any, *, whole: bool) -> Figure:
    """A figure as Python holds it; a zero has one sign here as in `measure`."""
    if value is None:
        return None
    return int(value) if whole else float(value) + 0.0
