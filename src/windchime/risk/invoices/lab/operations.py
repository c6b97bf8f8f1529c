"""`tamper`: one operation done to every firm of a list, or to one of them, by a seed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.risk.invoices.lab import amounts, dates, parties, rows, statuses
from windchime.risk.invoices.lab.draws import keyed
from windchime.risk.invoices.lab.following import followed
from windchime.risk.invoices.lab.operation import operation as known
from windchime.risk.invoices.lab.rates import known as rates
from windchime.risk.invoices.lab.work import FIRM, Change, Work, whole
from windchime.risk.invoices.listing import FORM, LINES, Listing

#: what was altered, sorted by firm and row; `what` is changed, removed or added
ALTERED: dict[str, pl.DataType] = {"reporting_firm_id": pl.String(), "row": pl.UInt32(), "what": pl.String()}
#: columns that change with those the operations name, as they say the same in other words
COMPANIONS: Mapping[str, tuple[str, ...]] = {
    "issue_date": ("issued_at",),
    "buyer_id": ("partner_id", "buyer_code", "buyer_name"),
    "original_no": ("original_code",),
}

_DONE: Final[Mapping[str, Callable[[Work], Change]]] = {
    "alter_amount": amounts.alter_amount,
    "alter_total": amounts.alter_total,
    "scale_invoice": amounts.scale_invoice,
    "alter_rate": amounts.alter_rate,
    "alter_rate_legal": amounts.alter_rate_legal,
    "alter_date": dates.alter_date,
    "shift_months": dates.shift_months,
    "backdate_history": rows.backdate_history,
    "swap_partner": parties.swap_partner,
    "invent_partner": parties.invent_partner,
    "delete_voids": rows.delete,
    "revive_voids": statuses.revive_voids,
    "delete_reds": rows.delete,
    "redden_to_blue": statuses.redden_to_blue,
    "insert_invented": rows.insert_invented,
    "clone_invoices": rows.clone_invoices,
    "repeat_rows": rows.repeat_rows,
    "split_invoice": rows.split_invoice,
    "delete_purchases": rows.delete,
    "delete_customer": rows.delete_customer,
    "smooth_series": amounts.smooth_series,
    "inflate_all": amounts.inflate_all,
    "grow_trend": amounts.grow_trend,
}
#: operations that alter every row that qualifies, whatever count is asked for
WHOLE: Final = frozenset({"smooth_series", "inflate_all", "grow_trend"})


class BadCount(BadCall):
    """A number of rows to alter that cannot be meant."""

    msgid = _("{count} rows cannot be altered")
    hint = _("a whole number above zero, or a share above zero up to 1.0")

    def __init__(self, count: float) -> None:
        super().__init__(count=count)


@dataclass(frozen=True, slots=True)
class Tampered:
    """A list after an operation."""

    listing: Listing
    #: `ALTERED`: rows that differ, are gone or are new; row numbers are those of the list they stand in
    altered: pl.DataFrame
    #: what the list lacks, so that nothing could be done; None where it was
    skipped: str | None = None


def tamper(listing: Listing, operation: str, *, firm: str | None = None, count: float = 1.0, seed: int) -> Tampered:
    """Do one of the listed operations.

    Args:
        listing: left as it is.
        operation: code in the list of operations.
        firm: only this one; every firm of the list by default. What happens to a firm does not depend on the others,
            but for the numbers of new rows in the list.
        count: rows of each firm to alter, or new rows to make: a whole number, or as a float the share of the rows
            that qualify (`1.0`: all); a firm that has fewer has all altered. Operations in `WHOLE` alter all.
        seed: what chance depends on, beside operation and firm.

    Raises:
        UnknownName: there is no such operation.
        BadCount: the count cannot be meant.
    """
    what = known(operation)
    if not whole(count):
        raise BadCount(count)
    lacking = [n for n in what.needs if (listing.lines.is_empty() if n == "lines" else n not in listing.told)]
    if lacking:
        return Tampered(listing, pl.DataFrame(schema=ALTERED), lacking[0])
    mine = listing.invoices.filter(pl.col("direction") == what.side, *([pl.col(FIRM) == firm] if firm else []))
    work = Work(what, listing, keyed(mine, seed, operation), count, rates(listing.as_of))
    if operation == "alter_item":
        picked, lines = parties.alter_item(work, listing.lines)
        return Tampered(Listing(listing.invoices, lines, listing.as_of, listing.told), _altered(Change(picked)))
    return _applied(listing, _DONE[operation](work))


def _applied(listing: Listing, change: Change) -> Tampered:
    before = listing.invoices
    added = _placed(change.added, before) if change.added.height else change.added
    gone = pl.concat([change.changed.select("row"), change.removed.select("row")])
    rest = before.join(gone, on="row", how="anti", maintain_order="left")
    parts = [rest, *(p.select(pl.col(c).cast(k) for c, k in FORM.items()) for p in (change.changed, added))]
    after = pl.concat(parts).sort("row")
    change = Change(change.changed, change.removed, added, change.lines_follow)
    lines = followed(listing.lines, before, after, change).select(pl.col(c).cast(k) for c, k in LINES.items())
    return Tampered(Listing(after, lines, listing.as_of, listing.told), _altered(change))


def _placed(added: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """New rows at the end of the list, and of the file of their firm."""
    nth = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
    ends = before.group_by(FIRM).agg(__end=pl.col("row_no").max())
    last = int(before["row"].max() or 0)  # type: ignore[arg-type]  # a number: the list has rows
    placed = added.sort("row").join(ends, on=FIRM, how="left", maintain_order="left")
    return placed.with_columns(row=(nth + last).cast(pl.UInt32), row_no=pl.col("__end") + nth.over(FIRM)).drop("__end")


def _altered(change: Change) -> pl.DataFrame:
    parts = [("changed", change.changed), ("removed", change.removed), ("added", change.added)]
    told = [p.select(pl.col(FIRM), pl.col("row").cast(pl.UInt32), pl.lit(w).alias("what")) for w, p in parts]
    return pl.concat(told).sort(FIRM, "row")
