"""Trade written as sales."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

import pyarrow as pa

from windchime.graph.facts.forms import TRADE
from windchime.graph.supply.flows import Flows

AS_OF = date(2025, 12, 31)


def trade(*sales: tuple[str, str, int], month: date = date(2025, 6, 1)) -> pa.Table:
    """A table of trade: seller, buyer, yuan."""
    return pa.Table.from_pylist(
        [
            {
                "seller": s, "buyer": b, "total": Decimal(yuan), "count": 1, "since": month, "until": month,
                "table": "invoices", "row": f"{s}-{b}",
            }
            for s, b, yuan in sales
        ],
        schema=TRADE,
    )  # fmt: skip


def listing(*firms: str) -> pa.Table:
    """All of these handed in both lists."""
    rows = [(f, side) for f in firms for side in ("buyer", "seller")]
    return pa.table(
        {"firm": pa.array([r[0] for r in rows], pa.string()), "side": pa.array([r[1] for r in rows], pa.string())}
    )


def flows(*sales: tuple[str, str, int], known: Collection[str] | None = None) -> Flows:
    """Flows of a year; everybody handed in lists unless told who."""
    firms = {s for s, _b, _y in sales} | {b for _s, b, _y in sales} if known is None else known
    return Flows.of(trade(*sales), listing(*sorted(firms)), AS_OF, 12)
