"""The policy lit up: every table a decision went through, every rule with its cells, what it met, and why it missed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, get_args

from windchime.core.text import Lang, Text, _, translate
from windchime.decision.document import Document, Reason
from windchime.decision.policy import Policy, Stage
from windchime.dmn import DecisionModel
from windchime.dmn.parts import Rule, Variable
from windchime.dmn.table import DecisionTable
from windchime.present import formats

#: how a table's rules become one answer, by the letter of DMN
HIT_POLICIES = {
    "U": _("exactly one rule holds"),
    "A": _("rules that hold agree"),
    "P": _("the rule of highest priority decides"),
    "F": _("the first rule that holds decides"),
    "R": _("all rules that hold, in order"),
    "C": _("all rules that hold"),
    "C sum": _("all rules that hold, added up"),
    "C min": _("the least of the rules that hold"),
    "C max": _("the greatest of the rules that hold"),
    "C count": _("how many rules hold"),
}
State = Literal["hit", "matched", "missed"]


@dataclass(frozen=True, slots=True)
class Actual:
    """An input of a table with what the case brought."""

    name: str
    label: Text
    #: as people read it: percent, yuan
    said: str
    #: as the cells write it; the same as `said` where nothing differs
    written: str
    #: where it comes from: a kind of source and the figure there; empty for the output of another table
    kind: str = ""
    figure: str = ""


@dataclass(frozen=True, slots=True)
class LitCell:
    """One cell of a rule."""

    text: str
    #: the first input that the rule failed at
    fails: bool = False


@dataclass(frozen=True, slots=True)
class LitRule:
    """One rule with what became of it."""

    id: str
    #: hit: its outputs stand; matched: it holds, another decides; missed
    state: State
    cells: tuple[LitCell, ...]
    outputs: tuple[str, ...]
    #: what it says when it gives a reason; empty for rules without a sentence
    said: str
    #: why it missed, in words; empty where it holds
    why: str


@dataclass(frozen=True, slots=True)
class LitTable:
    """One table with what became of it."""

    name: str
    label: Text
    #: how hits become an answer, in words
    policy: str
    inputs: tuple[Actual, ...]
    #: label and value of each output
    outputs: tuple[tuple[Text, str], ...]
    rules: tuple[LitRule, ...]
    #: whether the default answered, no rule holding
    defaulted: bool


@dataclass(frozen=True, slots=True)
class Lit:
    """The whole policy, lit up by one case."""

    tables: tuple[LitTable, ...]
    #: whether the rules that hit are those the document stored
    as_stored: bool


def light(policy: Policy, document: Document, lang: Lang) -> Lit:
    """Light up the policy a document cites, by the inputs the document stores."""
    tables: list[LitTable] = []
    same = True
    stages: tuple[Stage, ...] = get_args(Stage)
    for stage in stages:
        model, stored = policy.model(stage), document.body["policy"][stage]
        outcome = model.decide(_case(model, stored["inputs"]), trace=True)
        same = same and {t: list(h) for t, h in outcome.hits.items()} == {t: list(h) for t, h in stored["hits"].items()}
        traces = outcome.trace or ()
        tables += [_table(policy, model, model.tables[trace["table"]], trace, lang) for trace in traces]
    return Lit(tuple(tables), same)


def _case(model: DecisionModel, stored: Mapping[str, Any]) -> dict[str, Any]:
    """The stored inputs as the model takes them: numbers are stored as decimal text."""
    numbers = {v.name for v in model.inputs if v.kind == "number"}
    return {k: Decimal(v) if k in numbers and isinstance(v, str) else v for k, v in stored.items()}


def _table(
    policy: Policy, model: DecisionModel, table: DecisionTable, trace: Mapping[str, Any], lang: Lang
) -> LitTable:
    parts = table.parts
    known = {v.name for v in model.inputs}

    def said(rule: Rule, *, holds: bool) -> str:
        """Its sentence: with the case's figures where it holds, without where it does not."""
        if (parts.name, rule.id) not in policy.rules or rule.annotation is None:
            return ""
        figures = trace["inputs"] if holds else dict.fromkeys(trace["inputs"], "…")
        return policy.sentence(Reason(rule.id, f"{parts.name}:{rule.id}", figures), lang)

    return LitTable(
        name=parts.name,
        label=parts.label,
        policy=translate(HIT_POLICIES.get(trace["hit_policy"], trace["hit_policy"]), lang),
        inputs=tuple(_actual(policy, v, trace["inputs"][v.name], v.name in known, lang) for v in parts.inputs),
        outputs=tuple((o.label, _plain(trace["outputs"].get(o.name), lang)) for o in parts.outputs),
        rules=tuple(
            _rule(rule, found, table, said(rule, holds=found["state"] != "missed"), lang)
            for rule, found in zip(parts.rules, trace["rules"], strict=True)
        ),
        defaulted=trace["result"] == "default",
    )


def _actual(policy: Policy, variable: Variable, value: Any, outside: bool, lang: Lang) -> Actual:
    written = _plain(value, lang)
    if not outside or variable.name not in policy.inputs:
        return Actual(variable.name, variable.label, written, written)
    source = policy.inputs[variable.name]
    unit, digits = source.unit
    number = _number(value) if variable.kind == "number" else None
    said = formats.measured(number, unit, digits, lang) if number is not None else written
    return Actual(variable.name, variable.label, said, written, source.kind, source.figure)


def _rule(rule: Rule, found: Mapping[str, Any], table: DecisionTable, said: str, lang: Lang) -> LitRule:
    at, inputs = found.get("input"), table.parts.inputs
    cells = tuple(LitCell(cell.text, v.name == at) for cell, v in zip(rule.when, inputs, strict=True))
    why = ""
    if at is not None:
        why = translate(
            _("{input} is {value}, not {cell}"),
            lang,
            input=next(v.label for v in inputs if v.name == at),
            value=_plain(found["value"], lang),
            cell=found["cell"],
        )
    return LitRule(
        rule.id,
        found["state"],
        cells,
        tuple("" if table.parts.aggregator == "count" else _plain(v, lang) for v in rule.then),
        said,
        why,
    )


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _plain(value: Any, lang: Lang) -> str:
    if value is None:
        return formats.MISSING
    if isinstance(value, bool):
        return translate(_("yes") if value else _("no"), lang)
    return format(value, "f") if isinstance(value, Decimal) else str(value)
