"""A report as a tree of sections and blocks in one language: composed once, rendered as HTML and as PDF alike."""

from dataclasses import dataclass
from typing import Literal

from windchime.core.text import Lang


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of text, with the sources it comes from."""

    text: str
    #: numbers of sources, as `Source.number` counts them; a figure has at least one
    refs: tuple[int, ...] = ()
    #: stands at the right, in tabular figures
    numeric: bool = False
    #: severity whose colour it bears; empty for none
    risk: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, in pairs."""

    rows: tuple[tuple[str, Cell], ...]
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Columns that hold figures are set to the right."""

    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    #: relative widths of the columns, for paper
    widths: tuple[float, ...]
    kind: Literal["grid"] = "grid"


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing with its title; the sources stand at the title."""

    title: Cell
    svg: str
    #: the chart in one sentence, for those who cannot see it
    said: str = ""
    kind: Literal["chart"] = "chart"


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; `soft` for notes and for what an empty part would hold."""

    cell: Cell
    soft: bool = False
    kind: Literal["words"] = "words"


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of sentences."""

    cells: tuple[Cell, ...]
    kind: Literal["bullets"] = "bullets"


Block = Facts | Grid | Chart | Words | Bullets


@dataclass(frozen=True, slots=True)
class Section:
    """A titled part of a report."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from: an entry of the list at the end of the report."""

    #: 1-based
    number: int
    title: str
    #: names and values that let somebody find or compute the figure again
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report in one language."""

    lang: Lang
    #: what it is, and of whom
    title: str
    subject: str
    #: words that stand on every page: simulated data, illustrative parameters
    marks: tuple[str, ...]
    sections: tuple[Section, ...]
    sources: tuple[Source, ...]
    #: headings of the sources' part
    sources_title: str
    sources_note: str
    #: generated at, by, version
    footer: tuple[str, ...]
