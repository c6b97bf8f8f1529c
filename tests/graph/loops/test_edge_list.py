from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.graph.loops.helpers import transfers

from windchime.graph.loops.edge_list import NoTransfers, transfers_of
from windchime.graph.loops.transfers import NotTransfers, Transfers, day_of

HEAD = "payer,payee,amount,paid_at\n"


def _file(folder: Path, text: str) -> Path:
    file = folder / "list.csv"
    file.write_text(HEAD + text, encoding="utf-8")
    return file


def test_times_without_a_zone_are_those_of_china_and_days_are_days(tmp_path: Path) -> None:
    found, problems = transfers_of(
        _file(tmp_path, "a,b,10.50,2025-03-01 10:00:00\nb,a,10,2025-03-02\na,b,1,2025-03-01T10:00:00Z\n")
    )
    rows = found.to_pylist()
    assert problems == ()
    assert [r["paid_at"] for r in rows] == [
        datetime(2025, 3, 1, 2, tzinfo=UTC), datetime(2025, 3, 1, 16, tzinfo=UTC), datetime(2025, 3, 1, 10, tzinfo=UTC),
    ]  # fmt: skip
    assert [(r["amount"], r["is_time_known"]) for r in rows] == [
        (Decimal("10.50"), True), (Decimal(10), False), (Decimal(1), True),
    ]  # fmt: skip
    of = Transfers.of(found)
    assert of.day_only.tolist() == [False, True, False]
    assert day_of(int(of.at[1])).isoformat() == "2025-03-02"


def test_rows_that_say_no_transfer_are_left_out_and_told(tmp_path: Path) -> None:
    found, (problem,) = transfers_of(
        _file(tmp_path, "a,b,1,2025-03-01\n,b,1,2025-03-01\na,b,0,2025-03-01\na,b,x,2025-03-01\na,b,1,soon\n")
    )
    assert found["row"].to_pylist() == ["1"]
    assert (problem.code, problem.params) == ("rows_say_no_transfer", {"count": 4})


def test_parquet_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "list.parquet"
    pq.write_table(transfers(("a", "b", 100, 1)), file)
    found, problems = transfers_of(file)
    assert (found.num_rows, problems) == (1, ())
    assert Transfers.of(found).at.tolist() == Transfers.of(transfers(("a", "b", 100, 1))).at.tolist()


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_text("x")
    with pytest.raises(NoTransfers, match=r"list\.txt"):
        transfers_of(tmp_path / "list.txt")
    (tmp_path / "short.csv").write_text("payer,payee\na,b\n")
    with pytest.raises(NotTransfers, match="amount"):
        transfers_of(tmp_path / "short.csv")
