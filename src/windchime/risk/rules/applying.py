"""A rule list applied to a table, as a table: which rule is the first to hit each row."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from windchime.present.exports import neutral
from windchime.risk.rules.ruleset import NONE, RuleSet
from windchime.risk.rules.tables import NoTable, column


def applied(table: pl.DataFrame, rules: RuleSet, keys: Sequence[str] = ()) -> pl.DataFrame:
    """One row a row of the table: `row` (from 1), its keys, `first_rule` (place from 0, −1 for none) and `rule_id`.

    Raises:
        UnknownName: a key or a feature that the table lacks.
        NotNumbers: text where the rules know numbers.
    """
    first = pl.Series("first_rule", rules.apply(table), pl.Int32)
    ids = pl.Series("rule_id", [m.id for m in rules.rules], pl.String)
    found = [column(table, k) for k in keys]
    row = pl.Series("row", range(1, len(table) + 1), pl.Int64)
    place = first.cast(pl.Int64).set(first == NONE, None)
    return pl.DataFrame([row, *found, first, ids.gather(place).alias("rule_id")])


def counted(found: pl.DataFrame, rules: RuleSet) -> list[dict[str, Any]]:
    """How many rows each rule was the first to hit, those that none hits last."""
    counts = dict(found["first_rule"].value_counts().iter_rows())
    ids = {NONE: ""} | {place: m.id for place, m in enumerate(rules.rules)}
    order = [*range(len(rules.rules)), NONE]
    rows = max(len(found), 1)
    return [{"rule": r, "id": ids[r], "hits": counts.get(r, 0), "share": counts.get(r, 0) / rows} for r in order]


def write(table: pl.DataFrame, out: Path) -> None:
    """Write a table as Parquet, or as CSV in which no cell is a formula.

    Raises:
        NoTable: another ending.
    """
    if out.suffix.lower() == ".parquet":
        table.write_parquet(out)
    elif out.suffix.lower() == ".csv":
        texts = [pl.col(n).map_elements(neutral, pl.String) for n, k in table.schema.items() if k == pl.String]
        out.write_bytes(b"\xef\xbb\xbf" + table.with_columns(texts).rename(neutral).write_csv().encode())
    else:
        raise NoTable(out.name)
