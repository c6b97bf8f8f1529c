"""Keys and references: rows that repeat a key of their source, rows that name another that is not there."""

from collections.abc import Iterator
from dataclasses import dataclass

import ibis

from windchime.core.dates import end_of_day
from windchime.data.contracts import Contract, contracts
from windchime.data.quality.measures import Tally
from windchime.data.quality.report import Example
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
        key = (*found.key, "known_at")
    else:
        t, key = reading.table(found.name), found.key
    each = t.group_by("source", *key).aggregate(n=ibis._.count())
    counted = each.group_by("source").aggregate(rows=each["n"].sum(), again=(each["n"] - 1).sum())
    return [
        Tally(
            *("uniqueness", "key_repeated", found.name, row["source"], row["rows"], row["again"]),
            examples=_shown(t, key, row["source"]) if row["again"] else (),
        )
        for row in counted.order_by("source").to_pyarrow().to_pylist()
    ]


def _shown(t: ibis.Table, key: tuple[str, ...], source: str) -> tuple[Example, ...]:
    """The first rows of a source that come after another of the same key."""
    order = [t[c] for c in ("load_id", "source_file", "row_no")]
    nth = ibis.row_number().over(ibis.window(group_by=[t[k] for k in ("source", *key)], order_by=order))
    numbered = t.select("source", "source_file", "source_sheet", "row_no", __again=nth > 0)
    return examples(numbered.filter(numbered["__again"] & (numbered["source"] == source)))


@dataclass(frozen=True, slots=True)
class Link:
    """A column that names rows of another loaded table."""

    column: str
    #: true of rows that name one which is not there
    missing: ibis.Value


def links(found: Contract, reading: Reading) -> Iterator[Link]:
    """The references of a table, that of its firm included, to tables that are loaded."""
    named = [(c.name, *c.references.split(".")) for c in found.columns if c.references]
    if found.firm_column in SUBJECTS and found.name != "firms":
        named.append((found.firm_column, "firms", "firm_id"))
    t = reading.table(found.name)
    for column, table, there in named:
        if table in contracts() and reading.has(table):
            yield Link(column, t[column].notnull() & t[column].notin(reading.table(table)[there]))
