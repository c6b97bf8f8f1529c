"""Rule sets a bank keeps: one immutable file each, named by the hash of the rules, and a record in the audit chain.

The record says what is kept, as what, by whom and since when; the file holds the rules alone. A file without a record is not
kept; a record whose file is missing or has another hash is damaged.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.errors import BadInput, Damaged, Refused, UnknownName
from windchime.core.text import _
from windchime.core.unit import Actor, Unit
from windchime.risk.rules.ruleset import RuleSet
from windchime.service.bank import Bank
from windchime.service.proposals.asking import asker
from windchime.service.tables import AuditRecord

#: of a kept file
FORM = "windchime.kept_rules/2"
#: of the records in the audit chain
ACTION = "rules.keep"
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

    msgid = _("kept rules {version} are missing or were changed: their content has another hash")
    hint = _("keep the same rules again, or bring the file back from a backup")

    def __init__(self, version: str) -> None:
        super().__init__(version=version[:12])


class WantsFourEyes(Refused):
    """Somebody tried to keep rules alone, in a bank where people have accounts."""

    msgid = _("rules are kept by two people here: one proposes, another approves")
    hint = _("propose them: windchime rules propose")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Keeping:
    """What the audit chain says of a rule set in the bank's keeping; by itself one whose file is damaged."""

    version: str
    name: str
    kept_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Kept(Keeping):
    """A rule set in the bank's keeping."""

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
    """Keep a rule set; one that is kept already stays as it is, with its first name; a damaged file is written again.

    Raises:
        WantsFourEyes: the bank has accounts: one person proposes, another lets it be kept (`risk.rules.proposals`).
    """
    with bank.unit(actor) as unit:
        if asker(unit.session, bank, actor) is not None:
            raise WantsFourEyes
        keep_in(bank, unit, rules, name)
    return find(bank, rules.version)


def keep_in(bank: Bank, unit: Unit, rules: RuleSet, name: str, reason: str = "") -> None:
    """Keep a rule set in a transaction; see `keep`."""
    if keeping(unit.session, rules.version) is None:
        after = {"version": rules.version, "name": name}
        unit.record(ACTION, f"rules:{rules.version[:12]}", after=after, reason=reason)
    write(bank, rules)


def write(bank: Bank, rules: RuleSet) -> None:
    """Write the file of a rule set, which by itself keeps nothing: a record in the audit chain does."""
    path = _path(bank, rules.version)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(canonical({"form": FORM, "rules": rules.as_dict()}))
    part.replace(path)


def stored(bank: Bank, version: str) -> RuleSet:
    """The rule set of a file, kept or not, proven by its version.

    Raises:
        RulesChanged: the file is missing or not what was written.
    """
    try:
        rules = RuleSet.of(json.loads(_path(bank, version).read_bytes())["rules"])
        same = rules.version == version
    except (OSError, KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise RulesChanged(version) from None
    if not same:
        raise RulesChanged(version)
    return rules


def keeping(session: Session, version: str) -> Keeping | None:
    """What the audit chain says of a version; None where it is not kept."""
    return _keepings(session).get(version)


def kept(bank: Bank) -> tuple[Keeping, ...]:
    """All rule sets kept, newest first: each `Kept`, or only a `Keeping` where its file is damaged."""
    with bank.session() as session:
        told = _keepings(session).values()
    return tuple(sorted((_whole(bank, k) for k in told), key=lambda k: (k.kept_at, k.version), reverse=True))


def find(bank: Bank, version: str) -> Kept:
    """One rule set by its version, or the first characters of it.

    Raises:
        UnknownName: none, or more than one.
        RulesChanged: the file is missing or not what was written.
    """
    with bank.session() as session:
        known = _keepings(session)
    found = [v for v in known if v.startswith(version)] if version.isalnum() else []
    if len(found) != 1:
        raise UnknownName(KIND, version, sorted(v[:12] for v in known))
    return _read(bank, known[found[0]])


def _keepings(session: Session) -> dict[str, Keeping]:
    """What is kept by version, as the chain tells it."""
    found: dict[str, Keeping] = {}
    for record in session.scalars(select(AuditRecord).where(AuditRecord.action == ACTION).order_by(AuditRecord.seq)):
        after = json.loads(record.after or "{}")
        found.setdefault(after["version"], Keeping(after["version"], after["name"], record.at, record.actor))
    return found


def _path(bank: Bank, version: str) -> Path:
    return bank.files_dir / "rules" / f"{version}.json"


def _whole(bank: Bank, told: Keeping) -> Keeping:
    try:
        return _read(bank, told)
    except RulesChanged:
        return told


def _read(bank: Bank, told: Keeping) -> Kept:
    return Kept(told.version, told.name, told.kept_at, told.by, stored(bank, told.version))
