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


LIMITS = Limits()
