"""In whose name documents of a pack are loaded: what pack.yaml says of its folders of documents."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from windchime.content import yamlfile
from windchime.core.errors import BadInput
from windchime.core.text import _
from windchime.data.intake.einvoice.documents import SUFFIXES
from windchime.data.intake.einvoice.rows import Reporting
from windchime.data.intake.folder import DESCRIPTION, inside


class DocumentsNotDescribed(BadInput):
    """A list of folders of documents that does not say what it must."""

    msgid = _("pack.yaml: documents: {reason}")
    hint = _("each entry says folder and firm_id, and code or name of the firm")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of documents of one firm."""

    #: below the folder of the pack
    folder: PurePosixPath
    who: Reporting


def places(body: Mapping[str, Any], source: str) -> tuple[Place, ...]:
    """The folders of documents that a pack.yaml lists under `documents`.

    Each entry has `folder`, `firm_id` (`source:local_id`), and `code` or `name`, each a text or a list of texts.

    Raises:
        DocumentsNotDescribed: an entry lacks something, leads out of the pack, or names a firm of another source.
    """
    listed = body.get("documents", [])
    if not isinstance(listed, list):
        raise DocumentsNotDescribed(type(listed).__name__)
    return tuple(_place(entry, source) for entry in listed)


def of(folder: Path, source: str) -> tuple[Place, ...]:
    """The folders of documents that the pack.yaml of a folder lists.

    Raises:
        DocumentsNotDescribed: as `places`.
        BadInput: the file cannot be read.
    """
    body = yamlfile.read(inside(folder, folder / DESCRIPTION))
    return places(body, source) if isinstance(body, dict) else ()


def _place(entry: Any, source: str) -> Place:
    if not isinstance(entry, dict):
        raise DocumentsNotDescribed(str(entry)[:40])
    folder = PurePosixPath(str(entry.get("folder", "")))
    if not folder.parts or folder.is_absolute() or ".." in folder.parts:
        raise DocumentsNotDescribed(f"folder: {str(folder)[:40]}")
    firm_id = entry.get("firm_id")
    if not isinstance(firm_id, str) or not firm_id.startswith(f"{source}:"):
        raise DocumentsNotDescribed(f"{folder}: firm_id: {source}:…")
    codes, names = (frozenset(_texts(entry.get(key))) for key in ("code", "name"))
    if not codes and not names:
        raise DocumentsNotDescribed(f"{folder}: code, name")
    return Place(folder, Reporting(firm_id, codes, names))


def _texts(said: Any) -> Sequence[str]:
    if said is None:
        return ()
    return [str(text) for text in said] if isinstance(said, list) else [str(said)]


def listed(folder: Path, found: Sequence[Place]) -> Iterator[tuple[Path, str]]:
    """The documents of a pack: path, and name below its folder, in order.

    Raises:
        NotAFile: a link that leads out of the folder.
    """
    for place in found:
        for path in sorted((folder / place.folder).rglob("*")):
            if path.suffix.lower() not in SUFFIXES or path.is_dir():
                continue
            yield inside(folder, path), path.relative_to(folder).as_posix()


def by_name(found: Sequence[Place]) -> Callable[[str], Reporting]:
    """The reporting firm of a document by its name; of folders inside each other the inner one counts."""
    inner_first = sorted(found, key=lambda place: -len(place.folder.parts))

    def who(name: str) -> Reporting:
        return next(place.who for place in inner_first if PurePosixPath(name).is_relative_to(place.folder))

    return who
