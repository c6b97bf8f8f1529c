"""Zips: names set right, tricks, bombs and links refused, whatever is refused leaves nothing behind."""

import contextlib
import io
import stat
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.data.intake.outcomes import SMALL

from windchime.core.errors import BadInput
from windchime.data.intake.archive import ZipBomb
from windchime.data.intake.errors import EmptyFile, FileTooLarge, NotReadable
from windchime.data.intake.limits import MIB
from windchime.data.intake.zipped import BadEntry, unpacked


def packed(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def names(path: Path, into: Path) -> list[str]:
    with unpacked(path, SMALL, into) as folder:
        return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_chinese_names_of_any_packer(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "a.zip", ("企业.csv", b"x"), ("aaaa/bbbb.csv", b"y"), ("__MACOSX/._x", b""), (".DS_Store", b"")
    )
    path.write_bytes(path.read_bytes().replace(b"aaaa/bbbb.csv", "发票/销项.csv".encode("gbk")))
    assert names(path, tmp_path / "in") == ["企业.csv", "发票/销项.csv"]


def test_zips_inside_zips_are_unpacked_to_a_depth(tmp_path: Path) -> None:
    def nest(levels: int) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("in.zip" if levels else "a.csv", nest(levels - 1) if levels else b"x")
        return stream.getvalue()

    (tmp_path / "a.zip").write_bytes(nest(2))
    assert names(tmp_path / "a.zip", tmp_path / "in") == ["in.zip/in.zip/a.csv"]
    (tmp_path / "b.zip").write_bytes(nest(3))
    with pytest.raises(BadEntry):
        names(tmp_path / "b.zip", tmp_path / "in")


@pytest.mark.parametrize(
    "name", ["../a.csv", "/a.csv", "a/../../b.csv", "C:/a.csv", "..\\a.csv", "a\nb.csv", "x" * 300, "a//b.csv"]
)
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadEntry):
        names(packed(tmp_path / "a.zip", (name, b"x")), tmp_path / "in")
    assert not list(tmp_path.rglob("*.csv"))
    assert list((tmp_path / "in").iterdir()) == []


def test_links_passwords_and_names_that_stand_twice_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(BadEntry, match="link"):
        names(packed(tmp_path / "a.zip", (link, b"/etc/passwd")), tmp_path / "in")
    with pytest.raises(BadEntry, match="twice"):
        names(packed(tmp_path / "b.zip", ("A.csv", b"x"), ("a.csv", b"y")), tmp_path / "in")
    locked = (
        packed(tmp_path / "c.zip", ("a.csv", b"x"))
        .read_bytes()
        .replace(b"PK\1\2\x14\3\x14\0\0\0", b"PK\1\2\x14\3\x14\0\1\0")
    )
    (tmp_path / "c.zip").write_bytes(locked)
    with pytest.raises(BadInput):
        names(tmp_path / "c.zip", tmp_path / "in")


def test_bombs_and_too_much_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ZipBomb):
        names(packed(tmp_path / "a.zip", ("a.csv", b"\0" * 4 * MIB)), tmp_path / "in")
    few = replace(SMALL, zip_entries=2, zip_ratio=10_000, zip_unpacked_bytes=MIB)
    with (
        pytest.raises(FileTooLarge),
        unpacked(packed(tmp_path / "b.zip", ("a", b"\0" * 2 * MIB)), few, tmp_path / "in"),
    ):
        pass
    with (
        pytest.raises(FileTooLarge),
        unpacked(packed(tmp_path / "c.zip", *((f"{i}", b"") for i in range(3))), few, tmp_path / "in"),
    ):
        pass


def test_no_zip_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(EmptyFile):
        names(packed(tmp_path / "a.zip"), tmp_path / "in")
    (tmp_path / "b.zip").write_bytes(b"PK\3\4 no zip")
    with pytest.raises(NotReadable):
        names(tmp_path / "b.zip", tmp_path / "in")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 400), st.integers(0, 255))
def test_a_changed_byte_ends_in_files_or_in_words(tmp_path: Path, at: int, value: int) -> None:
    data = bytearray(packed(tmp_path / "a.zip", ("a.csv", b"x,y\n1,2\n"), ("b/c.csv", b"z")).read_bytes())
    data[at % len(data)] = value
    (tmp_path / "a.zip").write_bytes(data)
    with contextlib.suppress(BadInput):
        assert names(tmp_path / "a.zip", tmp_path / "in")
    assert list((tmp_path / "in").iterdir()) == []
