"""Keys and references: rows that repeat a key of their source, rows that name another that is not there."""

from collections.abc import Iterator

import ibis

from windchime.core.dates import end_of_day
from windchime.data.contracts import Contract, contracts
from windchime.data.quality.measures import Tally
from windchime.data.quality.rows import examples
from windchime.data.reading import Reading

#: firm columns that name a firm of the library; other parties may be anybody
SUBJECTS = frozenset({"firm_id", "reporting_firm_id"})


def repeated(found: Contract, reading: Reading) -> list[Tally]:
    """Rows beyond the first of each key within a source; of a register, within the states known at one moment."""
    if "duplicate_of" in {c.name for c in found.columns}:
        return []
    if found.versions == "states":
        rows = reading.con.table(found.name)
        t = rows.filter(rows["known_at"] <= ibis.literal(end_of_day(reading.as_of), type="timestamp('UTC', 6)"))
        key = (*found.key, "source", "known_at")
    else:
        t, key = reading.table(found.name), (*found.key, "source")
    order = [t[c] for c in ("load_id", "source_file", "row_no")]
    nth = ibis.row_number().over(ibis.window(group_by=[t[k] for k in key], order_by=order))
    numbered = t.select("source", "source_file", "source_sheet", "row_no", __again=nth > 0)
    counted = numbered.group_by("source").aggregate(rows=numbered.count(), again=numbered["__again"].sum())
    return [
        Tally(
            "uniqueness",
            "key_repeated",
            found.name,
            row["source"],
            row["rows"],
            row["again"],
            examples=examples(numbered.filter(numbered["__again"] & (numbered["source"] == row["source"])))
            if row["again"]
            else (),
        )
        for row in counted.order_by("source").to_pyarrow().to_pylist()
    ]


def references(found: Contract, reading: Reading) -> Iterator[Tally]:
    """Rows whose firm is not registered, or that name a row of another loaded table which is not there."""
    links = [(c.name, *c.references.split(".")) for c in found.columns if c.references]
    if found.firm_column in SUBJECTS and found.name != "firms":
        links.append((found.firm_column, "firms", "firm_id"))
    t = reading.table(found.name)
    for column, table, there in links:
        if table not in contracts() or not reading.has(table):
            continue
        filled = t.filter(t[column].notnull())
        missing = filled[column].notin(reading.table(table)[there])
        counted = filled.group_by("source").aggregate(rows=filled.count(), missing=missing.sum())
        for row in counted.order_by("source").to_pyarrow().to_pylist():
            shown = examples(filled.filter(missing & (filled["source"] == row["source"]))) if row["missing"] else ()
            yield Tally(
                "consistency",
                "reference_missing",
                found.name,
                row["source"],
                row["rows"],
                row["missing"],
                column,
                examples=shown,
            )
