"""The plan: all definitions as one expression over the invoice and firm tables, and its SQL, compiled once."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import ibis

from windchime.data.reading import Reading, unbound
from windchime.indicators import counterparties, numbers
from windchime.indicators.definition import Definition
from windchime.indicators.fold import fold
from windchime.indicators.grain import Grain
from windchime.indicators.invoices import invoice_rows
from windchime.indicators.months import firm_months
from windchime.indicators.parameters import Parameters
from windchime.indicators.registry import definitions

#: stands in compiled SQL where the firm's id is bound
FIRM = "\u241fthe firm\u241f"


#: the tables that indicators read
TABLES = ("firms", "invoices")


def named(as_of: date, firm: str | None = None, uncorrected: frozenset[str] = frozenset()) -> Reading:
    """A reading of these tables without rows, of one firm or of all, to compile plans over."""
    return unbound(as_of, TABLES, firm=firm, uncorrected=uncorrected)


def grains(invoices: ibis.Table, firms: ibis.Table, p: Parameters) -> Mapping[str, ibis.Table]:
    """Every level of aggregation that formulas fold, by name."""
    rows = invoice_rows(invoices, p)
    pair_months = counterparties.pair_months(rows)
    return {
        "months": firm_months(rows, firms, p),
        "pairs": counterparties.pairs(pair_months),
        "returning": counterparties.returning(pair_months),
        "mutual": counterparties.mutual(rows, p),
        "rates": numbers.tax_rates(rows, p),
        "numbers": numbers.number_steps(rows),
    }


def figure(found: Definition, grain: Grain) -> ibis.Value:
    """The figure of a definition as a reduction: the last step, with its rounding."""
    value = found.value(grain)
    return value.cast("int64") if found.whole else value.cast("float64").round(found.indicator.digits)


def measured(source: Reading, p: Parameters, chosen: tuple[Definition, ...] | None = None) -> ibis.Table:
    """One row a firm of `firms`: `firm_id`, then one column an indicator, all of them or those chosen."""
    asked = definitions() if chosen is None else chosen
    invoices = source.table("invoices")
    firms = source.table("firms").select("firm_id").distinct()
    joined, absent = firms, {d.indicator.code: d.absent for d in asked}
    for name, rows in grains(invoices, firms, p).items():
        mine = [d for d in asked if d.grain == name]
        if mine:
            folded = fold(rows, ["firm_id"], {d.indicator.code: figure(d, Grain(rows, p)) for d in mine})
            joined = joined.left_join(folded, "firm_id", rname=f"{{name}}_{name}")
    filled = {
        code: joined[code] if default is None else ibis.coalesce(joined[code], default)
        for code, default in absent.items()
    }
    return joined.select("firm_id", **filled)


@lru_cache(maxsize=256)
def sql(
    as_of: date,
    parameters: Parameters,
    chosen: tuple[Definition, ...],
    *,
    one: bool,
    uncorrected: frozenset[str] = frozenset(),
) -> str:
    """SQL of the plan; of one firm with `$firm` to be bound.

    Tables are called by their contract's names; nothing else of the connection enters.
    """
    plan = measured(named(as_of, FIRM if one else None, uncorrected), parameters, chosen)
    text = ibis.to_sql(plan if one else plan.order_by("firm_id"), dialect="duckdb")
    return str(text).replace(f"'{FIRM}'", "$firm")
