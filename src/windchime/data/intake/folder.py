"""What lies in the folder that is loaded: the files of a pack, and what a self-described pack says of itself."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from windchime.content import yamlfile
from windchime.core.dates import EARLIEST
from windchime.core.errors import BadInput
from windchime.core.text import Text, _
from windchime.data.intake.errors import (
    MacroWorkbook,
    MissingFile,
    NotAFile,
    NothingToLoad,
    PackNotDescribed,
    UnknownPart,
)
from windchime.data.intake.mapping import Feed, PackMapping
from windchime.data.packs import Pack

DESCRIPTION = "pack.yaml"
#: a source stands before the colon of every firm id
SOURCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
LONGEST_LABEL = 200
MACROS = (".xlsm", ".xltm", ".xlam", ".xlsb", ".xls")


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read: as Parquet for one feed, or as a workbook for all feeds that have a sheet."""

    path: Path
    #: path below the folder, as reports and rows name it
    name: str
    #: None for a workbook
    feed: Feed | None


class NoSuchFolder(BadInput):
    """A folder or file that is not there."""

    msgid = _("there is no folder or file {path}")

    def __init__(self, path: Path) -> None:
        super().__init__(path=str(path))


def find(folder: Path, mapping: PackMapping, parts: Collection[str] | None = None) -> list[Found]:
    """The files of a pack in a folder (or the one workbook that is named), in a stable order.

    Raises:
        NoSuchFolder, NotAFile, NothingToLoad, MissingFile, MacroWorkbook, UnknownPart: as they say.
    """
    for part in parts or ():
        if part not in mapping.parts:
            raise UnknownPart(mapping.name, part, ", ".join(mapping.parts) or "-")
    if not folder.exists():
        raise NoSuchFolder(folder)
    sheets = sorted({f.sheet for f in mapping.feeds if f.sheet})
    if not folder.is_dir():
        return [_workbook(folder.parent, folder, sheets)]
    wanted = [(feed, file) for feed in mapping.feeds for file in feed.files if parts is None or file.part in parts]
    there = [(feed, file) for feed, file in wanted if (folder / file.file).exists()]
    if there:
        for _feed, file in wanted:
            if file.required and not (folder / file.file).exists():
                raise MissingFile(folder.name, file.file, mapping.name)
        return [Found(_inside(folder, folder / file.file), file.file, feed) for feed, file in there]
    books = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".xlsx" or p.suffix.lower() in MACROS)
    if not sheets or not books:
        expected = [file.file for _feed, file in wanted] + (["*.xlsx"] if sheets else [])
        raise NothingToLoad(folder.name, mapping.name, ", ".join(expected))
    return [_workbook(folder, book, sheets) for book in books]


def _workbook(folder: Path, path: Path, sheets: list[str]) -> Found:
    if path.suffix.lower() in MACROS:
        raise MacroWorkbook(path.name)
    if path.suffix.lower() != ".xlsx" or not sheets:
        raise NothingToLoad(path.name, "-", "*.xlsx" if sheets else DESCRIPTION)
    return Found(_inside(folder, path), path.name, None)


def _inside(folder: Path, path: Path) -> Path:
    """The real path of an ordinary file inside the folder; a link that leads out of it is refused."""
    real = path.resolve()
    if not real.is_file() or not real.is_relative_to(folder.resolve()):
        raise NotAFile(path.name)
    return real


def describe(folder: Path, mapping: PackMapping) -> Pack:
    """What the pack is: from its mapping, or from the pack.yaml of a contract-shaped pack.

    Raises:
        PackNotDescribed: no pack.yaml, or one that lacks something.
    """
    if not mapping.self_described:
        assert mapping.as_of is not None
        return Pack(
            mapping.name,
            mapping.label,
            mapping.source,
            mapping.as_of,
            mapping.features_as_of or mapping.as_of,
            mapping.labels_as_of or mapping.as_of,
            mapping.simulated,
        )
    file = folder / DESCRIPTION
    if not file.is_file():
        raise PackNotDescribed(_("the file is missing"))
    body = yamlfile.read(_inside(folder, file))
    if not isinstance(body, dict) or body.get("pack") != mapping.name:
        raise PackNotDescribed(f"pack: {mapping.name}")
    train = body.get("train", {"features_as_of": body.get("as_of"), "labels_as_of": body.get("as_of")})
    if not isinstance(train, dict):
        raise PackNotDescribed("train")
    as_of, features, labels = _day(body, "as_of"), _day(train, "features_as_of"), _day(train, "labels_as_of")
    if not features <= labels <= as_of:
        raise PackNotDescribed("features_as_of <= labels_as_of <= as_of")
    source = body.get("source")
    if not isinstance(source, str) or not SOURCE.fullmatch(source):
        raise PackNotDescribed("source")
    return Pack(
        mapping.name,
        _label(body.get("label", source)),
        source,
        as_of,
        features,
        labels,
        body.get("simulated") is True,
    )


def _day(body: dict[str, Any], key: str) -> date:
    day = body.get(key)
    if type(day) is not date or day < EARLIEST:  # a point in time is a date to Python, and none to us
        raise PackNotDescribed(key)
    return day


def _label(value: Any) -> Text:
    try:
        label = Text.of(value)
    except (KeyError, TypeError):
        raise PackNotDescribed("label") from None
    said: Any
    for said in (label.zh, label.en):
        if not isinstance(said, str) or not said.strip() or not said.isprintable() or len(said) > LONGEST_LABEL:
            raise PackNotDescribed("label")
    return label
