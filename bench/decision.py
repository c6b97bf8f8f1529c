"""Decisions: cases through policy, limit and price to documents, one by one and as one expression; the log; one firm live."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

from tests.decision.helpers import AS_OF, BO, a_bank, a_case, decided, rulebook, some_cites
from tests.decision.shop import a_shop

from bench import Row
from windchime.decision import log
from windchime.decision.case import Case
from windchime.decision.deciding import decide_many, decide_one
from windchime.decision.desk import decide
from windchime.decision.replay import replay

SEED = 20
FIRMS = 10_000
REPEATS = 3


def cases(firms: int) -> list[Case]:
    """Made-up firms of all verdicts."""
    draw = Random(SEED)
    return [
        a_case(
            f"bench:F{i}",
            band=draw.choice("ABCD"),
            probability=f"{draw.random() / 3:.6f}",
            months_known=draw.randint(0, 60),
            sales_12m=f"{draw.uniform(0, 30_000_000):.2f}",
            void_rate_12m=f"{draw.random() / 2:.4f}",
            top1_buyer_share_12m=f"{draw.random():.4f}",
        )
        for i in range(firms)
    ]


def best(work: Callable[[], Any]) -> float:
    """Seconds of the fastest of a few runs."""
    times = []
    for _ in range(REPEATS):
        begin = perf_counter()
        work()
        times.append(perf_counter() - begin)
    return min(times)


def rows() -> Iterator[Row]:
    book, cites, many = rulebook(), some_cites(), cases(FIRMS)
    single = FIRMS / best(lambda: [decide_one(book, c, cites) for c in many])
    written = FIRMS / best(lambda: [decide_one(book, c, cites).bytes for c in many])
    begin = perf_counter()
    decide_many(book, many[:1], cites, vectorised=True)
    first = perf_counter() - begin
    vectorised = FIRMS / best(lambda: decide_many(book, many, cites, vectorised=True))
    yield Row("decision", "cases decided one by one", single, "/s", note="policy, limit, price, reasons")
    yield Row("decision", "cases decided and written as canonical documents", written, "/s")
    yield Row(
        "decision",
        f"{FIRMS} cases, policy as one expression",
        vectorised,
        "/s",
        note=f"same bytes; compiled once before, {first:.1f} s",
    )
    with tempfile.TemporaryDirectory() as home:
        bank = a_bank(Path(home))
        documents = [decided(c) for c in many]

        def write() -> None:
            with bank.unit(BO) as unit:
                log.write(unit, documents)

        yield Row("decision", "decisions written to the log, in one transaction", FIRMS / best(write), "/s")
        bank.close()
    with tempfile.TemporaryDirectory() as home:
        bank = a_shop(Path(home))
        decide(bank, BO, "shop:SOUND", as_of=AS_OF)
        live = best(lambda: decide(bank, BO, "shop:SOUND", as_of=AS_OF)) * 1000
        again = best(lambda: replay(bank)) * 1000 / (REPEATS + 1)
        yield Row("decision", "one firm from the lake to the log", live, "ms", note="opened anew each time")
        yield Row("decision", "one decision replayed, both steps", again, "ms")
        bank.close()
