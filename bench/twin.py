"""How long a region takes and how much memory, each size in a process of its own."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import Row

PROGRAM = """
import resource, sys, time
from pathlib import Path
from windchime.twin import generate
begin, used = time.perf_counter(), time.process_time()
made = generate(Path(sys.argv[1]), firms=int(sys.argv[2]), seed=1)
print(time.perf_counter() - begin, time.process_time() - used,
      resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, made.rows["invoices"])
"""


def rows() -> Iterator[Row]:
    for firms, seconds, note in ((200, "≤ 3 s", "the tests' region"), (1_000, "≤ 20 s", "the demo's region")):
        with tempfile.TemporaryDirectory() as folder:
            said = subprocess.run(
                [sys.executable, "-c", PROGRAM, str(Path(folder) / "pack"), str(firms)],
                check=True,
                capture_output=True,
                text=True,
            ).stdout.split()
        wall, cpu, peak, invoices = map(float, said)
        what = f"generate {firms:,} firms, 36 months, {invoices:,.0f} invoice rows"
        yield Row("twin", what, wall, "s", seconds, note=f"{note}; {cpu:.1f} s of processor time")
        yield Row("twin", f"peak memory, {firms:,} firms", peak, "MB", "≤ 1500 MB" if firms == 1_000 else "")
