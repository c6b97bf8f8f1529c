"""How kernels are compiled: to machine code when first called, kept on disk, the interpreter let go.

No kernel spreads itself over threads: numba's own thread pool must not be entered by two threads at once, as a server
does. Who wants two cores runs two calls in two threads.
"""

from collections.abc import Callable
from functools import cached_property, update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function over numpy arrays and numbers. Division by zero gives infinity, as in numpy."""
    return cast("Callable[P, R]", update_wrapper(_Kernel(function), function))


class _Kernel(Generic[P, R]):
    """A function that is compiled when it is called, by Python or by another kernel; until then numba is not loaded."""

    def __init__(self, function: Callable[P, R]) -> None:
        self.function = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return cast("R", self._compiled(*args, **kwargs))

    @cached_property
    def _compiled(self) -> Any:
        import numba

        return numba.njit(cache=True, nogil=True, error_model="numpy")(self.function)

    @property
    def _numba_type_(self) -> Any:
        """What numba asks of a value that a kernel names: the type of the compiled function."""
        return self._compiled._numba_type_
