"""All checks of the single invoice and of the set, run over a listing of one firm or of many."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from windchime.risk.invoices.checks import arithmetic, habits, lines, reds, repeats, runs, series, standing, structure
from windchime.risk.invoices.checks.asking import Asked, answer, exposures, told
from windchime.risk.invoices.checks.check import Check, gathered
from windchime.risk.invoices.checks.rates import explaining
from windchime.risk.invoices.ledger import Ledger
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.settings import Settings

#: every check of these two layers, in the order in which they are told
CHECKS: tuple[Check, ...] = (
    *structure.CHECKS,
    *arithmetic.CHECKS,
    *standing.CHECKS,
    *lines.CHECKS,
    *runs.CHECKS,
    *repeats.CHECKS,
    *reds.CHECKS,
    *habits.CHECKS,
    *series.CHECKS,
)


@dataclass(frozen=True, slots=True)
class Ran:
    """What the checks of the single invoice and of the set found."""

    #: `HITS`
    hits: pl.DataFrame
    #: `EXPOSURES`: how much each check could judge; without it a number of hits says nothing
    exposures: pl.DataFrame
    #: checks whose columns the source does not tell
    not_run: tuple[Check, ...]


def run(listing: Listing, settings: Settings) -> Ran:
    """Run every check whose columns the listing tells.

    Args:
        listing: invoices of any number of firms.
        settings: of the checks.

    Returns:
        Hits and exposures, sorted by code, firm and row; a check stays silent about rows whose fields are empty.
    """
    ledger = Ledger.of(listing)
    answers = [
        answer(Asked(asked.frame, told(asked.asks, ledger.told)), ledger.firms) for asked in _asked(ledger, settings)
    ]
    return Ran(
        gathered([h for a in answers for h in a.hits]),
        exposures(answers, ledger.firms),
        tuple(c for c in CHECKS if not c.needs <= ledger.told),
    )


def _asked(ledger: Ledger, settings: Settings) -> Iterator[Asked]:
    rates = explaining(ledger.rows, settings)
    yield from structure.asked(ledger, settings)
    yield from standing.asked(ledger, settings)
    by_lines = lines.read(ledger, settings)
    yield from arithmetic.asked(ledger, settings, rates, by_lines.explained if by_lines else None)
    if by_lines:
        yield from lines.asked(by_lines, settings)
    yield from runs.asked(ledger, settings)
    yield from repeats.asked(ledger, settings)
    yield from reds.asked(ledger, settings)
    yield from habits.asked(ledger, settings, rates)
    yield from series.asked(ledger, settings)
