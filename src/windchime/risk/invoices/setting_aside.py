"""Firms set aside before norms are fitted: whoever cheats openly is not to teach what is usual.

A library is not known to be clean. Norms fitted on cheats too find them usual, and judge the same firms by what they did
themselves: from about as many cheats on as the bounds allow mistakes, none is seen. So firms that a hard check hits clearly,
in many rows and in a large part of those it could judge, are left out of the norms, and are asked about at least.
"""

import polars as pl

from windchime.risk.invoices.population.settings import Settings
from windchime.risk.invoices.verdict import GROUNDS, gravest_first

_BY = ["reporting_firm_id", "code"]


def set_aside(measures: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Firms that a hard check hits clearly, and by which.

    A check by which more firms would be set aside than the scheme allows tells how the source writes its lists, not who
    cheats: norms judge it alone. Checks of a firm as a whole count no rows and set nobody aside.

    Args:
        measures: `MEASURES` of all firms of the library.
        settings: of the population.

    Returns:
        `GROUNDS`, each standing `question`.
    """
    bounds = settings.set_aside
    clear = (pl.col("figure") >= bounds.rows) & (pl.col("figure") >= bounds.share * pl.col("of"))
    found = (
        measures.filter(pl.col("code").is_in(sorted(settings.hard)))
        .with_columns(clear.alias("clear"))
        .filter(pl.col("clear"), pl.col("clear").mean().over("code") <= bounds.most)
    )
    return gravest_first([_form(found.with_columns(pl.lit("high").alias("end"), pl.lit("question").alias("standing")))])


def at_least_asked(grounds: pl.DataFrame, aside: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Grounds against firms, where those set aside are asked about because of what set them aside.

    Args:
        grounds: `GROUNDS` of the firms of a list.
        aside: what `set_aside` says of the same firms.
        judged: `JUDGED` of the same firms, for what is usual.

    Returns:
        `GROUNDS`; a ground that is graver stays as it is.
    """
    weighty = grounds.filter(pl.col("standing") != "watch")
    added = aside.join(weighty, on=_BY, how="anti").drop("usual", "rarity")
    usual = judged.select(*_BY, "end", "usual", "rarity")
    kept = grounds.join(added, on=[*_BY, "end"], how="anti")
    return gravest_first([kept, _form(added.join(usual, on=[*_BY, "end"], how="left"))])


def _form(found: pl.DataFrame) -> pl.DataFrame:
    return found.select(
        pl.col(c).cast(k) if c in found.columns else pl.lit(None, k).alias(c) for c, k in GROUNDS.items()
    )
