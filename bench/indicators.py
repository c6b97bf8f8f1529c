"""Invoice indicators: all firms in one plan, one firm at decision time, and plain pandas doing the same work."""

import os
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
from tests.indicators.helpers import AS_OF, CUMCM_AS_OF, busy, cumcm, tables
from tests.indicators.oracle import frame, oracle

from bench import Row
from windchime.data.reading import Reading
from windchime.indicators import indicators, measure, measure_one

#: rows of a row group in the files read here: small enough that one firm's rows are a small part of a table
ROW_GROUP = 16_384


def _sample() -> tuple[dict[str, pa.Table], date, str]:
    named = os.environ.get("WINDCHIME_SAMPLES")
    if named and (Path(named) / "cumcm2020c").is_dir():
        return cumcm(Path(named)), CUMCM_AS_OF, "cumcm2020c attachment 1"
    return tables(busy(1, firms=120, rows=120_000)), AS_OF, "seeded set"


def _over_files(lake: dict[str, pa.Table], folder: Path, as_of: date) -> Reading:
    con = ibis.duckdb.connect()
    for name, rows in lake.items():
        pq.write_table(rows, folder / f"{name}.parquet", row_group_size=ROW_GROUP)
        con.con.execute(f"create view {name} as select * from read_parquet('{folder / name}.parquet')")
    return Reading(con, lake, as_of=as_of, lake_version=0)


def _seconds(work: Callable[[], Any], times: int) -> float:
    """Median wall time."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return sorted(taken)[times // 2]


def rows() -> Iterator[Row]:
    from tempfile import TemporaryDirectory

    lake, as_of, label = _sample()
    with TemporaryDirectory() as folder:
        found = _over_files(lake, Path(folder), as_of)
        note = f"{label}: {lake['invoices'].num_rows} invoices, {lake['firms'].num_rows} firms, {len(indicators())} indicators"
        began = time.perf_counter()
        firms = measure(found)["firm_id"].to_pylist()
        first = time.perf_counter() - began
        facts = frame(lake["invoices"])
        peer = _seconds(lambda: oracle(facts, firms, as_of), 3)
        yield Row(
            "indicators",
            "all firms, plan compiled",
            _seconds(lambda: measure(found), 5),
            "s",
            "≤ 1 s",
            "pandas, groupby over all firms",
            peer,
            note,
        )
        yield Row("indicators", "all firms, first call (compiles)", first, "s")
        measure_one(found, firms[0])
        taken = []
        for firm in firms:
            began = time.perf_counter()
            measure_one(found, firm)
            taken.append((time.perf_counter() - began) * 1000)
        taken.sort()
        own = facts.groupby("firm")
        middle = own.size().sort_values().index[len(firms) // 2]
        mine = own.get_group(middle)
        one = _seconds(lambda: oracle(mine, [middle], as_of), 9) * 1000
        yield Row(
            "indicators", "one firm, median", taken[len(taken) // 2], "ms", "≤ 40 ms", "pandas, rows in memory", one
        )
        for few in ([c.code for c in indicators()][::6], [c.code for c in indicators()][::2]):
            measure_one(found, firms[0], codes=few)
            some = _seconds(lambda few=few: measure_one(found, middle, codes=few), 25) * 1000  # type: ignore[misc]
            yield Row("indicators", f"one firm, {len(few)} indicators", some, "ms", "≤ 40 ms")
        yield Row("indicators", "one firm, 95th percentile", taken[int(len(taken) * 0.95)], "ms", "≤ 40 ms")
