"""A file that changes while it is loaded is refused, and nothing of it is published."""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.data.helpers import LI, invoice, open_bank, pack, rows_of

from windchime.core.clock import FixedClock
from windchime.data.contracts import contract
from windchime.data.intake import load, quarantined
from windchime.data.intake.errors import FileChanged
from windchime.data.intake.limits import LIMITS
from windchime.data.intake.unchanged import Standing
from windchime.data.lake import versions

FORM = pa.schema([f.with_nullable(True) for f in contract("invoices").source_schema()])
STREAMED = replace(LIMITS, streamed_rows=1)


def written(file: Path, remark: str) -> None:
    pq.write_table(pa.Table.from_pylist([invoice(remark=remark)], schema=FORM), file)


def overwritten(file: Path) -> None:
    """As large as before, its time of change set back."""
    before = file.stat()
    written(file, "13900000000")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size


def replaced(file: Path) -> None:
    beside = file.with_name("beside")
    written(beside, "13900000000")
    beside.replace(file)


def damaged(file: Path) -> None:
    """The footer stays; what it leads to is no page."""
    whole = file.read_bytes()
    file.write_bytes(whole[:4] + bytes(len(whole) // 2 - 4) + whole[len(whole) // 2 :])


def removed(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("change", [overwritten, replaced, damaged, removed])
@pytest.mark.parametrize("when", ["sealing personal data", "writing the lake"])
def test_a_file_that_changes_is_refused(
    tmp_path: Path, clock: FixedClock, change: Callable[[Path], None], when: str
) -> None:
    folder = pack(tmp_path / "pack", invoices=[])
    file = folder / "invoices.parquet"
    written(file, "as it was...")
    told_of: list[str] = []

    def told(step: str, done: int, total: int) -> None:
        if step == when and not told_of:
            told_of.append(step)
            change(file)

    with closing(open_bank(tmp_path, clock)) as bank:
        with pytest.raises(FileChanged, match=r"invoices\.parquet changed"):
            load(bank, LI, folder, pack="windchime", limits=STREAMED, progress=told)
        with bank.session() as session:
            assert versions.head(session) is None
            assert not list(quarantined(bank, session, state=None))
        written(file, "as it is")
        load(bank, LI, folder, pack="windchime", limits=STREAMED)
        assert [r["remark"] for r in rows_of(bank, "invoices")] == ["as it is"]


def test_what_goes_wrong_for_another_reason_is_said_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a")
    with pytest.raises(KeyError), Standing.of([(file, "rows.csv")]).held():
        raise KeyError


def test_files_that_are_not_there_do_not_stand(tmp_path: Path) -> None:
    with pytest.raises(FileChanged):
        Standing.of([(tmp_path / "rows.csv", "rows.csv")]).hold()
