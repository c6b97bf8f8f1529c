"""What is known of a firm beside its invoices: receipts, filings, debt; and which of its buyers are not financed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from windchime.core.dates import SHANGHAI
from windchime.data.reading import Reading
from windchime.risk.invoices.lending.comparing import FILED
from windchime.risk.invoices.lending.receivables import PAYMENTS
from windchime.risk.invoices.relations import standing
from windchime.risk.invoices.relations.parties import Parties
from windchime.risk.invoices.relations.settings import Settings as Relations

ACCOUNTS, FILINGS = "bank_transactions", "tax_filings"
#: tables that are read where the library holds them
TABLES = (ACCOUNTS, FILINGS)
#: kinds of tax and items of filings that tell sales without tax
TAXES = ("vat_general", "vat_small")
ITEMS = ("sales_taxable", "sales_simple", "sales_exempt", "sales_export")


@dataclass(frozen=True, slots=True)
class Books:
    """A firm's books beside its invoices."""

    firm: str
    #: in the form `PAYMENTS`, and the first day of the books; None where no account is known
    payments: pl.DataFrame | None = None
    since: date | None = None
    #: in the form `FILED`; None where nothing was filed
    filed: pl.DataFrame | None = None
    #: what it owes already, in yuan
    existing: Decimal = Decimal("0.00")


def books(reading: Reading, firm: str, parties: Parties, existing: Decimal) -> Books:
    """What the library knows of the firm on the reading's date.

    Args:
        reading: as of the day of its list.
        firm: its id.
        parties: who its payers are.
        existing: what it owes already, in yuan.
    """
    payments, since = _receipts(reading, firm, parties)
    return Books(firm, payments, since, _filings(reading, firm), existing)


def _receipts(reading: Reading, firm: str, parties: Parties) -> tuple[pl.DataFrame | None, date | None]:
    """Receipts for sales in the firm's accounts, and the first day of them."""
    if not reading.has(ACCOUNTS):
        return None, None
    rows = reading.table(ACCOUNTS)
    rows = rows.filter(rows["firm_id"] == firm, rows["status"] == "booked")
    told = rows.select("direction", "category", "amount", "booked_at", party="counterparty_id").to_pyarrow()
    entries = pl.DataFrame(pl.from_arrow(told))
    if entries.is_empty():
        return None, None
    entries = entries.with_columns(day=pl.col("booked_at").dt.convert_time_zone(SHANGHAI.key).dt.date())
    sold = entries.filter(pl.col("direction") == "in", pl.col("category") == "sale")
    payments = sold.select(parties.party("party").fill_null(""), "day", cents=(pl.col("amount") * 100).cast(pl.Int64))
    first = date.fromisoformat(str(entries["day"].min()))
    return payments.select(pl.col(c).cast(k) for c, k in PAYMENTS.items()), first


def _filings(reading: Reading, firm: str) -> pl.DataFrame | None:
    """Sales filed for value-added tax, the newest version of each period."""
    if not reading.has(FILINGS):
        return None
    rows = reading.table(FILINGS)
    rows = rows.filter(rows["firm_id"] == firm, rows["tax_kind"].isin(TAXES), rows["item"].isin(ITEMS))
    told = rows.select("tax_kind", "period_from", "period_to", "item", "value", "filing_version").to_pyarrow()
    found = pl.DataFrame(pl.from_arrow(told))
    if found.is_empty():
        return None
    period = ["tax_kind", "period_from", "period_to", "item"]
    newest = found.sort(*period, "filing_version").unique(period, keep="last")
    sums = newest.group_by("period_from", "period_to").agg(cents=(pl.col("value") * 100).cast(pl.Int64).sum())
    return sums.select(pl.col(c).cast(k) for c, k in FILED.items()).sort("period_from")


def not_financed(
    sales: pl.DataFrame, owner: str, parties: Parties, relations: Relations, reasons: tuple[str, ...]
) -> dict[str, str]:
    """Buyers whose receivables are not financed as things stand on the day of the list, with the reason.

    Args:
        sales: in the form `SALES`.
        owner: the firm, as `Parties` knows it.
        parties: facts about the buyers.
        relations: what counts as ended, as a shell, as trouble and as related.
        reasons: those that the scheme of lending names.
    """
    buyers = sales.select("party").unique().with_columns(owner=pl.lit(owner), day=pl.lit(relations.as_of))
    found = standing.settled(buyers, parties, relations).filter(pl.col("reason").is_in(reasons))
    return dict(found.sort("party").select("party", "reason").iter_rows())
