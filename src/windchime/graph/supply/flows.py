"""What firms buy from and sell to each other within a window, as a graph of shares."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from windchime.core.dates import Window
from windchime.graph.csr import Csr, Floats, Longs, csr
from windchime.graph.nodes import Ints, Nodes, coded

Side = Literal["supplier", "customer"]


@dataclass(frozen=True)
class Flows:
    """What was sold within the window, a pair of seller and buyer a place; red letters taken off, pairs at or below zero left out."""

    nodes: Nodes
    since: date
    until: date
    #: (pairs,)
    seller: Ints
    buyer: Ints
    fen: Longs
    count: Longs
    #: (pairs,) one row of the library each rests on
    row: pa.StringArray
    #: (nodes,) whether the firm handed in its own list of purchases, of sales: of others a part is seen, no whole
    buys_known: NDArray[np.bool_]
    sells_known: NDArray[np.bool_]

    @classmethod
    def of(cls, trade: pa.Table, listing: pa.Table, as_of: date, months: int) -> Self:
        """Of the whole months before a date.

        Args:
            trade: in the form `TRADE`.
            listing: (firm, side) of those who handed in lists, side seller or buyer.
            as_of: the window ends with the last whole month before its end.
            months: of the window.
        """
        begin, end = Window(months).bounds(as_of)
        inside = trade.filter(pc.and_(pc.greater_equal(trade["since"], begin), pc.less(trade["since"], end)))
        with duckdb.connect() as con:
            con.execute("SET enable_external_access = false")
            con.register("inside", inside)
            pairs = con.sql(
                'SELECT seller, buyer, (sum(total) * 100)::BIGINT AS fen, sum("count")::BIGINT AS n, min("row") AS cited'
                " FROM inside GROUP BY seller, buyer HAVING sum(total) > 0 ORDER BY seller, buyer"
            ).to_arrow_table()
        nodes, (seller, buyer) = coded(pairs["seller"], pairs["buyer"])
        known = {
            side: np.asarray(
                pc.is_in(nodes.ids, listing.filter(pc.equal(listing["side"], side))["firm"].combine_chunks())
            )
            for side in ("buyer", "seller")
        }
        return cls(
            nodes,
            begin,
            date.fromordinal(end.toordinal() - 1),
            seller,
            buyer,
            pairs["fen"].to_numpy(),
            pairs["n"].to_numpy(),
            pairs["cited"].combine_chunks(),
            known["buyer"],
            known["seller"],
        )

    def side(self, side: Side) -> "Shares":
        """The shares that partners of one side have in what a firm buys (supplier) or sells (customer)."""
        firm, partner, known = (
            (self.buyer, self.seller, self.buys_known)
            if side == "supplier"
            else (self.seller, self.buyer, self.sells_known)
        )
        whole = np.zeros(len(self.nodes), np.int64)
        np.add.at(whole, firm, self.fen)
        pairs = np.flatnonzero(known[firm])
        graph = csr(len(self.nodes), firm[pairs], partner[pairs])
        pair = pairs[graph.edge]
        return Shares(graph, pair, self.fen[pair] / whole[firm[pair]], whole)


@dataclass(frozen=True)
class Shares:
    """From each firm to its partners; firms without a list of their own have none: what stands behind them is unknown."""

    graph: Csr
    #: (edges,) the place of each in `Flows`, and its share; those of one firm add up to one
    pair: Longs
    share: Floats
    #: (nodes,) fen that each firm bought (sold) in all as far as seen
    whole: Longs
