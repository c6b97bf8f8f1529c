"""All checks of relations over a list, as hits of invoices and of firms, and how many rows each could judge."""

from dataclasses import dataclass

import polars as pl

from windchime.core.dates import Window
from windchime.risk.invoices.checks.check import Check, gathered
from windchime.risk.invoices.listing import Listing
from windchime.risk.invoices.relations import circling, standing
from windchime.risk.invoices.relations.checks import CHECKS, SHARES
from windchime.risk.invoices.relations.parties import NEEDED, Parties
from windchime.risk.invoices.relations.settings import Settings

#: statuses of invoices that count, as the measure `countable` of the contract says
COUNTED = ("normal", "red_full", "red_part")
#: what is the same in two rows that repeat one invoice
_SAME = (
    "reporting_firm_id", "direction", "partner_id", "invoice_code", "invoice_no", "issue_date", "amount", "tax", "total",
    "status", "colour",
)  # fmt: skip
#: facts about parties that each check rests on
_RESTS_ON = {
    "partner_not_yet_founded": "register",
    "firm_not_yet_founded": "register",
    "partner_had_ended": "register",
    "partner_is_shell": "register",
    "partner_in_trouble": "troubles",
    "partner_is_related": "ties",
    "circular_invoicing": "hops",
}


@dataclass(frozen=True, slots=True)
class Related:
    """What the checks of relations say."""

    #: in the form `HITS`, sorted
    hits: pl.DataFrame
    #: (code, reporting_firm_id, judged): rows that a check could judge
    exposures: pl.DataFrame
    #: checks whose columns or tables are not told
    not_run: tuple[Check, ...]


def hits(listing: Listing, parties: Parties, settings: Settings) -> pl.DataFrame:
    """Hits of the layer in the common form."""
    return run(listing, parties, settings).hits


def run(listing: Listing, parties: Parties, settings: Settings) -> Related:
    """Hold every invoice against what is known of its parties on its day.

    Args:
        listing: of one firm or of many.
        parties: facts as known on the list's last day.
        settings: bounds.
    """
    not_run = tuple(c for c in CHECKS if not _can_run(c, listing, parties))
    skipped = {c.code for c in not_run}
    rows = countable(listing, parties)
    found = {
        code: hit
        for code, hit in {
            "partner_not_yet_founded": standing.not_yet_founded(rows, parties, settings.founding_grace),
            "firm_not_yet_founded": standing.not_yet_founded(
                rows.with_columns(party="owner"), parties, settings.founding_grace
            ),
            "partner_had_ended": standing.had_ended(rows, parties),
            "circular_invoicing": circling.circular(rows, parties),
            "mutual_invoicing": circling.mutual(rows.filter(pl.col("total") > 0), settings.mutual),
            "partner_is_shell": standing.shells(rows, parties, settings.shell),
            "partner_in_trouble": standing.in_trouble(rows, parties),
            "partner_is_related": standing.related(rows, parties),
        }.items()
        if code not in skipped
    }
    firm = rows.select("row", "reporting_firm_id")
    of_rows = [
        hit.select(pl.lit(code).alias("code"), *(c for c in ("row", "figure", "bound", "detail") if c in hit.columns))
        .unique("row", keep="first", maintain_order=True)
        .join(firm, "row")
        for code, hit in found.items()
    ]
    of_firms = [_shares(rows, hit, code, settings) for code, hit in found.items() if code in SHARES]
    return Related(gathered([*of_rows, *of_firms]), _exposures(rows, parties, skipped), not_run)


def countable(listing: Listing, parties: Parties) -> pl.DataFrame:
    """Rows that count (`row`, `reporting_firm_id`, `owner`, `party`, `direction`, `day`, `total` in cents).

    Void rows, rows of zero and exact repetitions are left out, as the measure `countable` of the contract leaves them.
    """
    rows = listing.invoices.filter(pl.col("status").is_in(COUNTED) & (pl.col("total") != 0))
    return rows.unique(_SAME, keep="first", maintain_order=True).select(
        "row",
        "reporting_firm_id",
        parties.party("reporting_firm_id").alias("owner"),
        parties.party("partner_id").alias("party"),
        "direction",
        pl.col("issue_date").alias("day"),
        "total",
    )


def _can_run(check: Check, listing: Listing, parties: Parties) -> bool:
    of = next((of for of, share in SHARES.items() if share is check), check.code)
    facts = _RESTS_ON.get(of)
    return check.needs <= listing.told and (facts is None or any(t in parties.told for t in NEEDED[facts]))


def _shares(rows: pl.DataFrame, hit: pl.DataFrame, code: str, settings: Settings) -> pl.DataFrame:
    """Firms whose sales of the window hang on what was hit by more than the bound."""
    check = SHARES[code]
    first, after = Window(settings.months).bounds(settings.as_of)
    inside = (
        (pl.col("direction") == "sale") & (pl.col("total") > 0) & (pl.col("day") >= first) & (pl.col("day") < after)
    )
    is_hit = pl.col("row").is_in(hit["row"].implode())
    share = pl.col("total").filter(is_hit).sum() / pl.col("total").sum()
    bound = settings.shares[check.code]
    return (
        rows.filter(inside)
        .group_by("reporting_firm_id")
        .agg(figure=share)
        .filter(pl.col("figure") > bound)
        .with_columns(code=pl.lit(check.code), bound=pl.lit(bound))
    )


def _exposures(rows: pl.DataFrame, parties: Parties, skipped: set[str]) -> pl.DataFrame:
    """Rows that each check could judge: where the register is asked, those whose party it knows; of a firm as a whole, one."""
    known = rows.filter(pl.col("party").is_in(parties.register["party"].implode()))
    parts = []
    for check in CHECKS:
        if check.code in skipped:
            continue
        of = known if _RESTS_ON.get(check.code) == "register" else rows
        size = pl.len() if check.unit == "invoice" else pl.lit(1)
        judged = of.group_by("reporting_firm_id").agg(judged=size.cast(pl.UInt32))
        parts.append(judged.select(pl.lit(check.code).alias("code"), "reporting_firm_id", "judged"))
    form = {"code": pl.String(), "reporting_firm_id": pl.String(), "judged": pl.UInt32()}
    return pl.concat([pl.DataFrame(schema=form), *parts]).sort("code", "reporting_firm_id")
