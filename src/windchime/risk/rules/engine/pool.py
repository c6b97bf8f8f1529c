"""Candidate rules in codes: conjunctions of at most four literals, each a feature and the set of its states that is taken."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from windchime.risk.arrays import Floats

#: literals of a rule at most
WIDTH = 4

Int16s = NDArray[np.int16]
Masks = NDArray[np.uint32]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Rules in canonical order, each once: literals by feature, rules by number of literals, features, masks."""

    #: (rules, 4) places of the features in the coding, rising, then −1
    features: Int16s
    #: (rules, 4) states taken, bit s for state s; 0 where there is no literal
    masks: Masks
    #: (rules,) of how many trees of the forest the rule was a path; 0 for what was found otherwise
    trees: NDArray[np.int32]
    #: (rules,) rows hit and bads hit as the search counted them: with weights, their sums scaled to the rows they are worth
    rows: Floats
    bads: Floats

    def __len__(self) -> int:
        return len(self.features)

    @property
    def literals(self) -> Places:
        """How many literals each rule has."""
        found: Places = (self.features >= 0).sum(axis=1)
        return found

    def take(self, index: Places | NDArray[np.bool_]) -> "Pool":
        """Some of the rules, in the order asked for."""
        return Pool(self.features[index], self.masks[index], self.trees[index], self.rows[index], self.bads[index])

    @classmethod
    def of(
        cls,
        features: Places,
        masks: Masks,
        *,
        trees: NDArray[np.int32] | None = None,
        rows: Floats | None = None,
        bads: Floats | None = None,
    ) -> Self:
        """The pool of the given literals: sorted, the same rule kept once, its paths added up.

        Args:
            features: (rules, up to 4), −1 for no literal, in any order; a feature at most once a rule, a rule never empty.
            masks: states taken, of the same shape.
            trees: paths of each; None = none.
            rows: what each hits; None = not counted, 0.
            bads: likewise.
        """
        rules, width = features.shape
        place = np.full((rules, WIDTH), -1, np.int64)
        taken = np.zeros((rules, WIDTH), np.uint32)
        place[:, :width], taken[:, :width] = features, np.where(features >= 0, masks, 0)
        order = np.argsort(np.where(place < 0, np.iinfo(np.int16).max, place), axis=1, kind="stable")
        place = np.take_along_axis(place, order, axis=1)
        taken = np.take_along_axis(taken, order, axis=1)
        rank = np.lexsort([*taken.T[::-1], *place.T[::-1], (place >= 0).sum(axis=1)])
        place, taken = place[rank], taken[rank]
        new = np.r_[True, (place[1:] != place[:-1]).any(axis=1) | (taken[1:] != taken[:-1]).any(axis=1)][:rules]
        first = np.flatnonzero(new)
        zero = np.zeros(rules)
        paths = np.zeros(rules, np.int32) if trees is None else trees
        return cls(
            place[first].astype(np.int16),
            taken[first],
            np.add.reduceat(paths[rank], first).astype(np.int32) if rules else paths,
            (zero if rows is None else rows)[rank][first],
            (zero if bads is None else bads)[rank][first],
        )

    @classmethod
    def joined(cls, *pools: "Pool") -> Self:
        """All rules of several pools."""
        return cls.of(
            np.concatenate([p.features for p in pools]).astype(np.int64),
            np.concatenate([p.masks for p in pools]),
            trees=np.concatenate([p.trees for p in pools]),
            rows=np.concatenate([p.rows for p in pools]),
            bads=np.concatenate([p.bads for p in pools]),
        )
