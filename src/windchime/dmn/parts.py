"""What a decision model is made of: variables, rules and outputs, as frozen values without behaviour of their own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from windchime.core.text import Text
from windchime.dmn.feel import Cell
from windchime.dmn.values import Kind, Value, literal, plain

HitPolicy = Literal["U", "A", "P", "F", "R", "C"]
Aggregator = Literal["", "sum", "min", "max", "count"]


@dataclass(frozen=True, slots=True)
class Variable:
    """A typed value a table reads or writes."""

    name: str
    label: Text
    kind: Kind
    #: whether the value may be absent
    nullable: bool = False
    #: the values allowed, in order of priority where that matters; empty: not listed
    values: tuple[Value, ...] = ()
    #: the range allowed, an S-FEEL test; None: any
    range: Cell | None = None

    @property
    def allowed(self) -> str:
        """What is allowed, in S-FEEL."""
        return ", ".join(literal(v) for v in self.values) or (self.range.text if self.range else "-")

    def as_dict(self) -> dict[str, Any]:
        """The form of exchange."""
        body: dict[str, Any] = {"label": self.label.as_dict(), "type": self.kind}
        if self.nullable:
            body["nullable"] = True
        if self.values:
            body["values"] = [plain(v) for v in self.values]
        if self.range:
            body["range"] = self.range.text
        return body


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of a table: a test per input, a literal per output."""

    id: str
    when: tuple[Cell, ...]
    then: tuple[Value | None, ...]
    annotation: Text | None = None

    def as_dict(self) -> dict[str, Any]:
        """The form of exchange."""
        body: dict[str, Any] = {
            "id": self.id,
            "when": [c.text for c in self.when],
            "then": [literal(v) for v in self.then],
        }
        return body | ({"annotation": self.annotation.as_dict()} if self.annotation else {})


@dataclass(frozen=True, slots=True)
class TableParts:
    """A decision table as it was read and found faultless."""

    name: str
    label: Text
    hit: HitPolicy
    aggregator: Aggregator
    inputs: tuple[Variable, ...]
    outputs: tuple[Variable, ...]
    rules: tuple[Rule, ...]
    #: output when no rule matches, one entry an output: a literal, or for R and C without aggregator a tuple of literals
    default: tuple[Value | tuple[Value, ...] | None, ...] | None = None

    @property
    def collects(self) -> bool:
        """Whether outputs are lists."""
        return self.hit in {"R", "C"} and not self.aggregator

    def as_dict(self) -> dict[str, Any]:
        """The form of exchange."""
        outputs = {o.name: o.as_dict() for o in self.outputs}
        for output, entry in zip(self.outputs, self.default or (), strict=False):
            listed = isinstance(entry, tuple)
            outputs[output.name]["default"] = [literal(v) for v in entry] if listed else literal(entry)  # type: ignore[union-attr, arg-type]  # told apart by `listed`
        return {
            "label": self.label.as_dict(),
            "hit": self.hit + (f" {self.aggregator}" if self.aggregator else ""),
            "inputs": [v.name for v in self.inputs],
            "outputs": outputs,
            "rules": [r.as_dict() for r in self.rules],
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision of one case."""

    #: every output of every table; lists are tuples, absent values None
    outputs: Mapping[str, Any]
    #: ids of the rules whose outputs stand, by table; empty where the default answered
    hits: Mapping[str, tuple[str, ...]]
    #: one entry a table, plain data (see `dmn.tracing`); None unless asked for
    trace: tuple[dict[str, Any], ...] | None = None

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "outputs": {k: plain(v) for k, v in self.outputs.items()},
            "hits": {k: list(v) for k, v in self.hits.items()},
            "trace": None if self.trace is None else list(self.trace),
        }
