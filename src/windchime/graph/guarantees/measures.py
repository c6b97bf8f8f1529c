"""What each party has promised, beside what it owns: guarantees given over net assets, and how grave that is."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from windchime.graph.guarantees.promised import cents
from windchime.graph.guarantees.settings import Settings
from windchime.graph.guarantees.web import Web
from windchime.graph.nodes import Ints

_FOUR = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Balance:
    """Net assets of a firm and the row they were read from."""

    net_assets: Decimal
    table: str
    row: str


@dataclass(frozen=True, slots=True)
class Given:
    """Promises of one party added up; amounts in hundredths of a yuan."""

    out_cents: int
    in_cents: int
    #: others it stands for, and others that stand for it
    out_count: int
    in_count: int


class Ledger:
    """Who promised how much for whom, added up by pair, to be asked party by party."""

    def __init__(self, web: Web, promises: pa.Table) -> None:
        self._out: dict[int, dict[int, int]] = {}
        self._in: dict[int, dict[int, int]] = {}
        guarantor, debtor = (numbers(web, promises[c]).tolist() for c in ("guarantor", "debtor"))
        for giver, taker, amount in zip(guarantor, debtor, cents(promises).tolist(), strict=True):
            for book, one, other in ((self._out, giver, taker), (self._in, taker, giver)):
                held = book.setdefault(one, {})
                held[other] = held.get(other, 0) + amount

    def of(self, party: int, among: Container[int] | None = None) -> Given:
        """What a party gave and received, all of it or that of some partners alone."""
        out, received = (
            [amount for other, amount in book.get(party, {}).items() if among is None or other in among]
            for book in (self._out, self._in)
        )
        return Given(sum(out), sum(received), len(out), len(received))


def numbers(web: Web, ids: pa.ChunkedArray) -> Ints:
    """Numbers of parties by their ids."""
    return np.asarray(pc.index_in(ids.combine_chunks(), value_set=web.parties.ids).to_numpy(), dtype=np.int32)


def balances_of(table: pa.Table) -> Mapping[str, Balance]:
    """By firm, from rows of `facts.balances.BALANCES`."""
    return {r["firm"]: Balance(r["net_assets"], r["table"], r["row"]) for r in table.to_pylist()}


def ratio(out: Decimal, balance: Balance | None) -> Decimal | None:
    """Guarantees given over net assets; None where these are unknown or not positive."""
    if balance is None or balance.net_assets <= 0:
        return None
    return (out / balance.net_assets).quantize(_FOUR, rounding=ROUND_HALF_EVEN)


def level(out: Decimal, balance: Balance | None, settings: Settings) -> str:
    """`none`, `warn`, `severe`, or `unknown` where something was promised and net assets are not known."""
    if out <= 0:
        return "none"
    if balance is None:
        return "unknown"
    if balance.net_assets <= 0 or out >= settings.severe * balance.net_assets:
        return "severe"
    return "warn" if out >= settings.warn * balance.net_assets else "none"
