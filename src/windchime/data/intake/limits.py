"""How much of a file the readers accept: beyond it they refuse with a word instead of filling the machine."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the readers. They are settings of the machine, not policy of the bank."""

    #: bytes of a workbook on disk; a workbook is unpacked in memory, so it is kept small
    workbook_bytes: int = 100 * MIB
    #: entries of the zip archive that a workbook is
    workbook_entries: int = 2_000
    #: bytes of all its entries, unpacked
    workbook_unpacked_bytes: int = 1_500 * MIB
    #: unpacked over packed bytes of an entry above 1 MiB: spreadsheets stay below 60, bombs reach 1,000
    workbook_ratio: int = 200
    #: rows of one sheet; Excel itself stops at 1,048,576
    workbook_rows: int = 1_048_576
    #: columns of one sheet or file
    columns: int = 1_000
    #: bytes of a Parquet file on disk; it is streamed
    parquet_bytes: int = 16 * 1024 * MIB
    #: bytes of its columns, unpacked
    parquet_unpacked_bytes: int = 128 * 1024 * MIB
    #: rows of a Parquet file
    parquet_rows: int = 1_000_000_000
    #: bytes of the footer of a Parquet file, which is read whole
    parquet_footer_bytes: int = 64 * MIB
    #: row groups of a Parquet file
    parquet_row_groups: int = 100_000
    #: unpacked over packed bytes of a column of a Parquet file above 16 MiB: dictionaries of few words reach 1,000 honestly
    parquet_ratio: int = 50_000
    #: bytes of a text file (CSV, JSON lines) on disk; it is streamed
    text_bytes: int = 32 * 1024 * MIB
    #: bytes of one row of a text file
    row_bytes: int = 4 * MIB
    #: rows above the header row that may hold titles
    title_rows: int = 20
    #: levels of objects inside a JSON line
    json_levels: int = 8
    #: entries of a zip of files
    zip_entries: int = 10_000
    #: bytes of all its entries, unpacked
    zip_unpacked_bytes: int = 64 * 1024 * MIB
    #: unpacked over packed bytes of an entry above 1 MiB: text reaches 100, bombs 1,000
    zip_ratio: int = 200
    #: zips inside zips
    zip_levels: int = 2
    #: files of a folder that is loaded whole
    folder_files: int = 100_000
    #: rows and seconds of an SQL query
    query_rows: int = 1_000_000_000
    query_seconds: float = 3600.0
    #: rows after which text files are read no further, to look at one; 0 for all
    sample_rows: int = 0
    #: memory of the workshop in which rows are checked; what is more goes to disk
    staging_memory_bytes: int = 256 * MIB
    #: Parquet files of so many rows are not copied into the workshop: their rows stream by
    streamed_rows: int = 100_000


LIMITS = Limits()
