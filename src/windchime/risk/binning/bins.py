"""The bins of one feature, as a model keeps them: which values each holds, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats
from windchime.risk.binning.histogram import Values, encoded
from windchime.risk.partition import Shape

BinKind = Literal["interval", "special", "missing", "categories", "other"]


@dataclass(frozen=True, slots=True)
class Bin:
    """One bin: the half-open interval [low, high), a special code, some categories, all others, or the missing values."""

    kind: BinKind
    #: None = unbounded
    low: float | None
    high: float | None
    #: the special code; None for other bins
    code: float | None
    goods: float
    bads: float
    woe: float
    #: this bin's part of the information value
    iv: float
    #: names of the categories, sorted; empty for other bins
    categories: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The bin in figures; empty for missing values and `*` for other categories, which are named in words."""
        if self.kind == "missing":
            return ""
        if self.kind in ("categories", "other"):
            return ", ".join(self.categories) or "*"
        if self.kind == "special":
            return f"= {self.code:g}"
        if self.low is None and self.high is None:
            return "(−∞, +∞)"
        if self.low is None:
            return f"< {self.high:.15g}"
        return f"≥ {self.low:.15g}" if self.high is None else f"[{self.low:.15g}, {self.high:.15g})"


@dataclass(frozen=True, slots=True)
class Bins:
    """The bins of one feature: intervals in rising order, then special codes, then missing.

    Of categories: groups by rising bad rate, then all others (also those never seen), then missing.
    """

    feature: str
    #: the trend of the bad rate that the bins have; `none` where none was asked for or there is one interval only
    trend: Shape
    bins: tuple[Bin, ...]

    @property
    def cuts(self) -> tuple[float, ...]:
        """Boundaries between the intervals; a value equal to a cut belongs to the right."""
        return tuple(b.low for b in self.bins if b.kind == "interval" and b.low is not None)

    @property
    def specials(self) -> tuple[float, ...]:
        """The special codes."""
        return tuple(b.code for b in self.bins if b.code is not None)

    @property
    def iv(self) -> float:
        """Information value: sum over the bins."""
        return float(sum(b.iv for b in self.bins))

    @property
    def categorical(self) -> bool:
        """Whether the feature is texts."""
        return any(b.kind == "other" for b in self.bins)

    def assign(self, values: Values) -> NDArray[np.int64]:
        """Position of each value's bin in `bins`. Every value has one, also beyond what was seen at fitting."""
        if not self.categorical:
            return _assign(np.asarray(values, dtype=np.float64), self.cuts, self.specials)
        place, names = encoded(np.asarray(values, dtype=object))
        known = {c: i for i, b in enumerate(self.bins) for c in b.categories}
        other, missing = len(self.bins) - 2, len(self.bins) - 1
        return np.array([*(known.get(n, other) for n in names), missing], dtype=np.int64)[place]

    def woe(self, values: Values) -> Floats:
        """Weight of evidence of each value."""
        table: Floats = np.array([b.woe for b in self.bins])
        return table[self.assign(values)]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"feature": self.feature, "trend": self.trend, "bins": [_stored(b) for b in self.bins]}

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        bins = tuple(Bin(**{**b, "categories": tuple(b.get("categories", ()))}) for b in body["bins"])
        return cls(body["feature"], body["trend"], bins)


def _stored(b: Bin) -> dict[str, Any]:
    """Bins of numbers keep the form, and so the hash, that they had before there were categories."""
    return {k: v for k, v in asdict(b).items() if k != "categories" or b.categories}


def _assign(values: Floats, cuts: Sequence[float], specials: Sequence[float]) -> NDArray[np.int64]:
    index = np.searchsorted(np.asarray(cuts, dtype=np.float64), values, side="right").astype(np.int64)
    for k, code in enumerate(specials):
        index[values == code] = len(cuts) + 1 + k
    index[np.isnan(values)] = len(cuts) + 1 + len(specials)
    return index
