"""Parquet with fixed settings, so that equal tables are equal bytes."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROW_GROUP = 131_072


def write_parquet(path: Path, table: pa.Table) -> int:
    """Write a table and return its number of rows."""
    pq.write_table(
        table.combine_chunks(),
        path,
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=1,
        version="2.6",
        data_page_version="1.0",
        write_statistics=True,
        use_dictionary=True,
        store_schema=True,
    )
    return int(table.num_rows)
