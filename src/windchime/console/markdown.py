"""The Markdown that model cards are written in, as blocks a template arranges: headings, paragraphs, lists, tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Kind = Literal["heading", "paragraph", "list", "table"]


@dataclass(frozen=True, slots=True)
class Block:
    """One block; what it holds depends on its kind."""

    kind: Kind
    #: level of a heading, 1 to 4
    level: int = 0
    #: text of a heading or a paragraph
    text: str = ""
    #: items of a list
    items: tuple[str, ...] = ()
    #: header and rows of a table
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a text, in order; marks inside a line (`code`) are taken off."""
    return tuple(b for kind, lines in groupby(text.splitlines(), key=_kind) for b in _made(kind, list(lines)))


def _kind(line: str) -> str:
    if not line.strip():
        return "blank"
    if line.startswith("#"):
        return "heading"
    return "list" if line.startswith("- ") else "table" if line.startswith("|") else "paragraph"


def _made(kind: str, lines: list[str]) -> Iterator[Block]:
    if kind == "heading":
        for line in lines:
            title = line.lstrip("#")
            yield Block("heading", level=min(4, len(line) - len(title)), text=_plain(title))
    elif kind == "list":
        yield Block("list", items=tuple(_plain(line[2:]) for line in lines))
    elif kind == "table":
        rows = [tuple(_plain(c) for c in line.strip().strip("|").split("|")) for line in lines]
        yield Block("table", header=rows[0], rows=tuple(r for r in rows[1:] if set("".join(r)) - set("-: ")))
    elif kind == "paragraph":
        yield Block("paragraph", text=_plain(" ".join(lines)))


def _plain(text: str) -> str:
    return text.strip().replace("`", "")
