"""Shareholdings as votes in whole units, grouped by owner, in arrays that a changed shareholding may change in place."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from windchime.graph.csr import Longs
from windchime.graph.nodes import Ints
from windchime.graph.ownership.holdings import Holdings
from windchime.graph.ownership.majority import DECIMALS, UNITS


@dataclass
class Votes:
    """The votes each owner has in the companies it holds: the places `begin[v] … end[v]` are those of owner `v`."""

    #: (nodes,)
    begin: Longs
    end: Longs
    #: (places,)
    target: Ints
    #: (places,) votes in units of `majority.UNITS`, at least one where there are any
    units: Longs
    #: (places,) votes whose text has more decimals than a unit, so that a sum near a threshold must be taken exactly
    loose: NDArray[np.bool_]
    #: votes of a place as its text says
    exact: Callable[[int], Fraction] = field(repr=False)

    @property
    def nodes(self) -> int:
        """How many nodes."""
        return len(self.begin)


def votes_of(holdings: Holdings) -> Votes:
    """The votes of holdings."""
    graph = holdings.by_owner
    votes = holdings.votes[graph.edge]
    units = np.rint(votes * UNITS).astype(np.int64)
    np.maximum(units, votes > 0, out=units)
    edge = graph.edge
    return Votes(
        graph.start[:-1],
        graph.start[1:],
        graph.target,
        units,
        _loose(holdings)[edge],
        lambda place: holdings.exact_votes(int(edge[place])),
    )


def _loose(holdings: Holdings) -> NDArray[np.bool_]:
    """(stakes,) whether some row behind a stake is written with more decimals than a unit holds."""
    rows = _unwhole(holdings.votes_text)
    if rows is None or not rows.any():
        return np.zeros(len(holdings.owner), bool)
    return np.add.reduceat(rows[holdings.rows].astype(np.int64), holdings.row_start[:-1]) > 0


def _unwhole(given: pa.Array) -> NDArray[np.bool_] | None:
    """(rows,) which votes as given are no whole units; None where their type says that all are."""
    kind = given.type
    if pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale <= DECIMALS):
        return None
    if pa.types.is_floating(kind):
        # a decimal of at most fifteen digits is the only one such that reads as its float
        numbers = given.fill_null(0.0).to_numpy(zero_copy_only=False)
        return np.asarray(np.rint(numbers * UNITS) / UNITS != numbers)
    text = pc.utf8_trim_whitespace(given.cast(pa.string()))
    exponent = pc.match_substring_regex(text, "[eE]")
    if (pc.max(pc.binary_length(text)).as_py() or 0) <= DECIMALS + 1 and not pc.any(exponent).as_py():
        return None
    decimals = pc.binary_length(pc.replace_substring_regex(text, r"^[^.]*\.?", ""))
    return np.asarray(pc.or_(exponent, pc.greater(decimals, DECIMALS)).fill_null(False).to_numpy(zero_copy_only=False))
