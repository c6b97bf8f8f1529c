"""Number of a Chinese patent application 专利申请号: year, kind, serial number and a check digit after a point."""

import re

#: twelve digits (from October 2003: four of the year) or eight (two of the year), then the check digit
PATTERN = r"(?:CN)?([0-9]{12}|[0-9]{8})\.?([0-9X])"
#: weights of the digits before the point, from the first; they begin anew after nine
WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9)
CHECKS = "0123456789X"


def check_digit(digits: str) -> str:
    """The check digit of the digits before the point: their weighted sum modulo 11, ten written X.

    Example:
        >>> check_digit("200310102344")
        '5'
    """
    total = sum(int(d) * WEIGHTS[i % len(WEIGHTS)] for i, d in enumerate(digits))
    return CHECKS[total % 11]


def valid(text: str) -> bool:
    """Whether a text is such a number and its check digit fits."""
    found = re.fullmatch(PATTERN, text)
    return found is not None and check_digit(found[1]) == found[2]
