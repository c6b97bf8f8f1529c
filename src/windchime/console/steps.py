"""The way to a limit and a rate, step by step: each figure with its value, its origin, and how it was counted."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from windchime.core.text import Lang, Text, _, translate
from windchime.documents.steps import BOUNDS, ORIGINS, Step
from windchime.present import formats

#: how the calculated figures come about, in the names of the others
HOW = {
    "clean_sales": _("net sales × (1 − share that does not count)"),
    "by_sales": _("clean sales × share that may be lent"),
    "interest_factor": _("1 + rate × term in years"),
    "by_repayment": _("clean sales × share left to service debt ÷ cover ÷ principal and interest"),
    "capacity": _("the smaller of the two limits − already owed, not below zero"),
    "bound_by": _("the least of: limit by sales and by repayment less what is owed, band, product"),
    "amount": _("that figure, rounded down to the step; none below the product's least amount"),
    "expected_loss": _("default probability × loss given default"),
    "capital_charge": _("risk weight × capital ratio × return on capital"),
    "indicated": _("funds + operation + expected loss + capital + margin"),
    "rate": _("rounded up to the step, inside the product's range"),
}


@dataclass(frozen=True, slots=True)
class CountedStep:
    """One figure of a calculation."""

    name: str
    label: str
    value: str
    #: measured, parameter, policy, product or calculated, in words
    origin: str
    #: how it was counted; empty for what was not
    how: str
    #: address of its source; empty for none
    href: str
    #: whether it is what the calculation is about
    result: bool


def counted(
    names: Mapping[str, Step], values: Mapping[str, Any], lang: Lang, hrefs: Mapping[str, str]
) -> tuple[CountedStep, ...]:
    """The steps in their order; a figure the document has and no name is known for stands under its own name."""
    order = [*(n for n in names if n in values), *(n for n in values if n not in names)]
    last = order[-1] if order else ""
    return tuple(_step(n, names, values[n], lang, hrefs.get(n, ""), result=n == last) for n in order)


def _step(name: str, names: Mapping[str, Step], value: Any, lang: Lang, href: str, *, result: bool) -> CountedStep:
    label, unit, origin = names.get(name, (name, "", "counted"))
    return CountedStep(
        name,
        translate(label, lang),
        _written(value, unit, lang),
        translate(ORIGINS[origin], lang),
        translate(HOW[name], lang) if name in HOW else "",
        href,
        result,
    )


def _written(value: Any, unit: str, lang: Lang) -> str:
    if value is None:
        return formats.MISSING
    if isinstance(value, bool):
        return translate(_("yes") if value else _("no"), lang)
    if isinstance(value, str) and value in BOUNDS:
        return translate(BOUNDS[value], lang)
    try:
        number = Decimal(value)
    except (ArithmeticError, TypeError, ValueError):
        return str(value)
    return formats.measured(number, unit, max(0, -int(number.as_tuple().exponent)), lang)


#: labels of what a decision cites
CITED = {
    "product": Text("产品", "Product"),
    "policy": Text("策略", "Policy"),
    "schemes": Text("参数方案", "Scheme"),
    "model": Text("模型", "Model"),
    "indicators": Text("指标定义", "Definitions of indicators"),
    "lake_version": Text("数据版本", "Lake version"),
    "release": Text("程序版本", "Release"),
    "lock": Text("锁定的程序库", "Locked libraries"),
}
