"""Loading: attachment 1 of the contest pack from Parquet and from its workbook, and a pack of two million invoices.

Beside each stands plain pandas with the same reading and the same row checks, which then keeps the rows in memory: it
writes no versioned table, no quarantine and no record.
"""

import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from bench import Row
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.intake import load, workbook  # noqa: F401 - the workbook reader is imported before the clock starts
from windchime.service.bank import Bank

ACTOR = Actor("bench", "system")
SHEETS = {"purchase": ("进项发票信息", "销方单位代号"), "sales": ("销项发票信息", "购方单位代号")}
COLUMNS = ["enterprise_id", "invoice_no", "issue_date", "counterparty_id", "amount", "tax", "total", "status"]
MILLIONS = 2_000_000


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="windchime-bench-") as name:
        folder = Path(name)
        samples = os.environ.get("WINDCHIME_SAMPLES")
        if samples:
            yield from _contest(Path(samples) / "cumcm2020c", folder)
        yield from _two_million(folder)


def _contest(source: Path, folder: Path) -> Iterator[Row]:
    ours = _loaded(folder, lambda bank: load(bank, ACTOR, source, pack="cumcm2020c", parts=["rated"]))
    peer = _timed(lambda: [_checked(pd.read_parquet(source / f"a1_{side}_invoices.parquet")) for side in SHEETS])
    yield Row("load", "attachment 1 (373,431 invoices) from Parquet", ours, "s", "≤ 5 s", "pandas, no lake", peer)
    book = _workbook(source, folder / "a1.xlsx")
    ours = _loaded(folder, lambda bank: load(bank, ACTOR, book, pack="cumcm2020c"))
    peer = _timed(lambda: [_checked(_from_sheet(book, *SHEETS[side])) for side in SHEETS])
    yield Row("load", "attachment 1 from the workbook", ours, "s", "≤ 20 s", "pandas + calamine, no lake", peer)


def _two_million(folder: Path) -> Iterator[Row]:
    pack = folder / "pack"
    pack.mkdir()
    (pack / "pack.yaml").write_text(
        "pack: windchime\nlabel: bench\nsource: bench\nas_of: 2025-12-31\nsimulated: true\n"
        "train: {features_as_of: 2025-12-31, labels_as_of: 2025-12-31}\n"
    )
    pq.write_table(_invoices(MILLIONS), pack / "invoices.parquet")
    ours = _loaded(folder, lambda bank: load(bank, ACTOR, pack, pack="windchime"))
    peer = _timed(
        lambda: _checked(
            pd.read_parquet(pack / "invoices.parquet").rename(columns={"reporting_firm_id": "enterprise_id"}),
            valid=("normal", "void"),
        )
    )
    yield Row("load", f"windchime pack, {MILLIONS:,} invoices", ours, "s", "≤ 30 s", "pandas, no lake", peer)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Row("load", "highest memory of this process, the peers included", peak, "MiB")


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
