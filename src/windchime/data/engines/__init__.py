"""The engines that evaluate the library's expressions: DuckDB in this process, Spark on a cluster."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TypeAlias

import ibis

from windchime.core.settings import Engine

#: from the files of each table and a folder to spill to, to a backend that sees them and nothing else of the lake
Backend: TypeAlias = Callable[[Mapping[str, Sequence[str]], str], AbstractContextManager[ibis.BaseBackend]]


def backend(engine: Engine) -> Backend:
    """What opens the tables of a lake version on an engine."""
    if engine == "spark":
        from windchime.data.engines import spark

        return spark.backend
    from windchime.data.lake import opening

    return opening.backend
