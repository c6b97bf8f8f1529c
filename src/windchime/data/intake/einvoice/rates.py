"""The rates of tax that the law knows on a day, from the scheme of data quality."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from functools import cache

from windchime.content import seed
from windchime.content.scheme import NotYetInForce, Scheme
from windchime.data.intake.einvoice.checks import LegalRates

SCHEME, PARAMETER = "data_quality", "vat_rates"


def of(scheme: Scheme) -> LegalRates:
    """The rates of a scheme, by day."""

    @cache
    def legal(day: date) -> Collection[Decimal] | None:
        try:
            return frozenset(map(Decimal, scheme.at(PARAMETER, day).value))
        except NotYetInForce:
            return None

    return legal


@cache
def shipped() -> LegalRates:
    """The rates of the scheme that ships; a bank that published its own passes those."""
    return of(Scheme.of(seed.documents("schemes")[SCHEME]))
