"""Shareholdings of the library as edges: for each company the roll of its owners that was known last.

A company's owners stand in several rolls (the register's, the annual report's, a custody roll, a vendor's copy). Each
roll is whole, so the stakes of one are taken and never added to those of another. Filings of beneficial owners are no
roll of shareholders and are left out.
"""

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved
from windchime.graph.facts.forms import HOLDINGS
from windchime.graph.facts.keeping import kept

TABLE = "shareholdings"
#: rolls, the first before the others where two were known on the same day
ROLLS = ("registry", "custody", "annual_report", "declared")


@kept
def holdings(reading: Reading) -> pa.Table:
    """Who holds how much of whom, in the form `HOLDINGS`; stakes that ended stay, with the last day in `until`.

    Votes are those of the source, else the share. In a partnership without stated votes, limited partners have none and
    each general partner has one vote (Partnership Enterprise Law, articles 30 and 68).
    """
    if not reading.has(TABLE):
        return HOLDINGS.empty_table()
    rows = reading.table(TABLE)
    rows = rows.filter(rows["holder_id"].notnull(), rows["basis"].isin(ROLLS))
    key = [rows[c].cast("string") for c in ("firm_id", "holder_id", "share_class", "basis", "valid_from")]
    kept = rows.select(
        owner="holder_id",
        company="firm_id",
        share="share",
        stated="voting_share",
        share_class="share_class",
        owner_type=rows["holder_type"].fill_null("unknown"),
        nominee="nominee",
        since="valid_from",
        until="valid_to",
        roll=rows["basis"].concat("|", rows["source"]),
        place=rows["basis"].cases(*((b, n) for n, b in enumerate(ROLLS)), else_=len(ROLLS)),
        known_at="known_at",
        row=ibis.literal("|").join(key),
    )
    return _voting(_newest(resolved(reading, kept, "owner", "company"))).to_pyarrow().cast(HOLDINGS)


def _newest(rows: ibis.Table) -> ibis.Table:
    """The rows of the roll known last, company by company."""
    rolls = rows.group_by("company", "roll").agg(known_at=rows.known_at.max(), place=rows.place.min())
    first = ibis.window(group_by=rolls.company, order_by=[ibis.desc(rolls.known_at), rolls.place, rolls.roll])
    newest = rolls.mutate(nth=ibis.row_number().over(first)).filter(ibis._["nth"] == 0).select("company", "roll")
    return rows.semi_join(newest, ["company", "roll"])


def _voting(rows: ibis.Table) -> ibis.Table:
    lasting = rows.until.isnull()
    general = ((rows.share_class == "gp") & lasting).sum().over(ibis.window(group_by=rows.company))
    partner = (ibis.literal(1).cast("decimal(18,6)") / general.nullif(0).cast("decimal(18,0)")).cast("float64")
    by_class = ibis.cases(
        (rows.share_class == "lp", ibis.literal(0).cast("decimal(9,6)")),
        ((rows.share_class == "gp") & lasting, (partner * 1_000_000).floor().cast("decimal(18,6)") / 1_000_000),
        else_=rows.share,
    )
    votes = ibis.coalesce(rows.stated, ibis.ifelse(general > 0, by_class.cast("decimal(9,6)"), rows.share))
    told = rows.mutate(votes=votes, table=ibis.literal(TABLE))
    return told.select(*HOLDINGS.names).order_by("company", "owner", "since", "row")
