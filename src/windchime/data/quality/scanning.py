"""One scan a table: all flags of its rows counted by source, then examples of what was found."""

from collections.abc import Iterator
from typing import Any, cast

import ibis

from windchime.data.contracts import Contract
from windchime.data.quality.flags import Flag, empties, flags
from windchime.data.quality.measures import Dimension, Tally
from windchime.data.quality.rows import examples
from windchime.data.quality.settings import Settings
from windchime.data.reading import Reading

#: dimensions whose score counts a row once, however many of its flags are up, with the code of that count
TOGETHER: dict[Dimension, str] = {"validity": "rows_are_invalid", "plausibility": "rows_are_implausible"}


def scan(found: Contract, reading: Reading, settings: Settings) -> list[Tally]:
    """Completeness, validity, plausibility, and lateness of the rows of one table, by source."""
    t = reading.table(found.name)
    up = list(flags(found, t, settings))
    empty = list(empties(found, t, settings))
    counts = {f"flag{i}": _true(f.condition).sum() for i, f in enumerate(up)}
    counts |= {f"any_{d}": _true(_any(up, d)).sum() for d in TOGETHER}
    counts |= {f"empty{i}": _true(condition).sum() for i, (_n, _s, condition) in enumerate(empty)}
    rows = t.group_by("source").aggregate(rows=t.count(), **counts).order_by("source").to_pyarrow().to_pylist()
    waiting = quarantined(found.name, reading)
    return [
        tally
        for row in rows
        for tally in (
            *_of_flags(found, t, row, up, waiting.get(row["source"], 0)),
            *_of_empties(found, t, row, empty),
        )
    ]


def quarantined(table: str, reading: Reading) -> dict[str, int]:
    """Rows of a table that wait in quarantine, by source."""
    if not reading.has("quarantine"):
        return {}
    t = reading.table("quarantine")
    waiting = t.filter((t["table_name"] == table) & (t["state"] == "open"))
    rows = waiting.group_by("source").aggregate(rows=waiting.count()).to_pyarrow().to_pylist()
    return {r["source"]: r["rows"] for r in rows}


def _of_flags(found: Contract, t: ibis.Table, row: dict[str, Any], up: list[Flag], waiting: int) -> Iterator[Tally]:
    source, rows = row["source"], row["rows"]
    for dimension, code in TOGETHER.items():
        refused = waiting if dimension == "validity" else 0
        yield Tally(dimension, code, found.name, source, rows + refused, row[f"any_{dimension}"] + refused)
    if waiting:
        yield Tally("validity", "rows_in_quarantine", found.name, source, rows + waiting, waiting, scored=False)
    for i, flag in enumerate(up):
        failed = row[f"flag{i}"]
        if failed or flag.dimension not in TOGETHER:
            yield Tally(
                flag.dimension,
                flag.code,
                found.name,
                source,
                rows,
                failed,
                flag.column,
                scored=flag.dimension not in TOGETHER,
                examples=examples(t.filter((t["source"] == source) & flag.condition)) if failed else (),
            )


def _of_empties(
    found: Contract, t: ibis.Table, row: dict[str, Any], empty: list[tuple[str, float, ibis.Value]]
) -> Iterator[Tally]:
    """Rows that lack a column beyond the share that may, of the rows that should have it."""
    for i, (name, share, condition) in enumerate(empty):
        rows = row["rows"]
        due = round(rows * share)
        failed = max(0, due - (rows - row[f"empty{i}"]))
        shown = examples(t.filter((t["source"] == row["source"]) & condition)) if failed else ()
        yield Tally("completeness", "column_is_empty", found.name, row["source"], due, failed, name, examples=shown)


def _any(up: list[Flag], dimension: Dimension) -> ibis.Value:
    mine = [_true(f.condition) for f in up if f.dimension == dimension]
    return cast("ibis.Value", ibis.or_(*mine)) if mine else ibis.literal(False)


def _true(condition: ibis.Value) -> ibis.Value:
    return cast("ibis.Value", condition.fill_null(False))
