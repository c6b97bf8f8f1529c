"""Values of the lake as people read them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from windchime.data.contracts import contract
from windchime.data.showing import facts, said

TOKEN = "t_" + "a2" * 16


@pytest.mark.parametrize(
    ("table", "column", "value", "zh", "en"),
    [
        ("firms", "registered_capital", Decimal("47000000.00"), "47,000,000.00 元", None),
        ("firms", "is_listed", False, "否", "no"),
        ("firms", "status", "active", "存续（在业、开业）", None),
        ("shareholdings", "share", Decimal("0.250000"), "0.25", "0.25"),
        ("bank_transactions", "booked_at", datetime(2024, 1, 5, 4, tzinfo=UTC), "2024-01-05 12:00", "2024-01-05 12:00"),
    ],
)
def test_values_are_written_out(table: str, column: str, value: Any, zh: str | None, en: str | None) -> None:
    found = said(contract(table)[column], value)
    assert zh is None or found.zh == zh
    assert en is None or found.en == en
    assert str(value) != found.zh


def test_codes_bear_their_labels_and_tokens_are_masked() -> None:
    column = contract("administrative_penalties")["penalty_kinds"]
    assert said(column, "fine|warning").zh == "、".join(column.values[c].zh for c in ("fine", "warning"))
    masked = said(contract("firms")["legal_rep_name"], TOKEN).zh
    assert TOKEN not in masked
    assert masked


def test_facts_leave_out_what_is_empty_and_how_things_are_meant() -> None:
    row = {c.name: None for c in contract("firms").columns} | {
        "name": "示例有限公司", "legal_rep_type": "person", "legal_rep_id": "s:P1", "legal_rep_name": TOKEN,
        "registered_currency": "CNY", "is_listed": True,
    }  # fmt: skip
    assert [c.name for c, _text in facts(contract("firms"), row, frozenset({"name"}))] == [
        "legal_rep_name",
        "is_listed",
    ]
