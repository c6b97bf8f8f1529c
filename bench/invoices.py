"""Checks of invoices: a million through all of them, one firm's list, three of them beside plain pandas."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl

from bench import Row
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.running import run
from windchime.risk.invoices.settings import Settings

AREA = "invoices"
#: firms of the simulated region that is put together often enough, and invoices in all and of one firm
FIRMS, INVOICES, OF_ONE = 100, 1_000_000, 3_000
AS_OF = date(2025, 12, 31)
#: load of the machine above which the processor's time is told instead of the clock's
BUSY = 2.5

#: a process of its own, so that its peak is of this work alone; norms are of the same firms, as only time is asked
_CHILD = """
import json, resource, sys, time
from datetime import date
import polars as pl
from windchime.content.in_force import shipped
from windchime.risk.invoices.calibrating import calibrate
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.population.settings import Settings as Population
from windchime.risk.invoices.running import run
from windchime.risk.invoices.settings import SCHEME, Settings
from windchime.risk.invoices.verify import verify
as_of, firms = date.fromisoformat(sys.argv[2]), "reporting_firm_id"
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
def timed(work, times):
    taken = []
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        found = work()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    return [min(t) for t in zip(*taken)], found
read = lambda name: pl.read_parquet(f"{sys.argv[1]}/{name}.parquet")
told = {}
listing = Listing.of(read("invoices"), as_of, read("invoice_lines"))
settings, population = Settings.shipped(as_of), Population.of(shipped(SCHEME)[0], as_of)
told["before"] = peak()
told["run"], found = timed(lambda: run(listing, settings), 4)
told["run_peak"], told["hits"], told["codes"] = peak(), found.hits.height, found.exposures["code"].n_unique()
counts = listing.invoices.group_by(firms).len().sort((pl.col("len").cast(pl.Int64) - int(sys.argv[3])).abs(), firms)
mine = pl.col(firms) == counts[firms][0]
one = Listing(listing.invoices.filter(mine), listing.lines.filter(mine), as_of, listing.told)
told["rows"], told["lines"] = one.invoices.height, one.lines.height
told["run_one"], _ = timed(lambda: run(one, settings), 20)
norms = calibrate([listing], settings, population)
told["verify"], _ = timed(lambda: verify(listing, settings, population, norms), 3)
told["verify_one"], _ = timed(lambda: verify(one, settings, population, norms), 20)
told["peak"] = peak()
print(json.dumps(told))
"""


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        twin, large = Path(folder, "twin"), Path(folder, "large")
        command = [sys.executable, "-m", "windchime", "twin", "generate", "--out", str(twin)]
        subprocess.run([*command, "--firms", str(FIRMS), "--seed", "1"], check=True, capture_output=True)
        large.mkdir()
        invoices, lines = pl.read_parquet(twin / "invoices.parquet"), pl.read_parquet(twin / "invoice_lines.parquet")
        times = -(-INVOICES // invoices.height)
        _again(invoices, times).head(INVOICES).write_parquet(large / "invoices.parquet")
        _again(lines, times).write_parquet(large / "invoice_lines.parquet")
        child = [sys.executable, "-c", _CHILD, str(large), AS_OF.isoformat(), str(OF_ONE)]
        done = subprocess.run(child, check=True, capture_output=True, text=True)
        yield from _ours(json.loads(done.stdout))
        yield from _beside_pandas(Listing.of(pl.read_parquet(large / "invoices.parquet"), AS_OF))


def _again(table: pl.DataFrame, times: int) -> pl.DataFrame:
    """The table several times over, each time of other firms."""
    ids = [c for c in ("reporting_firm_id", "seller_id", "buyer_id") if c in table.columns]
    return pl.concat(table.with_columns(pl.col(ids) + f"-{n}") for n in range(times))


def _ours(told: dict[str, Any]) -> Iterator[Row]:
    def row(what: str, taken: list[float], target: str = "", *, scale: int = 1, note: str = "") -> Row:
        wall, cpu = (t * scale for t in taken)
        unit = "s" if scale == 1 else "ms"
        said = f"{note}wall {wall:.1f} {unit}, processor {cpu:.1f} {unit}; {_told()}"
        return Row(AREA, what, cpu if os.getloadavg()[0] > BUSY else wall, unit, target, note=said)

    checks = f"{told['codes']} checks that the list tells, {told['hits']:,} hits; "
    yield row("a million invoices through the checks of invoice and set", told["run"], note=checks)
    yield row("a million invoices through every check, with norms and verdicts", told["verify"], "≤ 5 s")
    before = f"{told['before']:.2f} GiB before the start, {told['run_peak']:.2f} GiB with invoice and set alone"
    yield Row(AREA, "the same, peak memory", told["peak"], "GiB", "≤ 1.5 GB", note=before)
    size = f"{told['rows']:,} invoices, {told['lines']:,} lines; "
    yield row("one firm through the checks of invoice and set", told["run_one"], scale=1000, note=size)
    yield row("one firm through every check, with its verdict", told["verify_one"], "≤ 100 ms", scale=1000, note=size)


def _beside_pandas(listing: Listing) -> Iterator[Row]:
    """Three checks by hand in pandas, on the same rows: sums, numbers missing in runs, amounts again within twenty days."""
    settings = Settings.shipped(AS_OF)
    columns = ["row", "reporting_firm_id", "direction", "seller_id", "partner_id", "invoice_code", "invoice_no"]
    columns += ["status", "colour", "issue_date", "amount", "tax", "total"]
    table = listing.invoices.select(columns).to_pandas()
    counts, slow = _timed(lambda: _pandas(table, settings), 1)
    found, quick = _timed(lambda: run(listing, settings), 3)
    codes = ("total_disagrees", "number_missing", "amount_again_soon")
    ours = [found.hits.filter(pl.col("code") == c).height for c in codes]
    note = f"hits of the three: pandas {counts}, ours {ours}; {_told()}"
    what = f"all {found.exposures['code'].n_unique()} checks beside three of them in pandas"
    yield Row(AREA, what, quick, "s", "", "pandas, three checks", slow, note)


def _pandas(table: pd.DataFrame, settings: Settings) -> list[int]:
    """Hits of three checks in the way a notebook has them."""
    off = int((table["amount"] + table["tax"] != table["total"]).sum())
    sales = table[table["direction"] == "sale"].drop_duplicates([c for c in table.columns if c != "row"])
    paper = sales[sales["invoice_no"].str.len() <= 8]
    paper = paper.assign(number=paper["invoice_no"].astype("int64"))
    paper = paper.sort_values(["reporting_firm_id", "invoice_code", "number"])
    step = paper.groupby(["reporting_firm_id", "invoice_code"])["number"].diff()
    missing = int(step.between(2, settings.run.few + 1).sum())
    live = sales[(sales["status"] != "void") & (sales["colour"] == "blue") & (sales["total"] > 0)]
    live = live.sort_values(["reporting_firm_id", "partner_id", "total", "issue_date"])
    days = live.groupby(["reporting_firm_id", "partner_id", "total"])["issue_date"].diff().dt.days
    return [off, missing, int(days.between(1, settings.repeats.days).sum())]


def _timed(work: Callable[[], Any], times: int) -> tuple[Any, float]:
    """The quickest of several, in seconds of the processor where others use the machine too."""
    found: list[tuple[float, Any]] = []
    for _ in range(times):
        begin, used = time.perf_counter(), time.process_time()
        done = work()
        wall, cpu = time.perf_counter() - begin, time.process_time() - used
        found.append((cpu if os.getloadavg()[0] > BUSY else wall, done))
    best = min(found, key=lambda f: f[0])
    return best[1], best[0]


def _told() -> str:
    busy = os.getloadavg()[0]
    return f"load {busy:.1f}: " + ("processor time" if busy > BUSY else "wall time")
