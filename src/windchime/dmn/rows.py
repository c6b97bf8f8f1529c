"""Rules as a person writes them: one line of cells, or a mapping; both give the same texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from windchime.core.text import Text, _
from windchime.dmn.faults import Faults

_FORM = _("id | test | … => output | …")


@dataclass(frozen=True, slots=True)
class Row:
    """The texts of one rule, before any cell is read."""

    id: str
    when: tuple[str, ...]
    then: tuple[str, ...]
    annotation: Text | None


def read_row(body: object, inputs: Sequence[str], outputs: Sequence[str], faults: Faults) -> Row | None:
    """The texts of one rule; None, with a fault noted, where its shape is not known."""
    if isinstance(body, str):
        return _line(body, None, inputs, outputs, faults)
    if not isinstance(body, Mapping):
        faults.add("wrong_shape", _("a rule is neither a line nor a mapping"), value=body, expected=_FORM)
        return None
    note = faults.label(body["annotation"], "annotation") if "annotation" in body else None
    if "rule" in body:
        known = faults.keys(body, ["rule"], ["annotation"])
        return _line(body["rule"], note, inputs, outputs, faults) if known and isinstance(body["rule"], str) else None
    if not faults.keys(body, ["id", "when", "then"], ["annotation"]):
        return None
    when = _cells(body["when"], inputs, faults, "when", gaps=True)
    then = _cells(body["then"], outputs, faults, "then", gaps=False)
    return Row(str(body["id"]), when, then, note) if when is not None and then is not None else None


def _line(text: str, note: Text | None, inputs: Sequence[str], outputs: Sequence[str], faults: Faults) -> Row | None:
    sides = split(text, "=>")
    if len(sides) != 2:
        faults.add("wrong_row", _("'{value}' is not a rule"), value=text, expected=_FORM)
        return None
    name, *when = split(sides[0], "|")
    then = split(sides[1], "|")
    if (len(when), len(then)) == (len(inputs), len(outputs)):
        return Row(name, tuple(when), tuple(then), note)
    faults.at(rule=name).add(
        "wrong_cell_count",
        _("the rule has {tests} tests and {results} outputs; the table has {inputs} inputs and {outputs} outputs"),
        value=text,
        tests=len(when),
        results=len(then),
        inputs=len(inputs),
        outputs=len(outputs),
    )
    return None


def split(text: str, separator: str) -> list[str]:
    """The parts between separators that stand outside double quotes, trimmed."""
    parts, start, at, quoted = [], 0, 0, False
    while at < len(text):
        if quoted and text[at] == "\\":
            at += 1
        elif text[at] == '"':
            quoted = not quoted
        elif not quoted and text.startswith(separator, at):
            parts.append(text[start:at].strip())
            at += len(separator)
            start = at
            continue
        at += 1
    return [*parts, text[start:].strip()]


def _cells(body: object, names: Sequence[str], faults: Faults, what: str, *, gaps: bool) -> tuple[str, ...] | None:
    if isinstance(body, Mapping):
        known = faults.keys(body, [] if gaps else names, names)
        return tuple(cell_text(body.get(n, "-"), faults.at(column=n)) for n in names) if known else None
    if isinstance(body, Sequence) and not isinstance(body, str):
        if len(body) == len(names):
            return tuple(cell_text(c, faults.at(column=n)) for c, n in zip(body, names, strict=True))
        faults.add(
            "wrong_cell_count",
            _("'{what}' has {found} cells; the table has {needed} columns"),
            what=what,
            found=len(body),
            needed=len(names),
        )
        return None
    faults.add("wrong_shape", _("'{what}' is neither a list of cells nor a mapping by column"), what=what, value=body)
    return None


def cell_text(body: object, faults: Faults) -> str:
    """The text of a cell; whole numbers and true/false may stand without quotes, fractions and nothing may not."""
    if isinstance(body, bool):
        return "true" if body else "false"
    if isinstance(body, str | int):
        return str(body)
    faults.add(
        "cell_not_text",
        _("the cell '{value}' is not text"),
        value=body,
        expected=_("text in quotes; '-' for any value, 'null' for an absent one"),
    )
    return "-"
