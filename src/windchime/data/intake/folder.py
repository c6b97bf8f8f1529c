"""What lies in the folder that is loaded: the files of a pack, or of a zip."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.data.intake.errors import (
    FileTooLarge,
    MacroWorkbook,
    MissingFile,
    NotAFile,
    NothingToLoad,
    UnknownPart,
)
from windchime.data.intake.forms import REFUSED, form_of
from windchime.data.intake.limits import LIMITS, Limits
from windchime.data.intake.mapping import Feed, FileOf, PackMapping
from windchime.data.intake.zipped import unpacked

DESCRIPTION = "pack.yaml"
#: folders beside the data that are never looked at
ASIDE = ("truth",)


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read, and the feeds that read it: of a workbook all that have a sheet, of any other file one."""

    path: Path
    #: path below the folder, as reports and rows name it
    name: str
    feeds: tuple[Feed, ...]


class NoSuchFolder(BadInput):
    """A folder or file that is not there."""

    msgid = _("there is no folder or file {path}")

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


class TwoForms(BadInput):
    """The same table lies in the folder in two forms."""

    msgid = _("{folder} has {table} in more than one form: {files}")
    hint = _("leave the one that counts")

    def __init__(self, folder: str, table: str, files: str) -> None:
        super().__init__(folder=folder, table=table, files=files)


@contextmanager
def opened(folder: Path, limits: Limits, into: Path) -> Iterator[Path]:
    """The folder itself, or the unpacked contents of a zip as long as the context lasts.

    Raises:
        NoSuchFolder: nothing is there.
        BadInput: what `zipped.unpacked` raises.
    """
    if not folder.exists():
        raise NoSuchFolder(folder)
    if folder.is_dir() or folder.suffix.lower() != ".zip":
        yield folder
        return
    with unpacked(folder, limits, into) as contents:
        yield contents


def find(
    folder: Path, mapping: PackMapping, parts: Collection[str] | None = None, limits: Limits = LIMITS
) -> tuple[list[Found], list[str]]:
    """The files of a pack in a folder (or the one file that is named), in a stable order; and files no feed reads.

    Raises:
        NoSuchFolder, NotAFile, NothingToLoad, MissingFile, MacroWorkbook, UnknownPart, TwoForms: as they say.
    """
    for part in parts or ():
        if part not in mapping.parts:
            raise UnknownPart(mapping.name, part, ", ".join(mapping.parts) or "-")
    if not folder.exists():
        raise NoSuchFolder(folder)
    if not folder.is_dir():
        return [_one(folder, mapping)], []
    if mapping.own:
        return _matching(folder, mapping, limits)
    wanted = [(feed, file) for feed in mapping.feeds for file in feed.files if parts is None or file.part in parts]
    there = [(feed, file) for feed, file in wanted if (folder / file.file).exists()]
    for _feed, file in wanted if there else ():
        if file.required and not (folder / file.file).exists():
            raise MissingFile(folder.name, file.file, mapping.name)
    if there:
        _one_form(folder, mapping, there)
        return [Found(inside(folder, folder / file.file), file.file, (feed,)) for feed, file in there], []
    sheets = () if mapping.self_described else tuple(f for f in mapping.feeds if f.sheet)
    books = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".xlsx", *REFUSED))
    if not sheets or not books:
        expected = [f.file for _feed, f in wanted if f.file.endswith(".parquet")] + (["*.xlsx"] if sheets else [])
        raise NothingToLoad(folder.name, mapping.name, ", ".join(expected))
    return [Found(_ordinary(folder, book), book.name, sheets) for book in books], []


def _one(path: Path, mapping: PackMapping) -> Found:
    """The one file that is named: a workbook, or with a mapping of one's own any form that is read."""
    sheets = _feeds(path.name, mapping) if mapping.self_described else tuple(f for f in mapping.feeds if f.sheet)
    feeds: tuple[Feed, ...] = ()
    if form_of(path.name) == "xlsx":
        feeds = sheets
    elif mapping.own and form_of(path.name):
        feeds = _feeds(path.name, mapping)[:1]
        if not feeds and len(mapping.feeds) == 1:  # whatever the file is called today
            feeds = mapping.feeds
    file = _ordinary(path.parent, path)
    if not feeds:
        raise NothingToLoad(path.name, mapping.name, "*.xlsx" if sheets else DESCRIPTION)
    return Found(file, path.name, feeds)


def _matching(folder: Path, mapping: PackMapping, limits: Limits) -> tuple[list[Found], list[str]]:
    """Every file of the folder and of folders inside it whose name a feed of the mapping knows; and the others."""
    found, others = [], []
    for path in sorted(_files(folder, limits)):
        name = path.relative_to(folder).as_posix()
        feeds = _feeds(name, mapping)
        if feeds:
            file = _ordinary(folder, path)
            found.append(Found(file, name, feeds if form_of(name) == "xlsx" else feeds[:1]))
        else:
            others.append(name)
    if not found:
        expected = [file.file for feed in mapping.feeds for file in feed.files]
        raise NothingToLoad(folder.name, mapping.name, ", ".join(expected) or "-")
    return found, others


def _feeds(name: str, mapping: PackMapping) -> tuple[Feed, ...]:
    """The feeds that read a file of this name."""
    if form_of(name) == "xlsx":
        candidates: Iterator[Feed] = (f for f in mapping.feeds if f.sheet)
    else:
        candidates = (f for f in mapping.feeds if form_of(name) or name.lower().endswith(REFUSED))
    base = PurePosixPath(name).name
    return tuple(f for f in candidates if any(fnmatchcase(n, file.file) for n in (name, base) for file in f.files))


def _files(folder: Path, limits: Limits) -> Iterator[Path]:
    """Files of the folder and its folders, without hidden ones and those set aside."""
    count = 0
    for path in folder.rglob("*"):
        inside = path.relative_to(folder).parts
        if path.is_dir() or inside[0] in ASIDE or inside == (DESCRIPTION,) or any(p.startswith(".") for p in inside):
            continue
        count += 1
        if count > limits.folder_files:
            raise FileTooLarge(folder.name, "files", count, limits.folder_files)
        yield path


def _one_form(folder: Path, mapping: PackMapping, there: list[tuple[Feed, FileOf]]) -> None:
    if not mapping.self_described:
        return
    for feed in {feed.name: feed for feed, _file in there}.values():
        files = [file.file for other, file in there if other is feed]
        if len(files) > 1:
            raise TwoForms(folder.name, feed.name, ", ".join(files))


def _ordinary(folder: Path, path: Path) -> Path:
    """The real path of a file that may be read: no link out of the folder, no workbook with programs."""
    if path.suffix.lower() in REFUSED:
        raise MacroWorkbook(path.name)
    return inside(folder, path)


def inside(folder: Path, path: Path) -> Path:
    """The real path of an ordinary file inside the folder; a link that leads out of it is refused."""
    real = path.resolve()
    if not real.is_file() or not real.is_relative_to(folder.resolve()):
        raise NotAFile(path.name)
    return real
