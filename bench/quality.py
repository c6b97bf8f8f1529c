"""Quality of the data: the whole check over a simulated region, table by table, identities and articulation included."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Row
from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.data.intake import load
from windchime.data.lake import Lake
from windchime.data.quality import examine
from windchime.service.bank import Bank
from windchime.twin.generate import generate

#: firms of the region of the demonstration
FIRMS = 1_000


def rows() -> Iterator[Row]:
    """Seconds of one check after loading."""
    with TemporaryDirectory() as folder:
        home = Path(folder)
        generate(home / "pack", firms=FIRMS, seed=7)
        bank = Bank.open(home / "home", clock=FixedClock(datetime(2026, 1, 5, 4, tzinfo=UTC)))
        load(bank, Actor("bench"), home / "pack", pack="windchime")
        lake = Lake(bank.lake_dir)
        with bank.session() as session, lake.reading(session, as_of=lake.pack(session).as_of) as reading:
            began = time.perf_counter()
            found = examine(reading)
            taken = time.perf_counter() - began
        bank.close()
    places = {(s.table, s.source): s.rows for s in found.scores}
    assessed = sum(c.assessable > 0 for c in found.crosschecks)
    note = f"{len(places)} tables, {sum(places.values()):,} rows, {len(found.tallies)} checks, {assessed} identities assessed"
    yield Row("quality", f"check of a region of {FIRMS} firms", round(taken, 1), "s", note=note)
