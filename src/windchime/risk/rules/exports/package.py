"""A rule set in every form at once: file names and contents, and which form could not say it exactly."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl
import yaml

from windchime.core.canonical import canonical
from windchime.core.errors import UnknownName
from windchime.core.text import LANGS, Lang, _
from windchime.present.exports import Provenance
from windchime.risk.rules.exports.decision_table import decision_model
from windchime.risk.rules.exports.dmn import dmn
from windchime.risk.rules.exports.pmml import pmml
from windchime.risk.rules.exports.sql import DIALECTS, script
from windchime.risk.rules.exports.workbook import workbook
from windchime.risk.rules.literals import NotWritable
from windchime.risk.rules.rule import Rule
from windchime.risk.rules.ruleset import RuleSet
from windchime.risk.rules.sentences import sentence

#: how an unknown form is called
KIND = _("form of export")
#: name of the file of each form
FILES = {
    "json": "rules.json",
    "xlsx": "rules.xlsx",
    **{name: f"rules.{name}.sql" for name in DIALECTS},
    "decision_table": "rules.decision.yaml",
    "dmn": "rules.dmn",
    "pmml": "rules.pmml",
    "sentences": "rules.md",
    "figures": "rules.csv",
}


@dataclass(frozen=True, slots=True)
class Package:
    """Files by name, and the forms that refused."""

    files: Mapping[str, bytes]
    refused: Mapping[str, NotWritable]


def package(rules: RuleSet, provenance: Provenance, lang: Lang = "zh", *, table: str = "applications") -> Package:
    """Every form of the rules.

    Args:
        rules: the list.
        provenance: when, by whom and by which release.
        lang: of workbook, sentences and comments.
        table: name of the table that the SQL asks.
    """
    files: dict[str, bytes] = {}
    refused: dict[str, NotWritable] = {}
    for form, name in FILES.items():
        try:
            files[name] = written(rules, form, provenance, lang, table=table)
        except NotWritable as error:
            refused[form] = error
    return Package(files, refused)


def written(
    rules: RuleSet, form: str, provenance: Provenance, lang: Lang = "zh", *, table: str = "applications"
) -> bytes:
    """The rules in one form.

    Raises:
        UnknownName: none of `FILES`.
        NotWritable: the form cannot say them exactly.
    """
    if form not in FILES:
        raise UnknownName(KIND, form, list(FILES))
    if form in DIALECTS:
        return sql(rules, form, lang, table=table).encode()
    bare = plain(rules)
    forms: dict[str, Callable[[], bytes]] = {
        "json": lambda: canonical(rules.as_dict()),
        "xlsx": partial(workbook, rules, provenance, lang),
        "decision_table": lambda: _yaml(decision_model(bare, rules.features)),
        "dmn": lambda: dmn(bare, rules.features).encode(),
        "pmml": lambda: pmml(bare, rules.features, release=provenance.release).encode(),
        "sentences": lambda: sentences(rules).encode(),
        "figures": lambda: _csv(rules),
    }
    return forms[form]()


def plain(rules: RuleSet) -> list[Rule]:
    """The rules without their figures."""
    return [m.rule for m in rules.rules]


def sql(rules: RuleSet, dialect: str, lang: Lang = "zh", *, table: str = "applications") -> str:
    """The script of one dialect, its rules named by their ids and said in comments. Errors as `sql.script`."""
    said = [f"{m.id}  {sentence(m.rule, lang, rules.features)}" for m in rules.rules]
    ids = [m.id for m in rules.rules]
    return script(
        plain(rules),
        dialect,
        table=table,
        said=said,
        about=[f"rules {rules.version}"],
        columns=ids,
        features=rules.features,
    )


def sentences(rules: RuleSet) -> str:
    """A Markdown list of the rules in both languages."""
    parts = []
    for number, mined in enumerate(rules.rules, 1):
        zh, en = (_escaped(sentence(mined.rule, lang, rules.features)) for lang in LANGS)
        parts.append(f"{number}. {zh}\n   {en} (`{mined.id}`)\n")
    return "".join(parts)


def _escaped(text: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|" else c for c in text)


def _yaml(body: object) -> bytes:
    return yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=120).encode()


def _csv(rules: RuleSet) -> bytes:
    table = rules.table()
    return b"\xef\xbb\xbf" + (table.write_csv() if len(table) else pl.DataFrame({"id": []}).write_csv()).encode()
