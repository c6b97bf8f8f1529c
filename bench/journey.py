"""From files to the portfolio's report in one process: wall time and peak memory, on the real pack where it is there."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Row

AREA = "journey"


def rows() -> Iterator[Row]:
    samples = os.environ.get("WINDCHIME_SAMPLES", "")
    with tempfile.TemporaryDirectory() as folder:
        if Path(samples, "cumcm2020c").is_dir():
            yield from _run("cumcm2020c, 183 firms", Path(samples, "cumcm2020c"), "cumcm2020c", Path(folder, "real"))
        pack = Path(folder, "twin")
        _windchime(Path(folder), "twin", "generate", "--out", str(pack), "--firms", "1000", "--seed", "1")
        yield from _run("simulated region, 1,000 firms", pack, "windchime", Path(folder, "simulated"))


def _run(what: str, pack: Path, kind: str, home: Path) -> Iterator[Row]:
    code = (
        "import sys; from decimal import Decimal; from pathlib import Path\n"
        "from windchime.core.unit import Actor; from windchime.portfolio.cycle import People, run\n"
        "from windchime.service.bank import Bank\n"
        "run(Bank.open(Path(sys.argv[1])), People(Actor('maker'), Actor('checker')), Path(sys.argv[2]), pack=sys.argv[3],"
        " budget=Decimal(100000000))\n"
        "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, str(home), str(pack), kind], capture_output=True, text=True, check=True
    )
    took = time.perf_counter() - start
    yield Row(AREA, f"load → portfolio report, {what}", took, "s", "≤ 60 s")
    yield Row(AREA, f"peak memory, {what}", int(done.stdout.split()[-1]) / 1024**2, "GiB", "≤ 2 GB")


def _windchime(home: Path, *arguments: str) -> None:
    environ = os.environ | {"WINDCHIME_HOME": str(home)}
    subprocess.run([sys.executable, "-m", "windchime", *arguments], env=environ, check=True, capture_output=True)
