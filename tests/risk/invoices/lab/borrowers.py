"""Small lists of invoices of invented firms: paper books and digital numbers, void and red, lines, codes, hours."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from windchime.core.credit_code import check_character, organisation_check
from windchime.risk.invoices.listing import Listing

AS_OF = date(2025, 12, 31)
GOODS = [("钢材", "螺纹钢"), ("家具", "办公桌"), ("咨询服务", "咨询费")]


def code(n: int) -> str:
    """A credit code that belongs to nobody: region 99."""
    body = f"91990000{n:08d}"
    body += organisation_check(body[8:])
    return body + check_character(body)


def borrowers(firms: int = 3, months: int = 14, seed: int = 1, *, lines: bool = True, codes: bool = True) -> Listing:
    """Lists of firms that issue a few invoices a week: of every second firm on paper, of the others digital."""
    rng = np.random.default_rng(seed)
    heads: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    for f in range(firms):
        _sales(f, months, rng, heads, items)
        _purchases(f, months, rng, heads)
    invoices = pl.DataFrame(heads, infer_schema_length=None)
    if not codes:
        invoices = invoices.drop("buyer_code", "seller_code")
    return Listing.of(invoices, AS_OF, pl.DataFrame(items, infer_schema_length=None) if lines else None)


def _sales(
    f: int, months: int, rng: np.random.Generator, heads: list[dict[str, Any]], items: list[dict[str, Any]]
) -> None:
    digital, day, serial = f % 2 == 1, AS_OF - timedelta(days=30 * months), 1_000_000 * (f + 1)
    blues: list[dict[str, Any]] = []
    while (day := day + timedelta(days=int(rng.integers(1, 5)))) <= AS_OF:
        day += timedelta(days=max(0, day.weekday() - 4) and 7 - day.weekday())
        if day > AS_OF:
            break
        for _ in range(int(rng.integers(1, 4))):
            serial += 1 if rng.random() < 0.97 else 500
            kind = rng.random()
            if kind < 0.06 and blues:
                of = blues[int(rng.integers(len(blues)))]
                row = of | {"colour": "red", "original_no": of["invoice_no"], "original_code": of["invoice_code"]}
                row |= {c: -of[c] for c in ("amount", "tax", "total")}
            else:
                row = _invoice(rng, f) | {"colour": "blue"}
                row["status"] = "void" if kind > 0.93 else "normal"
            row |= _number(f, serial, day, digital=digital)
            row |= {"issue_date": day, "row_no": len(heads) + 2, "source_file": f"firm{f}.csv", "direction": "sale"}
            row |= {"issued_at": datetime(day.year, day.month, day.day, 3, 5, tzinfo=UTC)}
            row |= {"reporting_firm_id": f"own:F{f}", "seller_id": f"own:F{f}", "seller_code": code(f)}
            heads.append(row)
            if row["colour"] == "blue" and row["status"] == "normal":
                blues.append(row)
            _lines(row, rng, items)


def _invoice(rng: np.random.Generator, f: int) -> dict[str, Any]:
    rate = Decimal("0.13") if rng.random() < 0.7 else Decimal("0.06")
    total = Decimal(int(rng.lognormal(8, 1)) + 20)
    amount = (total / (1 + rate)).quantize(Decimal("0.01"))
    buyer = int(rng.zipf(1.6)) % 12
    buyers = {"buyer_id": f"own:B{buyer}", "buyer_code": code(100 + buyer), "buyer_name": f"甲{buyer}公司"}
    money = {"amount": amount, "tax": total - amount, "total": total}
    return buyers | money | {"status": "normal", "original_no": None, "original_code": None}


def _number(f: int, serial: int, day: date, *, digital: bool) -> dict[str, Any]:
    if digital:
        return {
            "invoice_code": None,
            "invoice_no": f"{day.year % 100}99{f:06d}{serial:010d}",
            "kind": "digital_special",
        }
    return {"invoice_code": "9900231130", "invoice_no": f"{serial:08d}", "kind": "special"}


def _lines(row: dict[str, Any], rng: np.random.Generator, items: list[dict[str, Any]]) -> None:
    parts = int(rng.integers(1, 4))
    amounts = [(row["amount"] / parts).quantize(Decimal("0.01"))] * (parts - 1)
    taxes = [(row["tax"] / parts).quantize(Decimal("0.01"))] * (parts - 1)
    rate = Decimal("0.13") if row["tax"] / row["amount"] > Decimal("0.1") else Decimal("0.06")
    for n, (amount, tax) in enumerate(
        zip([*amounts, row["amount"] - sum(amounts)], [*taxes, row["tax"] - sum(taxes)], strict=True), 1
    ):
        short, name = GOODS[int(rng.integers(len(GOODS)))]
        quantity = int(rng.integers(1, 9)) * (1 if amount > 0 else -1)
        items.append(
            {k: row[k] for k in ("reporting_firm_id", "direction", "invoice_code", "invoice_no")}
            | {"line_no": n, "item_name": f"*{short}*{name}", "tax_class_short": short, "quantity": float(quantity)}
            | {"unit_price": float(amount) / quantity, "amount": amount, "tax": tax, "tax_rate": float(rate)}
            | {"tax_class_code": "9901010000000000000", "line_kind": "normal"}
        )


def _purchases(f: int, months: int, rng: np.random.Generator, heads: list[dict[str, Any]]) -> None:
    for n in range(months * 3):
        day = AS_OF - timedelta(days=int(rng.integers(0, 30 * months)))
        row = _invoice(rng, f) | {"colour": "blue", "direction": "purchase", "kind": "special", "issue_date": day}
        row |= {"reporting_firm_id": f"own:F{f}", "seller_id": f"own:S{n % 5}", "buyer_id": f"own:F{f}"}
        row |= {"buyer_code": code(f), "seller_code": code(200 + n % 5), "invoice_code": "9900231130"}
        row |= {"invoice_no": f"{int(rng.integers(10**7, 10**8)):08d}", "row_no": len(heads) + 2, "buyer_name": None}
        row |= {"issued_at": datetime(day.year, day.month, day.day, 3, 5, tzinfo=UTC)}
        heads.append(row | {"source_file": f"firm{f}.csv"})
