"""CSV files in the encodings that people's programs write."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow.csv import ConvertOptions

from windchime.data.intake.encoding import NoEncoding
from windchime.graph.plain_csv import read_csv

TEXT = "owner,company,share,备注\n甲公司,乙公司,0.6,无\n"
AS_TEXT = ConvertOptions(column_types=dict.fromkeys(("owner", "company", "share"), pa.string()))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_each_encoding_gives_the_same_table(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "edges.csv"
    file.write_bytes(TEXT.encode(encoding))
    assert read_csv(file, AS_TEXT).to_pylist() == [
        {"owner": "甲公司", "company": "乙公司", "share": "0.6", "备注": "无"}
    ]


def test_what_is_no_table_or_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "edges.csv"
    file.write_bytes(b"owner,company\na\n")
    with pytest.raises(pa.ArrowInvalid):
        read_csv(file, AS_TEXT)
    file.write_bytes(b"owner\n\xff\xff\x00\n")
    with pytest.raises(NoEncoding):
        read_csv(file, AS_TEXT)
