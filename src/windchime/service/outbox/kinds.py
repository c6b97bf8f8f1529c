"""What can be told to other systems: every kind of event, declared here and nowhere else, with the fields of its body.

Bodies bear ids, codes and counts. A receiver that wants to know more asks the API, which knows what it may see.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from windchime.core.errors import BadCall, UnknownName
from windchime.core.text import Text, _

#: types of fields as JSON Schema has them, and what they are in Python
TYPES: dict[str, type] = {"string": str, "integer": int, "boolean": bool}
#: no id and no code is longer
LONGEST = 200


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event."""

    #: `noun.participle`, the same for ever
    name: str
    label: Text
    #: type of each field of the body; one that ends in `?` may be null
    fields: Mapping[str, str]

    def schema(self) -> dict[str, Any]:
        """The body's JSON Schema."""
        return {
            "type": "object",
            "properties": {n: _property(t) for n, t in self.fields.items()},
            "required": list(self.fields),
            "additionalProperties": False,
        }


def _property(told: str) -> dict[str, Any]:
    plain = told.removesuffix("?")
    return {"type": [plain, "null"] if told.endswith("?") else plain} | (
        {"maxLength": LONGEST} if plain == "string" else {}
    )


KINDS = {
    k.name: k
    for k in (
        EventKind(
            "decision.made",
            Text("作出决策", "decisions were made"),
            {"run": "string", "decision": "string?", "decisions": "integer"},
        ),
        EventKind(
            "decision.overridden",
            Text("人工改判生效", "a decision was overridden"),
            {"decision": "string", "override": "string"},
        ),
        EventKind(
            "proposal.made",
            Text("变更待复核", "a change was proposed"),
            {"proposal": "string", "kind": "string"},
        ),
        EventKind(
            "proposal.ended",
            Text("变更已处理", "a proposed change came to its end"),
            {"proposal": "string", "kind": "string", "state": "string"},
        ),
        EventKind(
            "job.ended",
            Text("后台任务结束", "a job ended"),
            {"job": "string", "kind": "string", "state": "string"},
        ),
        EventKind(
            "content.published",
            Text("内容已发布", "content was published"),
            {"kind": "string", "name": "string", "version": "string", "valid_from": "string"},
        ),
        EventKind(
            "model.promoted",
            Text("模型晋升为冠军", "a model was promoted"),
            {"model": "string", "version": "string"},
        ),
        # the account is not named: a name may be an e-mail address; the audit record says whose it was
        EventKind("account.changed", Text("账户变更", "an account was changed"), {"change": "string"}),
        EventKind(
            "webhook.tested",
            Text("测试事件", "a test event"),
            {"webhook": "string"},
        ),
    )
}


class BadEvent(BadCall):
    """A body that is not what its kind declares: the caller is wrong. The values are not told."""

    msgid = _("the body of event {kind} is not as declared: {fields}")

    def __init__(self, kind: str, fields: list[str]) -> None:
        super().__init__(kind=kind, fields=", ".join(fields))


def examine(kind: str, body: Mapping[str, Any]) -> None:
    """Hold a body against its kind.

    Raises:
        UnknownName: no such kind.
        BadEvent: fields are missing, undeclared, or of another type.
    """
    if kind not in KINDS:
        raise UnknownName("kind of event", kind, tuple(KINDS))
    declared = KINDS[kind].fields
    wrong = sorted(set(declared) ^ set(body)) + [n for n in declared if n in body and not _fits(body[n], declared[n])]
    if wrong:
        raise BadEvent(kind, wrong)


def _fits(value: Any, told: str) -> bool:
    if value is None:
        return told.endswith("?")
    # exactly: True is an int to Python
    return type(value) is TYPES[told.removesuffix("?")] and not (isinstance(value, str) and len(value) > LONGEST)
