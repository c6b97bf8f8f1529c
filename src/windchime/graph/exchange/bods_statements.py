"""A file of BODS statements, of any of its versions, as records in their order; what does not fit is a problem with its place.

Versions 0.1 to 0.3 name statements where 0.4 names records: there a record is a statement with all that replace it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from windchime.core.problems import Problem
from windchime.core.text import _

#: larger files are not read
MOST_BYTES = 256 * 1024 * 1024
#: a statement is a handful of levels deep; deeper ones are no statements
MOST_DEPTH = 40
#: problems that are told of one file
MOST_PROBLEMS = 10_000
#: what text that is no JSON, or JSON beyond all measure (levels, digits of an exponent), raises
UNREADABLE = (ValueError, RecursionError, ArithmeticError)
_KINDS = {
    "entity": "entity",
    "person": "person",
    "relationship": "relationship",
    "entityStatement": "entity",
    "personStatement": "person",
    "ownershipOrControlStatement": "relationship",
    "beneficialOwnershipStatement": "relationship",
}
#: lists of statements by kind, as packages of 0.1 have them
_GROUPS = {
    "entityStatements": "entityStatement",
    "personStatements": "personStatement",
    "beneficialOwnershipStatements": "beneficialOwnershipStatement",
    "ownershipOrControlStatements": "ownershipOrControlStatement",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """One claim about one record."""

    kind: Literal["entity", "person", "relationship"]
    record: str
    #: what is claimed: `recordDetails`, or the statement itself before 0.4
    details: Mapping[str, Any]
    #: `new`, `updated`, `closed`
    status: str
    #: as written
    date: str
    #: where it stands: `[3]`
    path: str


@dataclass
class Found:
    """What a file holds."""

    file: str
    statements: list[Statement] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    #: before 0.4: of each statement the first of those that replace each other, which stands for their record
    records: dict[str, str] = field(default_factory=dict)

    def add(self, code: str, msgid: str, path: str, **params: Any) -> None:
        """A problem at a place of the file; values of persons never stand in it."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code, msgid, file=self.file, column=path, params=params))
        elif len(self.problems) == MOST_PROBLEMS:
            msgid = _("more is wrong with the file than is told")
            self.problems.append(Problem("more_problems", msgid, file=self.file))


def read(file: Path, most_bytes: int = MOST_BYTES) -> Found:
    """The statements of a file: a list, an object with a list of them, or one statement a line."""
    found = Found(file.name)
    if file.stat().st_size > most_bytes:
        found.add("file_too_large", _("the file is larger than {most} bytes"), "", most=most_bytes)
        return found
    parsed = _parsed(file.read_bytes(), found)
    for path, statement in _listed(parsed, found):
        one = _one(statement, path, found)
        if one is not None:
            found.statements.append(one)
    return found


def _parsed(raw: bytes, found: Found) -> Any:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        found.add("not_utf8", _("the file is not UTF-8 text"), "")
        return []
    try:
        return _json(text)
    except UNREADABLE as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > 1 and all(line.lstrip().startswith("{") for line in lines):
            return _by_line(lines, found)
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        found.add("not_json", _("the file is not JSON"), place)
        return []


def _by_line(lines: list[str], found: Found) -> list[Any]:
    parsed: list[Any] = []
    for number, line in enumerate(lines):
        try:
            parsed.append(_json(line))
        except UNREADABLE:
            parsed.append({})
            found.add("not_json", _("the file is not JSON"), f"[{number}]")
    return parsed


def _json(text: str) -> Any:
    def refused(constant: str) -> None:
        raise ValueError(constant)

    return json.loads(text, parse_float=Decimal, parse_constant=refused)


def _listed(parsed: Any, found: Found) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each statement with its place."""
    if isinstance(parsed, Mapping):
        if isinstance(parsed.get("statements"), list):
            parsed = parsed["statements"]
        elif isinstance(parsed.get("statementGroups"), list):
            parsed = [s for group in parsed["statementGroups"] for s in _grouped(group)]
        else:
            parsed = [parsed]
    if not isinstance(parsed, list):
        found.add("not_statements", _("the file is no list of statements"), "")
        return
    for number, statement in enumerate(parsed):
        path = f"[{number}]"
        if not isinstance(statement, Mapping):
            found.add("not_a_statement", _("this is no statement"), path)
        elif _is_deep(statement):
            found.add("too_deep", _("the statement is more than {most} levels deep"), path, most=MOST_DEPTH)
        elif not _is_text(statement):
            found.add("not_text", _("this is no statement"), path)
        else:
            yield path, statement


def _is_text(statement: Mapping[str, Any]) -> bool:
    """Whether all its texts can be written: JSON may escape halves of characters."""
    try:
        json.dumps(statement, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return False
    return True


def _grouped(group: Any) -> Iterator[Any]:
    if not isinstance(group, Mapping):
        yield group
        return
    for name, kind in _GROUPS.items():
        rows = group.get(name, [])
        for row in rows if isinstance(rows, list) else [rows]:
            yield {"statementType": kind} | dict(row) if isinstance(row, Mapping) else row


def _is_deep(value: Any) -> bool:
    level = [value]
    for _step in range(MOST_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, Mapping) else outer)
            if isinstance(inner, Mapping | list)
        ]
        if not level:
            return False
    return True


def _one(statement: Mapping[str, Any], path: str, found: Found) -> Statement | None:
    kind = _KINDS.get(_text(statement.get("recordType") or statement.get("statementType")))
    if kind is None:
        found.add("unknown_record_type", _("the statement is of no known type"), path)
        return None
    is_new_form = "recordType" in statement
    details = statement.get("recordDetails") if is_new_form else statement
    if not isinstance(details, Mapping):
        found.add("no_details", _("the statement has no details"), f"{path}.recordDetails")
        return None
    record = _text(statement.get("recordId")) if is_new_form else _record(statement, found.records)
    if not record:
        found.add("no_record_id", _("the statement has no id of its record"), path)
        return None
    status = _text(statement.get("recordStatus")) or "new"
    return Statement(kind, record, details, status, _text(statement.get("statementDate")), path)  # type: ignore[arg-type] # one of three


def _record(statement: Mapping[str, Any], ids: dict[str, str]) -> str:
    own = _text(statement.get("statementID") or statement.get("id"))
    replaced = statement.get("replacesStatements") or statement.get("replacesStatement") or []
    for earlier in replaced if isinstance(replaced, list) else [replaced]:
        if isinstance(earlier, str):
            ids[own] = ids.get(earlier, earlier)
    return ids.setdefault(own, own)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
