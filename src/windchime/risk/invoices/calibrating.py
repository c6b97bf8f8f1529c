"""Checks measured against clean firms: how many hits, of how many rows that could be judged, are usual."""

from collections.abc import Iterable, Sequence
from typing import Protocol

import polars as pl

from windchime.risk.invoices.checks.check import Check
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.population.measure import MEASURES, PROFILE, Measure, stacked
from windchime.risk.invoices.population.norms import Norms
from windchime.risk.invoices.population.profile import profile
from windchime.risk.invoices.population.settings import Settings as Population
from windchime.risk.invoices.running import CHECKS, run
from windchime.risk.invoices.settings import Settings


class Layer(Protocol):
    """What a layer of checks found in a list."""

    @property
    def hits(self) -> pl.DataFrame:
        """`HITS`."""

    @property
    def exposures(self) -> pl.DataFrame:
        """(code, reporting_firm_id, judged): rows that each check could judge."""


def catalogue(checks: Sequence[Check]) -> tuple[Measure, ...]:
    """Everything that has a norm: the profile, and hits of each check."""
    return (*PROFILE, *(Measure(c.code, "count", ("high",), "share", c.msgid) for c in checks))


def measured(listing: Listing, layers: Iterable[Layer], settings: Population) -> pl.DataFrame:
    """All that is measured of the firms of a list.

    Args:
        listing: of one firm or many.
        layers: what checks found in it.
        settings: of the population.

    Returns:
        `MEASURES`, sorted by code and firm: the profile, and for each check the rows hit of those it could judge.
    """
    return stacked([profile(listing, settings), *(counted(one) for one in layers)]).sort("code", "reporting_firm_id")


def counted(layer: Layer) -> pl.DataFrame:
    """Rows hit of those that each check could judge, by firm; a check of the firm as a whole hits one of one."""
    by = ["code", "reporting_firm_id"]
    hit = layer.hits.group_by(by).agg(pl.col("row").n_unique().cast(pl.Float64).alias("figure"))
    judged = layer.exposures.join(hit, on=by, how="left", maintain_order="left")
    of = pl.col("judged").cast(pl.Float64)
    figure = pl.min_horizontal(pl.col("figure").fill_null(0.0), of)
    return judged.select(*by, figure.alias("figure"), of.alias("of"), pl.lit(None, MEASURES["error"]).alias("error"))


def calibrate(
    clean: Iterable[Listing], settings: Settings, population: Population, checks: Sequence[Check] = CHECKS
) -> Norms:
    """Norms of the clean firms of a library.

    Args:
        clean: their lists; a firm stands in one of them only.
        settings: of the checks.
        population: of profile and norms.
        checks: those that get a norm.

    Raises:
        TooFewFirms: fewer firms than the scheme asks for.
    """
    measures = pl.concat([measured(listing, [run(listing, settings)], population) for listing in clean])
    return Norms.fit(measures, population, catalogue(checks))
