"""Measured figures as exact decimals: the form in which policies test them and documents store them."""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from windchime.core.errors import BadCall
from windchime.core.text import _

#: decimals of points of a score, of a probability, and of figures whose declaration is not at hand
POINTS, PROBABILITY, LOOSE = 4, 6, 6
Figure = float | int | None


class NotFinite(BadCall):
    """A measured figure that is no number."""

    msgid = _("{name} is {value}, which no decision can rest on")

    def __init__(self, name: str, value: object) -> None:
        super().__init__(name=name, value=str(value))


def exact(value: Figure, digits: int, name: str = "figure") -> Decimal | int | None:
    """The decimal that a figure rounded to `digits` means; whole numbers stay whole, None stays None.

    Raises:
        NotFinite: NaN or infinity.
    """
    if value is None or isinstance(value, int):
        return value
    if not math.isfinite(value):
        raise NotFinite(name, value)
    text = f"{value:.{digits}f}"
    return Decimal(text[1:] if text.startswith("-") and not text.strip("-0.") else text)


def exact_vector(figures: Mapping[str, Figure], digits: Mapping[str, int]) -> dict[str, Decimal | int | None]:
    """Every figure by its declared digits, in the order of the names."""
    return {name: exact(figures[name], digits.get(name, LOOSE), name) for name in sorted(figures)}


def loose(value: Any) -> Any:
    """The same structure with floats as decimals of six places: for parameters of findings and contributions."""
    if isinstance(value, float):
        return exact(value, LOOSE)
    if isinstance(value, Mapping):
        return {k: loose(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [loose(v) for v in value]
    return value


def binary(value: Any) -> Any:
    """A stored figure back as models take it: decimal text to float, whole numbers and None unchanged."""
    return float(value) if isinstance(value, str | Decimal) else value
