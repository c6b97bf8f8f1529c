"""The exposures and means of all firms that a reading knows, by the assumptions of the scheme."""

from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from windchime.data.reading import Reading
from windchime.graph.contagion.exposures import (
    EXPOSURES,
    months_up_to,
    of_guarantees,
    of_holdings,
    of_payments,
    of_trade,
)
from windchime.graph.contagion.network import Network, network
from windchime.graph.contagion.settings import Settings
from windchime.graph.facts.balances import balances
from windchime.graph.facts.guarantees import guarantees
from windchime.graph.facts.holdings import holdings
from windchime.graph.facts.nodes import nodes
from windchime.graph.facts.payments import payments
from windchime.graph.facts.trade import trade
from windchime.graph.guarantees.promised import standing


@dataclass(frozen=True)
class Stakes:
    """What is at stake between firms."""

    #: in the form `EXPOSURES`; its rows are the exposures of `network`, in order
    exposures: pa.Table
    #: in the form `BALANCES`
    balances: pa.Table
    network: Network

    @cached_property
    def balance_rows(self) -> dict[str, str]:
        """The row of the balance sheet behind each known buffer."""
        return dict(zip(self.balances["firm"].to_pylist(), self.balances["row"].to_pylist(), strict=True))


def gather(reading: Reading, settings: Settings) -> Stakes:
    """Exposures as of the reading's date, along guarantees, supply, ownership and money.

    Natural persons are left out: what they lose ends with them, and whom they stand for is what calls of guarantees show.
    """
    day = reading.as_of
    sold, sheets = trade(reading), balances(reading)
    every = pa.concat_tables(
        [
            EXPOSURES.empty_table(),
            of_guarantees(standing(guarantees(reading), day), settings),
            of_trade(sold, day, settings),
            of_holdings(holdings(reading), sheets, day, settings),
            of_payments(payments(reading), day, settings),
        ]
    )
    known_as = nodes(reading)
    persons = known_as.filter(pc.equal(known_as["kind"], "person"))["node"].combine_chunks()
    of_person = pc.or_(*(pc.is_in(every[c], value_set=persons) for c in ("loser", "failed")))
    exposures = every.filter(pc.invert(of_person)).combine_chunks()
    known = dict(zip(sheets["firm"].to_pylist(), sheets["net_assets"].cast(pa.float64()).to_pylist(), strict=True))
    first, last = months_up_to(day, 12)
    year = sold.filter(pc.and_(pc.greater_equal(sold["since"], first), pc.less_equal(sold["since"], last)))
    by_seller = year.group_by("seller").aggregate([("total", "sum")])
    sales = dict(
        zip(by_seller["seller"].to_pylist(), by_seller["total_sum"].cast(pa.float64()).to_pylist(), strict=True)
    )
    return Stakes(exposures, sheets, network(exposures, known, settings, sales))
