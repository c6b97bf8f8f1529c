"""The profile of a firm: some dozens of figures that describe how it issues invoices."""

import polars as pl

from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.population import months, rescaling, rows
from windchime.risk.invoices.population.measure import stacked
from windchime.risk.invoices.population.sales import prepared
from windchime.risk.invoices.population.settings import Settings


def profile(listing: Listing, settings: Settings) -> pl.DataFrame:
    """What `PROFILE` names, of every firm of a list.

    Returns:
        `MEASURES`, sorted by code and firm; a measure whose sample is too small is not there.
    """
    sales = prepared(listing, settings.near_days)
    parts = (
        *rows.measures(sales, settings),
        *rescaling.measures(sales, settings),
        *months.measures(sales, listing, settings),
    )
    return stacked(parts).sort("code", "reporting_firm_id")
