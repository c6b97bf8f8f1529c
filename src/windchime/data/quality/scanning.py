"""One scan a table: all flags of its rows and its references counted by source and month, then examples of what was found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import ibis
import polars as pl

from windchime.data.contracts import Contract
from windchime.data.quality.flags import Flag, empties, flags, lag_days
from windchime.data.quality.held import Held
from windchime.data.quality.keys import Link, links
from windchime.data.quality.measures import Dimension, Tally
from windchime.data.quality.rows import examples
from windchime.data.quality.settings import Settings

#: dimensions whose score counts a row once, however many of its flags are up, with the code of that count
TOGETHER: dict[Dimension, str] = {"validity": "rows_are_invalid", "plausibility": "rows_are_implausible"}
#: columns of a scan that are no counts of faults
MONTHLY = ("source", "month", "lag_sum", "lag_longest")


@dataclass(frozen=True, slots=True)
class Scan:
    """What one pass over a table counted."""

    table: ibis.Table
    flags: tuple[Flag, ...]
    empties: tuple[tuple[str, float, ibis.Value], ...]
    links: tuple[Link, ...]
    #: one row a source and month: `rows`, `lag_sum`, `lag_longest` (days), then a count for each flag, empty column, link
    counted: pl.DataFrame

    @property
    def by_source(self) -> list[dict[str, Any]]:
        """The counts by source, in the order of the sources."""
        counts = [c for c in self.counted.columns if c not in MONTHLY]
        return self.counted.group_by("source").agg(pl.col(counts).sum()).sort("source").to_dicts()


def scan(found: Contract, reading: Held, settings: Settings) -> Scan:
    """Count everything that can be said of single rows of a table."""
    t = reading.table(found.name)
    up, empty, linked = list(flags(found, t, settings)), list(empties(found, t, settings)), list(links(found, reading))
    faults = {f"flag{i}": f.condition for i, f in enumerate(up)}
    faults |= {f"any_{d}": _any(up, d) for d in TOGETHER}
    faults |= {f"empty{i}": condition for i, (_n, _s, condition) in enumerate(empty)}
    faults |= {f"missing{i}": link.missing for i, link in enumerate(linked)}
    counts = {name: t.count(where=_true(condition)) for name, condition in faults.items()}
    counts |= {f"filled{i}": t[link.column].count() for i, link in enumerate(linked)}
    lag = lag_days(t)
    by_month = t.group_by("source", month=t["happened_at"].truncate("M"))
    counted = by_month.aggregate(rows=t.count(), lag_sum=lag.sum(), lag_longest=lag.max(), **counts)
    return Scan(t, tuple(up), tuple(empty), tuple(linked), counted.to_polars().sort("source", "month"))


def of_rows(found: Contract, seen: Scan, reading: Held) -> Iterator[Tally]:
    """Completeness, validity, plausibility, and lateness of the rows of one table, by source."""
    waiting = quarantined(reading)
    for row in seen.by_source:
        yield from _of_flags(found, seen, row, waiting.get((found.name, row["source"]), 0))
        yield from _of_empties(found, seen, row)


def of_links(found: Contract, seen: Scan) -> Iterator[Tally]:
    """Rows whose firm is not registered, or that name a row of another loaded table which is not there."""
    rows = seen.by_source
    for i, link in enumerate(seen.links):
        for row in rows:
            if filled := row[f"filled{i}"]:
                failed = row[f"missing{i}"]
                shown = _shown(seen, row, link.missing) if failed else ()
                yield Tally(
                    *("consistency", "reference_missing", found.name, row["source"]),
                    *(filled, failed, link.column),
                    examples=shown,
                )


def quarantined(reading: Held) -> Mapping[tuple[str, str], int]:
    """Rows that wait in quarantine, by table and source."""
    return reading.once("rows_in_quarantine", lambda: _quarantined(reading))


def _quarantined(reading: Held) -> dict[tuple[str, str], int]:
    if not reading.has("quarantine"):
        return {}
    t = reading.table("quarantine")
    waiting = t.filter(t["state"] == "open")
    rows = waiting.group_by("table_name", "source").aggregate(rows=waiting.count()).to_pyarrow().to_pylist()
    return {(r["table_name"], r["source"]): r["rows"] for r in rows}


def _of_flags(found: Contract, seen: Scan, row: dict[str, Any], waiting: int) -> Iterator[Tally]:
    source, rows = row["source"], row["rows"]
    for dimension, code in TOGETHER.items():
        refused = waiting if dimension == "validity" else 0
        yield Tally(dimension, code, found.name, source, rows + refused, row[f"any_{dimension}"] + refused)
    if waiting:
        yield Tally("validity", "rows_in_quarantine", found.name, source, rows + waiting, waiting, scored=False)
    for i, flag in enumerate(seen.flags):
        failed = row[f"flag{i}"]
        if failed or flag.dimension not in TOGETHER:
            yield Tally(
                *(flag.dimension, flag.code, found.name, source, rows, failed, flag.column),
                scored=flag.dimension not in TOGETHER,
                examples=_shown(seen, row, flag.condition) if failed else (),
            )


def _of_empties(found: Contract, seen: Scan, row: dict[str, Any]) -> Iterator[Tally]:
    """Rows that lack a column beyond the share that may, of the rows that should have it."""
    for i, (name, share, condition) in enumerate(seen.empties):
        rows = row["rows"]
        due = round(rows * share)
        failed = max(0, due - (rows - row[f"empty{i}"]))
        shown = _shown(seen, row, condition) if failed else ()
        yield Tally("completeness", "column_is_empty", found.name, row["source"], due, failed, name, examples=shown)


def _shown(seen: Scan, row: dict[str, Any], condition: ibis.Value) -> Any:
    return examples(seen.table.filter((seen.table["source"] == row["source"]) & condition))


def _any(up: list[Flag], dimension: Dimension) -> ibis.Value:
    mine = [_true(f.condition) for f in up if f.dimension == dimension]
    return cast("ibis.Value", ibis.or_(*mine)) if mine else ibis.literal(False)


def _true(condition: ibis.Value) -> ibis.Value:
    return cast("ibis.Value", condition.fill_null(False))
