"""Parquet files as sheets: checked by their footer, streamed by DuckDB."""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from windchime.core.reasons import reason_of
from windchime.data.intake.archive import ZipBomb
from windchime.data.intake.convert import kind_of
from windchime.data.intake.errors import EmptyFile, FileTooLarge, NotReadable
from windchime.data.intake.limits import MIB, Limits
from windchime.data.intake.looks import Look, look
from windchime.data.intake.sheets import ROW, Sheet, once
from windchime.data.lake.opening import escaped, identifier, literal

#: rows that are looked at at a time
BATCH_ROWS = 131_072
#: bytes a value of a column that is read by its dictionary
FEW_BYTES = 4


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
    _footer(path, name, size, limits)
    try:
        with pq.ParquetFile(path, thrift_string_size_limit=MIB, thrift_container_size_limit=MIB) as file:
            metadata, headers = file.metadata, file.schema_arrow.names
            for what, found, limit in (
                ("row groups", metadata.num_row_groups, limits.parquet_row_groups),
                ("columns", metadata.num_columns, limits.columns),
            ):
                if found > limit:
                    raise FileTooLarge(name, what, found, limit)
            unpacked = sum(_unpacked(metadata.row_group(i), name, limits) for i in range(metadata.num_row_groups))
    except (pa.ArrowException, OSError, ValueError, UnicodeDecodeError) as error:
        raise NotReadable(name, "Parquet", reason_of(error)) from None
    once(name, headers)
    for what, found, limit in (
        ("rows", metadata.num_rows, limits.parquet_rows),
        ("unpacked bytes", unpacked, limits.parquet_unpacked_bytes),
    ):
        if found > limit:
            raise FileTooLarge(name, what, found, limit)
    if metadata.num_rows == 0:
        raise EmptyFile(name)
    return int(metadata.num_rows)


def _footer(path: Path, name: str, size: int, limits: Limits) -> None:
    """Look at the last eight bytes before anyone reserves the memory they ask for.

    Raises:
        NotReadable: no Parquet file, one with a footer that cannot be, or an encrypted one.
        FileTooLarge: a footer beyond the limits.
    """
    with path.open("rb") as stream:
        stream.seek(max(size - 8, 0))
        tail = stream.read(8)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] == b"PARE":
        raise NotReadable(name, "Parquet", "the file is encrypted")
    if tail[4:] != b"PAR1" or length + 12 > size:
        raise NotReadable(name, "Parquet", "the file has no Parquet footer")
    if length > limits.parquet_footer_bytes:
        raise FileTooLarge(name, "bytes of the footer", length, limits.parquet_footer_bytes)


def _unpacked(group: pq.RowGroupMetaData, name: str, limits: Limits) -> int:
    """Bytes that the columns of a row group unpack to, as the footer says.

    Raises:
        ZipBomb: a column that unpacks to far more than honest repetition does.
        NotReadable: sizes that cannot be.
    """
    total = 0
    for i in range(group.num_columns):
        column = group.column(i)
        packed, unpacked = column.total_compressed_size, column.total_uncompressed_size
        if packed < 0 or unpacked < 0:
            raise NotReadable(name, "Parquet", "the footer states a negative size")
        ratio = unpacked // max(packed, 1)
        if unpacked > 16 * MIB and ratio > limits.parquet_ratio:
            raise ZipBomb(name, column.path_in_schema, ratio, limits.parquet_ratio)
        total += unpacked
    return total


def open_sheet(con: duckdb.DuckDBPyConnection, path: Path, name: str, rows: int) -> Sheet:
    """A checked Parquet file as a relation of the connection; its row numbers count from 1.

    Raises:
        NotReadable: DuckDB cannot read its columns.
    """
    read = f"read_parquet({literal(escaped(str(path)))}, file_row_number = true)"
    try:
        described = con.execute(f"DESCRIBE SELECT * FROM {read}").fetchall()
    except duckdb.Error as error:
        raise NotReadable(name, "Parquet", reason_of(error)) from None
    kinds = {column: kind_of(kind) for column, kind, *_rest in described if column != "file_row_number"}
    return Sheet(name, None, f"(SELECT *, file_row_number + 1 AS {ROW} FROM {read})", kinds, rows, lasting=True)


def looked(con: duckdb.DuckDBPyConnection, path: Path, sheet: Sheet, headers: Iterable[str]) -> Sheet:
    """The sheet with what can be known of some of its columns before their values are checked.

    That a column is empty is taken from the footer and counted again; texts are looked at as they stand in the file.

    Raises:
        NotReadable: damaged pages.
    """
    wanted = list(headers)
    try:
        with pq.ParquetFile(path) as file:
            chunks = _chunks(file.metadata, set(wanted))
        empty = [h for h in wanted if h in chunks and all(map(_all_null, chunks[h]))]
        if empty:
            counts = con.execute(f"SELECT {', '.join(f'count({identifier(h)})' for h in empty)} FROM {sheet.relation}")
            (found,) = counts.fetchall()
            empty = [h for h, count in zip(empty, found, strict=True) if not count]
        texts = [h for h in wanted if h in chunks and sheet.kinds[h] == "text" and h not in empty]
        looks = dict.fromkeys(empty, Look()) | _texts(path, texts, [h for h in texts if all(map(_few, chunks[h]))])
    except (pa.ArrowException, OSError, ValueError, duckdb.Error) as error:
        raise NotReadable(sheet.place, "Parquet", reason_of(error)) from None
    return replace(sheet, looks=looks)


def _texts(path: Path, texts: list[str], words: list[str]) -> dict[str, Look]:
    """A look at columns of texts, those of few words by their dictionaries."""
    found = dict.fromkeys(texts, Look())
    with pq.ParquetFile(path, read_dictionary=words, buffer_size=MIB, pre_buffer=False) as file:
        strings = [h for h in texts if _is_text(file.schema_arrow.field(h).type)]
        for batch in file.iter_batches(BATCH_ROWS, columns=strings, use_threads=False):
            for header in strings:
                found[header] |= look([batch.column(header)])
    return {header: found[header] for header in strings}


def _is_text(of: pa.DataType) -> bool:
    plain = of.value_type if pa.types.is_dictionary(of) else of
    return bool(pa.types.is_string(plain) or pa.types.is_large_string(plain))


def _chunks(metadata: pq.FileMetaData, headers: set[str]) -> dict[str, list[pq.ColumnChunkMetaData]]:
    """The column chunks of all row groups, by header; columns of lists and structures have none."""
    found: dict[str, list[pq.ColumnChunkMetaData]] = {}
    for group in (metadata.row_group(i) for i in range(metadata.num_row_groups)):
        for chunk in (group.column(i) for i in range(group.num_columns)):
            if chunk.path_in_schema in headers:
                found.setdefault(chunk.path_in_schema, []).append(chunk)
    return found


def _all_null(chunk: pq.ColumnChunkMetaData) -> bool:
    said = chunk.statistics
    return said is not None and said.has_null_count and said.null_count == chunk.num_values


def _few(chunk: pq.ColumnChunkMetaData) -> bool:
    """Whether a column chunk seems to hold few words: it takes little room."""
    return bool(chunk.has_dictionary_page and chunk.total_uncompressed_size < FEW_BYTES * chunk.num_values)
