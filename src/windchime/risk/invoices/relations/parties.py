"""What the library knows of the parties of invoices as of one day, in frames that every check of relations joins to.

A party is an entity as identity judged, whatever ids its mentions bear; an id that no resolution has met stands for itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

#: what is known of each mention's entity; ids that are missing stand for themselves
SAME = {"id": pl.String(), "party": pl.String()}
REGISTER = {
    "party": pl.String(),
    "founded_on": pl.Date(),
    # day from which it is cancelled or revoked; null while it stands
    "ended_on": pl.Date(),
    # yuan
    "capital": pl.Float64(),
    # people of the annual report, and the most insured in one kind of insurance within a year; null where unknown
    "staff": pl.Int64(),
    "insured": pl.Int64(),
    # firms tied to it through filing agents; null where the graph was never run
    "agent_ties": pl.Int64(),
    "passes_money_through": pl.Boolean(),
}
#: what stands against a party from one day up to another (null: still)
TROUBLES = {"party": pl.String(), "kind": pl.String(), "since": pl.Date(), "until": pl.Date()}
#: pairs that are related, in both directions
TIES = {"party": pl.String(), "other": pl.String(), "kind": pl.String()}
#: hops of loops of invoices, seller to buyer, total in cents
HOPS = {
    "seller": pl.String(),
    "buyer": pl.String(),
    "day": pl.Date(),
    "total": pl.Int64(),
    "ring": pl.String(),
}
#: tables without which some checks say nothing, by what they are needed for
NEEDED = {
    "register": ("firms",),
    "troubles": ("enforcement", "dishonest_debtors", "consumption_limits", "abnormal_listings", "tax_arrears"),
    "ties": ("group_members", "control_links", "hidden_ties"),
    "hops": ("money_loops",),
}


def _empty(form: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame(schema=form)


@dataclass(frozen=True, slots=True)
class Parties:
    """Facts about parties, as known on the reading's date."""

    same: pl.DataFrame = field(default_factory=lambda: _empty(SAME))
    register: pl.DataFrame = field(default_factory=lambda: _empty(REGISTER))
    troubles: pl.DataFrame = field(default_factory=lambda: _empty(TROUBLES))
    ties: pl.DataFrame = field(default_factory=lambda: _empty(TIES))
    hops: pl.DataFrame = field(default_factory=lambda: _empty(HOPS))
    #: tables the library holds, of those that are asked
    told: frozenset[str] = frozenset()

    def party(self, column: str) -> pl.Expr:
        """The party an id stands for, as an expression over any frame with that column."""
        return pl.col(column).replace(self.same["id"], self.same["party"])

    def of(self, mention: str) -> str:
        """The party an id stands for."""
        found = self.same.filter(pl.col("id") == mention)["party"]
        return str(found[0]) if len(found) else mention
