"""Truth of the region: what the platform must never read, kept beside the pack so that detectors can be proven."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import numbering
from windchime.twin.calibration import Ints
from windchime.twin.course import CAUSES
from windchime.twin.population import NEVER
from windchime.twin.rows import MARKS, Rows
from windchime.twin.source import codes, dates, firm_ids, yuan
from windchime.twin.tables import Listed, default_on
from windchime.twin.world import World


def tables(world: World) -> dict[str, pa.Table]:
    """Tables of truth that speak of the region as a whole."""
    return {
        "firm": _firm(world),
        "gap_month": _gap_month(world),
        "default_event": _default_event(world),
        "counterfactual_outcome": _counterfactual(world),
        "shock": _shock(world),
    }


def _firm(world: World) -> pa.Table:
    """Latent traits."""
    people = world.firms
    return pa.table(
        {
            "firm_id": firm_ids(world, np.arange(len(people))),
            "sector": [world.cal["sectors"][s]["code"] for s in people.sector],
            "first_quality": np.round(people.quality, 6),
            "scale": np.round(people.scale, 6),
            "honesty": np.round(people.honesty, 6),
            "margin": np.round(people.margin, 6),
            "base_trades": np.round(people.trades, 6),
            "void_probability": np.round(people.void, 6),
            "red_probability": np.round(people.red, 6),
            "cap": yuan(people.cap),
        }
    )


def _months(world: World) -> tuple[Ints, pa.Array]:
    """Indices of the months of the history, and their first days."""
    index = np.arange(world.calendar.history, world.calendar.months)
    return index, dates(world.calendar.first_day[index])


def firm_state(world: World, some: Ints) -> pa.Table:
    """State of firms in each month of the history."""
    index, firsts = _months(world)
    course = world.course
    month = np.tile(np.arange(len(index)), len(some))
    firm = np.repeat(some, len(index))
    at = (index[month], firm)
    trading = (world.firms.begins[firm] <= at[0]) & (at[0] <= course.ends[firm])
    return pa.table(
        {
            "firm_id": firm_ids(world, firm),
            "month": firsts.take(pa.array(month)),
            "quality": np.round(course.quality[at], 6),
            "log_demand": np.round(course.demand[at], 6),
            "trades": course.number[at],
            "true_sales": yuan(course.sales[at]),
            "liquidity": np.round(course.liquidity[at], 6),
            "dormant": course.dormant[at],
            "distress": course.distress[at] & trading,
            "trading": trading,
        }
    )


def _gap_month(world: World) -> pa.Table:
    """Months in which a firm that was dormant sold nothing."""
    index, firsts = _months(world)
    course = world.course
    gap = course.dormant[index] & (course.number[index] == 0)
    month, firm = np.nonzero(gap)
    order = np.lexsort((month, firm))
    return pa.table({"firm_id": firm_ids(world, firm[order]), "month": firsts.take(pa.array(month[order]))})


def _default_event(world: World) -> pa.Table:
    """Every failure of the history, of borrowers and others."""
    failed = np.flatnonzero(world.course.default < NEVER)
    return pa.table(
        {
            "firm_id": firm_ids(world, failed),
            "default_on": pa.array([default_on(world, int(i)) for i in failed], pa.date32()),
            "cause": pa.array([CAUSES[c] for c in world.course.cause[failed]], pa.string()),
            "borrower": world.course.drawn[failed] < NEVER,
            "brought_down_by": _firms_or_none(world, world.course.parent[failed]),
        }
    )


def _counterfactual(world: World) -> pa.Table:
    """What became of firms without a loan that were alive when features are taken: nobody but the evaluation knows."""
    features = world.calendar.index(world.cal.day("calendar.features_as_of"))
    course = world.course
    others = np.flatnonzero((course.drawn == NEVER) & (course.default > features) & (world.firms.begins <= features))
    return pa.table(
        {
            "firm_id": firm_ids(world, others),
            "sought": course.sought[others],
            "bad": course.default[others] < NEVER,
            "event_on": pa.array([default_on(world, int(i)) for i in others], pa.date32()),
        }
    )


def _shock(world: World) -> pa.Table:
    """The scheduled episode of stress."""
    begin = world.cal.day("shock.stress.from")
    return pa.table(
        {
            "begins_on": pa.array([begin], pa.date32()),
            "months": [world.cal.count("shock.stress.months")],
            "log_demand": [world.cal.number("shock.stress.log_demand")],
            "sectors": [",".join(world.cal["shock.stress.sectors"])],
            "place": [world.cal.count("shock.stress.county")],
        }
    )


def _firms_or_none(world: World, firm: Ints) -> pa.Array:
    return pc.if_else(pa.array(firm >= 0), firm_ids(world, np.maximum(firm, 0)), pa.scalar(None, pa.string()))


def planted_invoice(world: World, rows: Rows) -> pa.Table:
    """Voids, reissues, corrections, returns and planted trade, with the invoice they refer to, firm by firm."""
    n = len(world.firms)
    chosen = rows.take(rows.mark > 0)
    firm, own = np.where(chosen.seller < n, chosen.seller, chosen.buyer), chosen.seller < n
    chosen = chosen.take(np.lexsort((chosen.number, chosen.seller, chosen.day, ~own, firm)))
    return pa.table(
        {
            "seller_id": firm_ids(world, chosen.seller),
            "buyer_id": firm_ids(world, chosen.buyer),
            "invoice_code": numbering.code_text(world, chosen),
            "invoice_no": numbering.number_text(chosen.number),
            "issue_date": dates(chosen.day),
            "mark": codes(MARKS, chosen.mark),
            "related_no": numbering.number_text(chosen.original),
        }
    )


def duplicate_row(world: World, rows: Rows, lists: Listed) -> pa.Table:
    """Exact duplicates by position in invoices.parquet, counted from 1 at the first row of these lists."""
    place = np.flatnonzero(lists.repeated)
    return pa.table(
        {
            "firm_id": firm_ids(world, lists.reporter[place]),
            "invoice_no": numbering.number_text(rows.number[lists.invoice[place]]),
            "row": place + 1,
            "first_row": place,
        }
    )
