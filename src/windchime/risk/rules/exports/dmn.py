"""Rules as DMN 1.3: one decision table of hit policy FIRST, its cells in FEEL, the last row for where no rule hits."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from windchime.risk.rules.exports import cells, xml
from windchime.risk.rules.rule import Rule
from windchime.risk.rules.sentences import Named, one_line, sentence

FORM = "DMN"
#: OMG, Decision Model and Notation 1.3, namespace of the model
NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"
OWN = "urn:windchime:rules"


def dmn(rules: Sequence[Rule], features: Sequence[Named] = ()) -> str:
    """The XML document; `cells.prepared` gives the values of its inputs.

    Raises:
        NotWritable: a cut at infinity, or a name that XML cannot hold.
    """
    known, called, kinds = {f.code: f for f in features}, cells.input_names(rules), cells.kinds(rules)
    root = ET.Element("definitions", {"xmlns": NAMESPACE, "id": "rules_definitions", "name": "rules", "namespace": OWN})
    for at, (feature, name) in enumerate(called.items(), 1):
        data = ET.SubElement(root, "inputData", {"id": f"data_{at}", "name": name})
        ET.SubElement(data, "description").text = xml.value(one_line(feature), feature, FORM)
        ET.SubElement(data, "variable", {"id": f"data_{at}_variable", "name": name, "typeRef": kinds[feature]})
    decision = ET.SubElement(root, "decision", {"id": "rules", "name": "rules"})
    ET.SubElement(decision, "variable", {"id": "rules_variable", "name": "rules", "typeRef": "number"})
    for at in range(1, len(called) + 1):
        needs = ET.SubElement(decision, "informationRequirement", {"id": f"needs_{at}"})
        ET.SubElement(needs, "requiredInput", {"href": f"#data_{at}"})
    table = ET.SubElement(decision, "decisionTable", {"id": "rules_table", "hitPolicy": "FIRST"})
    for at, (feature, name) in enumerate(called.items(), 1):
        label = known[feature].label.zh if feature in known else feature
        clause = ET.SubElement(
            table, "input", {"id": f"input_{at}", "label": xml.value(one_line(label), feature, FORM)}
        )
        expression = ET.SubElement(clause, "inputExpression", {"id": f"asks_{at}", "typeRef": kinds[feature]})
        ET.SubElement(expression, "text").text = name
    ET.SubElement(table, "output", {"id": "output_1", "name": "rule", "typeRef": "number"})
    ET.SubElement(table, "annotation", {"name": "规则 rule"})
    for place, rule in enumerate(rules):
        said = f"{sentence(rule, 'zh', features)} / {sentence(rule, 'en', features)}"
        for n, row in enumerate(cells.rows(rule, FORM), 1):
            _row(table, f"row_{place + 1}_{n}", [row.get(f, cells.ANY) for f in called], place, said)
    _row(table, "row_none", [cells.ANY] * len(called), -1, "")
    return xml.written(root)


def _row(table: ET.Element, name: str, tests: Sequence[str], output: int, said: str) -> None:
    row = ET.SubElement(table, "rule", {"id": name})
    for at, test in enumerate(tests, 1):
        ET.SubElement(ET.SubElement(row, "inputEntry", {"id": f"{name}_{at}"}), "text").text = test
    ET.SubElement(ET.SubElement(row, "outputEntry", {"id": f"{name}_output"}), "text").text = str(output)
    ET.SubElement(ET.SubElement(row, "annotationEntry"), "text").text = said
