"""One Delta table in a folder: made with our settings, appended to, brought back to a version, listed."""

from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
from deltalake import DeltaTable, WriterProperties, write_deltalake

#: nothing that a decision may cite is ever cleaned away by itself
SETTINGS = {
    "delta.logRetentionDuration": "interval 36500 days",
    "delta.deletedFileRetentionDuration": "interval 36500 days",
    "delta.enableExpiredLogCleanup": "false",
}
#: rows of one firm lie together, so small row groups let a reader skip all others
ROW_GROUP_ROWS = 65_536
#: a dictionary beyond this is given up early: of columns whose values hardly repeat it costs time and room
DICTIONARY_BYTES = 65_536
WRITER = WriterProperties(
    compression="ZSTD",
    compression_level=1,
    max_row_group_size=ROW_GROUP_ROWS,
    dictionary_page_size_limit=DICTIONARY_BYTES,
)

Rows: TypeAlias = "pa.Table | pa.RecordBatchReader | Iterable[pa.RecordBatch]"


#: characters of a path that the Delta library takes for something else
UNUSABLE = "[]|^%\\"


def current(folder: Path) -> int | None:
    """The newest Delta version in the folder, published or not; None where there is no table."""
    return int(DeltaTable(folder).version()) if DeltaTable.is_deltatable(str(folder)) else None


def prepare(folder: Path, schema: pa.Schema, published: int | None) -> int:
    """Bring a table to the state readers see, so that the next append starts there.

    Args:
        folder: the table's folder.
        schema: for a table that is not there yet; an existing one that lacks columns gets them at the next append.
        published: its Delta version in the newest lake version; None when it is in none.

    Returns:
        The Delta version the table now stands at, with the same rows as the published one (or none).
    """
    found = current(folder)
    if found is None:
        DeltaTable.create(folder, schema, configuration=SETTINGS)
        return 0
    base = 0 if published is None else published  # version 0 is the empty table
    if found == base:
        return found
    table = DeltaTable(folder)
    table.restore(base)
    return int(table.version())


def append(folder: Path, rows: Rows, schema: pa.Schema) -> int:
    """Append rows of the given schema in one commit and give back the new Delta version."""
    batches = rows.to_reader() if isinstance(rows, pa.Table) else rows
    if not isinstance(batches, pa.RecordBatchReader):
        batches = pa.RecordBatchReader.from_batches(schema, batches)
    write_deltalake(folder, batches, mode="append", schema_mode="merge", writer_properties=WRITER)
    return int(DeltaTable(folder).version())


def rewrite(folder: Path, rows: pa.RecordBatchReader, schema: pa.Schema, target_bytes: int) -> int:
    """Put rows in the place of all that the table holds, in one commit, and give back the new Delta version."""
    write_deltalake(
        folder,
        rows.cast(schema),
        mode="overwrite",
        schema_mode="merge",
        target_file_size=target_bytes,
        writer_properties=WRITER,
    )
    return int(DeltaTable(folder).version())


def files(folder: Path, version: int) -> tuple[str, ...]:
    """Absolute paths of the Parquet files of one version."""
    # names from the log: `file_uris` percent-encodes blanks and Chinese characters of the folder
    return tuple(sorted(str(folder / name) for name in _added(folder, version)["path"].to_pylist()))


def rows(folder: Path, version: int) -> int:
    """How many rows one version has, from the log alone."""
    return sum(_added(folder, version)["num_records"].to_pylist())


def corrected(folder: Path, version: int) -> bool:
    """Whether any row of a version may supersede another, from the log alone; true where the log does not say."""
    added = _added(folder, version, flatten=True)
    if "null_count.supersedes" not in added.column_names:
        return bool(added.num_rows)
    nulls, rows = added["null_count.supersedes"].to_pylist(), added["num_records"].to_pylist()
    return any(bool(n is None or n < r) for n, r in zip(nulls, rows, strict=True))


def _added(folder: Path, version: int, *, flatten: bool = False) -> pa.Table:
    # as a stream: `pa.table` would load pandas to see whether it was given a frame of it
    actions = DeltaTable(folder, version=version).get_add_actions(flatten=flatten)
    return pa.RecordBatchReader.from_stream(actions).read_all()
