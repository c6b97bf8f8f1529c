"""What groups are found in: holdings, posts, kin, trade, guarantees and net assets as of one day."""

from dataclasses import dataclass, field
from datetime import date
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from windchime.data.reading import Reading
from windchime.graph.facts.balances import BALANCES, balances
from windchime.graph.facts.forms import GUARANTEES, HOLDINGS, KIN, POSTS, TRADE
from windchime.graph.facts.trade import listing
from windchime.graph.ties.facts import Facts

#: who handed in a list of sales (`seller`) or of purchases (`buyer`), so that all of that side is seen
LISTING = pa.schema([pa.field("firm", pa.string(), nullable=False), pa.field("side", pa.string(), nullable=False)])


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """Each in its form; `control` is made of the holdings where it is asked for."""

    holdings: pa.Table = field(default_factory=HOLDINGS.empty_table)
    posts: pa.Table = field(default_factory=POSTS.empty_table)
    kin: pa.Table = field(default_factory=KIN.empty_table)
    guarantees: pa.Table = field(default_factory=GUARANTEES.empty_table)
    trade: pa.Table = field(default_factory=TRADE.empty_table)
    listing: pa.Table = field(default_factory=LISTING.empty_table)
    balances: pa.Table = field(default_factory=BALANCES.empty_table)

    @classmethod
    def of(cls, reading: Reading, facts: Facts, day: date) -> Self:
        """Out of a library and the facts that ties were looked for in."""
        held = facts.on(day)
        sheets = balances(reading)
        return cls(
            holdings=held.holdings,
            posts=held.posts,
            kin=held.kin,
            guarantees=held.guarantees,
            trade=held.trade,
            listing=listing(reading),
            balances=sheets.filter(pc.less_equal(sheets["on"], day)),
        )
