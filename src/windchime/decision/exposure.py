"""What firms owe already, as far as the library knows on the as-of date."""

from decimal import Decimal

import ibis

from windchime.core.money import CENT
from windchime.data.reading import Reading


def existing(reading: Reading, firm_id: str | None = None) -> dict[str, Decimal]:
    """Principal of loans that are not due yet, in yuan, by firm; firms that owe nothing are left out.

    Loan notes say nothing of what was repaid before its day, so a loan counts whole until it is due.
    """
    if not reading.has("loans"):
        return {}
    loans = reading.table("loans")
    running = loans.filter(loans.due_on > ibis.literal(reading.as_of, type="date"))
    if firm_id is not None:
        running = running.filter(running.firm_id == firm_id)
    owed = running.group_by("firm_id").agg(owed=running.principal.sum()).to_pyarrow().to_pylist()
    return {row["firm_id"]: Decimal(row["owed"]).quantize(CENT) for row in owed}
