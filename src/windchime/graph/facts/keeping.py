"""Facts gathered once: inside `keeping(reading)`, each kind of edge is read from the library when first asked for.

Outside of it nothing is kept, so that a reading that lives long, as a server's does, holds no copy of every edge.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps

import pyarrow as pa

from windchime.data.reading import Reading

Gather = Callable[[Reading], pa.Table]
#: the reading whose facts are kept, and those gathered so far
_KEPT: ContextVar[tuple[Reading, dict[Gather, pa.Table]] | None] = ContextVar("kept_facts", default=None)


@contextmanager
def keeping(reading: Reading) -> Iterator[None]:
    """Keep the facts of one reading until the block ends."""
    before = _KEPT.set((reading, {}))
    try:
        yield
    finally:
        _KEPT.reset(before)


def kept(gather: Gather) -> Gather:
    """A function of facts that looks first whether they are kept."""

    @wraps(gather)
    def found(reading: Reading) -> pa.Table:
        held = _KEPT.get()
        if held is None or held[0] is not reading:
            return gather(reading)
        if gather not in held[1]:
            held[1][gather] = gather(reading)
        return held[1][gather]

    return found
