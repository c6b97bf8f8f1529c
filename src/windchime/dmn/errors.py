"""The situations in which a model or a case is refused, each a class of its own."""

from typing import Any

from windchime.core.errors import BadCall, BadInput
from windchime.core.problems import Problem
from windchime.core.text import _


class BrokenModel(BadInput):
    """A decision model that cannot be published; every fault of it stands in `problems`."""

    msgid = _("decision model '{model}' has {count} faults; the first: {first}")

    def __init__(self, model: str, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__(model=model, count=len(problems), first=problems[0].sentence("en"))


class CaseError(BadInput):
    """A case that has no decision.

    Attributes:
        at: the input or table where it failed.
        trace: the tables evaluated so far, as `Outcome.trace`, when a trace was asked for.
    """

    def __init__(self, at: str, **params: Any) -> None:
        self.at = at
        self.trace: tuple[dict[str, Any], ...] | None = None
        super().__init__(at=at, **params)


class MissingInput(CaseError):
    """An input that is not there, or is null although the model does not allow that."""

    msgid = _("input '{at}' is missing")


class WrongType(CaseError):
    """An input of another type than declared, or a number that is not finite."""

    msgid = _("input '{at}' is {found}; a {kind} is expected")

    def __init__(self, at: str, value: object, kind: str) -> None:
        shown = f"{value!r:.60}" if isinstance(value, str | bool | int | float) else type(value).__name__
        super().__init__(at, found=shown, kind=kind)


class ValueNotAllowed(CaseError):
    """An input outside its declared values or range."""

    msgid = _("input '{at}' is {found}; allowed are {allowed}")


class NoMatch(CaseError):
    """No rule of a table matches, and it declares no default."""

    msgid = _("no rule of table '{at}' matches the case")


class SeveralHits(CaseError):
    """More than one rule of a table with hit policy U matches."""

    msgid = _("rules {rules} of table '{at}' match together; its hit policy is U")


class OutputsDiffer(CaseError):
    """Rules of a table with hit policy A match and their outputs differ."""

    msgid = _("rules {rules} of table '{at}' match with differing outputs; its hit policy is A")


class ColumnNotUsable(BadCall):
    """A column of a batch whose type is not the declared one, or whose name is needed for a result."""

    msgid = _("column '{column}' of type {found} cannot serve as {kind}")


class ColumnTaken(BadCall):
    """A batch that already has a column of a name the model adds."""

    msgid = _("the batch already has a column '{column}', which the model adds")
