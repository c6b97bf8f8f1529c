"""Rule sets a bank keeps: one immutable file each, named by the hash of its content, and a record in the audit chain."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from windchime.core.canonical import canonical
from windchime.core.errors import BadInput, Damaged, UnknownName
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.risk.rules.ruleset import RuleSet
from windchime.service.bank import Bank

#: of a kept file
FORM = "windchime.kept_rules/1"
#: how an unknown one is called
KIND = _("rule set")


class NotRules(BadInput):
    """A file that holds no rule set."""

    msgid = _("{file} holds no rule set")
    hint = _("name the rules.json that windchime rules mine has written")

    def __init__(self, file: str) -> None:
        super().__init__(file=file)


class RulesChanged(Damaged):
    """A kept file is not what was written."""

    msgid = _("kept rules {version} were changed: their content has another hash")

    def __init__(self, version: str) -> None:
        super().__init__(version=version[:12])


@dataclass(frozen=True, slots=True)
class Kept:
    """A rule set in the bank's keeping."""

    version: str
    name: str
    kept_at: datetime
    by: str
    rules: RuleSet


def read_rules(path: Path) -> RuleSet:
    """The rule set of a `rules.json`.

    Raises:
        NotRules: anything else.
    """
    try:
        return RuleSet.of(json.loads(path.read_bytes()))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise NotRules(path.name) from None


def keep(bank: Bank, actor: Actor, rules: RuleSet, name: str) -> Kept:
    """Keep a rule set; one that is kept already stays as it is, with its first name."""
    version = rules.version
    path = _folder(bank) / f"{version}.json"
    with bank.unit(actor) as unit:
        if not path.exists():
            body = {
                "form": FORM,
                "name": name,
                "kept_at": unit.now.isoformat(),
                "by": actor.name,
                "rules": rules.as_dict(),
            }
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(canonical(body))
            part.replace(path)
            unit.record("rules.keep", f"rules:{version[:12]}", after={"version": version, "name": name})
    return _read(path)


def kept(bank: Bank) -> tuple[Kept, ...]:
    """All rule sets kept, newest first.

    Raises:
        RulesChanged: a file is not what was written.
    """
    found = [_read(path) for path in sorted(_folder(bank).glob("*.json"))]
    return tuple(sorted(found, key=lambda k: (k.kept_at, k.version), reverse=True))


def find(bank: Bank, version: str) -> Kept:
    """One rule set by its version, or the first characters of it.

    Raises:
        UnknownName: none, or more than one.
        RulesChanged: the file is not what was written.
    """
    known = sorted(path.stem for path in _folder(bank).glob("*.json"))
    found = [v for v in known if v.startswith(version)] if version.isalnum() else []
    if len(found) != 1:
        raise UnknownName(KIND, version, [v[:12] for v in known])
    return _read(_folder(bank) / f"{found[0]}.json")


def _folder(bank: Bank) -> Path:
    return bank.files_dir / "rules"


def _read(path: Path) -> Kept:
    try:
        body: dict[str, Any] = json.loads(path.read_bytes())
        rules = RuleSet.of(body["rules"])
        found = Kept(path.stem, body["name"], datetime.fromisoformat(body["kept_at"]), body["by"], rules)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise RulesChanged(path.stem) from None
    if rules.version != path.stem:
        raise RulesChanged(path.stem)
    return found
