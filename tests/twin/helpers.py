"""Builders for tests of the simulated region: a small one, read back as plain rows."""

from collections import defaultdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from windchime.twin import Manifest, generate

Row = dict[str, Any]


def region(folder: Path, *, firms: int = 40, seed: int = 7, chunk: int = 500) -> Manifest:
    """A small region."""
    return generate(folder, firms=firms, seed=seed, chunk=chunk)


def rows(folder: Path, table: str) -> list[Row]:
    """A table of the pack, or of truth (`truth/…`), as dicts."""
    found: list[Row] = pq.read_table(folder / f"{table}.parquet").to_pylist()
    return found


def by_seller_number(invoices: list[Row]) -> dict[tuple[str, str | None, str], list[Row]]:
    """Rows by what identifies an invoice: seller, code, number."""
    found = defaultdict(list)
    for row in invoices:
        found[row["seller_id"], row["invoice_code"], row["invoice_no"]].append(row)
    return found
