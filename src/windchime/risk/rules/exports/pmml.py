"""Rules as PMML 4.4: a RuleSetModel of simple rules, the first that hits; its score is the place of the rule, −1 for none.

A comparison with a missing value is unknown there and an unknown rule does not fire; NaN is declared to be missing.
"""

from collections.abc import Sequence
from math import inf
from xml.etree import ElementTree as ET

from windchime.risk.rules.exports import cells, xml
from windchime.risk.rules.literals import names, numbers
from windchime.risk.rules.rule import Condition, Rule, Span
from windchime.risk.rules.sentences import Named, sentence

FORM = "PMML"
NAMESPACE = "http://www.dmg.org/PMML-4_4"
TARGET = "rule"


def pmml(rules: Sequence[Rule], features: Sequence[Named] = (), *, release: str = "") -> str:
    """The XML document; its fields bear the names of the features themselves.

    Args:
        rules: in their order.
        features: what is known of their features.
        release: of the software, for the header.

    Raises:
        NotWritable: a name or category that XML cannot hold, or a feature called like the target.
    """
    known, kinds = {f.code: f for f in features}, cells.kinds(rules)
    target = TARGET if TARGET not in kinds else "windchime_rule"
    root = ET.Element("PMML", {"xmlns": NAMESPACE, "version": "4.4"})
    header = ET.SubElement(root, "Header", {"description": "Windchime rules"})
    ET.SubElement(header, "Application", {"name": "Windchime", "version": release})
    fields = ET.SubElement(root, "DataDictionary", {"numberOfFields": str(len(kinds) + 1)})
    for feature, kind in sorted(kinds.items()):
        _field(fields, feature, kind, known.get(feature))
    answer = ET.SubElement(fields, "DataField", {"name": target, "optype": "categorical", "dataType": "integer"})
    for score in range(-1, len(rules)):
        ET.SubElement(answer, "Value", {"value": str(score)})
    model = ET.SubElement(
        root, "RuleSetModel", {"modelName": "rules", "functionName": "classification", "algorithmName": "rule forest"}
    )
    schema = ET.SubElement(model, "MiningSchema")
    for feature in sorted(kinds):
        ET.SubElement(schema, "MiningField", {"name": feature, "invalidValueTreatment": "asIs"})
    ET.SubElement(schema, "MiningField", {"name": target, "usageType": "target"})
    body = ET.SubElement(model, "RuleSet", {"defaultScore": "-1"})
    ET.SubElement(body, "RuleSelectionMethod", {"criterion": "firstHit"})
    for place, rule in enumerate(rules):
        simple = ET.SubElement(body, "SimpleRule", {"id": f"R{place + 1}", "score": str(place)})
        note = ET.SubElement(simple, "Extension", {"name": "sentence", "value": sentence(rule, "zh", features)})
        note.set("extender", "Windchime")
        _all(simple, [_condition(c) for c in rule.conditions])
    return xml.written(root)


def _field(fields: ET.Element, feature: str, kind: str, known: Named | None) -> None:
    about = {"name": xml.value(feature, feature, FORM)}
    if known is not None:
        about["displayName"] = xml.value(known.label.zh, feature, FORM)
    if kind == "number":
        field = ET.SubElement(fields, "DataField", about | {"optype": "continuous", "dataType": "double"})
        ET.SubElement(field, "Value", {"value": "NaN", "property": "missing"})
    else:
        ET.SubElement(fields, "DataField", about | {"optype": "categorical", "dataType": "string"})


def _condition(condition: Condition) -> ET.Element:
    own = _numbers(condition) if condition.kind == "number" else _names(condition)
    return _joined("or", own + [_simple(condition.feature, "isMissing")] * condition.missing)


def _numbers(condition: Condition) -> list[ET.Element]:
    feature, found = condition.feature, numbers(condition, FORM)
    parts = [_span(feature, span, found.codes_in(span)) for span in found.spans]
    return parts + [_simple(feature, "equal", _number(c)) for c in found.specials]


def _span(feature: str, span: Span, without: Sequence[float]) -> ET.Element:
    low, high = span
    parts = [_simple(feature, "isNotMissing")]
    if low is not None:
        parts.append(_simple(feature, "greaterOrEqual", _number(low)))
    if high is not None:
        parts.append(_simple(feature, "lessThan", _number(high)))
    return _joined("and", parts + [_simple(feature, "notEqual", _number(c)) for c in without])


def _names(condition: Condition) -> list[ET.Element]:
    feature, found = condition.feature, names(condition)
    listed = [xml.value(n, feature, FORM) for n in found.listed]
    if not found.all_but:
        return [_simple(feature, "equal", n) for n in listed]
    others = [_simple(feature, "notEqual", n) for n in listed]
    return [_joined("and", [_simple(feature, "isNotMissing"), *others])]


def _number(value: float) -> str:
    """As XML Schema writes a double."""
    return repr(value) if abs(value) < inf else ("INF" if value > 0 else "-INF")


def _simple(feature: str, operator: str, value: str | None = None) -> ET.Element:
    tested = {"field": xml.value(feature, feature, FORM), "operator": operator}
    return ET.Element("SimplePredicate", tested if value is None else tested | {"value": value})


def _joined(operator: str, parts: list[ET.Element]) -> ET.Element:
    """Several predicates as one; none at all are true together (`and`) and false in turn (`or`)."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return ET.Element("True" if operator == "and" else "False")
    whole = ET.Element("CompoundPredicate", {"booleanOperator": operator})
    whole.extend(parts)
    return whole


def _all(parent: ET.Element, parts: list[ET.Element]) -> None:
    parent.append(_joined("and", parts))
