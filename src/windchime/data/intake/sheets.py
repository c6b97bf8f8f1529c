"""A sheet: one file, or one sheet of a workbook, as a relation DuckDB can scan, with its headers as found."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.data.intake.convert import Kind
from windchime.data.intake.errors import MissingColumn, RepeatedColumn
from windchime.data.intake.looks import Look
from windchime.data.intake.mapping import Feed, Header
from windchime.data.vault.masking import STARS
from windchime.data.vault.prose import spans

#: what stands in rows of data and not in names of columns: long numbers, days
_DATA = re.compile(r"\d{6}|\d{4}-\d{1,2}-\d{1,2}")
#: name of the row number in the relation of every sheet
ROW = "__row"
#: in sheets that can hold rows no cell of which can be told: why, and the row as it stands; null for good rows
DAMAGE, TEXT = "__damage", "__text"
#: in sheets whose rows come from many small files: the name of the file of each row
FILE = "__file"
#: names that the readers need for themselves
OURS = (ROW, "file_row_number", DAMAGE, TEXT, FILE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one feed at one place."""

    #: path below the folder that was loaded
    file: str
    #: None where the file has no sheets
    sheet: str | None
    #: SQL in the place of a table: the columns under their headers, and the row number as a person counts it
    relation: str
    #: what each header's column holds
    kinds: Mapping[str, Kind]
    rows: int
    #: the relation has the columns `DAMAGE` and `TEXT`
    damaged: bool = False
    #: the relation has the column `FILE`, which goes before `file`; row numbers count in each of the files
    many: bool = False
    #: the relation streams typed values out of a file, so that it may be read again and again at little cost
    lasting: bool = False
    #: what is known of columns of texts, by header
    looks: Mapping[str, Look] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """File and sheet in words."""
        return f"{self.file} [{self.sheet}]" if self.sheet else self.file


@dataclass(frozen=True, slots=True)
class Matched:
    """A sheet whose headers were matched with the columns a feed expects."""

    sheet: Sheet
    feed: Feed
    #: our name of each column that is there, and the header it stands under
    headers: Mapping[str, str]
    notes: tuple[Problem, ...]

    def has_group(self, group: str) -> bool:
        """Whether the columns of a group are there; true for no group."""
        return not group or any(h.group == group and h.name in self.headers for h in self.feed.headers)


def tidy(header: str) -> str:
    """A header as it is compared: without blanks around it."""
    return header.strip(" \t\r\n\v\f\u00a0\u3000\u200b\ufeff")


def shown(header: str) -> str:
    """A header as reports and errors show it: where rows stand in the place of headers, without the numbers of people."""
    for span in reversed(spans(header)):
        header = f"{header[: span.start]}{STARS}{header[span.end :]}"
    return header


def once(place: str, headers: Iterable[str]) -> None:
    """Refuse two columns of one name, upper and lower case alike, and names that the readers need for themselves.

    Raises:
        RepeatedColumn: names the first that stands twice.
    """
    seen: set[str] = set(OURS)
    for header in (tidy(h).lower() for h in headers):
        if header and header in seen:
            raise RepeatedColumn(place, shown(header))
        seen.add(header)


def match(sheet: Sheet, feed: Feed) -> Matched:
    """Find the feed's columns among the sheet's headers.

    Raises:
        MissingColumn: names all that are missing, what was found and what is accepted.
    """
    there = {tidy(header): header for header in sheet.kinds}
    found = {h.name: there[name] for h in feed.headers for name in h.headers[::-1] if name in there}
    groups = {h.group for h in feed.headers if h.group and h.name in found}
    missing = [h for h in feed.headers if h.name not in found and _needed(h, groups)]
    if missing:
        expected = [" | ".join(h.headers) for h in feed.headers if not h.optional]
        raise MissingColumn(
            sheet.place, ", ".join(" | ".join(h.headers) for h in missing), _shown(list(there)), ", ".join(expected)
        )
    extra = [name for name, header in there.items() if header not in found.values() and name not in feed.ignore]
    notes = tuple(
        Problem(
            "column_not_expected",
            _("the column is not expected and was left out"),
            file=sheet.file,
            sheet=sheet.sheet or "",
            column=shown(name),
        )
        for name in extra
    )
    return Matched(sheet, feed, found, notes)


def _needed(header: Header, groups: set[str]) -> bool:
    return header.group in groups if header.group else not header.optional


def _shown(headers: Sequence[str]) -> str:
    """Headers as an error names them; only their number where they look like a row of data, which may be of people."""
    data = any(_DATA.search(h) or spans(h) for h in headers)
    return f"({len(headers)})" if data else ", ".join(headers) or "-"
