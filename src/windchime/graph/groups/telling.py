"""Why a firm belongs to a group, in words: one sentence an edge, and the chain of them to the head."""

from collections.abc import Mapping
from typing import Any

from windchime.core.text import Lang, _, translate
from windchime.graph.groups.finding import Edge

#: by rule: how its edge is told; `share` is a percentage
SENTENCES = {
    "control": _("{a} controls {b} ({share} of the votes)"),
    "controller": _("one person, {via}, controls {a} and {b}"),
    "leading": _("{a} is foremost among the owners of {b} ({share} of the votes)"),
    "leading_person": _("one person, {via}, is foremost among the owners of {a} and {b}"),
    "key_person": _("one person, {via}, owns or leads {a} and {b}"),
    "family": _("owners or leaders of {a} and {b} are near relatives ({relation})"),
    "dependence_receipts": _("{a} has {share} of its receipts from {b}"),
    "dependence_expenditure": _("{a} pays {share} of its expenditure to {b}"),
    "guarantee": _("{a} guarantees debts of {b}: {share} of its net assets"),
    "stake": _("{a} holds {share} of the votes in {b}"),
    "inferred_family": _("owners or leaders of {a} and {b} are perhaps near relatives"),
    "hidden_controller": _("{via}, who owns or leads {a}, seems to stand behind {b}"),
    "hidden_tie": _("{a} and {b} share clues of two independent kinds"),
}
RELATIONS = {
    "spouse": _("spouses"),
    "parent": _("parent and child"),
    "child": _("child and parent"),
    "sibling": _("siblings"),
}
#: of levels and bases, as pages and commands name them
LEVEL_WORDS = {"confirmed": _("confirmed"), "likely": _("likely"), "hint": _("hint")}
BASIS_WORDS = {"control": _("group by control"), "dependence": _("related by dependence")}


def edge_evidence(edge: Edge) -> dict[str, Any]:
    """Code and params of the sentence of an edge, and the rows it rests on."""
    return {
        "code": edge.rule,
        "params": {"a": edge.a, "b": edge.b, "via": edge.via, "share": edge.share},
        "rows": [list(r) for r in edge.rows],
    }


def sentence(evidence: Mapping[str, Any], lang: Lang = "en", names: Mapping[str, str] | None = None) -> str:
    """The sentence of a piece of evidence as `edge_evidence` gives it; nodes that `names` does not call go by their ids."""
    params = evidence["params"]
    called = names or {}
    via, share = params["via"], params["share"]
    code = evidence["code"]
    if code == "leading" and via:
        code = "leading_person"
    elif code == "dependence":
        code = f"dependence_{via}"
    return translate(
        SENTENCES[code],
        lang,
        a=called.get(params["a"], params["a"]),
        b=called.get(params["b"], params["b"]),
        via=called.get(via, via),
        share="" if share is None else f"{float(share):.1%}",
        relation=translate(RELATIONS[via], lang) if via in RELATIONS else via,
    )
