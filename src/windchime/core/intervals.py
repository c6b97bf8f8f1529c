"""Intervals beside rates."""

from math import sqrt

#: of the normal distribution at 95 %, two-sided
_Z = 1.959963984540054


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Bounds of a share at 95 % (Wilson 1927); (0, 1) where nothing was observed.

    Args:
        hits: how many of them are.
        of: how many there are.
    """
    if not of:
        return 0.0, 1.0
    share, z = hits / of, _Z * _Z
    middle = (share + z / (2 * of)) / (1 + z / of)
    half = _Z * sqrt(share * (1 - share) / of + z / (4 * of * of)) / (1 + z / of)
    return max(0.0, middle - half), min(1.0, middle + half)
