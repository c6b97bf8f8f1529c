"""Guarantees: each promise of a guarantor for a debtor once, even where several sources tell of it.

A party without an id goes by its code or name as written. A promise for oneself, as identity shows it, is no tie.
"""

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved
from windchime.graph.facts.forms import GUARANTEES
from windchime.graph.facts.keeping import kept

TABLE = "guarantees"
_PARTIES = ("guarantor", "debtor", "creditor")


@kept
def guarantees(reading: Reading) -> pa.Table:
    """The promises known as of the reading's date, those that ended too.

    `until` is the day before a release, or the last day of the promise; a void promise never held, its `until` is the
    day before it was signed. A called promise keeps its term: `status` tells that it was called.

    Returns:
        rows of `forms.GUARANTEES`, ordered by contract, guarantor and debtor.
    """
    if not reading.has(TABLE):
        return GUARANTEES.empty_table()
    rows = reading.table(TABLE)
    named = rows.mutate(
        **{p: ibis.coalesce(rows[f"{p}_id"], rows[f"{p}_code"], rows[f"{p}_name"]) for p in _PARTIES},
        row=rows["contract_no"].concat("|", ibis.coalesce(rows["guarantor_id"], "")),
        since=ibis.coalesce(rows["starts_on"], rows["signed_on"]),
        until=_last_day(rows),
    )
    tied = resolved(reading, named, *_PARTIES)
    tied = tied.filter(tied["guarantor"] != tied["debtor"])
    told = ibis.window(
        group_by=[tied[c] for c in ("contract_no", "guarantor", "debtor")],
        order_by=[ibis.desc(tied["known_at"]), tied["source"], tied["row"]],
    )
    once = tied.mutate(__nth=ibis.row_number().over(told)).filter(ibis._["__nth"] == 0)
    found = once.select(
        "guarantor",
        "debtor",
        "creditor",
        "joint_group",
        "kind",
        "amount",
        "share",
        "status",
        "since",
        "until",
        "row",
        contract="contract_no",
        covered="covered_balance",
        debt="debt_ref",
        table=ibis.literal(TABLE),
    )
    ordered = found.order_by("contract", "guarantor", "debtor").to_pyarrow()
    return ordered.select(GUARANTEES.names).cast(GUARANTEES)


def _last_day(rows: ibis.Table) -> ibis.Value:
    """Of a promise; null where it has no end."""
    day = ibis.interval(days=1)
    released = (rows["released_on"] - day).cast("date")
    never = (rows["signed_on"] - day).cast("date")
    left = ibis.coalesce(ibis.least(released, rows["ends_on"]), released, rows["ends_on"])
    over = ibis.coalesce(left, (rows["known_at"].cast("date") - day).cast("date"))
    return ibis.cases(
        (rows["status"] == "void", never), (rows["status"].isin(["released", "expired"]), over), else_=left
    )
