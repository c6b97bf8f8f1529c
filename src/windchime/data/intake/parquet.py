"""Parquet files as sheets: checked by their footer, streamed by DuckDB."""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from windchime.data.intake.convert import kind_of
from windchime.data.intake.errors import EmptyFile, FileTooLarge, NotReadable
from windchime.data.intake.limits import Limits
from windchime.data.intake.sheets import ROW, Sheet, once
from windchime.data.lake.opening import escaped, literal


def check(path: Path, name: str, limits: Limits) -> int:
    """Look at the footer of a Parquet file and give back its number of rows.

    Raises:
        NotReadable: no Parquet file, or a damaged one.
        FileTooLarge: beyond the limits.
        EmptyFile: no rows.
        RepeatedColumn: two columns of one name.
    """
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile(name)
    if size > limits.parquet_bytes:
        raise FileTooLarge(name, "bytes", size, limits.parquet_bytes)
    try:
        with pq.ParquetFile(path) as file:
            metadata, headers = file.metadata, file.schema_arrow.names
            unpacked = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
    except (pa.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        raise NotReadable(name, "Parquet", _first_line(error)) from None
    once(name, headers)
    for what, found, limit in (
        ("rows", metadata.num_rows, limits.parquet_rows),
        ("columns", len(headers), limits.columns),
        ("unpacked bytes", unpacked, limits.parquet_unpacked_bytes),
    ):
        if found > limit:
            raise FileTooLarge(name, what, found, limit)
    if metadata.num_rows == 0:
        raise EmptyFile(name)
    return int(metadata.num_rows)


def open_sheet(con: duckdb.DuckDBPyConnection, path: Path, name: str, rows: int) -> Sheet:
    """A checked Parquet file as a relation of the connection; its row numbers count from 1.

    Raises:
        NotReadable: DuckDB cannot read its columns.
    """
    read = f"read_parquet({literal(escaped(str(path)))}, file_row_number = true)"
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()
    except duckdb.Error as error:
        raise NotReadable(name, "Parquet", _first_line(error)) from None
    kinds = {column: kind_of(kind) for column, kind, *_rest in described if column != "file_row_number"}
    return Sheet(name, None, f"(SELECT *, file_row_number + 1 AS {ROW} FROM {read})", kinds, rows)


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
