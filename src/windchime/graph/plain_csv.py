"""CSV files that people write: UTF-8 as a rule; GB18030 (what Chinese spreadsheets save) and UTF-16 where they are not."""

from pathlib import Path

import pyarrow as pa
from pyarrow.csv import ConvertOptions, ReadOptions
from pyarrow.csv import read_csv as read

from windchime.data.intake.encoding import encoding_of


def read_csv(file: Path, options: ConvertOptions) -> pa.Table:
    """A CSV file with a header as a table.

    Raises:
        ArrowInvalid, OSError: the file is no table.
        NoEncoding: it is text in no encoding that is accepted.
    """
    try:
        table = read(file, convert_options=options)
        table.column_names  # noqa: B018  # names that are not UTF-8 are noticed when they are read
    except (pa.ArrowInvalid, UnicodeDecodeError):
        encoding = encoding_of(file, file.name)
        if encoding == "utf-8":
            raise
        return read(file, ReadOptions(encoding=encoding), convert_options=options)
    return table
