"""A pack mapping as an object: which file or sheet feeds which table, and how its columns become the contract's."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Self

from windchime.content import seed
from windchime.core.canonical import sha256
from windchime.core.errors import UnknownName
from windchime.core.text import Text
from windchime.data.contracts import Contract, contracts


@dataclass(frozen=True, slots=True)
class Header:
    """A source column by our name for it."""

    name: str
    #: headers it is found under, in files and sheets
    headers: tuple[str, ...]
    #: columns of one group may be absent together; empty for a column that must be there
    group: str = ""
    #: may be absent by itself
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """How text files of a feed are written, where that is not to be found out."""

    encoding: str = ""
    separator: str = ""
    #: row of the headers, 1 for the first; 0 where it is looked for
    header_row: int = 0


@dataclass(frozen=True, slots=True)
class FileOf:
    """One file of a feed, or a pattern of files in mappings of one's own."""

    file: str
    part: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Maker:
    """How one contract column is made: exactly one of the ways is set."""

    #: converted from this source column
    column: str = ""
    #: `source:local` from this source column
    firm: str = ""
    #: a text that stands for every row, read as the contract column's type
    constant: str = ""
    #: the pack's date of this name
    pack: str = ""
    #: by the sign of a money column: `negative` below zero, else `otherwise`
    sign_of: str = ""
    negative: str = ""
    otherwise: str = ""
    #: with `column`: the source's words and the contract's codes
    values: Mapping[str, str] = field(default_factory=dict)
    #: with `column`: the unit the source writes a number in, a name of `units.UNITS`; empty for the contract's own
    unit: str = ""

    @property
    def source_column(self) -> str:
        """The source column it looks at; empty for constants."""
        return self.column or self.firm or self.sign_of


@dataclass(frozen=True, slots=True)
class Unpivot:
    """Several columns of one row become several rows."""

    #: new column with the label of the old one, and new column with its value
    name: str
    value: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TableOf:
    """A contract table made from a feed."""

    table: str
    columns: Mapping[str, Maker]
    #: made only where the columns of this group are there
    needs: str = ""
    unpivot: Unpivot | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """One kind of input: the same columns in one or several files, or in a sheet of a workbook."""

    name: str
    files: tuple[FileOf, ...]
    #: of a workbook; empty where the feed reads none, `*` for the only sheet of a workbook
    sheet: str
    headers: tuple[Header, ...]
    tables: tuple[TableOf, ...]
    #: headers that are known and not needed
    ignore: frozenset[str] = frozenset()
    style: Style = Style()


@dataclass(frozen=True, slots=True)
class PackMapping:
    """How one kind of data pack is read."""

    name: str
    label: Text
    #: sha256 of the mapping's file: a changed mapping reads the same file anew
    version: str
    feeds: tuple[Feed, ...]
    #: the pack says itself what it is, in its pack.yaml
    self_described: bool
    source: str = ""
    simulated: bool = False
    as_of: date | None = None
    features_as_of: date | None = None
    labels_as_of: date | None = None
    parts: Mapping[str, Text] = field(default_factory=dict)
    #: made and kept by the bank: files are found by patterns, and the day of the data may be said when they are loaded
    own: bool = False
    #: the file of a mapping of one's own, as it was written
    body: bytes = b""

    @classmethod
    def of(cls, body: Mapping[str, Any], version: str, *, own: bytes = b"") -> Self:
        """Read the form of a mapping file; `mapping_file.read` says in words what is wrong with one of one's own."""
        shaped = body.get("contract_shaped", False)
        train = body.get("train", {})
        return cls(
            name=body["pack"],
            label=Text.of(body["label"]),
            version=version,
            feeds=tuple(map(identity, contracts().values()))
            if shaped
            else tuple(_feed(name, feed) for name, feed in body["feeds"].items()),
            self_described=shaped,
            source=body.get("source", ""),
            simulated=body.get("simulated", False),
            as_of=body.get("as_of"),
            features_as_of=train.get("features_as_of"),
            labels_as_of=train.get("labels_as_of"),
            parts={name: Text.of(label) for name, label in body.get("parts", {}).items()},
            own=bool(own),
            body=own,
        )


#: forms of the files of contract-shaped packs
SHAPED = (".parquet", ".csv", ".jsonl", ".xlsx")


def identity(found: Contract) -> Feed:
    """The feed of a contract-shaped file: each column under its name or label, absent ones allowed where null is.

    Of a workbook, the sheet that bears the table's name is read.
    """
    return Feed(
        name=found.name,
        files=() if found.is_ours else tuple(FileOf(f"{found.name}{suffix}") for suffix in SHAPED),
        sheet="" if found.is_ours else found.name,
        headers=tuple(Header(c.name, (c.name, c.label.zh, c.label.en), optional=c.nullable) for c in found.expected),
        tables=(TableOf(found.name, {c.name: Maker(column=c.name) for c in found.expected}),),
    )


def _feed(name: str, body: Mapping[str, Any]) -> Feed:
    return Feed(
        name=name,
        files=tuple(FileOf(**f) for f in body.get("files", ())),
        sheet=body.get("sheet", ""),
        headers=tuple(
            Header(n, tuple(h["headers"]), h.get("group", ""), h.get("optional", False))
            for n, h in body["columns"].items()
        ),
        tables=tuple(
            TableOf(
                table,
                {column: Maker(**maker) for column, maker in made["columns"].items()},
                made.get("needs", ""),
                Unpivot(**made["unpivot"]) if "unpivot" in made else None,
            )
            for table, made in body["tables"].items()
        ),
        ignore=frozenset(body.get("ignore", ())),
        style=Style(**body.get("style", {})),
    )


@cache
def mapping(name: str) -> PackMapping:
    """The mapping of a pack that ships with the release.

    Raises:
        UnknownName: no such pack; the message names the near misses.
    """
    found = seed.documents("packs")
    if name not in found:
        raise UnknownName("pack", name, list(found))
    return PackMapping.of(found[name], sha256(seed.sources("packs")[name]))
