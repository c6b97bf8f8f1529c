"""What people know of the columns of a table, from a YAML file: labels, units, and what special codes mean.

sales: {label: {zh: 近12个月销售额, en: Sales of 12 months}, unit: yuan, specials: {-9999: {zh: 查无记录, en: no record}}}
industry: {label: 行业}
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from windchime.content import yamlfile
from windchime.core.errors import BadInput
from windchime.core.text import Text, _
from windchime.risk.rules.ruleset import RuleSet

_KEYS = {"label", "unit", "specials"}


class BadAbout(BadInput):
    """A file about columns that does not have their form."""

    msgid = _("{file}, column {column}: a column is told as {{label, unit, specials: {{code: label}}}}")

    def __init__(self, file: str, column: str) -> None:
        super().__init__(file=file, column=column)


@dataclass(frozen=True, slots=True)
class About:
    """One column."""

    label: Text
    #: as indicators name units; empty for none
    unit: str = ""
    #: what each special code means
    specials: Mapping[float, Text] = field(default_factory=dict)


def read_about(path: Path) -> dict[str, About]:
    """The columns that a file tells of.

    Raises:
        BadYaml: no YAML, or beyond its limits.
        BadAbout: a column of another form.
    """
    body = yamlfile.parse(path.read_bytes(), path.name)
    if not isinstance(body, Mapping):
        raise BadAbout(path.name, "-")
    return {str(column): _column(path.name, str(column), told) for column, told in body.items()}


def with_names(rules: RuleSet, about: Mapping[str, About]) -> RuleSet:
    """The rule set with what is known of its columns; their figures stay."""
    features = tuple(
        replace(f, label=a.label, unit=a.unit or f.unit, specials={repr(c): t for c, t in a.specials.items()})
        if (a := about.get(f.code))
        else f
        for f in rules.features
    )
    return replace(rules, features=features)


def _column(file: str, column: str, told: Any) -> About:
    try:
        if set(told) - _KEYS:
            raise BadAbout(file, column)
        specials = {float(code): Text.of(text) for code, text in dict(told.get("specials", {})).items()}
        return About(Text.of(told.get("label", column)), str(told.get("unit", "")), specials)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise BadAbout(file, column) from None
