"""A data table described by typed columns: sorting, filtering, pages, an empty state and exports come from the types."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal, Self
from urllib.parse import urlencode

from windchime.core.text import Lang, Text
from windchime.present import formats, words

#: how a column's values are written and aligned
Kind = Literal[
    "text",
    "id",
    "money",
    "short_money",
    "percent",
    "bp",
    "count",
    "number",
    "date",
    "month",
    "instant",
    "risk",
    "verdict",
    "status",
    "going",
]
#: kinds that stand at the right
NUMERIC = {"money", "short_money", "percent", "bp", "count", "number"}
_WORDS = {"risk": words.SEVERITIES, "verdict": words.VERDICTS, "status": words.STATUSES}


@dataclass(frozen=True, slots=True)
class Going:
    """Work at hand, as a column of progress shows it with a bar."""

    #: the step
    name: str
    done: int
    #: 0 where it is not known
    total: int

    def __str__(self) -> str:
        return f"{self.name} {self.done}/{self.total}" if self.total else self.name


@dataclass(frozen=True, slots=True)
class Column:
    """One typed column."""

    #: key of the value in a row
    name: str
    #: header
    label: Text
    #: type of the values
    kind: Kind = "text"
    #: address the value leads to, with `{name}` places filled from the row; empty for none
    href: str = ""
    #: decimals of a `number`
    digits: int = 2
    #: one sentence that defines the column, shown at its header; None for none
    hint: Text | None = None
    #: whether a list of its values narrows the table
    choose: bool = False
    #: whether a narrow screen shows it
    phone: bool = True
    #: how coded values of a `text` column are called
    words: Mapping[str, Text] = field(default_factory=dict)
    #: the shape that stands before a coded value, by code; its cell bears the code as a class
    shapes: Mapping[str, str] = field(default_factory=dict)
    #: whether rows can be put in its order
    sortable: bool = True

    @property
    def numeric(self) -> bool:
        """Whether values stand at the right, in tabular figures."""
        return self.kind in NUMERIC

    def link(self, row: Mapping[str, Any]) -> str:
        """Where the value of this row leads; empty for nowhere."""
        return self.href.format_map(row) if self.href else ""

    def write(self, value: Any, lang: Lang, scale: formats.Scale | None = None) -> str:
        """The value as text; words without their shape."""
        if value is None or value == "":
            return formats.MISSING
        if self.kind in _WORDS:
            return _WORDS[self.kind][value].label[lang]
        if self.kind == "short_money" and scale:
            return scale.write(value)
        if self.kind in _WRITERS:
            return _WRITERS[self.kind](value, lang, self.digits)
        value = self.words.get(value, value) if self.words else value
        return value[lang] if isinstance(value, Text) else str(value)


#: how values of a kind are written; the money columns carry their unit in the header
_WRITERS: dict[str, Callable[[Any, Lang, int], str]] = {
    "money": lambda v, _lang, _digits: formats.number(v, 2),
    "percent": lambda v, _lang, _digits: formats.percent(v),
    "bp": lambda v, _lang, _digits: formats.basis_points(v),
    "count": lambda v, _lang, _digits: formats.count(v),
    "number": lambda v, _lang, digits: formats.number(v, digits),
    "date": lambda v, _lang, _digits: formats.day(v),
    "month": lambda v, _lang, _digits: formats.month(v),
    "instant": lambda v, _lang, _digits: formats.instant(v),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader asked of a table: words, choices, order, page."""

    #: words that every shown row contains
    words: str = ""
    #: chosen value by column
    chosen: Mapping[str, str] = field(default_factory=dict)
    #: column the rows are ordered by; empty for the given order
    sort: str = ""
    descending: bool = False
    #: 1-based
    page: int = 1
    size: int = 50

    @classmethod
    def read(cls, params: Mapping[str, str], columns: Sequence[Column], *, size: int = 50) -> Self:
        """From the parameters of an address; what is not understood is left out rather than refused."""
        names = {c.name for c in columns if c.sortable}
        sort = params.get("sort", "")
        page = params.get("page", "")
        return cls(
            words=params.get("q", "").strip(),
            chosen={c.name: params[c.name] for c in columns if c.choose and params.get(c.name)},
            sort=sort if sort in names else "",
            descending=params.get("order") == "desc",
            page=int(page) if page.isascii() and page.isdigit() and len(page) < 8 and page != "0" else 1,
            size=size,
        )

    def params(self) -> dict[str, str]:
        """The parameters that say it; defaults left out."""
        said = {"q": self.words, **self.chosen, "sort": self.sort, "order": "desc" if self.descending else ""}
        return {k: v for k, v in said.items() if v} | ({"page": str(self.page)} if self.page > 1 else {})


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty table says: what would be here, and how to get it."""

    what: Text
    how: Text
    href: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One page of rows, ready to be shown."""

    #: name that is unique on the page and safe in an address
    id: str
    #: address of the page that shows it
    href: str
    columns: tuple[Column, ...]
    #: the rows of this page
    rows: tuple[Mapping[str, Any], ...]
    query: Query
    #: rows that match, over all pages; and rows there are at all
    matching: int
    total: int
    empty: Empty
    #: the values to choose from, by column
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: address of the export by format (`csv`, `xlsx`); all matching rows
    exports: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        name: str,
        href: str,
        columns: Sequence[Column],
        rows: Sequence[Mapping[str, Any]],
        *,
        query: Query,
        empty: Empty,
        export: str = "",
    ) -> Self:
        """Filter, order and cut rows that are all at hand.

        Args:
            name: see `id`.
            href: see `href`.
            columns: typed columns; rows are mappings with their names as keys.
            rows: all rows.
            query: what was asked.
            empty: what to say if there is nothing.
            export: address that exports the matching rows when `format=csv|xlsx` is added; empty for none.
        """
        found = matching(rows, columns, query)
        pages = max(1, -(-len(found) // query.size))
        asked = replace(query, page=min(query.page, pages))
        start = (asked.page - 1) * asked.size
        kept = {k: v for k, v in asked.params().items() if k != "page"}
        return cls(
            id=name,
            href=href,
            columns=tuple(columns),
            rows=tuple(found[start : start + asked.size]),
            query=asked,
            matching=len(found),
            total=len(rows),
            empty=empty,
            choices={c.name: _choices(c, rows) for c in columns if c.choose},
            exports={f: f"{export}?{urlencode({**kept, 'format': f})}" for f in ("csv", "xlsx")} if export else {},
        )

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.matching // self.query.size))

    @property
    def first(self) -> int:
        """1-based number of the first row shown; 0 if there is none."""
        return (self.query.page - 1) * self.query.size + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """1-based number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    def at(self, page: int) -> str:
        """Address of another page of the same question."""
        return self._address(replace(self.query, page=page))

    def ordered(self, column: Column) -> str:
        """Address of the same question ordered by a column; asked again, the order turns round."""
        turned = not self.query.descending if self.query.sort == column.name else column.numeric
        return self._address(replace(self.query, sort=column.name, descending=turned, page=1))

    def order(self, column: Column) -> str:
        """`ascending`, `descending` or `none`, as `aria-sort` says it."""
        if self.query.sort != column.name:
            return "none"
        return "descending" if self.query.descending else "ascending"

    def scale(self, column: Column, lang: Lang) -> formats.Scale | None:
        """The one unit of an overview column of money on this page; None for other columns."""
        return (
            formats.scale_for((r.get(column.name) for r in self.rows), lang) if column.kind == "short_money" else None
        )

    def header(self, column: Column, lang: Lang) -> str:
        """The column's header, with its unit where it holds money."""
        scale = formats.SCALES[lang][0] if column.kind == "money" else self.scale(column, lang)
        return f"{column.label[lang]} ({scale.label[lang]})" if scale else column.label[lang]

    def word(self, column: Column, value: str) -> str | Text:
        """How a value to choose is called."""
        return _WORDS[column.kind][value].label if column.kind in _WORDS else column.words.get(value, value)

    def _address(self, query: Query) -> str:
        params = query.params()
        return f"{self.href}?{urlencode(params)}" if params else self.href


def matching(rows: Sequence[Mapping[str, Any]], columns: Sequence[Column], query: Query) -> list[Mapping[str, Any]]:
    """The rows that match the question, in its order, missing values last; what an export writes."""
    wanted = query.words.casefold().split()
    found = [r for r in rows if all(str(r.get(n)) == v for n, v in query.chosen.items()) and _has(r, columns, wanted)]
    column = next((c for c in columns if c.name == query.sort), None)
    if column is None:
        return found
    present = [r for r in found if r.get(column.name) is not None]
    absent = [r for r in found if r.get(column.name) is None]
    return sorted(present, key=lambda r: _order(column, r[column.name]), reverse=query.descending) + absent


def _has(row: Mapping[str, Any], columns: Sequence[Column], wanted: Sequence[str]) -> bool:
    if not wanted:
        return True
    text = " ".join(_searched(row.get(c.name)) for c in columns if c.kind in {"text", "id"}).casefold()
    return all(w in text for w in wanted)


def _searched(value: Any) -> str:
    return f"{value.zh} {value.en}" if isinstance(value, Text) else str(value)


def _order(column: Column, value: Any) -> Any:
    if column.kind in _WORDS:
        return _WORDS[column.kind][value].rank
    if column.numeric or isinstance(value, date | datetime):
        return value
    return _searched(value)


def _choices(column: Column, rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(
        str(v)
        for v in sorted(
            {r[column.name] for r in rows if r.get(column.name) is not None}, key=lambda v: _order(column, v)
        )
    )
