"""Fuzzes the readers of tables: `python -m fuzz.readers csv -runs=100000` (or jsonl, parquet, xlsx, zip, mapping).

An input is the bytes of a file of that form. Whatever they are, the outcome is rows and quarantine that add up, or an
error that says what is wrong; any other exception is a find. Inputs of zip-based forms are packed anew from their bytes
half of the time, since a changed byte of an archive is mostly found by its checksum before any reader sees it.
"""

import contextlib
import io
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["windchime.data.intake"]):
    from windchime.core.errors import BadCall, BadInput
    from windchime.data.intake import mapping_file
    from windchime.data.intake.zipped import unpacked

import pyarrow as pa
import pyarrow.parquet as pq
from tests.data.intake.outcomes import SMALL, outcome

HEAD = b"band,rate,churn,known_on\n"
ROW = b"A,0.05,0.1,2025-01-01\n"
FOLDER = Path(tempfile.mkdtemp(prefix="windchime-fuzz-"))


def _file(form: str) -> Callable[[bytes], None]:
    path = FOLDER / f"a.{form}"

    def one(data: bytes) -> None:
        path.write_bytes(data)
        found = outcome(path)
        assert found.refused or found.source == found.lake + len(found.quarantine)

    return one


def _workbook(data: bytes) -> None:
    if data[:1] > b"\x80":
        data = _packed(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", data[: len(data) // 2]),
                       ("xl/worksheets/sheet1.xml", data[len(data) // 2 :]))  # fmt: skip
    _file("xlsx")(data)


def _zip(data: bytes) -> None:
    if data[:1] > b"\x80":
        name, _mark, rest = data[1:].partition(b"\n")
        data = _packed((name.decode("utf-8", "replace") or "a.csv", rest))
    path = FOLDER / "a.zip"
    path.write_bytes(data)
    with contextlib.suppress(BadInput), unpacked(path, SMALL, FOLDER / "in") as folder:
        assert all(p.resolve().is_relative_to(folder.resolve()) for p in folder.rglob("*"))


def _mapping(data: bytes) -> None:
    with contextlib.suppress(BadInput, BadCall):
        mapping_file.read(data)


def _packed(*entries: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with contextlib.suppress(ValueError, IndexError), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def _parquet() -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({"band": ["A"], "rate": [0.05], "churn": [0.1], "known_on": ["2025-01-01"]}), stream)
    return stream.getvalue()


MAPPING = b"pack: a\nlabel: x\nsource: s\nfeeds:\n  f:\n    columns: {a: {headers: [A]}}\n    tables: {rate_churn: {columns: {band: {column: a}}}}\n"
FORMS: dict[str, tuple[Callable[[bytes], None], list[bytes]]] = {
    "csv": (_file("csv"), [HEAD + ROW, (HEAD + ROW).replace(b",", b";"), "甲,乙\n1,2\n".encode("gbk")]),
    "jsonl": (
        _file("jsonl"),
        [b'{"band":"A","rate":0.05,"churn":"0.1","known_on":"2025-01-01"}\n', b'{"a":{"b":[1,2]}}'],
    ),
    "parquet": (_file("parquet"), [_parquet()]),
    "xlsx": (_workbook, [_packed(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.xml", b"<workbook/>"))]),
    "zip": (_zip, [_packed(("a.csv", HEAD + ROW)), b"\xff../a.csv\nx"]),
    "mapping": (_mapping, [MAPPING]),
}


def main() -> None:
    """Fuzz one form with the options of libFuzzer that follow on the command line."""
    if len(sys.argv) < 2 or sys.argv[1] not in FORMS:
        sys.exit(f"python -m fuzz.readers {' | '.join(FORMS)} -runs=N")
    one, seeds = FORMS[sys.argv.pop(1)]
    with tempfile.TemporaryDirectory() as corpus:
        for i, seed in enumerate(seeds):
            (Path(corpus) / f"seed{i}").write_bytes(seed)
        atheris.Setup([*sys.argv, corpus], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
