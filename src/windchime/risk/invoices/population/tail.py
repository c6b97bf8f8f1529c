"""How rare a surprise is among clean firms: counted where firms were seen, carried on beyond the last of them.

A surprise is -log10 of a probability under a model. Where the model is true, one more unit is ten times rarer; where firms
are wilder than the model, their own largest surprises say how much less (an exponential tail of the surprise, that is a
power law of the probability, as Hill, Ann. Stat. 3 (1975), but fitted by the median).
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import e, log, log10
from typing import Any, Self

import numpy as np

from windchime.risk.arrays import Floats

#: fall of a true model's tail: a factor e in probability for so much surprise
_MODEL = log10(e)
_LN2 = log(2)


@dataclass(frozen=True, slots=True)
class Tail:
    """The upper end of a distribution of surprises."""

    #: share of clean firms above `begin`
    share: float
    begin: float
    #: surprise within which the share falls by a factor e; never less than a true model's
    fall: float

    def rarity(self, surprise: Floats) -> Floats:
        """The share of clean firms that surprise at least as much; 1 where nothing surprises."""
        beyond = self.share * np.exp(-np.maximum(surprise - self.begin, 0.0) / self.fall)
        # below the tail: no claim is made, the figure only leads from 1 to the tail's share
        inside = self.share ** np.minimum(surprise / max(self.begin, 1e-12), 1.0)
        return np.where(surprise <= 0, 1.0, np.where(surprise >= self.begin, beyond, inside))

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form `as_dict` writes."""
        return cls(float(body["share"]), float(body["begin"]), float(body["fall"]))

    def as_dict(self) -> dict[str, float]:
        """For JSON."""
        return asdict(self)

    @classmethod
    def fit(cls, surprises: Floats, top: float, *, single: float = 0.0, pseudo_firms: float = 0.0) -> Self:
        """From the surprises of clean firms.

        Args:
            surprises: one a firm, 0 and above.
            top: share of firms that form the tail.
            single: surprise of the smallest hit a usual firm can have: where the tail begins if no firm has one.
            pseudo_firms: clean firms without a hit that are believed in before any was seen.
        """
        some = np.sort(surprises[surprises > 0])
        firms = len(surprises) + pseudo_firms
        many = max(int(np.ceil(top * len(surprises))), 3)
        if len(some) <= many:
            begin = min(float(some[0]), single) if len(some) else single
            above = some
        else:
            begin, above = float(some[-many - 1]), some[-many:]
        # by the median, with one firm more as a true model would have it: a single wild firm is an exception, no tail
        fall = float(np.median([*(above - begin), _MODEL * _LN2])) / _LN2
        return cls((len(above) + 0.5) / (firms + 1), begin, max(fall, _MODEL))
