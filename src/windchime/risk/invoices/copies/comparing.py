"""`compare`: a list held against the tax platform's copy of it, or against an earlier download."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from windchime.risk.invoices.checks.check import gathered
from windchime.risk.invoices.copies import differing
from windchime.risk.invoices.copies.checks import Role
from windchime.risk.invoices.copies.covering import covered
from windchime.risk.invoices.copies.differing import DIFFERENCES
from windchime.risk.invoices.copies.lawful import transition
from windchime.risk.invoices.copies.matching import FIRM, matched, taken, unpaired
from windchime.risk.invoices.listing import Listing

#: codes of what differs, what the list has alone, what the other copy has alone
CODES: dict[str, tuple[str, str, str]] = {
    "platform": ("differs_from_platform", "absent_from_platform", "withheld_from_list"),
    "earlier": ("changed_since_earlier", "new_before_earlier", "gone_since_earlier"),
    "partner": ("differs_from_partner", "absent_from_partner", "withheld_from_partner"),
}
#: how many rows of a firm each check could judge
EXPOSURES: dict[str, pl.DataType] = {"code": pl.String(), "reporting_firm_id": pl.String(), "judged": pl.UInt32()}


@dataclass(frozen=True, slots=True)
class Compared:
    """What two copies say of the same invoices."""

    #: `HITS`, of what no law explains
    hits: pl.DataFrame
    #: `DIFFERENCES`, lawful ones too, sorted by firm, row and field
    differences: pl.DataFrame
    #: `EXPOSURES`
    exposures: pl.DataFrame


def compare(listing: Listing, other: Listing, role: Role, *, since: date | None = None) -> Compared:
    """Hold a list against another copy of it.

    Args:
        listing: the list that is looked at.
        other: the other copy, of the same firms under the same ids; firms it does not tell of are not judged.
        role: what the other copy is. Changes that the law knows are no hits where one of the two is older.
        since: first day that the other copy is known to cover; where it is not known, it covers each firm from the month
            of its first row, and what the list has from before is not judged.
    """
    seller = differing.party("seller", listing, other)
    columns = differing.compared_columns(listing, other)
    pairs = matched(listing.invoices, other.invoices, seller=seller)
    off = [differing.heads(pairs, listing.invoices, other.invoices, columns), differing.lines(pairs, listing, other)]
    rows = listing.invoices.select("row", FIRM, "direction", "invoice_no", "issue_date")
    changed = pl.concat(off, how="diagonal").join(rows, on="row", how="left", maintain_order="left")
    changed = changed.with_columns(lawful=_lawful(changed, listing, other)).drop("direction", "issue_date")
    here = covered(rows, other, since)
    there = covered(other.invoices.select(rows.columns), listing)
    alone = covered(unpaired(rows, pairs["at"]), other, since)
    missed = covered(unpaired(other.invoices.select(rows.columns), pairs["other_at"]), listing)
    return told(role, changed, alone, missed, (taken(rows, pairs["at"]), here, there))


def hits(listing: Listing, other: Listing, *, role: Role, since: date | None = None) -> pl.DataFrame:
    """What `compare` hits, in the form of all layers."""
    return compare(listing, other, role, since=since).hits


def told(
    role: str,
    changed: pl.DataFrame,
    alone: pl.DataFrame,
    missed: pl.DataFrame,
    judged: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame],
) -> Compared:
    """Differences, hits and exposures of fields that differ, rows the list has alone, and rows only the other has.

    Args:
        role: what the other copy is.
        changed: fields that differ, with the firm of the list and whether the law explains it.
        alone: rows of the list that the other lacks.
        missed: rows of the other that the list lacks.
        judged: rows of which each of the three could be said.
    """
    codes = CODES[role]
    whole = pl.concat(
        [
            changed,
            alone.select(FIRM, "row", "invoice_no", field=pl.lit("row"), lawful=False, **{"is": "invoice_no"}),
            missed.select(FIRM, "invoice_no", other_row="row", field=pl.lit("row"), lawful=False, was="invoice_no"),
        ],
        how="diagonal",
    ).with_columns(role=pl.lit(role))
    form = [pl.col(c).cast(k) if c in whole.columns else pl.lit(None, k).alias(c) for c, k in DIFFERENCES.items()]
    differences = whole.select(form).sort(FIRM, "row", "other_row", "field", "line_no", nulls_last=True)
    fields = (
        changed.filter(~pl.col("lawful"))
        .group_by(FIRM, "row")
        .agg(figure=pl.col("field").n_unique(), detail=pl.col("field").unique().sort().str.join(","))
    )
    first = (
        missed.sort("issue_date", "invoice_no").group_by(FIRM).agg(figure=pl.len(), detail=pl.col("invoice_no").first())
    )
    parts = [fields, alone.select(FIRM, "row"), first]
    return Compared(
        gathered([p.with_columns(code=pl.lit(c), bound=pl.lit(0.0)) for c, p in zip(codes, parts, strict=True)]),
        differences,
        _exposures(codes, judged),
    )


def _exposures(codes: tuple[str, ...], judged: tuple[pl.DataFrame, ...]) -> pl.DataFrame:
    counts = [
        rows.group_by(FIRM).agg(judged=pl.len()).select(pl.lit(code).alias("code"), FIRM, "judged")
        for code, rows in zip(codes, judged, strict=True)
    ]
    return pl.concat(counts).cast(dict(EXPOSURES)).sort("code", FIRM)  # type: ignore[arg-type]  # names to types


def _lawful(changed: pl.DataFrame, listing: Listing, other: Listing) -> pl.Series:
    """Of each field that differs, whether the law knows the change."""
    if listing.as_of == other.as_of:
        return pl.repeat(False, changed.height, dtype=pl.Boolean, eager=True)
    later = "is" if listing.as_of > other.as_of else "was"
    newer = listing if later == "is" else other
    older_day = pl.lit(min(listing.as_of, other.as_of))
    reds = newer.invoices.filter(pl.col("colour") == "red", pl.col("original_no").is_not_null())
    reddened = reds.select(FIRM, "direction", invoice_no="original_no").unique().with_columns(__offset=True)
    asked = changed.join(reddened, on=[FIRM, "direction", "invoice_no"], how="left", maintain_order="left")
    of_law = transition(later, pl.col("__offset").fill_null(False), older_day)
    return asked.select(((pl.col("field") == "status") & of_law).fill_null(False)).to_series()
