"""A policy 策略: decision tables with the source of each of their inputs, and the reasons their rules give.

Two models stand in one policy, because limit and price lie between them: `terms` says what a band may get, `verdict`
decides over what was measured, scored and calculated. A rule's id is the code of its reason, its annotation the sentence:
`{name}` in it is the value of an input, `{name_bound}` the literal that the rule's own cell holds it against.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, Self

from windchime.core.errors import BadInput, UnknownName
from windchime.core.text import Lang, Text, _
from windchime.core.text import places as plain_places
from windchime.decision import untrusted
from windchime.decision.document import VERDICTS, Reason
from windchime.dmn import DecisionModel
from windchime.dmn.feel import literals
from windchime.dmn.parts import Outcome, Rule

Stage = Literal["terms", "verdict"]
_BOUND = "_bound"

#: what inputs may be taken from, besides indicators: each figure with its unit
SOURCES: dict[str, dict[str, str]] = {
    "score": {"band": "", "probability": "fraction", "value": "points"},
    "limit": {"capacity": "yuan", "existing": "yuan", "clean_sales": "yuan", "below_minimum": ""},
    "price": {"indicated": "fraction", "above_maximum": ""},
    "findings": {"worst": "", "severe": "count", "high": "count", "watch": "count"},
}


class BadPolicy(BadInput):
    """A policy file that breaks the form (faults of its tables are errors of `dmn`)."""

    msgid = _("policy {policy}: {reason}")

    def __init__(self, policy: str, reason: str) -> None:
        super().__init__(policy=policy, reason=reason)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an input comes from: a kind (`indicator`, or one of `SOURCES`) and the name of a figure there."""

    kind: str
    figure: str

    @property
    def unit(self) -> tuple[str, int]:
        """Unit and digits that the figure is shown in."""
        if self.kind != "indicator":
            return SOURCES[self.kind][self.figure], 0
        from windchime.indicators import indicators

        found = next((i for i in indicators() if i.code == self.figure), None)
        return (found.unit, found.digits) if found else ("", 4)


@dataclass(frozen=True)
class Policy:
    """A policy, compiled."""

    name: str
    label: Text
    status: str
    source: Text
    #: where each input of the two models comes from
    inputs: Mapping[str, Source]
    terms: DecisionModel
    verdict: DecisionModel
    #: for each verdict the tables whose hits are its reasons
    reasons: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """Read and compile the form of a policy file.

        Raises:
            BadPolicy: a missing part, an input without a source, outputs other than those needed.
            BrokenModel: a table with faults; all of them are named.
        """
        name = str(body.get("policy", "?"))
        missing = {"label", "status", "source", "inputs", "reasons", "terms", "verdict"} - body.keys()
        if missing:
            raise BadPolicy(name, f"without {', '.join(sorted(missing))}")
        if body["status"] not in ("official", "illustrative"):
            raise BadPolicy(name, f"status '{body['status']}' is neither official nor illustrative")
        policy = cls(
            name=name,
            label=Text.of(body["label"]),
            status=body["status"],
            source=Text.of(body["source"]),
            inputs={i: _source(name, i, s) for i, s in body["inputs"].items()},
            terms=DecisionModel.of({"model": f"{name}_terms", "label": body["label"], **body["terms"]}),
            verdict=DecisionModel.of({"model": f"{name}_verdict", "label": body["label"], **body["verdict"]}),
            reasons={v: tuple(tables) for v, tables in body["reasons"].items()},
        )
        _consistent(policy)
        return policy

    def model(self, stage: Stage) -> DecisionModel:
        """The tables of one stage."""
        return self.terms if stage == "terms" else self.verdict

    def case(self, stage: Stage, facts: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The inputs of one stage, taken from the facts by kind of source and figure."""
        return {v.name: facts[self.inputs[v.name].kind][self.inputs[v.name].figure] for v in self.model(stage).inputs}

    def reasons_of(self, verdict: str, outcome: Outcome, case: Mapping[str, Any]) -> tuple[Reason, ...]:
        """The rules that stand behind a verdict, in the order of tables and rules, with what their sentences name."""
        found = [(table, rule) for table in self.reasons[verdict] for rule in outcome.hits[table]]
        return tuple(
            Reason(rule, f"{table}:{rule}", {p: case[p] for p in self._places[table, rule] if p in case})
            for table, rule in found
        )

    @cached_property
    def rules(self) -> dict[tuple[str, str], Rule]:
        """The rules of the verdict's tables, by table and id."""
        return {(t.name, r.id): r for t in self.verdict.tables.values() for r in t.parts.rules}

    @cached_property
    def _places(self) -> dict[tuple[str, str], tuple[str, ...]]:
        found = {}
        for key, rule in self.rules.items():
            names = [n.removesuffix(_BOUND) for n in places(rule.annotation)]
            found[key] = tuple(sorted(set(names)))
        return found

    def sentence(self, reason: Reason, lang: Lang = "zh") -> str:
        """A reason in words, as this version of the policy says it.

        Raises:
            UnknownName: this version has no such rule.
        """
        table, _colon, rule_id = reason.rule.partition(":")
        if table == untrusted.TABLE:
            return untrusted.sentence(reason, lang)
        rule = self.rules.get((table, rule_id))
        if rule is None:
            raise UnknownName("reason", reason.rule, [":".join(key) for key in self.rules])
        if rule.annotation is None:
            return reason.code
        shown = {name: self._shown(name, value, lang) for name, value in reason.params.items()}
        bounds = {f"{n}{_BOUND}": self._shown(n, b, lang) for n, b in self.bounds(table, rule).items()}
        return rule.annotation[lang].format(**bounds, **shown)

    def bounds(self, table: str, rule: Rule) -> dict[str, Any]:
        """What a rule's cells hold inputs against: the first literal of each cell that has one."""
        inputs = self.verdict.tables[table].parts.inputs
        found = {v.name: literals(cell) for v, cell in zip(inputs, rule.when, strict=True)}
        return {name: values[0] for name, values in found.items() if values}

    def _shown(self, name: str, value: Any, lang: Lang) -> str:
        from windchime.present.formats import measured

        if isinstance(value, bool):
            return {"zh": "是" if value else "否", "en": "yes" if value else "no"}[lang]
        unit, digits = self.inputs[name].unit if name in self.inputs else ("", 0)
        number = _number(value)
        return str(value) if number is None and value is not None else measured(number, unit, digits, lang)


def _number(value: Any) -> Decimal | int | None:
    if isinstance(value, Decimal | int):
        return value
    try:
        return Decimal(value)
    except (ArithmeticError, TypeError, ValueError):
        return None


def places(text: Text | None) -> tuple[str, ...]:
    """The `{name}` places of a sentence, in both languages.

    Raises:
        ValueError: anything else stands in braces.
    """
    return () if text is None else tuple(dict.fromkeys((*plain_places(text.zh), *plain_places(text.en))))


def _source(policy: str, name: str, body: Any) -> Source:
    if not isinstance(body, Mapping) or len(body) != 1:
        raise BadPolicy(policy, f"input {name} needs one source, as {{indicator: …}}")
    ((kind, figure),) = body.items()
    if kind == "indicator":
        return Source(kind, str(figure))
    if figure not in SOURCES.get(kind, {}):
        known = ", ".join(f"{k}: {f}" for k, figures in SOURCES.items() for f in figures)
        raise BadPolicy(policy, f"input {name} has the unknown source {kind}: {figure}; known: indicator: …, {known}")
    return Source(kind, str(figure))


def _consistent(policy: Policy) -> None:
    needed = {"terms": {"band_maximum", "margin"}, "verdict": {"verdict"}}
    stages: Sequence[Stage] = ("terms", "verdict")
    for stage in stages:
        model = policy.model(stage)
        lacking = sorted(needed[stage] - {o.name for o in model.outputs})
        unknown = sorted(v.name for v in model.inputs if v.name not in policy.inputs)
        if lacking or unknown:
            raise BadPolicy(
                policy.name, f"{stage}: no output {lacking}" if lacking else f"{stage}: no source of {unknown}"
            )
    early = sorted(v.name for v in policy.terms.inputs if policy.inputs[v.name].kind in ("limit", "price"))
    if early:
        raise BadPolicy(policy.name, f"terms: {early} are not known before limit and price are counted")
    if set(policy.reasons) != set(VERDICTS):
        raise BadPolicy(policy.name, f"reasons must be given for {', '.join(VERDICTS)}")
    tables = [t for named in policy.reasons.values() for t in named]
    strange = sorted(set(tables) - policy.verdict.tables.keys())
    if strange:
        raise BadPolicy(policy.name, f"reasons from tables that do not exist: {', '.join(strange)}")
    _verdicts(policy)


def _verdicts(policy: Policy) -> None:
    """Every verdict the tables can yield is one of ours, and every rule that gives a reason can say it.

    Annotations are content that is filled with values: nothing but plain names may stand in their braces.
    """
    for (table, rule_id), rule in policy.rules.items():
        try:
            places(rule.annotation)
        except ValueError as error:
            raise BadPolicy(
                policy.name, f"the annotation of {table}:{rule_id} has {error}; only {{name}} is accepted"
            ) from None
    output = next(o for o in policy.verdict.outputs if o.name == "verdict")
    if set(output.values) != set(VERDICTS):
        raise BadPolicy(policy.name, f"the output verdict must have the values {', '.join(VERDICTS)}")
    for table in sorted({t for named in policy.reasons.values() for t in named}):
        names = {v.name for v in policy.verdict.tables[table].parts.inputs}
        for rule in policy.verdict.tables[table].parts.rules:
            if rule.annotation is None:
                raise BadPolicy(policy.name, f"rule {table}:{rule.id} gives a reason and has no annotation to say it")
            accepted = names | {f"{n}{_BOUND}" for n in policy.bounds(table, rule)}
            unknown = sorted(set(places(rule.annotation)) - accepted)
            if unknown:
                raise BadPolicy(
                    policy.name,
                    f"the annotation of {table}:{rule.id} names {', '.join(unknown)}, which its rule does not hold",
                )
