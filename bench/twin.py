"""How long a region takes and how much memory, each size in a process of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import Row

PROGRAM = """
import os, resource, sys, time
from pathlib import Path
from windchime.twin import generate
begin, used = time.perf_counter(), time.process_time()
made = generate(Path(sys.argv[1]), firms=int(sys.argv[2]), seed=1, profile=sys.argv[3], chunk=2000)
print(time.perf_counter() - begin, time.process_time() - used,
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, made.rows["invoices"], made.rows["bank_transactions"],
      os.getloadavg()[0])
"""

#: firms, profile, hoped-for time and memory, what for
SIZES = (
    (200, "credit", "≤ 5 s", "", "the tests' region"),
    (1_000, "credit", "≤ 90 s", "≤ 2000 MB", "the demo's region"),
    (2_000, "population", "≤ 30 s", "", "two years of all registered firms"),
)
LARGE = (100_000, "population", "≤ 900 s", "≤ 6000 MB", "two years of all registered firms")


def rows() -> Iterator[Row]:
    """Each size; the largest only where `BENCH_LARGE` is set, as it takes many minutes."""
    for firms, profile, seconds, memory, note in (*SIZES, *((LARGE,) if os.environ.get("BENCH_LARGE") else ())):
        with tempfile.TemporaryDirectory() as folder:
            said = subprocess.run(
                [sys.executable, "-c", PROGRAM, str(Path(folder) / "pack"), str(firms), profile],
                check=True,
                capture_output=True,
                text=True,
            ).stdout.split()
        wall, cpu, peak, invoices, entries, load = map(float, said)
        what = f"generate {firms:,} firms ({profile}), {invoices:,.0f} invoice and {entries:,.0f} bank rows"
        told = f"{note}; {cpu:.0f} s of processor time; load {load:.1f}"
        yield Row("twin", what, wall, "s", seconds, note=told)
        yield Row("twin", f"peak memory, {firms:,} firms ({profile})", peak, "MB", memory)
