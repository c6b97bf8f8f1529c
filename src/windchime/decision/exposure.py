"""What firms owe already, as far as the library knows on the as-of date."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

import ibis

from windchime.core.money import CENT
from windchime.data.reading import Reading, unbound

LOANS = "loans"


def existing(reading: Reading, firm_id: str | None = None) -> dict[str, Decimal]:
    """Principal of loans that are not due yet, in yuan, by firm; firms that owe nothing are left out.

    Loan notes say nothing of what was repaid before its day, so a loan counts whole until it is due.
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
    running = loans.filter(loans.due_on > ibis.literal(as_of, type="date"))
    return str(ibis.to_sql(running.group_by("firm_id").agg(owed=running.principal.sum()), dialect="duckdb"))
