"""Loading: attachment 1 of the contest pack from Parquet and from its workbook; packs of up to two million invoices.

Beside each stands plain pandas with the same reading and the same row checks, which then keeps the rows in memory: it
writes no versioned table, no quarantine and no record.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from python_calamine import CalamineWorkbook

from bench import Row
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.intake import forms, load, parquet, workbook  # noqa: F401 - the workbook reader is imported before the clock starts
from windchime.data.intake.compiled import Facts, compile_table
from windchime.data.intake.limits import LIMITS
from windchime.data.intake.mapping import mapping
from windchime.data.intake.sheets import match
from windchime.data.intake.staging import Staging, Stamp
from windchime.service.bank import Bank

ACTOR = Actor("bench", "system")
SHEETS = {"purchase": ("进项发票信息", "销方单位代号"), "sales": ("销项发票信息", "购方单位代号")}
COLUMNS = ["enterprise_id", "invoice_no", "issue_date", "counterparty_id", "amount", "tax", "total", "status"]
MILLIONS, MILLION, CELLS = 2_000_000, 1_000_000, 100_000
TAKEN = date(2025, 12, 31)
DESCRIPTION = (
    "pack: windchime\nlabel: bench\nsource: bench\nas_of: 2025-12-31\nsimulated: true\n"
    "train: {features_as_of: 2025-12-31, labels_as_of: 2025-12-31}\n"
)
#: a process that loads one pack and says its peak memory in MiB
ALONE = """
import sys
from pathlib import Path
from windchime.core.unit import Actor
from windchime.data.intake import load
from windchime.service.bank import Bank
bank = Bank.open(Path(sys.argv[2]))
load(bank, Actor("bench", "system"), Path(sys.argv[1]), pack="windchime")
(peak,) = (line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak) / 1024)
"""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="windchime-bench-") as name:
        folder = Path(name)
        samples = os.environ.get("WINDCHIME_SAMPLES")
        if samples:
            yield from _contest(Path(samples) / "cumcm2020c", folder)
        yield from _two_million(folder)
        yield from _text(folder)
        yield from _cells(folder)
        yield from _memory(folder)


def _contest(source: Path, folder: Path) -> Iterator[Row]:
    ours = _loaded(folder, lambda bank: load(bank, ACTOR, source, pack="cumcm2020c", parts=["rated"]))
    peer = _timed(lambda: [_checked(pd.read_parquet(source / f"a1_{side}_invoices.parquet")) for side in SHEETS])
    yield Row("load", "attachment 1 (373,431 invoices) from Parquet", ours, "s", "≤ 5 s", "pandas, no lake", peer)
    book = _workbook(source, folder / "a1.xlsx")
    ours = _loaded(folder, lambda bank: load(bank, ACTOR, book, pack="cumcm2020c"))
    peer = _timed(lambda: [_checked(_from_sheet(book, *SHEETS[side])) for side in SHEETS])
    yield Row("load", "attachment 1 from the workbook", ours, "s", "≤ 20 s", "pandas + calamine, no lake", peer)


def _two_million(folder: Path) -> Iterator[Row]:
    pack = _described(folder / "pack")
    pq.write_table(_invoices(MILLIONS), pack / "invoices.parquet")
    ours = _loaded(folder, lambda bank: load(bank, ACTOR, pack, pack="windchime"))
    peer = _timed(
        lambda: _checked(
            pd.read_parquet(pack / "invoices.parquet").rename(columns={"reporting_firm_id": "enterprise_id"}),
            valid=("normal", "void"),
        )
    )
    yield Row("load", f"windchime pack, {MILLIONS:,} invoices", ours, "s", "≤ 30 s", "pandas, no lake", peer)
    yield Row("load", f"the same, rows a second of the whole load (load average {_busy()})", MILLIONS / ours, "rows/s")
    checked, processor = _checked_alone(pack / "invoices.parquet")
    yield Row("load", "the same, read and checked alone", MILLIONS / checked, "rows/s", "≥ 1,000,000 rows/s")
    yield Row("load", "the same, of processor time", MILLIONS / processor, "rows/s of one core")


def _text(folder: Path) -> Iterator[Row]:
    """A pack of a million rows as CSV."""
    pack = _described(folder / "text")
    pacsv.write_csv(_plain(MILLION), pack / "invoices.csv")
    ours = _loaded(folder, lambda bank: load(bank, ACTOR, pack, pack="windchime"))
    yield Row(
        "load", f"CSV, {MILLION:,} invoices (load average {_busy()})", MILLION / ours, "rows/s", "≥ 300,000 rows/s"
    )


def _cells(folder: Path) -> Iterator[Row]:
    """A pack of a hundred thousand rows as workbook; the peer reads the cells and does nothing else."""
    import xlsxwriter

    pack = _described(folder / "cells")
    path = pack / "invoices.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        frame = _plain(CELLS).to_pandas().astype({"amount": float, "tax": float, "total": float})
        _sheet(book, "invoices", list(frame.columns), frame)
    ours = _loaded(folder, lambda bank: load(bank, ACTOR, pack, pack="windchime"))
    peer = _timed(lambda: CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python())
    yield Row("load", f"XLSX, {CELLS:,} invoices", ours, "s", "≤ 1.5 × the peer", "python-calamine, cells only", peer)


def _memory(folder: Path) -> Iterator[Row]:
    """Peak memory of a process that loads one pack and nothing else, for two sizes."""
    for count in (MILLION // 2, MILLIONS):
        pack = _described(folder / f"pack{count}")
        pq.write_table(_invoices(count), pack / "invoices.parquet")
        size = (pack / "invoices.parquet").stat().st_size // 2**20
        home = str(folder / f"home{count}")
        said = subprocess.check_output([sys.executable, "-c", ALONE, str(pack), home], text=True)
        peak = float(said.split()[-1])
        yield Row("load", f"peak memory, {count:,} invoices of {size} MiB Parquet", peak, "MiB")


def _described(pack: Path) -> Path:
    pack.mkdir()
    (pack / "pack.yaml").write_text(DESCRIPTION)
    return pack


def _plain(count: int) -> pa.Table:
    """Invoices with the columns that are filled."""
    made = _invoices(count)
    return made.select([name for name in made.column_names if made[name].null_count == 0])


def _checked_alone(path: Path) -> tuple[float, float]:
    """Seconds, on the clock and of the processor, of reading and checking a Parquet file: looks, rules, notes."""
    feed = next(f for f in mapping("windchime").feeds if f.name == "invoices")
    with Staging(Stamp("bench", "load", TAKEN), str(path.parent), [path]) as staging:
        ((sheet, found, _problems),) = forms.sheets(staging.con, path, path.name, [feed], LIMITS)
        matched, began = match(sheet, found), time.process_time()

        def check() -> None:
            known = replace(matched, sheet=parquet.looked(staging.con, path, sheet, matched.headers.values()))
            staging.stage(compile_table(known, found.tables[0], Facts("bench", TAKEN)))

        seconds = _timed(check)
        return seconds, time.process_time() - began


def _busy() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def _loaded(folder: Path, run: Callable[[Bank], object]) -> float:
    home = folder / "home"
    shutil.rmtree(home, ignore_errors=True)
    bank = Bank.open(home)
    seconds = _timed(lambda: run(bank))
    bank.close()
    return seconds


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _from_sheet(book: Path, sheet: str, other: str) -> pd.DataFrame:
    names = dict(
        zip(["企业代号", "发票号码", "开票日期", other, "金额", "税额", "价税合计", "发票状态"], COLUMNS, strict=True)
    )
    return pd.read_excel(book, sheet_name=sheet, engine="calamine").rename(columns=names)


def _checked(frame: pd.DataFrame, valid: tuple[str, ...] = ("有效发票", "作废发票")) -> pd.DataFrame:
    """The row checks of the invoice contract, the duplicates, exact cents and the sort, as one would write them in pandas."""
    for column in ("amount", "tax", "total"):
        values = frame[column].astype("float64")
        frame[column] = (values * 100).round().astype("int64")
        frame[f"bad_{column}"] = (values - frame[column] / 100).abs() > 1e-6
    frame["status"] = frame["status"].str.strip()
    bad = (
        frame[["bad_amount", "bad_tax", "bad_total"]].any(axis=1)
        | frame[COLUMNS[:3]].isna().any(axis=1)
        | ~frame["status"].isin(valid)
        | ((frame["amount"] + frame["tax"] - frame["total"]).abs() > 1)
        | (pd.to_datetime(frame["issue_date"]) > pd.Timestamp("2025-12-31"))
    )
    good = frame[~bad]
    own = [c for c in good.columns if c != "row_no"]
    return good.assign(duplicate=good.duplicated(own)).sort_values(["enterprise_id"], kind="stable")


def _workbook(source: Path, path: Path) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        firms = pd.read_parquet(source / "a1_enterprises.parquet")
        _sheet(book, "企业信息", ["企业代号", "企业名称", "信誉评级", "是否违约"], firms)
        for side, (name, other) in SHEETS.items():
            frame = pd.read_parquet(source / f"a1_{side}_invoices.parquet", columns=COLUMNS)
            _sheet(
                book, name, ["企业代号", "发票号码", "开票日期", other, "金额", "税额", "价税合计", "发票状态"], frame
            )
    return path


def _sheet(book: object, name: str, headers: list[str], frame: pd.DataFrame) -> None:
    sheet = book.add_worksheet(name)  # type: ignore[attr-defined]  # xlsxwriter has no types
    sheet.write_row(0, 0, headers)
    for r, row in enumerate(frame.itertuples(index=False), start=1):
        for c, cell in enumerate(row):
            if isinstance(cell, str):
                sheet.write_string(r, c, cell)
            else:
                sheet.write(r, c, cell)


def _invoices(count: int) -> pa.Table:
    chance = np.random.default_rng(7)
    cents = chance.integers(10_000, 10_000_000, count)
    tax = cents * 13 // 100
    firms = np.char.add("bench:F", chance.integers(0, 20_000, count).astype(str))
    days = (np.datetime64(date(2023, 1, 1)) + chance.integers(0, 1000, count)).astype("datetime64[D]")
    same = {"direction": "sale", "copy": "seller", "kind": "special", "status": "normal", "colour": "blue"}
    columns = {
        "reporting_firm_id": pa.array(firms),
        "seller_id": pa.array(firms),
        "buyer_id": pa.array(np.char.add("bench:C", chance.integers(0, 200_000, count).astype(str))),
        "invoice_no": pa.array(np.char.zfill(np.arange(count).astype(str), 8)),
        "issue_date": pa.array(days),
        "amount": _money(cents),
        "tax": _money(tax),
        "total": _money(cents + tax),
    } | {name: pa.array([value] * count) for name, value in same.items()}
    schema = contract("invoices").source_schema()
    return pa.table([columns.get(f.name, pa.nulls(count, f.type)).cast(f.type) for f in schema], schema=schema)


def _money(cents: np.ndarray) -> pa.Array:
    """Cents as DECIMAL(18,2), by reading the same digits with another scale."""
    digits = pa.array(cents).cast(pa.decimal128(19, 0))
    return pa.Array.from_buffers(pa.decimal128(19, 2), len(digits), digits.buffers()).cast(pa.decimal128(18, 2))
