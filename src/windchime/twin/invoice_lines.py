"""Lines of invoices for some firms: goods and services by sector, under invented tax classes."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin import draws, numbering
from windchime.twin.calibration import Ints, Keys, shipped
from windchime.twin.rows import Rows
from windchime.twin.source import codes, dates, firm_ids, fraction, sheet, yuan
from windchime.twin.world import World


def invoice_lines(world: World, some: Ints, rows: Rows) -> pa.Table:
    """Lines of the valid blue sales of those firms that hand lines in; they add up to their invoice to the fen."""
    cal = world.cal
    there = draws.uniform(world.rng.key("lines", some), 0) < cal.number("lines.firms")
    own = rows.take(np.isin(rows.seller, some[there]) & ~rows.void & (rows.total > 0))
    own = own.take(np.lexsort((own.number, own.day, own.seller)))
    key = world.rng.key("lines.invoice", own.seller, own.number, own.day)
    many = 1 + np.minimum(draws.geometric(key, 0, cal.number("lines.extra")), cal.count("lines.most") - 1)
    many = np.where(own.total > 100_000, many, 1)
    source = np.repeat(np.arange(len(own)), many)
    number = np.arange(len(source)) - np.repeat(np.cumsum(many) - many, many)
    line = world.rng.key("line", own.seller[source], own.number[source], number)
    net, tax = own.total - own.tax, own.tax
    amount, duty = _parts(net, source, number, many, line), _parts(tax, source, number, many, line)
    goods = shipped("goods")["sectors"]
    flat = [(i, g) for i, s in enumerate(world.cal["sectors"]) for g in goods[s["code"]]]
    first = np.searchsorted([i for i, _g in flat], np.arange(len(world.cal["sectors"]) + 1))
    sector = world.firms.sector[own.seller[source]]
    # a firm keeps to a few kinds of goods
    kind = draws.whole(world.rng.key("goods", own.seller[source], draws.whole(line, 1, 0, 2)), 0, 0, 10**6)
    good = first[sector] + kind % (first[sector + 1] - first[sector])
    price = np.maximum(
        1, np.round(np.array([100 * g["price"] for _i, g in flat])[good] * (0.8 + 0.4 * draws.uniform(line, 2)))
    )
    quantity = np.round(amount / price, 2)
    counted = quantity >= 0.01
    quantity = np.where(counted, quantity, 1.0)
    return sheet(
        "invoice_lines",
        {
            "reporting_firm_id": firm_ids(world, own.seller[source]),
            "direction": "sale",
            "invoice_code": numbering.code_text(world, own.take(source)),
            "invoice_no": numbering.number_text(own.number[source]),
            "line_no": number + 1,
            "issue_date": dates(own.day[source]),
            "item_name": codes([f"*{g['class']}*{g['name']}" for _i, g in flat], good),
            "tax_class_code": codes([g["code"] for _i, g in flat], good),
            "tax_class_short": codes([g["class"] for _i, g in flat], good),
            "unit": codes([g["unit"] for _i, g in flat], good),
            "quantity": _scaled(np.round(quantity * 100).astype(np.int64), 2, 24, 8),
            "unit_price": _scaled(np.round(amount / quantity * 10**6).astype(np.int64), 8, 24, 10),
            "amount": yuan(amount),
            "tax_rate": fraction(own.rate[source] / 100.0),
            "tax": yuan(duty),
            "line_kind": "normal",
        },
        len(source),
    )


def _parts(whole: Ints, source: Ints, number: Ints, many: Ints, line: Keys) -> Ints:
    """Each invoice's sum cut into its lines: uneven parts, the last takes what is left."""
    weight = 0.3 + draws.uniform(line, 3)
    share = weight / np.bincount(source, weight, len(many))[source]
    part = np.floor(whole[source] * share).astype(np.int64)
    last = number == many[source] - 1
    rest = whole - np.bincount(source, np.where(last, 0, part), len(many)).astype(np.int64)
    return np.where(last, rest[source], part)


def _scaled(value: Ints, digits: int, precision: int, scale: int) -> pa.Array:
    """Whole numbers of the last of so many decimal places, exactly."""
    unit = pa.scalar(10**-digits).cast(pa.decimal128(digits + 1, digits))
    return pc.multiply(pa.array(value).cast(pa.decimal128(19, 0)), unit).cast(pa.decimal128(precision, scale))
