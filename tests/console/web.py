"""A small bank with a graph: who holds, leads and guarantees whom among the firms of the shop, and one person by name."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from tests.console.helpers import ANNA, FIRMS, NASTY_ID, an_empty_bank, write_pack

from windchime.data.contracts import contract
from windchime.data.intake import load
from windchime.service.bank import Bank

SOUND, LONG, SMALL, YOUNG = "shop:SOUND", "shop:LONG", "shop:SMALL", "shop:YOUNG"
OWNER, OWNER_NAME, OWNER_NUMBER = "shop:P1", "王小明", "110101199003070134"
#: since when everything holds, and the last day of what ended
SINCE, ENDED = date(2016, 3, 1), date(2018, 6, 30)


def stake(owner: str, firm: str, share: str, until: date | None = None) -> dict[str, Any]:
    """A shareholding of the register."""
    return {
        "firm_id": firm, "holder_id": owner, "holder_type": "person" if owner == OWNER else "firm",
        "share_class": "ordinary", "share": Decimal(share), "valid_from": SINCE, "valid_to": until,
        "basis": "registry", "known_on": SINCE,
    }  # fmt: skip


def promise(guarantor: str, debtor: str, number: str) -> dict[str, Any]:
    """A guarantee of a million yuan for a loan of the bank."""
    return {
        "contract_no": number, "guarantor_type": "firm", "guarantor_id": guarantor, "debtor_type": "firm",
        "debtor_id": debtor, "creditor_type": "firm", "creditor_id": "shop:BANK", "kind": "joint_several",
        "amount": Decimal(1_000_000), "signed_on": SINCE, "starts_on": SINCE, "status": "active", "known_on": SINCE,
    }  # fmt: skip


TABLES: Mapping[str, Iterable[dict[str, Any]]] = {
    "persons": [
        {"person_id": OWNER, "name": OWNER_NAME, "id_kind": "resident", "id_number": OWNER_NUMBER, "resolution": "by_id",
         "known_on": SINCE},
    ],
    "shareholdings": [
        stake(OWNER, SOUND, "0.6"), stake(SOUND, LONG, "0.51"), stake(LONG, NASTY_ID, "1"), stake(OWNER, SMALL, "0.7"),
        stake(SMALL, SOUND, "0.1", ENDED),
    ],
    "key_persons": [
        {"firm_id": f, "person_type": "person", "person_id": OWNER, "role": "legal_rep", "valid_from": SINCE,
         "known_on": SINCE}
        for f in (SOUND, SMALL)
    ],
    "guarantees": [promise(SOUND, LONG, "G1"), promise(LONG, SOUND, "G2"), promise(LONG, YOUNG, "G3")],
}  # fmt: skip


def a_web(home: Path) -> Bank:
    """A bank with the shop's firms and their ties; nothing was looked for in them yet."""
    bank = an_empty_bank(home)
    folder = write_pack(home / "pack", FIRMS)
    for name, rows in TABLES.items():
        schema = contract(name).source_schema()
        pq.write_table(pa.Table.from_pylist([dict(r) for r in rows], schema=schema), folder / f"{name}.parquet")
    load(bank, ANNA, folder, pack="windchime")
    return bank
