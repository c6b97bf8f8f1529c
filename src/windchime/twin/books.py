"""The books of some firms: how their invoices were paid, their accounts, their taxes; and all tables made of them."""

from dataclasses import dataclass
from typing import Self

from windchime.twin import flows, payments
from windchime.twin.calibration import Ints
from windchime.twin.closing import Chained, chained
from windchime.twin.payments import Settled
from windchime.twin.rows import Rows
from windchime.twin.taxes import Taxes
from windchime.twin.world import World


@dataclass(frozen=True, slots=True)
class Books:
    """What is worked out once for the firms asked for and read by several tables."""

    some: Ints
    #: invoices of the firms: what they sold and what they bought
    rows: Rows
    due: Settled
    taxes: Taxes
    chain: Chained

    @classmethod
    def of(cls, world: World, some: Ints, rows: Rows) -> Self:
        """Keep the books of the firms `some`."""
        due = payments.settled(world, rows)
        taxes = Taxes.of(world, some, rows)
        trade = payments.entries(world, some, due)
        return cls(some, rows, due, taxes, chained(world, some, [trade, *flows.of_firms(world, some, taxes)]))
