"""Kernels: compiled when called, by Python or by one another; what they say is what Python says."""

import subprocess
import sys

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel


@kernel
def _doubled(number: int) -> int:
    """Twice a number."""
    return 2 * number


@kernel
def _summed(numbers: NDArray[np.int64]) -> int:
    total = 0
    for number in numbers:
        total += _doubled(number)
    return total


def test_kernels_call_one_another() -> None:
    assert _summed(np.arange(5)) == 20
    assert _doubled(21) == 42
    assert (_doubled.__name__, _doubled.__doc__) == ("_doubled", "Twice a number.")


def test_naming_a_kernel_does_not_load_numba() -> None:
    code = "import sys, windchime.graph.components; print('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
