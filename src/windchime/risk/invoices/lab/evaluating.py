"""How much of what is done to lists is seen: every operation, by the number of invoices altered, with and without another copy."""

from collections.abc import Iterator, Sequence

import polars as pl

from windchime.core.intervals import wilson
from windchime.risk.invoices.copies import compare, partner_copies
from windchime.risk.invoices.lab.operation import OPERATIONS, Operation
from windchime.risk.invoices.lab.operations import WHOLE, Tampered, tamper
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.population.norms import Norms
from windchime.risk.invoices.population.settings import Settings as Population
from windchime.risk.invoices.settings import Settings
from windchime.risk.invoices.verify import verify

FIRM = "reporting_firm_id"
#: of all operations
CODES: tuple[str, ...] = tuple(what.code for what in OPERATIONS)
#: invoices altered in each firm: whole numbers, or shares of those that qualify
COUNTS: tuple[int | float, ...] = (1, 3, 10, 30, 0.1, 1.0)
#: one row a firm, operation and count
TRIALS: dict[str, pl.DataType] = {
    "operation": pl.String(),
    "level": pl.String(),
    # what was asked for: a number, or a share with a percent sign
    "count": pl.String(),
    FIRM: pl.String(),
    # invoices of the firm before, and those altered, removed or added
    "rows": pl.UInt32(),
    "altered": pl.UInt32(),
    # by the list alone: pass, question or reject, and the code of the gravest ground
    "verdict": pl.String(),
    "code": pl.String(),
    # whether an earlier download contradicts the list
    "earlier": pl.Boolean(),
    # whether a partner's list contradicts it; null where no altered invoice has a partner that reports here
    "partner": pl.Boolean(),
}


def trials(
    listing: Listing,
    norms: Norms,
    settings: Settings,
    population: Population,
    *,
    seed: int,
    operations: Sequence[str] = CODES,
    counts: Sequence[int | float] = COUNTS,
) -> pl.DataFrame:
    """Do every operation to every firm of a clean list and look at what comes out.

    Args:
        listing: of firms that are clean, with their partners where partners' copies are to be looked at.
        norms: fitted on other clean firms.
        settings: of the checks.
        population: of profile, norms and verdict.
        seed: of the operations.
        operations: codes, by default all.
        counts: of invoices to alter; operations that alter all are done once.

    Returns:
        `TRIALS`; a firm that has fewer invoices to alter than asked for is not there.
    """
    wanted = [o for o in OPERATIONS if o.code in operations]
    parts = [
        _trial(listing, what, count, seed, norms, settings, population)
        for what in wanted
        for count in ((1.0,) if what.code in WHOLE else counts)
    ]
    return pl.concat(
        [pl.DataFrame(schema=TRIALS), *(p.select(pl.col(c).cast(k) for c, k in TRIALS.items()) for p in parts)]
    )


def _trial(
    listing: Listing,
    what: Operation,
    count: float,
    seed: int,
    norms: Norms,
    settings: Settings,
    population: Population,
) -> pl.DataFrame:
    done = tamper(listing, what.code, count=count, seed=seed)
    if done.skipped:
        return pl.DataFrame(schema=TRIALS)
    found = verify(done.listing, settings, population, norms).firms.select(FIRM, "verdict", "code")
    altered = done.altered.group_by(FIRM).agg(pl.len().alias("altered"))
    enough = pl.col("altered") >= (count if isinstance(count, int) else 1)
    return (
        altered.filter(enough)
        .join(listing.invoices.group_by(FIRM).agg(pl.len().alias("rows")), on=FIRM)
        .join(found, on=FIRM, how="left")
        .join(_by_copies(listing, done), on=FIRM, how="left")
        .with_columns(
            pl.lit(what.code).alias("operation"),
            pl.lit(what.level).alias("level"),
            pl.lit(str(count) if isinstance(count, int) else f"{count:.0%}").alias("count"),
            # every invoice of a firm removed: nothing is left to pass
            pl.col("verdict").fill_null("question"),
        )
        .sort(FIRM)
    )


def _by_copies(listing: Listing, done: Tampered) -> pl.DataFrame:
    """Whether other copies contradict what was done to each firm: an earlier download, the partners' lists."""
    earlier = compare(done.listing, listing, "earlier").hits[FIRM].unique()
    altered = done.altered.select(FIRM, "row", "what")
    # partners that report here; of rows that are new, too
    both = pl.concat([listing.invoices.select("row", "partner_id"), done.listing.invoices.select("row", "partner_id")])
    reporters = listing.invoices[FIRM].unique()
    mine = altered.join(both.unique("row"), on="row").filter(pl.col("partner_id").is_in(reporters.implode()))
    hits = partner_copies(done.listing).hits
    rows = hits.join(mine, on="row", how="semi")[FIRM]
    removed = mine.filter(pl.col("what") == "removed")[FIRM]
    missing = hits.filter(pl.col("row").is_null() & pl.col(FIRM).is_in(removed.implode()))[FIRM]
    contradicted = pl.concat([rows, missing]).unique()
    return (
        altered.select(FIRM)
        .unique()
        .with_columns(
            pl.col(FIRM).is_in(earlier.implode()).alias("earlier"),
            pl.when(pl.col(FIRM).is_in(mine[FIRM].implode()))
            .then(pl.col(FIRM).is_in(contradicted.implode()))
            .alias("partner"),
        )
    )


def recall(found: pl.DataFrame) -> pl.DataFrame:
    """Trials as one table: by operation and count how many firms, how many were asked about or rejected, with intervals.

    Returns:
        operation, level, count, firms, detected (asked about or rejected), low and high (95 %, Wilson), rejected, earlier,
        partners (firms that a partner could contradict), partner; shares but for `firms` and `partners`.
    """
    table = found.group_by("operation", "level", "count", maintain_order=True).agg(
        pl.len().alias("firms"),
        (pl.col("verdict") != "pass").sum().alias("detected"),
        (pl.col("verdict") == "reject").mean().alias("rejected"),
        pl.col("earlier").mean(),
        pl.col("partner").count().alias("partners"),
        pl.col("partner").mean(),
    )
    bounds = [wilson(k, n) for k, n in zip(table["detected"], table["firms"], strict=True)]
    return table.with_columns(
        pl.col("detected") / pl.col("firms"),
        pl.Series("low", [b[0] for b in bounds], pl.Float64),
        pl.Series("high", [b[1] for b in bounds], pl.Float64),
    ).select(
        "operation", "level", "count", "firms", "detected", "low", "high", "rejected", "earlier", "partners", "partner"
    )  # fmt: skip


def false_alarms(firms: pl.DataFrame) -> Iterator[tuple[str, float, float, float]]:
    """Of clean firms, as published: (verdict, share at least so grave, bounds at 95 %)."""
    for name, grave in (("question", ["question", "reject"]), ("reject", ["reject"])):
        hit, of = int(firms["verdict"].is_in(grave).sum()), firms.height
        yield name, hit / max(of, 1), *wilson(hit, of)
