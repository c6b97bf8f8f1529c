"""A value of the lake as people read it: codes by their labels, money and numbers written out, tokens masked."""

from collections.abc import Mapping
from typing import Any

from windchime.core.text import Text
from windchime.data.contracts import Contract
from windchime.data.contracts.column import Column
from windchime.data.vault.masking import shown
from windchime.present import formats

YES, NO = Text("是", "yes"), Text("否", "no")
#: of a party people read its code and name
_BEHIND = ("_type", "_id")
#: of a register's columns, those that say how another one is meant
_ASIDE = frozenset(
    {"industry_version", "registered_currency", "size_basis", "is_withdrawn", "subject_code", "subject_name"}
)


def said(column: Column, value: Any) -> Text:
    """A value that is there, in both languages."""
    if column.values:
        labels = [column.values.get(v, Text(v, v)) for v in str(value).split("|")]
        return Text("、".join(t.zh for t in labels), ", ".join(t.en for t in labels))
    match column.type:
        case "money":
            return Text(formats.money(value, "zh"), formats.money(value, "en"))
        case "bool":
            return YES if value else NO
        case "instant":
            text = formats.instant(value)
        case "rate" | "number" | "quantity" | "price":
            text = f"{value.normalize():,f}{f' {column.unit}' if column.unit else ''}"
        case _:
            text = shown(str(value))
    return Text(text, text)


def facts(
    found: Contract, row: Mapping[str, Any], leave_out: frozenset[str] = frozenset()
) -> list[tuple[Column, Text]]:
    """What a row says, column by column: those that are filled and that people read."""
    return [
        (c, said(c, row[c.name]))
        for c in found.columns
        if c.name not in leave_out | _ASIDE and row[c.name] is not None and not (c.party and c.name.endswith(_BEHIND))
    ]
