"""A contract as JSON Schema (draft 2020-12): what one row in contract form is, for programs that send rows as JSON.

Exact numbers are texts (`"1234.50"`), as the project writes them everywhere; plain JSON numbers are accepted too.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from windchime.core.text import Text
from windchime.data.contracts.column import ARROW, LONGEST, Column
from windchime.data.contracts.contract import Contract, Rule

DRAFT = "https://json-schema.org/draft/2020-12/schema"
#: how days, months and moments are written
SHAPES = {
    "date": r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
    "month": r"^\d{4}-(0[1-9]|1[0-2])(-01)?$",
    "instant": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})$",
}


def json_schema(found: Contract) -> dict[str, Any]:
    """The schema of one row, with what JSON Schema has no word for under names that begin with `x-`."""
    return {
        "$schema": DRAFT,
        "$id": f"urn:windchime:contract:{found.name}:{found.version}",
        "title": found.label.zh,
        "description": f"{found.grain.en} {found.grain.zh}",
        "type": "object",
        "properties": {c.name: _property(c) for c in found.expected},
        "required": [c.name for c in found.expected if not c.nullable],
        "additionalProperties": False,
        "x-category": found.category,
        "x-key": list(found.key),
        "x-versions": found.versions,
        "x-happened-at": list(found.happened_from),
        "x-known-at": list(found.known_from),
        "x-known-lag-days": found.known_lag_days,
        "x-rules": [_rule(r) for r in found.rules],
    }


def _property(column: Column) -> dict[str, Any]:
    told = {
        "title": column.label.zh,
        "x-label": _both(column.label),
        **({"description": f"{column.description.en} {column.description.zh}"} if column.description else {}),
        "x-type": column.type,
        **({"x-unit": column.unit} if column.unit else {}),
        **({"x-personal": column.personal} if column.personal != "none" else {}),
        **({"x-personal-when": column.personal_when} if column.personal_when else {}),
        **({"x-references": column.references} if column.references else {}),
        **({"x-codes": {code: _both(label) for code, label in column.values.items()}} if column.values else {}),
    }
    accepted = _accepted(column)
    return told | ({"anyOf": [*accepted, {"type": "null"}]} if column.nullable else _one(accepted))


def _one(accepted: list[dict[str, Any]]) -> dict[str, Any]:
    return accepted[0] if len(accepted) == 1 else {"anyOf": accepted}


def _accepted(column: Column) -> list[dict[str, Any]]:
    """The forms in which a value may stand."""
    if column.type in SHAPES:
        return [{"type": "string", "pattern": SHAPES[column.type]}]
    if column.type in LONGEST:
        shape = {"pattern": r"^\S+$"} if column.type == "id" else {}
        return [{"type": "string", "minLength": 1, "maxLength": LONGEST[column.type], **shape}]
    if column.type == "codes":
        one = f"({'|'.join(column.values)})"
        return [{"type": "string", "pattern": rf"^{one}(\|{one})*$"}]
    if column.type == "enum":
        return [{"enum": list(column.values)}]
    if column.type == "bool":
        return [{"type": "boolean"}]
    return [*_exact(column), {"type": "integer" if column.type == "int" else "number", **_bounds(column)}]


def _exact(column: Column) -> list[dict[str, Any]]:
    """Decimals as text, with no more digits than the type keeps."""
    kind = ARROW[column.type]
    if not pa.types.is_decimal(kind):
        return []
    sign = "-?" if column.minimum is None or column.minimum < 0 else ""
    return [{"type": "string", "pattern": rf"^{sign}\d{{1,{kind.precision - kind.scale}}}(\.\d{{1,{kind.scale}}})?$"}]


def _bounds(column: Column) -> dict[str, Any]:
    """Inclusive bounds as JSON numbers; whole ones stay whole."""
    ends = {"minimum": column.minimum, "maximum": column.maximum}
    return {name: int(b) if b == int(b) else float(b) for name, b in ends.items() if b is not None}


def _rule(rule: Rule) -> Mapping[str, Any]:
    return {"code": rule.code, "kind": rule.kind, "effect": rule.effect, "label": _both(rule.label), **rule.options}


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
