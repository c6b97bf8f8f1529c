"""Care of the lake: hashing at publication, compaction, backup and verification of a table of many loads."""

import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa

from bench import Row
from windchime.core.unit import Actor
from windchime.data.contracts import contract
from windchime.data.lake import Lake, versions
from windchime.data.lake.backup import backup
from windchime.data.lake.compaction import compact
from windchime.data.lake.sealing import verify
from windchime.service.bank import Bank

ACTOR = Actor("bench", "system")
LOADS, ROWS = 20, 100_000


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="windchime-bench-") as name:
        bank = Bank.open(Path(name))
        lake = Lake(bank.lake_dir)
        for number in range(LOADS):
            with bank.unit(ACTOR) as unit:
                lake.publish(unit, {"invoices": _invoices(number)}, load_id=f"load-{number}", content_hash="")
        with bank.session() as session:
            head = versions.head(session)
            assert head is not None
            size = sum(p.stat().st_size for p in lake.paths(head)["invoices"])
            seconds, problems = _timed(lambda: verify(session, lake))
        assert problems == []
        yield Row("lake", f"verify {size / 1e6:.0f} MB in {LOADS} files", seconds, "s")
        yield Row("lake", "which is", size / 1e6 / seconds, "MB/s")
        seconds, _done = _timed(lambda: compact(bank, ACTOR))
        yield Row("lake", f"compact {LOADS} files of {ROWS:,} invoices", seconds, "s")
        seconds, _done = _timed(lambda: backup(bank, ACTOR, Path(name) / "backup"))
        yield Row("lake", f"backup, {LOADS + 1} versions", seconds, "s")
        seconds, _done = _timed(lambda: backup(bank, ACTOR, Path(name) / "linked", link=True))
        yield Row("lake", "backup with links", seconds, "s")


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    done = work()
    return time.perf_counter() - begun, done


def _invoices(number: int) -> pa.Table:
    day = date(2024, 1, 1)
    ids = range(ROWS)
    made = {
        "reporting_firm_id": [f"bench:{i % 2_000}" for i in ids],
        "direction": ["sale"] * ROWS,
        "copy": ["seller"] * ROWS,
        "seller_id": [f"bench:{i % 2_000}" for i in ids],
        "buyer_id": [f"bench:b{i % 977}" for i in ids],
        "invoice_no": [f"{number:04d}{i:08d}" for i in ids],
        "kind": ["special"] * ROWS,
        "status": ["normal"] * ROWS,
        "colour": ["blue"] * ROWS,
        "issue_date": [day + timedelta(days=i % 700) for i in ids],
        "amount": [Decimal(i % 99_991) for i in ids],
        "tax": [Decimal(0)] * ROWS,
        "total": [Decimal(i % 99_991) for i in ids],
        "source": ["bench"] * ROWS,
        "happened_at": [day + timedelta(days=i % 700) for i in ids],
        "known_at": [datetime(2026, 1, 1, tzinfo=UTC)] * ROWS,
        "source_file": ["bench"] * ROWS,
        "row_no": list(ids),
        "load_id": [f"load-{number}"] * ROWS,
    }
    schema = contract("invoices").arrow_schema()
    return pa.table({f.name: pa.array(made.get(f.name, [None] * ROWS), f.type) for f in schema})
