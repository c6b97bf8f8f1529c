"""Lists of a few invoices of which each row says only what matters."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.running import Ran, run
from windchime.risk.invoices.settings import Settings

AS_OF = date(2024, 12, 31)
SETTINGS = Settings.shipped(AS_OF)
FIRM = "own:A"
Row = dict[str, Any]


def day(n: int) -> date:
    """The n-th day after 2 January 2024, a Tuesday."""
    return date(2024, 1, 2) + timedelta(days=n)


def sale(no: str = "10000001", on: date | int = 0, total: int = 11300, rate: float = 0.13, **other: Any) -> Row:
    """A sale of `total` fen with tax at a rate; every column can be said otherwise."""
    amount = round(total / (1 + rate))
    row: Row = {
        "reporting_firm_id": FIRM,
        "direction": "sale",
        "partner": "own:B",
        "invoice_no": no,
        "kind": "unknown",
        "status": "normal",
        "colour": "red" if total < 0 else "blue",
        "issue_date": on if isinstance(on, date) else day(on),
        "amount": amount / 100,
        "tax": (total - amount) / 100,
        "total": total / 100,
    }
    row |= other
    ours, theirs = row["reporting_firm_id"], row.pop("partner")
    seller, buyer = (ours, theirs) if row["direction"] == "sale" else (theirs, ours)
    return {"seller_id": seller, "buyer_id": buyer} | row


def purchase(no: str = "10000001", on: date | int = 0, total: int = 11300, rate: float = 0.13, **other: Any) -> Row:
    """The same as a purchase."""
    return sale(no, on, total, rate, direction="purchase", **other)


def listing(rows: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]] | None = None) -> Listing:
    """The rows as a list of 31 December 2024."""
    table = pl.DataFrame(list(rows), infer_schema_length=None)
    return Listing.of(table, AS_OF, pl.DataFrame(list(lines), infer_schema_length=None) if lines is not None else None)


def ran(rows: Sequence[Mapping[str, Any]], lines: Sequence[Mapping[str, Any]] | None = None) -> Ran:
    """What all checks say of the rows."""
    return run(listing(rows, lines), SETTINGS)


def hit(found: Ran, code: str) -> list[int | None]:
    """Rows that a check hits."""
    return found.hits.filter(pl.col("code") == code)["row"].to_list()


def judged(found: Ran, code: str) -> int:
    """Rows that a check could judge."""
    return int(found.exposures.filter(pl.col("code") == code)["judged"].sum())


def books(n: int, start: int = 10000001, per_day: int = 2, **other: Any) -> list[Row]:
    """`n` sales of one run, a few a day, amounts all different."""
    return [sale(f"{start + i:08d}", i // per_day, 11300 + 1130 * i, **other) for i in range(n)]
