"""The headers of a file with a sample of the values below each, read without knowing what the file is for."""
# ruff: noqa: S608 - names enter the SQL through `identifier` alone

from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from windchime.core.errors import BadCall
from windchime.core.text import _
from windchime.data.intake import forms
from windchime.data.intake.convert import Source, trimmed
from windchime.data.intake.folder import NoSuchFolder
from windchime.data.intake.limits import LIMITS, Limits
from windchime.data.intake.mapping import Feed
from windchime.data.intake.sheets import Sheet, tidy
from windchime.data.lake.opening import confine, identifier

#: rows that are looked at
SAMPLE_ROWS = 1_000


class NoForm(BadCall):
    """A file whose name says none of the forms that are read."""

    msgid = _("{file} is of no form that is read")
    hint = _("accepted: {accepted}")

    def __init__(self, file: str) -> None:
        super().__init__(file=file, accepted=", ".join(forms.SUFFIXES))


@dataclass(frozen=True, slots=True)
class Sample:
    """One sheet's headers and values."""

    #: None where the file has no sheets
    sheet: str | None
    #: filled values below each header, as text without blanks around them
    values: dict[str, list[str]]


def sample(path: Path, limits: Limits = LIMITS) -> list[Sample]:
    """The sheets of a file, those without rows left out.

    Raises:
        NoSuchFolder: the file is not there.
        NoForm: its suffix is none that is read.
        BadInput: it cannot be read.
    """
    if not path.is_file():
        raise NoSuchFolder(path)
    form = forms.form_of(path.name)
    if form is None:
        raise NoForm(path.name)
    con = duckdb.connect()
    try:
        confine(con, [str(path)])
        con.execute("SET lock_configuration = true")
        short = replace(limits, sample_rows=SAMPLE_ROWS)
        feeds = [Feed("", (), "", (), ())]
        if form == "xlsx":
            from windchime.data.intake import workbook

            feeds = [replace(feeds[0], sheet=name) for name in workbook.filled_sheets(path, path.name, limits)]
        found = forms.sheets(con, path, path.name, feeds, short)
        return [Sample(sheet.sheet, _values(con, sheet)) for sheet, _feed, _problems in found]
    finally:
        con.close()


def _values(con: duckdb.DuckDBPyConnection, sheet: Sheet) -> dict[str, list[str]]:
    texts = [trimmed(Source(identifier(header), kind)) for header, kind in sheet.kinds.items()]
    rows = con.execute(f"SELECT {', '.join(texts)} FROM {sheet.relation} LIMIT {SAMPLE_ROWS}").fetchall()
    columns = zip(*rows, strict=True) if rows else ((),) * len(texts)
    return {tidy(h): [v for v in column if v] for h, column in zip(sheet.kinds, columns, strict=True)}
