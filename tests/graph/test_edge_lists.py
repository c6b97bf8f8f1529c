"""Plain files of edges as strangers write them: what is wrong is said without the words of a row."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from windchime.core.errors import BadCall, BadInput
from windchime.graph.guarantees.edge_list import promises_of
from windchime.graph.loops.edge_list import transfers_of
from windchime.graph.ownership.reading_shares import table_of

READERS = (
    (table_of, "owner,company,share"),
    (promises_of, "guarantor,debtor,amount"),
    (transfers_of, "payer,payee,amount,paid_at"),
)


@pytest.mark.parametrize(("read", "heading"), READERS)
def test_an_error_does_not_quote_a_row(tmp_path: Path, read: Callable[[Path], Any], heading: str) -> None:
    file = tmp_path / "edges.csv"
    file.write_text(f"{heading}\n某某某,甲,1,2020-01-01,13900000000,5\n")
    with pytest.raises(BadInput) as caught:
        read(file)
    assert "columns" in str(caught.value)
    assert [w for w in ("某某某", "13900000000") if w in str(caught.value)] == []


@pytest.mark.parametrize(("read", "heading"), READERS)
def test_a_column_that_stands_twice_is_refused(tmp_path: Path, read: Callable[[Path], Any], heading: str) -> None:
    file, first = tmp_path / "edges.csv", heading.partition(",")[0]
    file.write_text(
        f"{first},{heading}\na,b,c,1,2020-01-01\n".replace(",2020-01-01", ",2020-01-01" * (first == "payer"))
    )
    with pytest.raises((BadCall, BadInput)):
        read(file)


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e16", "1e30", "1e-99999999999999999999", "-1"])
def test_amounts_without_room_are_problems(tmp_path: Path, amount: str) -> None:
    file = tmp_path / "edges.csv"
    file.write_text(f"guarantor,debtor,amount,share\na,b,{amount},0.5\nc,d,1,{amount}\ne,f,9999999999999999.99,1\n")
    rows, problems = promises_of(file)
    assert rows["guarantor"].to_pylist() == ["e"]
    assert [(p.code, p.row) for p in problems] == [("not_an_amount", 2), ("not_an_amount", 3)]


def test_groups_may_be_numbers(tmp_path: Path) -> None:
    file = tmp_path / "edges.parquet"
    rows = {"guarantor": ["a", "b"], "debtor": ["c", "c"], "amount": [1, 2], "joint_group": [7, None], "debt": [1, 2]}
    pq.write_table(pa.table(rows), file)
    assert promises_of(file)[0]["joint_group"].to_pylist() == ["7", None]
