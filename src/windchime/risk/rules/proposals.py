"""Keeping a rule set, as a change that wants four eyes."""

from typing import Any

from sqlalchemy.orm import Session

from windchime.core.text import Lang, Text, _, translate
from windchime.core.unit import Unit
from windchime.risk.rules.ruleset import RuleSet
from windchime.risk.rules.sentences import sentence
from windchime.risk.rules.store import keep_in, keeping, stored, write
from windchime.service.bank import Bank
from windchime.service.proposals.forms import Form, Named, formed
from windchime.service.proposals.kinds import Change, Compared, Kind

FIELDS = {"version": Text("版本", "Version"), "name": Text("名称", "Name")}
_RULES = Text("规则", "Rules")


class Wanted(Form):
    """A rule set and what it is called."""

    version: Named
    name: Named


def wanted(bank: Bank, rules: RuleSet, name: str) -> tuple[str, dict[str, Any]]:
    """Subject and `after` of a proposal to keep a rule set; its file is written, which keeps nothing yet."""
    write(bank, rules)
    return f"rules:{rules.version[:12]}", {"version": rules.version, "name": name}


def _before(_bank: Bank, session: Session, _about: str, after: Any) -> dict[str, Any] | None:
    known = keeping(session, after["version"])
    return None if known is None else {"version": known.version, "name": known.name}


def _examine(bank: Bank, _session: Session, change: Change) -> None:
    stored(bank, change.after["version"])


def _effect(bank: Bank, unit: Unit, change: Change) -> None:
    keep_in(bank, unit, stored(bank, change.after["version"]), change.after["name"], reason=change.reason)


def _texts(bank: Bank, _session: Session, change: Change, lang: Lang) -> tuple[Compared, ...]:
    rules = stored(bank, change.after["version"])
    return (Compared(_RULES, "", "\n".join(sentence(m.rule, lang, rules.features) for m in rules.rules)),)


def _summary(bank: Bank, _session: Session, change: Change, lang: Lang) -> str:
    rules = stored(bank, change.after["version"])
    return translate(_("{name}: {count} rules"), lang, name=change.after["name"], count=len(rules.rules))


KEEP = Kind(
    name="rules.keep",
    label=Text("收存规则集", "Keep a rule set"),
    propose_permission="rules.mine",
    check_permission="model.publish",
    before=_before,
    effect=_effect,
    examine=formed(Wanted, _examine),
    fields=FIELDS,
    texts=_texts,
    summary=_summary,
    page=lambda about: f"/rules/{about.partition(':')[2]}",
)
