"""The suites side by side, and a rotation under a writer: how long it takes, and how long the writer waits at most."""

import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench import Row
from windchime.core.unit import Actor
from windchime.data.vault import Value, Vault, turn
from windchime.service.bank import Bank
from windchime.service.suites import CHOICES

AREA = "cryptography"
ACTOR = Actor("bench", "system")
MANY = 100_000
SUBJECTS = 20_000


def rows() -> Iterator[Row]:
    for suite in CHOICES.values():
        key, plain, began = suite.new_key(), b"x" * 18, time.perf_counter()
        boxes = [suite.seal(key, plain, b"about") for _n in range(MANY)]
        sealed, began = time.perf_counter() - began, time.perf_counter()
        for box in boxes:
            suite.open(key, box, b"about", "it")
        yield Row(AREA, f"{suite.name}: {MANY:,} values of 18 bytes sealed", sealed, "s")
        yield Row(AREA, f"{suite.name}: the same opened", time.perf_counter() - began, "s")
    with tempfile.TemporaryDirectory(prefix="windchime-bench-") as folder:
        bank = Bank.open(Path(folder))
        vault = Vault.open(bank)
        with bank.unit(ACTOR) as unit:
            vault.seal_all(
                unit, (Value(f"bench:P{n}", "contact", f"t_{n:032}", f"1390{n:07}") for n in range(SUBJECTS))
            )
        yield from _turned(bank, "master secret", values=False)
        bank.close()
        changed = Bank.open(Path(folder), crypto="sm")
        yield from _turned(changed, "suite, data keys and values", values=True)
        changed.close()


def _turned(bank: Bank, what: str, *, values: bool) -> Iterator[Row]:
    waits, ended = [0.0], threading.Event()

    def write() -> None:
        while not ended.is_set():
            began = time.perf_counter()
            with bank.unit(ACTOR) as unit:
                unit.record("bench.write", "bench")
            waits.append(time.perf_counter() - began)

    writer = threading.Thread(target=write)
    writer.start()
    began = time.perf_counter()
    turn(bank, ACTOR, "bench", values=values)
    seconds = time.perf_counter() - began
    ended.set()
    writer.join()
    note = f"{len(waits) - 1:,} writes meanwhile"
    yield Row(AREA, f"{what} of {SUBJECTS:,} subjects turned, SQLite", seconds, "s", note=note)
    yield Row(AREA, "longest audited write meanwhile", max(waits) * 1000, "ms", note="each waits for one piece at most")
