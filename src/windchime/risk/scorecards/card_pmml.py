"""A card as PMML 4.4 (Data Mining Group): the `Scorecard` model, points by predicates, no reason codes."""

from xml.etree import ElementTree as ET

from windchime.risk.binning.bins import Bin
from windchime.risk.scorecards.card import Card, CardFeature

SPACE = "http://www.dmg.org/PMML-4_4"


def score_pmml(card: Card) -> bytes:
    """The card as a PMML document. NaN is to be handed in as a missing value, as PMML knows no other."""
    root = ET.Element("PMML", xmlns=SPACE, version="4.4")
    header = ET.SubElement(root, "Header", description=f"Windchime scorecard {card.version}")
    ET.SubElement(header, "Application", name="Windchime")
    fields = ET.SubElement(root, "DataDictionary", numberOfFields=str(len(card.features) + 1))
    for f in card.features:
        optype, kind = ("categorical", "string") if f.bins.categorical else ("continuous", "double")
        ET.SubElement(fields, "DataField", name=f.feature.code, optype=optype, dataType=kind)
    ET.SubElement(fields, "DataField", name="score", optype="continuous", dataType="double")
    model = ET.SubElement(
        root,
        "Scorecard",
        modelName="scorecard",
        functionName="regression",
        useReasonCodes="false",
        initialScore=str(card.base_points),
    )
    schema = ET.SubElement(model, "MiningSchema")
    for f in card.features:
        # any other text than those seen is valid: it has the points of the other categories
        ET.SubElement(schema, "MiningField", name=f.feature.code, invalidValueTreatment="asIs")
    ET.SubElement(schema, "MiningField", name="score", usageType="target")
    output = ET.SubElement(model, "Output")
    ET.SubElement(
        output, "OutputField", name="score_value", feature="predictedValue", dataType="double", optype="continuous"
    )
    whole = ET.SubElement(model, "Characteristics")
    for f in card.features:
        _characteristic(whole, f)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'.encode()


def _characteristic(whole: ET.Element, f: CardFeature) -> None:
    """Attributes in the order in which they are tried: missing, special codes, then the others."""
    part = ET.SubElement(whole, "Characteristic", name=f.feature.code)
    order = {"missing": 0, "special": 1, "interval": 2, "categories": 2, "other": 3}
    for b, points in sorted(zip(f.bins.bins, f.points, strict=True), key=lambda pair: order[pair[0].kind]):
        _predicate(ET.SubElement(part, "Attribute", partialScore=str(points)), f.feature.code, b)


def _predicate(at: ET.Element, code: str, b: Bin) -> None:
    def simple(under: ET.Element, operator: str, value: float | None = None) -> None:
        part = ET.SubElement(under, "SimplePredicate", field=code, operator=operator)
        if value is not None:
            part.set("value", f"{value:.17g}")

    bounds = [(op, v) for op, v in (("greaterOrEqual", b.low), ("lessThan", b.high)) if v is not None]
    if b.kind == "missing":
        simple(at, "isMissing")
    elif b.kind == "special":
        simple(at, "equal", b.code)
    elif b.kind == "categories":
        names = ET.SubElement(at, "SimpleSetPredicate", field=code, booleanOperator="isIn")
        quoted = ['"' + c.replace("\\", "\\\\").replace('"', '\\"') + '"' for c in b.categories]
        ET.SubElement(names, "Array", type="string", n=str(len(quoted))).text = " ".join(quoted)
    elif b.kind == "other" or not bounds:
        ET.SubElement(at, "True")
    elif len(bounds) == 1:
        simple(at, *bounds[0])
    else:
        both = ET.SubElement(at, "CompoundPredicate", booleanOperator="and")
        for op, v in bounds:
            simple(both, op, v)
