"""What a contract file need not repeat: the columns of a subject, of knowledge, and the four columns of a party.

`include: [subject, knowledge]` adds the first two; a column of type `party` becomes type, id, code and name.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from windchime.core.text import Text
from windchime.data.contracts.column import Column

#: before the contract's own columns: the firm a row is about, and how its source wrote it
SUBJECT: tuple[Column, ...] = (
    Column("firm_id", Text("企业标识", "Firm id"), "id"),
    Column("subject_code", Text("来源给出的统一社会信用代码", "Credit code as written"), "text", nullable=True),
    Column("subject_name", Text("来源给出的名称", "Name as written"), "text", nullable=True),
)
#: behind the contract's own columns: when the source could tell, and whether it has withdrawn the record since
KNOWLEDGE: tuple[Column, ...] = (
    Column(
        "known_on",
        Text("获知日期", "Known on"),
        "date",
        nullable=True,
        description=Text("为空时按契约推定", "where empty, the contract derives it"),
    ),
    Column("is_withdrawn", Text("已被来源撤回", "Withdrawn by its source"), "bool", nullable=True),
)
PARTY_TYPES: Mapping[str, Text] = {
    "firm": Text("企业", "firm"),
    "person": Text("自然人", "person"),
    "foreign": Text("境外机构", "foreign organisation"),
    "government": Text("机关事业单位", "government body"),
    "product": Text("基金或资管产品", "fund or asset-management product"),
    "unknown": Text("未知", "unknown"),
}


def expanded(body: Mapping[str, Any]) -> tuple[tuple[Column, ...], list[Mapping[str, Any]]]:
    """The columns of a contract file, and the rules that follow from its parties and times."""
    include = body.get("include", ())
    columns = [*(SUBJECT if "subject" in include else ())]
    rules: list[Mapping[str, Any]] = []
    for written in body["columns"]:
        if written["type"] != "party":
            columns.append(column(written))
            continue
        columns += _party(written)
        if not written["nullable"]:
            rules.append(_somebody(written))
    columns += KNOWLEDGE if "knowledge" in include else ()
    return tuple(columns), [*rules, *_timeless(body, columns)]


def column(body: Mapping[str, Any]) -> Column:
    """One column as a contract file writes it."""
    bounds: dict[str, Any] = {k: Decimal(str(body[k])) for k in ("minimum", "maximum") if k in body}
    plain = ("check", "derived", "personal", "personal_when", "prose", "unit", "references", "party")
    return Column(
        name=body["name"],
        label=Text.of(body["label"]),
        type=body["type"],
        nullable=body["nullable"],
        values={code: Text.of(label) for code, label in body.get("values", {}).items()},
        description=Text.of(body["description"]) if "description" in body else None,
        **{k: body[k] for k in plain if k in body},
        **bounds,
    )


def _party(body: Mapping[str, Any]) -> Iterator[Column]:
    """Type, id, code and name of a party; code and name are personal where the type says person."""
    name, label, nullable = body["name"], Text.of(body["label"]), body["nullable"]
    description = Text.of(body["description"]) if "description" in body else None

    def part(suffix: str, zh: str, en: str) -> Column:
        return Column(
            f"{name}_{suffix}", Text(f"{label.zh}{zh}", f"{label.en}: {en}"), "text", nullable=True, party=name
        )

    yield replace(
        part("type", "类型", "type"), type="enum", values=PARTY_TYPES, nullable=nullable, description=description
    )
    yield replace(part("id", "标识", "id"), type="id")
    for suffix, zh, en in (("code", "证件或代码", "code or number as written"), ("name", "名称", "name as written")):
        yield replace(part(suffix, zh, en), personal="identity", personal_when=f"{name}_type")


def _timeless(body: Mapping[str, Any], columns: Sequence[Column]) -> Iterator[dict[str, Any]]:
    """The rule that some column must say when a row happened or was known, where each of them may be empty."""
    times = dict.fromkeys((*names(body["happened_at"]), *names(body["known_at"])))
    if all(c.nullable for c in columns if c.name in times):
        yield {
            "code": "time_is_missing",
            "kind": "any_of",
            "columns": list(times),
            "effect": "reject",
            "label": {
                "zh": "发生日期与获知日期都为空",
                "en": "no column says when it happened or when it was known",
            },
        }


def names(said: Any) -> tuple[str, ...]:
    """One name or a list of names, as a contract file may write either."""
    return (said,) if isinstance(said, str) else tuple(said)


def _somebody(body: Mapping[str, Any]) -> dict[str, Any]:
    name, label = body["name"], Text.of(body["label"])
    return {
        "code": f"{name}_is_nobody",
        "kind": "any_of",
        "columns": [f"{name}_id", f"{name}_code", f"{name}_name"],
        "effect": "reject",
        "label": {
            "zh": f"{label.zh}的标识、代码和名称都为空",
            "en": f"neither id nor code nor name of the party is given ({label.en})",
        },
    }
