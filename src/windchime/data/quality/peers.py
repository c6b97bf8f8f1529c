"""Outliers within peer groups: far from the median of the industry on a logarithmic scale, measured by its own spread."""

import ibis

from windchime.data.contracts import Contract
from windchime.data.quality.measures import Tally
from windchime.data.quality.rows import examples
from windchime.data.quality.settings import Settings
from windchime.data.reading import Reading

#: makes the median absolute deviation of a normal distribution its standard deviation
MAD_TO_SIGMA = 1.4826


def outliers(found: Contract, reading: Reading, settings: Settings) -> list[Tally]:
    """Rows whose declared column lies far from their peers; the peers of a firm without an industry are all such."""
    column = settings.outliers.get(found.name)
    if column is None or found.firm_column is None:
        return []
    t = reading.table(found.name)
    size = (t[column].cast("float64").abs() + 1).log10()
    kept = t.select("source", "source_file", "source_sheet", "row_no", firm=t[found.firm_column], size=size).filter(
        ibis._["size"].notnull()
    )
    grouped = _with_peers(kept, reading)
    centre = grouped.group_by("peers").aggregate(middle=ibis._["size"].median(), n=ibis._.count())
    near = grouped.join(centre, "peers").mutate(off=(ibis._["size"] - ibis._["middle"]).abs())
    spread = near.group_by("peers").aggregate(spread=ibis._["off"].median())
    judged = near.join(spread, "peers").filter(ibis._["n"] >= settings.outlier_peers, ibis._["spread"] > 0)
    judged = judged.mutate(far=ibis._["off"] > settings.outlier_distance * MAD_TO_SIGMA * ibis._["spread"])
    rows = judged.group_by("source").aggregate(rows=ibis._.count(), far=ibis._["far"].sum()).order_by("source")
    return [
        Tally(
            "plausibility",
            "outliers",
            found.name,
            r["source"],
            r["rows"],
            r["far"],
            column,
            examples=examples(judged.filter(judged["far"] & (judged["source"] == r["source"]))) if r["far"] else (),
        )
        for r in rows.to_pyarrow().to_pylist()
    ]


def _with_peers(rows: ibis.Table, reading: Reading) -> ibis.Table:
    if not reading.has("firms"):
        return rows.mutate(peers=ibis.literal(""))
    firms = reading.table("firms")
    section = firms.group_by(firm="firm_id").aggregate(section=firms["industry_code"].substr(0, 1).min())
    joined = rows.left_join(section, rows["firm"] == section["firm"]).drop("firm_right")
    return joined.mutate(peers=joined["section"].fill_null("")).drop("section")
