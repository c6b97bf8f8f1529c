"""Lake-form tables for tests: from the published sample of the 2020 contest, and from short invoice notes."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from windchime.data.contracts import contract
from windchime.data.reading import Reading

CUMCM_AS_OF = date(2020, 2, 21)
MONEY = pa.decimal128(18, 2)


def _filled(name: str, columns: Mapping[str, Any], rows: int) -> pa.Table:
    """The table in lake form: columns that are not given are null."""
    schema = contract(name).arrow_schema()
    return pa.table(
        {f.name: columns[f.name].cast(f.type) if f.name in columns else pa.nulls(rows, f.type) for f in schema},
        schema=pa.schema([pa.field(f.name, f.type) for f in schema]),
    ).cast(schema)


def _text(value: str, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(value), rows)


def _end_of_day(days: pa.Array) -> pa.Array:
    """23:59:59 in Shanghai of each day, in UTC: when an invoice of that day is known."""
    return pc.add(days.cast(pa.timestamp("us")), pa.scalar(timedelta(hours=15, minutes=59, seconds=59))).cast(
        pa.timestamp("us", tz="UTC")
    )


def _cumcm_side(folder: Path, part: str, direction: str) -> pa.Table:
    file = f"{part}_{'sales' if direction == 'sale' else 'purchase'}_invoices{'_dev60' if part == 'a2' else ''}.parquet"
    t = pq.read_table(folder / file)
    n, firm = t.num_rows, pc.binary_join_element_wise("cumcm2020c", t["enterprise_id"].cast(pa.string()), ":")
    other = pc.binary_join_element_wise("cumcm2020c", t["counterparty_id"].cast(pa.string()), ":")
    money = {c: pc.round(t[c], 2).cast(pa.decimal128(20, 2)).cast(MONEY) for c in ("amount", "tax", "total")}
    void = pc.match_substring(t["status"], "作废")
    facts = t.drop_columns("row_no").to_pandas()
    first = facts.assign(row=np.arange(n)).groupby(list(facts.columns))["row"].transform("min").to_numpy()
    row_no = t["row_no"].cast(pa.int64())
    duplicate = pc.if_else(
        pa.array(first < np.arange(n)), pc.take(row_no, pa.array(first)), pa.scalar(None, pa.int64())
    )
    sale = direction == "sale"
    return _filled(
        "invoices",
        {
            "reporting_firm_id": firm,
            "direction": _text(direction, n),
            "copy": _text("seller" if sale else "buyer", n),
            "seller_id": firm if sale else other,
            "buyer_id": other if sale else firm,
            "invoice_no": t["invoice_no"],
            "kind": _text("unknown", n),
            "status": pc.if_else(void, "void", "normal"),
            "colour": pc.if_else(pc.less(t["total"], 0), "red", "blue"),
            "issue_date": t["issue_date"],
            **money,
            "duplicate_of": duplicate,
            "source": _text("cumcm2020c", n),
            "happened_at": t["issue_date"],
            "known_at": _end_of_day(t["issue_date"]),
            "source_file": _text(file, n),
            "row_no": row_no,
            "load_id": _text("load-1", n),
        },
        n,
    )


def cumcm(samples: Path, part: str = "a1") -> dict[str, pa.Table]:
    """Firms and invoices of attachment 1 or 2 in lake form, sorted by firm."""
    folder = samples / "cumcm2020c"
    invoices = pa.concat_tables([_cumcm_side(folder, part, d) for d in ("sale", "purchase")])
    firms = pq.read_table(folder / f"{part}_enterprises{'_dev60' if part == 'a2' else ''}.parquet")["enterprise_id"]
    return {
        "invoices": invoices.sort_by("reporting_firm_id"),
        "firms": firm_rows([f"cumcm2020c:{f}" for f in firms.to_pylist()], known_on=CUMCM_AS_OF),
    }


def firm_rows(ids: Iterable[str], known_on: date) -> pa.Table:
    """Firms that only have an id."""
    found = pa.array(list(ids), pa.string())
    n, day = len(found), pa.repeat(pa.scalar(known_on, pa.date32()), len(found))
    return _filled(
        "firms",
        {
            "firm_id": found,
            "name": found,
            "known_on": day,
            "source": _text("t", n),
            "happened_at": day,
            "known_at": _end_of_day(day),
            "source_file": _text("firms", n),
            "row_no": pa.array(range(n), pa.int64()),
            "load_id": _text("load-1", n),
        },
        n,
    )


def invoice(firm: str, day: date, total: "str | int | Decimal", **changes: Any) -> dict[str, Any]:
    """One invoice as a row of the lake; `total` includes 13 % tax unless amount and tax are given."""
    whole = Decimal(str(total)).quantize(Decimal("0.01"))
    amount = (whole / Decimal("1.13")).quantize(Decimal("0.01"))
    row: dict[str, Any] = {
        "reporting_firm_id": firm,
        "direction": "sale",
        "with": "x:B1",
        "invoice_code": None,
        "invoice_no": "1",
        "kind": "unknown",
        "status": "normal",
        "colour": "red" if whole < 0 else "blue",
        "original_no": None,
        "issue_date": day,
        "amount": amount,
        "tax": whole - amount,
        "total": whole,
        "duplicate_of": None,
        "source": "t",
        "source_file": "list",
        "source_sheet": None,
        "load_id": "load-1",
        "supersedes": None,
        "known_on": None,
    } | changes
    other, known = row.pop("with"), row.pop("known_on") or row["issue_date"]
    sale = row["direction"] == "sale"
    return row | {
        "copy": "seller" if sale else "buyer",
        "seller_id": firm if sale else other,
        "buyer_id": other if sale else firm,
        "happened_at": row["issue_date"],
        "known_at": datetime(known.year, known.month, known.day, 4, tzinfo=UTC),
    }


def tables(
    rows: Iterable[Mapping[str, Any]], firms: Iterable[str] = (), known_on: date = date(2000, 1, 1)
) -> dict[str, pa.Table]:
    """Lake tables of invoice rows; firms are those named and those that report."""
    kept = [dict(r) | {"row_no": r.get("row_no", i + 1)} for i, r in enumerate(rows)]
    ids = sorted({*firms, *(r["reporting_firm_id"] for r in kept)})
    return {
        "invoices": pa.Table.from_pylist(kept, schema=contract("invoices").arrow_schema()),
        "firms": firm_rows(ids, known_on),
    }


def reading(rows: Iterable[Mapping[str, Any]], as_of: date, firms: Iterable[str] = ()) -> Reading:
    """A reading over invoice rows."""
    return Reading.over(tables(rows, firms), as_of=as_of)


AS_OF = date(2021, 3, 15)


def busy(seed: int, firms: int = 12, rows: int = 3000, as_of: date = AS_OF) -> list[dict[str, Any]]:
    """A seeded set of invoices in which every rule has something to do: voids, reds, repeats, caps, mutual sales, gaps."""
    rng = np.random.default_rng(seed)
    kept: list[dict[str, Any]] = []
    for i in range(rows):
        firm = f"t:F{rng.integers(firms):02d}"
        day = as_of - timedelta(days=int(rng.integers(-20, 1000)))
        total = Decimal(int(np.exp(rng.normal(9, 2)) * 100)).scaleb(-2) + Decimal("0.01")
        total = [total, Decimal(10_000 * int(rng.integers(1, 30))), Decimal("101700.00"), Decimal(0)][
            rng.choice(4, p=[0.7, 0.15, 0.1, 0.05])
        ]
        if rng.random() < 0.06:
            total = -total
        rate = Decimal(str(rng.choice(["0.17", "0.16", "0.13", "0.09", "0.06", "0.03", "0.02"])))
        amount = (total / (1 + rate)).quantize(Decimal("0.01"))
        row = invoice(
            firm,
            day,
            total,
            amount=amount,
            tax=total - amount,
            direction=str(rng.choice(["sale", "purchase"], p=[0.6, 0.4])),
            invoice_no=str(rng.choice(["A77", f"{i // 3 + 1000}", f"{i + 10**19}"], p=[0.05, 0.9, 0.05])),
            kind=str(rng.choice(["unknown", "special", "digital_special"], p=[0.8, 0.15, 0.05])),
            status=str(rng.choice(["normal", "void"], p=[0.9, 0.1])),
            **{"with": f"x:P{int(rng.pareto(0.7)) % 40}"},
        )
        kept.append(row | {"row_no": i + 1})
        if rng.random() < 0.03:
            kept.append(row | {"row_no": rows + i + 1, "duplicate_of": i + 1})
    return kept
