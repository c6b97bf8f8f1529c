"""Who is who on planted spellings: agreement with the truth by kind of writing, and a million rows linked."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date

from tests.data.identity.planted import Register, register

from bench import Row
from windchime.content import seed
from windchime.content.scheme import Scheme
from windchime.data.identity.evaluating import Agreement, Known, agreement
from windchime.data.identity.mentions import gather
from windchime.data.identity.resolving import Resolution, resolve_mentions
from windchime.data.identity.settings import Settings

#: the parameters were tuned on seeds 1 to 3
JUDGED_ON = (4, 5, 6)
FIRMS = 3000
#: rows of the large register; a share of 0.15 of them are written anew
MILLION = int(os.environ.get("WINDCHIME_BENCH_ROWS", "1000000"))

LARGE = """
import resource, sys, time
from datetime import date
import pyarrow as pa, pyarrow.parquet as pq
from bench.identity import settings
from windchime.data.identity.mentions import gather
from windchime.data.identity.resolving import resolve_mentions
from windchime.data.reading import Reading
reading = Reading.over({"firm_records": pq.read_table(sys.argv[1])}, as_of=date(2025, 12, 31))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
begin, used = time.perf_counter(), time.process_time()
mentions = gather(reading)
gathered = time.perf_counter() - begin
found = resolve_mentions(mentions, [], settings())
wall, cpu = time.perf_counter() - begin, time.process_time() - used
pq.write_table(pa.table({"mention": list(found.firm_ids), "head": list(found.firms.heads)}), sys.argv[1] + ".heads")
print(wall, cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, before, gathered, found.pairs)
"""


def settings() -> Settings:
    """What ships."""
    return Settings.of(Scheme.of(seed.documents("schemes")["identity"]), date(2025, 12, 31))


def known(made: Register) -> dict[str, Known]:
    """The truth of a register in the form that is evaluated."""
    return {m: Known(str(firm), made.kinds[m]) for m, firm in made.truth.items()}


def entities(found: Resolution) -> dict[str, str]:
    """The cluster of each mention."""
    return {m: str(head) for m, head in zip(found.firm_ids, found.firms.heads, strict=True)}


def rows() -> Iterator[Row]:
    counts: dict[str, Counter[str]] = {}
    for number in JUDGED_ON:
        made = register(FIRMS, number)
        found = resolve_mentions(gather(made.reading()), [], settings())
        for a in agreement(entities(found), known(made)):
            counts.setdefault(a.kind, Counter()).update(right=a.right, wrong=a.wrong, missed=a.missed)
    for kind, c in counts.items():
        yield from _agreement(Agreement(kind, c["right"], c["wrong"], c["missed"]))
    yield from _large()


def _agreement(a: Agreement) -> Iterator[Row]:
    said = a.intervals()
    f1, (least, most) = a.f1 or 0.0, said["f1"]
    note = (
        f"{least:.3f} to {most:.3f}; precision {a.precision or 0:.4f} ({said['precision'][0]:.3f} to {said['precision'][1]:.3f}), "
        f"recall {a.recall or 0:.4f} ({said['recall'][0]:.3f} to {said['recall'][1]:.3f}); "
        f"{a.right} right, {a.wrong} wrong, {a.missed} missed"
    )
    yield Row("identity", f"pairwise F1, {a.kind}", f1, "", "≥ 0.97" if a.kind == "all" else "", note=note)


def _large() -> Iterator[Row]:
    import tempfile
    from pathlib import Path

    import pyarrow.parquet as pq
    from tests.data.identity.planted import in_lake

    made = register(int(MILLION / 1.15), 7, regions=2000)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.parquet"
        pq.write_table(in_lake("firm_records", made.records()), file)
        done = subprocess.run([sys.executable, "-c", LARGE, str(file)], check=True, capture_output=True, text=True)
        heads = pq.read_table(f"{file}.heads").to_pydict()
    wall, cpu, peak, before, gathered, pairs = map(float, done.stdout.splitlines()[-1].split())
    what = f"{len(made.rows):,} rows of lists linked"
    yield Row(
        "identity",
        what,
        wall,
        "s",
        "≤ 300 s",
        note=f"{cpu:.0f} s of processor time, {gathered:.0f} s to gather; {pairs:,.0f} pairs weighed",
    )
    yield Row(
        "identity", "peak memory", peak / 1024, "GB", "≤ 8 GB", note=f"{before / 1024:.1f} GB of it before the start"
    )
    found = dict(zip(heads["mention"], map(str, heads["head"]), strict=True))
    yield from _agreement(next(a for a in agreement(found, known(made)) if a.kind == "all"))
