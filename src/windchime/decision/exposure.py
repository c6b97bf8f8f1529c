"""What firms owe already, as far as the library knows on the as-of date."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

import ibis

from windchime.core.money import CENT
from windchime.data.reading import Reading, unbound

LOANS = "loans"


def existing(reading: Reading, firm_id: str | None = None) -> dict[str, Decimal]:
    """What loans leave to be paid, in yuan, by firm; firms that owe nothing are left out.

    The balance counts where a note says it, overdue ones too; a note without a balance counts whole until it is settled
    or due.
    """
    if not reading.has(LOANS):
        return {}
    owed, con = _sql(reading.as_of), reading.con.con
    if firm_id is None:
        found = con.execute(owed).fetchall()
    else:
        found = con.execute(f"SELECT * FROM ({owed}) WHERE firm_id = $firm", {"firm": firm_id}).fetchall()  # noqa: S608 - our own compiled text
    return {firm: Decimal(principal).quantize(CENT) for firm, principal in found}


@lru_cache(maxsize=64)
def _sql(as_of: date) -> str:
    """SQL of the sum by firm, compiled once a date."""
    loans = unbound(as_of, (LOANS,)).table(LOANS)
    running = (loans.due_on > ibis.literal(as_of, type="date")) & loans.settled_on.isnull()
    owed = loans.mutate(owed=ibis.coalesce(loans.balance, ibis.ifelse(running, loans.principal, 0)))
    firms = owed.group_by("firm_id").agg(owed=owed.owed.sum())
    return str(ibis.to_sql(firms.filter(firms.owed > 0), dialect="duckdb"))
