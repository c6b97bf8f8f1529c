"""Composing a report: words in its language, and figures that cannot be written without naming their source."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from windchime.core.dates import Window
from windchime.core.text import Lang, Text, _, translate
from windchime.documents.tree import Cell, Source
from windchime.present import formats, words


class Composer:
    """Writes in one language and numbers sources in the order in which they are first cited."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self._sources: dict[tuple[str, tuple[tuple[str, str], ...]], int] = {}

    def say(self, msgid: str, /, **params: Any) -> str:
        """A message in the language."""
        return translate(msgid, self.lang, **params)

    def source(self, title: str, facts: Sequence[tuple[str, str | Text | None]]) -> int:
        """The number of a source; the same source keeps its number. Facts that are None are left out.

        Args:
            title: what it is, in the language.
            facts: English message ids of the names, and values.
        """
        written = tuple((self.say(n), v[self.lang] if isinstance(v, Text) else v) for n, v in facts if v is not None)
        return self._sources.setdefault((title, written), len(self._sources) + 1)

    @property
    def sources(self) -> tuple[Source, ...]:
        """All sources cited so far."""
        return tuple(Source(n, title, facts) for (title, facts), n in self._sources.items())

    def rows(
        self, table: str, *, what: str, as_of: date, lake_version: int, window: int | None, count: int | None
    ) -> int:
        """A source that is rows of a lake table: which rows, in which window, how many.

        Args:
            table: name in the lake.
            what: English message id that says which rows.
            as_of: end of the last day of knowledge.
            lake_version: the version read.
            window: whole months before the as-of date; None for the whole history.
            count: how many rows; None where nobody counted.
        """
        return self.source(
            self.say(_("table {table} of the lake"), table=table),
            [
                (_("rows"), self.say(what)),
                (_("window"), self.window(window, as_of)),
                (_("as of"), formats.day(as_of)),
                (_("lake version"), str(lake_version)),
                (_("number of rows"), None if count is None else formats.count(count)),
            ],
        )

    def window(self, months: int | None, as_of: date) -> str:
        """A window in words with its first and last day."""
        if months is None:
            return self.say(_("whole history to {last}"), last=formats.day(as_of))
        first, after = Window(months).bounds(as_of)
        return self.say(_("{months} months, {first} to before {after}"), months=months, first=first, after=after)

    def figure(self, text: str, *sources: int, strong: bool = False) -> Cell:
        """A figure with where it comes from; what is missing needs no source, but may have one."""
        if not sources and text != formats.MISSING:
            raise AssertionError(f"the figure {text} names no source")
        return Cell(text, tuple(sorted(set(sources))), numeric=True, strong=strong)

    def money(self, value: Decimal | None, *sources: int, strong: bool = False) -> Cell:
        """An amount in detail."""
        return self.figure(formats.money(value, self.lang), *sources, strong=strong)

    def percent(self, value: formats.Number | None, *sources: int, strong: bool = False) -> Cell:
        """A fraction as a percentage."""
        return self.figure(formats.percent(value), *sources, strong=strong)

    def count(self, value: int | None, *sources: int) -> Cell:
        """How many."""
        return self.figure(formats.count(value), *sources)

    def words(self, value: str | Text, *sources: int, strong: bool = False) -> Cell:
        """Plain words."""
        return Cell(value[self.lang] if isinstance(value, Text) else value, sources, strong=strong)

    def header(self, *names: str, numeric: Sequence[int] = ()) -> tuple[Cell, ...]:
        """The header of a grid from message ids; `numeric` names the columns of figures by position."""
        return tuple(Cell(self.say(n) if n else "", numeric=i in numeric) for i, n in enumerate(names))

    def severity(self, code: str) -> Cell:
        """A severity with its shape and colour."""
        word = words.severity(code)
        return Cell(f"{word.shape} {word.label[self.lang]}", risk=code, strong=word.rank > 1)

    def verdict(self, code: str, *sources: int) -> Cell:
        """A verdict with its shape."""
        word = words.verdict(code)
        return Cell(f"{word.shape} {word.label[self.lang]}", sources, strong=True)

    def yes(self, value: bool) -> str:
        """Yes or no."""
        return self.say(_("yes") if value else _("no"))
