"""Work on parts that do not meet, on several threads: the results come in the order of the parts, however many threads."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def spread(work: Callable[[T], R], parts: Iterable[T], threads: int) -> list[R]:
    """`[work(part) for part in parts]`, on as many threads."""
    if threads <= 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, parts))
