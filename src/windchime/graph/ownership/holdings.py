"""Shareholdings as a graph: each stake once, shares as numbers and, where a decision hangs on it, as rationals of their text."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from windchime.graph.csr import Csr, Floats, Longs, csr
from windchime.graph.nodes import Ints, Nodes


@dataclass(frozen=True)
class Holdings:
    """The stakes that owners hold in companies; stakes of one owner in one company are one, their shares added up.

    Shares are fractions of the whole, never renormalised: what they lack to one is undisclosed. `A[i, j]`, the share of
    company `j` that `i` holds, is `share[e]` for the one `e` with `owner[e] == i`, `company[e] == j`.
    """

    nodes: Nodes
    #: (stakes,) sorted by company, then owner
    owner: Ints
    company: Ints
    #: (stakes,) of profits and of votes, in [0, 1], not both 0; equal where votes are not told apart
    share: Floats
    votes: Floats
    #: (nodes,) natural persons
    is_person: NDArray[np.bool_]
    #: (nodes,) those that someone holds, disclosed or not: a company all of whose owners are undisclosed is held too
    is_held: NDArray[np.bool_]
    #: (stakes + 1,) and (rows,): the rows of the source table behind each stake
    row_start: Longs
    rows: Longs
    #: the shares as they were given, one for each row of the source table: text of decimal numbers, decimals or floats
    share_text: pa.ChunkedArray
    votes_text: pa.ChunkedArray

    @cached_property
    def by_owner(self) -> Csr:
        """From each owner to the companies it holds."""
        return csr(len(self.nodes), self.owner, self.company)

    @cached_property
    def by_company(self) -> Csr:
        """From each company to its owners."""
        return csr(len(self.nodes), self.company, self.owner)

    def exact_share(self, stake: int) -> Fraction:
        """The share of profits of a stake, as its text says; of a float the shortest text that reads back as it."""
        return _sum(self.share_text, self._rows_of(stake))

    def exact_shares(self, stakes: Longs) -> list[Fraction]:
        """The shares of profits of many stakes, as their texts say, read at once where each is of one row."""
        rows = self.rows[self.row_start[stakes]]
        if (self.row_start[stakes + 1] - self.row_start[stakes] != 1).any():
            return [self.exact_share(int(e)) for e in stakes]
        read = cache(_fraction)
        return [read(t) for t in self.share_text.take(pa.array(rows)).to_pylist()]

    def exact_votes(self, stake: int) -> Fraction:
        """The share of votes of a stake, as its text says."""
        return _sum(self.votes_text, self._rows_of(stake))

    def _rows_of(self, stake: int) -> Longs:
        return self.rows[self.row_start[stake] : self.row_start[stake + 1]]


def _sum(text: pa.ChunkedArray, rows: Iterable[int]) -> Fraction:
    given = (text[int(r)].as_py() for r in rows)
    return sum((_fraction(t) for t in given), Fraction(0))


def _fraction(given: object) -> Fraction:
    return Fraction(0) if given is None else Fraction(str(given).strip())
