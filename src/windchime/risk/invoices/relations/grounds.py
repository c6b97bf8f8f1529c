"""What relations add to a verification: grounds against the firm and verdicts on invoices, as the scheme says and not by rarity.

What law or common sense says of a party does not depend on how many other firms of the library have such parties.
"""

from dataclasses import replace

import polars as pl

from windchime.risk.invoices import verdict
from windchime.risk.invoices.population.norms import Norms
from windchime.risk.invoices.population.settings import Settings as Population
from windchime.risk.invoices.relations.running import Related
from windchime.risk.invoices.relations.settings import Settings
from windchime.risk.invoices.verify import Verification

_FIRM = ["reporting_firm_id", "code"]


def added(
    found: Verification, related: Related, norms: Norms | None, population: Population, settings: Settings
) -> Verification:
    """The same verification with what relations say; `related` must have been one of its layers.

    Args:
        found: of the list, by every layer.
        related: what the checks of relations found in it.
        norms: by which it was judged.
        population: of profile, norms and verdict.
        settings: standings of the checks of relations.
    """
    grounds = verdict.gravest_first([found.grounds, against(related, settings)])
    rows = verdict.of_rows(found.hits, grounds, norms, population)
    return replace(
        found,
        grounds=grounds,
        firms=verdict.of_firms(found.firms["reporting_firm_id"], grounds),
        invoices=_gravest([rows, _invoices(related, settings)]),
        not_run=(*found.not_run, *related.not_run),
    )


def against(related: Related, settings: Settings) -> pl.DataFrame:
    """Grounds against firms in the form `GROUNDS`; the figure of a check of invoices is how many it hit."""
    standings = {code: s.firm for code, s in settings.standings.items() if s.firm != "none"}
    hits = related.hits.filter(pl.col("code").is_in(list(standings)))
    rows = pl.col("row").n_unique()
    firms = hits.group_by(_FIRM).agg(
        figure=pl.when(pl.col("row").is_null().any()).then(pl.col("figure").max()).otherwise(rows.cast(pl.Float64)),
        end=pl.lit("high"),
    )
    told = firms.join(related.exposures.rename({"judged": "of"}), on=_FIRM, how="left")
    told = told.with_columns(standing=pl.col("code").replace_strict(standings, default=None))
    return told.select(
        pl.col(c).cast(k) if c in told.columns else pl.lit(None, k).alias(c) for c, k in verdict.GROUNDS.items()
    )


def _invoices(related: Related, settings: Settings) -> pl.DataFrame:
    """Invoices that do not pass because of who stands on the other side: row, reporting_firm_id, verdict, codes."""
    verdicts = {code: s.invoice for code, s in settings.standings.items() if s.invoice != "pass"}
    hits = related.hits.filter(pl.col("row").is_not_null(), pl.col("code").is_in(list(verdicts)))
    return hits.select(
        "row",
        "reporting_firm_id",
        verdict=pl.col("code").replace_strict(verdicts, return_dtype=pl.String),
        codes=pl.concat_list("code"),
    )


def _gravest(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """One row an invoice: its gravest verdict, and every code that speaks against it."""
    rank = {v: i for i, v in enumerate(verdict.VERDICTS)}
    return (
        pl.concat(parts)
        .group_by("row", "reporting_firm_id")
        .agg(
            pl.col("verdict").replace_strict(rank, return_dtype=pl.Int8).max(),
            pl.col("codes").explode().unique().sort(),
        )
        .with_columns(pl.col("verdict").replace_strict(dict(enumerate(verdict.VERDICTS)), return_dtype=pl.String))
        .select("row", "reporting_firm_id", "verdict", "codes")
        .sort("row")
    )
