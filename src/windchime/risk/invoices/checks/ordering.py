"""Which days stand out of order along rising numbers: the fewest that must be taken away for the rest to rise."""

import numpy as np
from numpy.typing import NDArray

from windchime.core.kernel import kernel


@kernel
def days_off(
    days: NDArray[np.int64], starts: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """How many days each row lies outside its place, how many rows beside it do, and of how many rows its run is.

    In each run a longest sequence of days that never fall is kept (patience sorting, Fredman 1975); a row that is not
    in it lies off by as many days as it is before the kept day before it or after the kept day after it.

    Args:
        days: (n,) in the order of numbers.
        starts: (n,) whether a run begins here.

    Returns:
        (n,) days off, 0 for rows that are kept; (n,) rows of the unbroken stretch of such rows it belongs to, 0 for rows
        that are kept; (n,) rows of the run.
    """
    n = len(days)
    off = np.zeros(n, np.int64)
    stretch = np.zeros(n, np.int64)
    size = np.zeros(n, np.int64)
    best = np.empty(n, np.int64)
    before = np.empty(n, np.int64)
    begin = 0
    while begin < n:
        end = begin + 1
        rising = True
        while end < n and not starts[end]:
            rising = rising and days[end] >= days[end - 1]
            end += 1
        size[begin:end] = end - begin
        if not rising:
            longest = 0
            for i in range(begin, end):
                low, high = 0, longest
                while low < high:
                    middle = (low + high) // 2
                    if days[best[middle]] <= days[i]:
                        low = middle + 1
                    else:
                        high = middle
                best[low] = i
                before[i] = best[low - 1] if low > 0 else -1
                longest = max(longest, low + 1)
            kept = best[longest - 1]
            for i in range(end - 1, kept, -1):
                off[i] = days[kept] - days[i]
            while kept >= 0:
                earlier = before[kept]
                for i in range(kept - 1, earlier if earlier >= begin else begin - 1, -1):
                    late = days[i] - days[kept]
                    early = days[earlier] - days[i] if earlier >= begin else late
                    off[i] = max(late, early)
                kept = earlier
            opened = begin
            for i in range(begin, end + 1):
                if i == end or off[i] == 0:
                    stretch[opened:i] = i - opened
                    opened = i + 1
        begin = end
    return off, stretch, size
