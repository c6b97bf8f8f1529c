"""A table contract as an object: columns, keys, times, rules, and the Arrow schema that follows from them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal, Self

import pyarrow as pa

from windchime.core.errors import UnknownName
from windchime.core.text import Text

ColumnType = Literal["id", "text", "enum", "bool", "int", "date", "money", "rate", "instant"]
PersonalDataClass = Literal["none", "contact", "identity", "account", "sensitive"]
Effect = Literal["reject", "note"]

ARROW: dict[str, pa.DataType] = {
    "id": pa.string(),
    "text": pa.string(),
    "enum": pa.string(),
    "bool": pa.bool_(),
    "int": pa.int64(),
    "date": pa.date32(),
    "money": pa.decimal128(18, 2),
    "rate": pa.decimal128(9, 6),
    "instant": pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, in which unit, what is accepted."""

    name: str
    label: Text
    type: ColumnType
    nullable: bool = False
    #: accepted codes of an enum with their labels
    values: Mapping[str, Text] = field(default_factory=dict)
    #: inclusive bounds of numbers; None is unbounded
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    #: a named check of `core` (`credit_code`, …); a failed check is a note, not a rejection
    check: str = ""
    #: made by us at intake, never expected in a source
    derived: bool = False
    personal: PersonalDataClass = "none"
    description: Text | None = None

    @property
    def arrow(self) -> pa.Field:
        """The Arrow field as the lake stores it."""
        return pa.field(self.name, ARROW[self.type], nullable=self.nullable)


@dataclass(frozen=True, slots=True)
class Rule:
    """One statement about a row that is true of faulty rows; `kind` names how `data.intake` tests it."""

    code: str
    kind: str
    effect: Effect
    label: Text
    #: the rest of the rule as written, by kind
    options: Mapping[str, Any] = field(default_factory=dict)


def _shared(name: str, zh: str, en: str, kind: ColumnType, *, nullable: bool = False) -> Column:
    return Column(name, Text(zh, en), kind, nullable=nullable, derived=True)


#: columns that every lake table has besides its own; intake fills them
SHARED: tuple[Column, ...] = (
    _shared("source", "来源", "Source", "text"),
    _shared("happened_at", "发生日期", "Happened at", "date"),
    _shared("known_at", "获知时间", "Known at", "instant"),
    _shared("source_file", "来源文件", "Source file", "text"),
    _shared("source_sheet", "来源工作表", "Source sheet", "text", nullable=True),
    _shared("row_no", "来源行号", "Source row", "int"),
    _shared("load_id", "批次号", "Load", "id"),
    _shared("supersedes", "更正自批次", "Supersedes load", "id", nullable=True),
)


@dataclass(frozen=True, slots=True)
class Contract:
    """A table of the library."""

    name: str
    version: int
    category: str
    label: Text
    grain: Text
    #: column that holds the firm the row is about; None for tables that are not about one firm
    firm_column: str | None
    key: tuple[str, ...]
    #: columns that `happened_at` and `known_at` are derived from
    happened_from: str
    known_from: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()
    measures: Mapping[str, Text] = field(default_factory=dict)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read the form of a contract file."""
        return cls(
            name=body["contract"],
            version=body["version"],
            category=body["category"],
            label=Text.of(body["label"]),
            grain=Text.of(body["grain"]),
            firm_column=body["firm_column"],
            key=tuple(body["key"]),
            happened_from=body["happened_at"],
            known_from=body["known_at"],
            columns=tuple(_column(c) for c in body["columns"]),
            rules=tuple(_rule(r) for r in body.get("rules", ())),
            measures={name: Text.of(m["label"]) for name, m in body.get("measures", {}).items()},
        )

    def __getitem__(self, column: str) -> Column:
        for found in (*self.columns, *SHARED):
            if found.name == column:
                return found
        raise UnknownName(f"column of {self.name}", column, [c.name for c in self.columns])

    @property
    def expected(self) -> tuple[Column, ...]:
        """The columns a source is expected to bring."""
        return tuple(c for c in self.columns if not c.derived)

    def arrow_schema(self) -> pa.Schema:
        """The full schema of the lake table: own columns, then the shared ones."""
        return pa.schema([c.arrow for c in (*self.columns, *SHARED)])

    def source_schema(self) -> pa.Schema:
        """The schema of a source file in contract form: own columns without the derived ones."""
        return pa.schema([c.arrow for c in self.expected])


def _column(body: Mapping[str, Any]) -> Column:
    bounds = {k: Decimal(body[k]) for k in ("minimum", "maximum") if k in body}
    return Column(
        name=body["name"],
        label=Text.of(body["label"]),
        type=body["type"],
        nullable=body["nullable"],
        values={code: Text.of(label) for code, label in body.get("values", {}).items()},
        check=body.get("check", ""),
        derived=body.get("derived", False),
        personal=body.get("personal", "none"),
        description=Text.of(body["description"]) if "description" in body else None,
        **bounds,
    )


def _rule(body: Mapping[str, Any]) -> Rule:
    own = {"code", "kind", "effect", "label"}
    return Rule(
        body["code"],
        body["kind"],
        body["effect"],
        Text.of(body["label"]),
        {k: v for k, v in body.items() if k not in own},
    )
