"""Rules as a decision table of our policy engine: first hit, the place of the rule as output, −1 where none hits."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from windchime.core.text import Text
from windchime.dmn.values import MAX_DIGITS, digits
from windchime.risk.rules.exports import cells
from windchime.risk.rules.literals import NotWritable
from windchime.risk.rules.rule import Rule
from windchime.risk.rules.sentences import Named, sentence

FORM = "decision table"
#: what the model and its one table are called, and the table's output
NAME, OUTPUT = "rules", "rule"


def decision_model(rules: Sequence[Rule], features: Sequence[Named] = (), label: Text | None = None) -> dict[str, Any]:
    """The body of a `dmn.DecisionModel`, as YAML or JSON keeps it.

    A rule that needs several rows has several ids (`R3_1`, `R3_2`); `cells.prepared` gives the cases it decides.

    Args:
        rules: in their order.
        features: what is known of their features.
        label: of the model.

    Raises:
        NotWritable: a cut at infinity, or one with more digits than the engine compares; no feature at all.
    """
    if not cells.features(rules):
        raise NotWritable("-", FORM, "0")
    known, called, kinds = {f.code: f for f in features}, cells.input_names(rules), cells.kinds(rules)
    for feature, value in _cuts(rules):
        if sum(digits(Decimal(repr(value)))) > MAX_DIGITS:
            raise NotWritable(feature, FORM, f"{value!r}: > {MAX_DIGITS} digits")
    inputs = {
        called[f]: {
            "type": kinds[f],
            "nullable": True,
            "label": (known[f].label if f in known else Text(f, f)).as_dict(),
        }
        for f in called
    }
    title = (label or Text("规则清单", "Rules")).as_dict()
    table = {
        "label": title,
        "hit": "F",
        "inputs": list(inputs),
        "outputs": {OUTPUT: {"type": "number", "default": "-1", "label": Text("命中规则", "Rule hit").as_dict()}},
        "rules": _rows(rules, called, features),
    }
    return {"model": NAME, "label": title, "inputs": inputs, "tables": {NAME: table}}


def _rows(rules: Sequence[Rule], called: Mapping[str, str], features: Sequence[Named]) -> list[dict[str, Any]]:
    found = []
    for place, rule in enumerate(rules):
        said = Text(sentence(rule, "zh", features), sentence(rule, "en", features)).as_dict()
        rows = cells.rows(rule, FORM)
        for n, row in enumerate(rows, 1):
            number = f"R{place + 1}" + f"_{n}" * (len(rows) > 1)
            when = [row.get(feature, cells.ANY) for feature in called]
            found.append({"id": number, "when": when, "then": [str(place)], "annotation": said})
    return found or [{"id": "R0", "when": [cells.ANY] * len(called), "then": ["-1"]}]


def _cuts(rules: Sequence[Rule]) -> list[tuple[str, float]]:
    return [
        (c.feature, float(v))
        for r in rules
        for c in r.conditions
        for v in (*(b for s in c.spans for b in s if b is not None), *c.specials, *c.codes)
        if abs(v) < float("inf")
    ]
