"""From rare to verdict: grounds against a firm, the verdict of the firm, the verdict of each invoice."""

from collections.abc import Iterable
from typing import Literal

import polars as pl

from windchime.risk.invoices.population.norms import Norms
from windchime.risk.invoices.population.settings import Settings

Verdict = Literal["pass", "question", "reject"]
#: from harmless to grave; the position is the rank
VERDICTS: tuple[Verdict, ...] = ("pass", "question", "reject")
#: how grave a ground is; `watch` is worth a look and changes no verdict
STANDINGS: tuple[str, ...] = ("watch", "question", "reject")
#: what speaks against a firm, sorted by firm, gravest and rarest first
GROUNDS: dict[str, pl.DataType] = {
    "reporting_firm_id": pl.String(),
    "code": pl.String(),
    # the strange end of a measure; `high` for hits of checks
    "end": pl.String(),
    "standing": pl.String(),
    "figure": pl.Float64(),
    "of": pl.Float64(),
    # among clean firms; null where there are no norms
    "usual": pl.Float64(),
    # share of clean firms as strange; null where it was not judged by norms
    "rarity": pl.Float64(),
}
_BY = ["reporting_firm_id", "code"]


def grounds(judged: pl.DataFrame, norms: Norms, settings: Settings) -> pl.DataFrame:
    """What is too rare among clean firms to be passed over.

    A firm is asked about because of any measure. It is rejected for what law or arithmetic forbids alone, held to the
    stricter bound, or where measures of several kinds agree.

    Args:
        judged: `JUDGED`.
        norms: that judged.
        settings: which mistakes may be made how often.

    Returns:
        `GROUNDS`.
    """
    bounds = settings.bounds
    reject = norms.bound(bounds.reject, hard=True)
    hard = norms.bound(bounds.question * bounds.hard_share, hard=True)
    other = norms.bound(bounds.question * (1 - bounds.hard_share))
    question = pl.when("hard").then(hard).otherwise(other)
    weighed = pl.col("weighed")
    standing = (
        pl.when(pl.col("hard") & (weighed < reject))
        .then(pl.lit("reject"))
        .when(weighed < question)
        .then(pl.lit("question"))
        .otherwise(pl.lit("watch"))
    )
    return _form(
        judged.filter(weighed < pl.max_horizontal(pl.lit(bounds.watch), question)).with_columns(
            standing.alias("standing")
        )
    )


def grounds_of_hits(hits: pl.DataFrame, codes: Iterable[str], least: int) -> pl.DataFrame:
    """Grounds that need no norms: each hit is a fault that only the number of rows makes graver.

    Args:
        hits: `HITS`; a hit of a firm as a whole counts as many rows as its figure says.
        codes: of the checks that are such faults.
        least: rows from which a firm is rejected; fewer are asked about.

    Returns:
        `GROUNDS`.
    """
    rows = pl.when(pl.col("row").is_null()).then(pl.col("figure").fill_null(1.0)).otherwise(1.0)
    found = (
        hits.filter(pl.col("code").is_in(list(codes)))
        .group_by(_BY)
        .agg(rows.sum().alias("figure"))
        .with_columns(
            pl.lit("high").alias("end"),
            pl.when(pl.col("figure") >= least).then(pl.lit("reject")).otherwise(pl.lit("question")).alias("standing"),
        )
    )
    return _form(found)


def of_firms(firms: pl.Series, against: pl.DataFrame) -> pl.DataFrame:
    """The verdict of each firm and its gravest ground (code null where nothing speaks against it), in the order given."""
    gravest = against.unique("reporting_firm_id", keep="first", maintain_order=True)
    return (
        firms.alias("reporting_firm_id")
        .to_frame()
        .join(gravest, on="reporting_firm_id", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("standing").is_in(VERDICTS)).then("standing").otherwise(pl.lit("pass")).alias("verdict")
        )
        .select("reporting_firm_id", "verdict", "code", "rarity")
    )


def of_rows(hits: pl.DataFrame, against: pl.DataFrame, norms: Norms | None, settings: Settings) -> pl.DataFrame:
    """The verdict of each invoice that is not passed: row, reporting_firm_id, verdict, codes.

    An invoice is asked about where its firm is because of the same check, or where hardly any row of clean lists is so; it is
    rejected where law or arithmetic forbids what it shows, and clean lists have next to none of it.
    """
    bounds, usual = settings.bounds, {n.code: n.share for n in norms.norms if n.form == "count"} if norms else {}
    rows = hits.filter(pl.col("row").is_not_null()).join(
        against.filter(pl.col("standing") != "watch").select(*_BY, "standing"), on=_BY, how="left"
    )
    share = pl.col("code").replace_strict(usual, default=None, return_dtype=pl.Float64)
    hard = pl.col("code").is_in(list(settings.hard)) & (share.fill_null(0.0) <= bounds.rarest_row)
    unknown = share.is_null()
    rank = (
        pl.when(hard | (unknown & (pl.col("standing") == "reject")))
        .then(2)
        .when(pl.col("standing").is_not_null() | (share <= bounds.rare_row))
        .then(1)
        .otherwise(0)
    )
    return (
        rows.with_columns(rank.alias("rank"))
        .filter(pl.col("rank") > 0)
        .group_by("row", "reporting_firm_id")
        .agg(pl.col("rank").max(), pl.col("code").unique().sort().alias("codes"))
        .with_columns(pl.col("rank").replace_strict(dict(enumerate(VERDICTS)), return_dtype=pl.String).alias("verdict"))
        .select("row", "reporting_firm_id", "verdict", "codes")
        .sort("row")
    )


def gravest_first(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Grounds of several kinds as one frame in their order."""
    rank = pl.col("standing").replace_strict({s: i for i, s in enumerate(STANDINGS)}, return_dtype=pl.Int64)
    whole = pl.concat([pl.DataFrame(schema=GROUNDS), *parts])
    return whole.sort("reporting_firm_id", -rank, "rarity", "code", "end", nulls_last=False)


def _form(found: pl.DataFrame) -> pl.DataFrame:
    return found.select(
        pl.col(c).cast(k) if c in found.columns else pl.lit(None, k).alias(c) for c, k in GROUNDS.items()
    )
