"""The calibration of the region: numbers of the content file, read by dotted path so that code names what it uses."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from windchime.content import seed
from windchime.core.errors import UnknownName

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Keys = NDArray[np.uint64]


class Calibration:
    """One content document of kind `twin`."""

    def __init__(self, name: str, body: dict[str, Any]) -> None:
        self.name = name
        self.body = body

    def __getitem__(self, path: str) -> Any:
        """The value at a dotted path.

        Raises:
            UnknownName: the document has no such place.
        """
        found: Any = self.body
        for part in path.split("."):
            if not isinstance(found, dict) or part not in found:
                raise UnknownName(f"number of twin/{self.name}", path, list(found) if isinstance(found, dict) else [])
            found = found[part]
        return found

    def number(self, path: str) -> float:
        """A number as float."""
        return float(self[path])

    def count(self, path: str) -> int:
        """A whole number."""
        return int(self[path])

    def numbers(self, path: str) -> Floats:
        """A list, or a list of lists, of numbers."""
        return np.asarray(self[path], dtype=np.float64)

    def day(self, path: str) -> date:
        """A date."""
        found: date = self[path]
        return found


#: parts of the calibration of a region, read as one document
PARTS = ("region", "money")
PROFILES = ("credit", "population")


@cache
def calibration(profile: str = "credit") -> Calibration:
    """The numbers of a region: all `PARTS`, with what the profile's own document says at the same places.

    Args:
        profile: `credit` (firms with a credit record) or `population` (all registered firms).

    Raises:
        UnknownName: no such profile.
    """
    if profile not in PROFILES:
        raise UnknownName("profile of the twin", profile, PROFILES)
    body: dict[str, Any] = {}
    for part in (*PARTS, *(() if profile == "credit" else (profile,))):
        body = _merged(body, shipped(part).body)
    return Calibration(profile, body)


def _merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    return below | {
        k: _merged(below[k], v) if isinstance(v, dict) and isinstance(below.get(k), dict) else v
        for k, v in above.items()
    }


@cache
def _documents() -> dict[str, Any]:
    return seed.documents("twin")


@cache
def shipped(name: str) -> Calibration:
    """A document of the release: `region`, `names` or `checks`.

    Raises:
        UnknownName: no such document.
    """
    known = _documents()
    if name not in known:
        raise UnknownName("twin document", name, list(known))
    return Calibration(name, known[name])
