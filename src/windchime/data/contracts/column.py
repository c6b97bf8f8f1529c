"""One column of a table contract: what it holds, in which unit, what is accepted, whether it is personal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import pyarrow as pa

from windchime.core.text import Text

ColumnType = Literal[
    "id",
    "text",
    "enum",
    "codes",
    "bool",
    "int",
    "date",
    "month",
    "money",
    "rate",
    "number",
    "quantity",
    "price",
    "instant",
]
PersonalDataClass = Literal["none", "contact", "identity", "account", "sensitive"]

ARROW: dict[str, pa.DataType] = {
    "id": pa.string(),
    "text": pa.string(),
    "enum": pa.string(),
    #: several codes of the listed ones in one text, sorted and joined by `|`
    "codes": pa.string(),
    "bool": pa.bool_(),
    "int": pa.int64(),
    "date": pa.date32(),
    #: the first day of the month
    "month": pa.date32(),
    "money": pa.decimal128(18, 2),
    "rate": pa.decimal128(9, 6),
    #: a measured quantity in the column's `unit`
    "number": pa.decimal128(18, 4),
    "quantity": pa.decimal128(24, 8),
    "price": pa.decimal128(24, 10),
    "instant": pa.timestamp("us", tz="UTC"),
}
#: characters of the longest text that is accepted, by type
LONGEST: dict[str, int] = {"id": 200, "text": 2_000}


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
    #: a text or id whose value goes to the vault, with a token in the lake in its place
    personal: PersonalDataClass = "none"
    #: an enum column beside it; only rows where that says `person` are personal. Empty: every row is
    personal_when: str = ""
    #: prose in which personal numbers, phones and addresses may stand; those are replaced inside the text
    prose: bool = False
    #: unit of a number where it is not yuan or a fraction (`kWh`, `points`)
    unit: str = ""
    #: `table.column` whose values this one repeats
    references: str = ""
    #: name of the party that this column and its neighbours describe
    party: str = ""
    description: Text | None = None

    @property
    def arrow(self) -> pa.Field:
        """The Arrow field as the lake stores it."""
        return pa.field(self.name, ARROW[self.type], nullable=self.nullable)


def _shared(name: str, zh: str, en: str, kind: ColumnType, *, nullable: bool = False) -> Column:
    return Column(name, Text(zh, en), kind, nullable=nullable, derived=True)


#: columns that every lake table has besides its own; intake fills them
SHARED: tuple[Column, ...] = (
    _shared("source", "来源", "Source", "text"),
    _shared("happened_at", "发生日期", "Happened at", "date"),
    _shared("known_at", "获知时间", "Known at", "instant"),
    #: `column` where a column of the row said so, `lag` where it follows from the contract's days
    _shared("known_basis", "获知依据", "Known by", "text", nullable=True),
    _shared("source_file", "来源文件", "Source file", "text"),
    _shared("source_sheet", "来源工作表", "Source sheet", "text", nullable=True),
    _shared("row_no", "来源行号", "Source row", "int"),
    _shared("load_id", "批次号", "Load", "id"),
    _shared("supersedes", "更正自批次", "Supersedes load", "id", nullable=True),
)
