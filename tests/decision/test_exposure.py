"""What a firm owes: by the balance where a note says it, by its days where it does not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from tests.decision.shop import _shared

from windchime.data.contracts import contract
from windchime.data.reading import Reading
from windchime.decision.exposure import existing

DRAWN, AS_OF = date(2024, 1, 10), date(2024, 12, 31)


def owed(**different: Any) -> dict[str, Decimal]:
    note = {"loan_id": "s:L1", "firm_id": "s:F1", "principal": Decimal("1000.00"), "rate": Decimal("0.05"),
            "term_months": 12, "drawn_on": DRAWN, "due_on": date(2025, 1, 10), **_shared(DRAWN, 2)} | different  # fmt: skip
    form = contract("loans").arrow_schema()
    rows = pa.Table.from_pylist([{f.name: note.get(f.name) for f in form}], schema=form)
    return existing(Reading.over({"loans": rows}, as_of=AS_OF))


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        ({}, "1000.00"),
        ({"due_on": date(2024, 12, 31)}, None),
        ({"settled_on": date(2024, 6, 1)}, None),
        ({"balance": Decimal("400.00")}, "400.00"),
        ({"balance": Decimal("400.00"), "due_on": date(2024, 6, 30)}, "400.00"),
        ({"balance": Decimal("0.00")}, None),
    ],
)
def test_the_balance_counts_where_it_is_said(note: dict[str, Any], expected: str | None) -> None:
    assert owed(**note) == ({} if expected is None else {"s:F1": Decimal(expected)})
    assert existing(Reading.over({}, as_of=AS_OF)) == {}
