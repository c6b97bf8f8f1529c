"""The tables of the pack in the form of their contracts."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import yaml

from windchime.core.dates import Month
from windchime.twin import alteration, numbering, planted
from windchime.twin.calibration import Bools, Ints, shipped
from windchime.twin.population import NEVER
from windchime.twin.rows import KINDS, Rows
from windchime.twin.source import codes, dates, firm_ids, sheet, yuan
from windchime.twin.world import SOURCE, World

FIRM_KINDS = ("company", "sole_trader", "cooperative")
DIRECTIONS, COPIES = ("sale", "purchase"), ("seller", "buyer")


class _Plain(yaml.SafeDumper):
    """Writes a value out wherever it stands: readers of content refuse aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the base class names it
        return True


@dataclass(frozen=True, slots=True)
class Listed:
    """The lists of all firms: each row points to an invoice; a mutual invoice stands in two lists."""

    reporter: Ints
    #: 0 sale, 1 purchase
    direction: Ints
    #: position in the invoices
    invoice: Ints
    #: True where the row repeats the one above it
    repeated: Bools
    #: what the rows say, which for some firms is not what is true
    shown: Rows


def listed(world: World, rows: Rows, some: Ints) -> Listed:
    """Who of the firms `some` has which invoice in which list: by firm, direction, day, number; duplicates inserted."""
    sold, bought = (np.flatnonzero((p >= some[0]) & (p <= some[-1])) for p in (rows.seller, rows.buyer))
    reporter = np.concatenate([rows.seller[sold], rows.buyer[bought]])
    direction = np.concatenate([np.zeros(len(sold), np.int64), np.ones(len(bought), np.int64)])
    invoice = np.concatenate([sold, bought])
    seen = alteration.shown(world, reporter, direction, rows.take(invoice))
    order = np.lexsort((seen.seller, seen.number, seen.day, direction, reporter))
    reporter, direction, invoice = reporter[order], direction[order], invoice[order]
    twice = planted.duplicates(world, reporter, direction, rows.take(invoice))
    place = np.repeat(np.arange(len(invoice)), 1 + twice)
    repeated = np.concatenate([[False], place[1:] == place[:-1]])
    return Listed(reporter[place], direction[place], invoice[place], repeated, seen.take(order[place]))


def whole(world: World) -> dict[str, pa.Table]:
    """The tables that are made for the region as a whole."""
    return {
        "firms": firms(world),
        "rate_churn": rate_churn(world),
    }


def firms(world: World) -> pa.Table:
    """Registry facts of each firm, known from the day it was founded or the history began."""
    people, words, n = world.firms, shipped("names"), len(world.firms)
    begin = world.cal.day("calendar.first_month")
    founded = [_day_in(Month.of(begin) + -int(age), i) for i, age in enumerate(people.age)]
    sectors = [s["industry"] for s in world.cal["sectors"]]
    codes = [p["code"] for p in words["places"]]
    return sheet(
        "firms",
        {
            "firm_id": firm_ids(world, np.arange(n)),
            "name": world.names,
            "credit_code": world.codes,
            "firm_kind": [FIRM_KINDS[k] for k in people.kind],
            "industry_code": [sectors[s] for s in people.sector],
            "region_code": [codes[p] for p in people.place],
            "established_on": founded,
            "known_on": [max(begin, day) for day in founded],
        },
    )


def _day_in(month: Month, number: int) -> date:
    """A day of the month that differs from firm to firm."""
    return month.first + timedelta(days=number * 7 % 28)


def invoices(world: World, lists: Listed) -> pa.Table:
    """The lists of the firms."""
    shown = lists.shown
    return sheet(
        "invoices",
        {
            "reporting_firm_id": firm_ids(world, lists.reporter),
            "direction": codes(DIRECTIONS, lists.direction),
            "copy": codes(COPIES, lists.direction),
            "seller_id": firm_ids(world, shown.seller),
            "buyer_id": firm_ids(world, shown.buyer),
            "invoice_code": numbering.code_text(world, shown),
            "invoice_no": numbering.number_text(shown.number),
            "kind": codes(KINDS, shown.kind),
            "status": codes(("normal", "void"), shown.void.astype(np.int64)),
            "colour": codes(("blue", "red"), shown.red.astype(np.int64)),
            "original_no": numbering.number_text(np.where(shown.red, shown.original, -1)),
            "issue_date": dates(shown.day),
            "amount": yuan(shown.total - shown.tax),
            "tax": yuan(shown.tax),
            "total": yuan(shown.total),
        },
    )


def default_on(world: World, firm: int) -> date | None:
    """The day of default: the last of the month in which credit was exhausted for the third time running."""
    month = int(world.course.default[firm])
    return None if month == NEVER else (world.calendar.begin + month).last


def rate_churn(world: World) -> pa.Table:
    """Customers lost at a rate: 1 - exp(-k (r - 4 %)) on an even grid of rates."""
    body = world.cal["loans.churn_rates"]
    low, high, points = Decimal(body["from"]), Decimal(body["to"]), int(body["points"])
    grid = [(low + (high - low) * i / (points - 1)).quantize(Decimal("0.000001")) for i in range(points)]
    lost = [
        (band, r, Decimal(f"{1 - np.exp(-float(k) * float(r - low)):.6f}"))
        for band, k in world.cal["loans.churn"].items()
        for r in grid
    ]
    known = [world.cal.day("calendar.features_as_of")] * len(lost)
    return sheet(
        "rate_churn",
        {
            "band": [b for b, _r, _l in lost],
            "rate": [r for _b, r, _l in lost],
            "churn": [c for _b, _r, c in lost],
            "known_on": known,
        },
    )


def description(world: World, firms_: int, seed: int) -> bytes:
    """The pack's own description."""
    province = shipped("names")["province"]
    body = {
        "pack": "windchime",
        "label": {
            "zh": f"{province['zh']}（仿真数据，种子 {seed}）",
            "en": f"{province['en']} province (simulated data, seed {seed})",
        },
        "as_of": world.cal.day("calendar.labels_as_of"),
        "source": SOURCE,
        "train": {
            "features_as_of": world.cal.day("calendar.features_as_of"),
            "labels_as_of": world.cal.day("calendar.labels_as_of"),
        },
        "simulated": True,
        "seed": seed,
        "firms": firms_,
    }
    return yaml.dump(body, Dumper=_Plain, allow_unicode=True, sort_keys=False, width=200).encode()
