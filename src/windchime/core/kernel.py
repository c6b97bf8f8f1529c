"""How kernels are compiled: to machine code when first called, kept on disk, the interpreter let go.

No kernel spreads itself over threads: numba's own thread pool must not be entered by two threads at once, as a server
does. Who wants two cores runs two calls in two threads.
"""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function over numpy arrays and numbers. Division by zero gives infinity, as in numpy."""
    return cast("Callable[P, R]", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
