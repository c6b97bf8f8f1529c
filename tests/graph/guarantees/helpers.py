"""Builders of guarantees, as the lake holds them and as facts give them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa

from windchime.content.in_force import shipped
from windchime.core.dates import end_of_day
from windchime.data.contracts import contract
from windchime.graph.facts.forms import GUARANTEES
from windchime.graph.guarantees.settings import SCHEME, Settings

SIGNED = date(2024, 3, 1)
AS_OF = date(2025, 12, 31)


def lake(name: str, *rows: dict[str, Any]) -> pa.Table:
    """Rows in lake form; a row may say `known` (a date) and `happened`, else both are `SIGNED`."""
    full = [
        {
            "source": "t",
            "known_on": row.get("known", SIGNED),
            "happened_at": row.get("happened", SIGNED),
            "known_at": end_of_day(row.get("known", SIGNED)),
            "known_basis": "column",
            "source_file": "f",
            "row_no": number,
            "load_id": "l",
        }
        | row
        for number, row in enumerate(rows, start=1)
    ]
    schema = contract(name).arrow_schema()
    return pa.Table.from_pylist([{k: v for k, v in row.items() if k in schema.names} for row in full], schema=schema)


def written(guarantor: str, debtor: str, **said: Any) -> dict[str, Any]:
    """One row of the contract `guarantees`."""
    parties = {
        f"{p}_{part}": value
        for p, i in (("guarantor", guarantor), ("debtor", debtor), ("creditor", "t:bank"))
        for part, value in (("id", i), ("type", "firm"))
    }
    usual = {
        "contract_no": f"{guarantor}-{debtor}",
        "kind": "joint_several",
        "amount": Decimal("100.00"),
        "signed_on": SIGNED,
        "status": "active",
    }
    return parties | usual | said


def promises(*rows: tuple[Any, ...] | dict[str, Any]) -> pa.Table:
    """Rows of `forms.GUARANTEES` from (guarantor, debtor[, amount]) or from named columns."""
    full = []
    for row in rows:
        said = row if isinstance(row, dict) else dict(zip(("guarantor", "debtor", "amount"), row, strict=False))
        made = {
            "creditor": "bank",
            "contract": f"{said['guarantor']}-{said['debtor']}",
            "kind": "joint_several",
            "amount": 100,
            "status": "active",
            "table": "guarantees",
        } | said
        made["row"] = said.get("row", f"{made['contract']}|{made['guarantor']}")
        made["amount"] = Decimal(str(made["amount"]))
        full.append(made)
    return pa.Table.from_pylist(full, schema=GUARANTEES)


def settings(**changed: Any) -> Settings:
    """What ships, some of it changed."""
    return replace(Settings.of(shipped(SCHEME)[0], AS_OF), **changed)
