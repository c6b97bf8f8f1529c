"""Parquet with fixed settings and fixed row groups, so that equal rows are equal bytes however they came in."""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 131_072


class Shelf:
    """The files of a folder while rows are added to them, part after part; a table without rows becomes no file.

    Tables whose names begin with `always` are written even when they are empty.
    """

    def __init__(self, folder: Path, *, always: str) -> None:
        self._folder, self._always = folder, always
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._waiting: dict[str, list[pa.Table]] = {}
        #: rows taken so far, by table
        self.rows: dict[str, int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _value: object, _trace: TracebackType | None) -> None:
        if kind is None:
            for name in list(self._waiting):
                if self.rows[name] or name.startswith(self._always):
                    self._write(name, flush=True)
                else:
                    del self.rows[name]
        for writer in self._writers.values():
            writer.close()

    def add(self, tables: Mapping[str, pa.Table]) -> None:
        """Put rows below those already there; all parts of a table have one schema."""
        for name, table in tables.items():
            self._waiting.setdefault(name, []).append(table)
            self.rows[name] = self.rows.get(name, 0) + table.num_rows
            self._write(name, flush=False)

    def _write(self, name: str, *, flush: bool) -> None:
        """Write the whole row groups that are there, and what is left at the end."""
        parts = self._waiting[name]
        there = sum(p.num_rows for p in parts)
        if there < ROW_GROUP and not flush:
            return
        rows = pa.concat_tables(parts)
        whole = there if flush else there // ROW_GROUP * ROW_GROUP
        for first in range(0, whole, ROW_GROUP) or ([0] if flush and not self._open(name) else []):
            self._writer(name, rows.schema).write_table(
                rows.slice(first, min(ROW_GROUP, whole - first)).combine_chunks(), row_group_size=ROW_GROUP
            )
        self._waiting[name] = [rows.slice(whole)]

    def _open(self, name: str) -> bool:
        return name in self._writers

    def _writer(self, name: str, schema: pa.Schema) -> pq.ParquetWriter:
        if name not in self._writers:
            path = self._folder / f"{name}.parquet"
            path.parent.mkdir(parents=True, exist_ok=True)
            self._writers[name] = pq.ParquetWriter(
                path,
                schema,
                compression="zstd",
                compression_level=1,
                version="2.6",
                data_page_version="1.0",
                write_statistics=True,
                use_dictionary=True,
                store_schema=True,
            )
        return self._writers[name]
