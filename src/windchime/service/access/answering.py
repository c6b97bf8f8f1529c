"""May this person do that with this record? An answer that can say why.

A pure function of who asks, what for, and the attributes of the record; someone else's record is not there at all (a page
answers 404), which `Answer.hidden` tells from a thing one can see and may not do.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from windchime.core.errors import UnknownName
from windchime.core.text import Lang, _, translate
from windchime.service.access.permissions import PERMISSIONS, ROLES, Reach

_ALLOWED = _("{permission} is allowed to {role} over {reach}")
_NO_ROLE = _("none of the roles ({roles}) has {permission}")
_NOT_OWN = _("{permission} is allowed to {role} only over {reach}, and the record is not within it")
_OTHER_BANK = _("the record is of another bank")
_NO_PURPOSE = _("{permission} reads personal data and wants a purpose")
_NOT_ACTIVE = _("the account is not active")
#: how far, in words
REACHES = {Reach.OWN: _("one's own matters"), Reach.BRANCH: _("one's own branch"), Reach.BANK: _("the bank")}


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks."""

    account: str
    bank: str
    roles: frozenset[str]
    #: the branch one works at; empty for none
    branch: str = ""
    #: an API token may do no more than its scopes; None for a person's session
    scopes: frozenset[str] | None = None
    active: bool = True
    #: what they must settle before anything else: `password`, `second_factor`; empty for nothing. Until then they have no role
    must: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """What a rule may know of a record."""

    bank: str
    branch: str = ""
    #: accounts whose own matter it is: its applicant, its customer manager
    owners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether, and why."""

    allowed: bool
    msgid: str
    params: Mapping[str, Any] = field(default_factory=dict)
    #: the record must not be known to exist
    hidden: bool = False
    #: each use is logged: who, whom, why
    logged: bool = False

    def sentence(self, lang: Lang = "zh") -> str:
        """The reason in words."""
        return translate(self.msgid, lang, **{k: _said(v, lang) for k, v in self.params.items()})


def answer(subject: Subject, permission: str, resource: Resource | None = None, *, purpose: str = "") -> Answer:
    """Whether a subject has a permission, over a record or, without one, over anything at all.

    Raises:
        UnknownName: no such permission: a route that asks for one is wrong.
    """
    if permission not in PERMISSIONS:
        raise UnknownName("permission", permission, tuple(PERMISSIONS))
    asked = PERMISSIONS[permission]
    named: dict[str, Any] = {"permission": asked.label}
    if not subject.active:
        return Answer(False, _NOT_ACTIVE)
    if resource is not None and resource.bank != subject.bank:
        return Answer(False, _OTHER_BANK, hidden=True)
    grants = _grants(subject, permission)
    if not grants:
        roles = tuple(ROLES[r].label for r in sorted(subject.roles) if r in ROLES)
        # without the permission to read a record at all it is as if it were not there
        return Answer(False, _NO_ROLE, {**named, "roles": roles}, hidden=resource is not None)
    role = max(sorted(grants), key=lambda r: grants[r])
    told = {**named, "role": ROLES[role].label, "reach": grants[role]}
    if resource is not None and not _within(subject, grants[role], resource):
        return Answer(False, _NOT_OWN, told, hidden=True)
    if asked.personal and not purpose.strip():
        return Answer(False, _NO_PURPOSE, named)
    return Answer(True, _ALLOWED, told, logged=asked.personal)


def granting(subject: Subject, permission: str, resource: Resource | None = None) -> tuple[str, ...]:
    """The roles by which somebody has a permission, over a record where one is named; the farthest reach first."""
    grants = _grants(subject, permission)
    mine = [
        r
        for r in grants
        if resource is None or (resource.bank == subject.bank and _within(subject, grants[r], resource))
    ]
    return tuple(sorted(mine, key=lambda r: (-grants[r], r)))


def reach_of(subject: Subject, permission: str) -> Reach | None:
    """How far somebody has a permission; None where they have not got it."""
    return max(_grants(subject, permission).values(), default=None)


def _grants(subject: Subject, permission: str) -> dict[str, Reach]:
    """By role how far it gives a permission to this subject."""
    if not subject.active or (subject.scopes is not None and permission not in subject.scopes):
        return {}
    return {r: ROLES[r].grants[permission] for r in subject.roles if r in ROLES and permission in ROLES[r].grants}


def _within(subject: Subject, reach: Reach, resource: Resource) -> bool:
    own = subject.account in resource.owners
    at_branch = bool(subject.branch) and subject.branch == resource.branch
    return reach is Reach.BANK or own or (reach is Reach.BRANCH and at_branch)


def _said(value: Any, lang: Lang) -> Any:
    if isinstance(value, Reach):
        return translate(REACHES[value], lang)
    if isinstance(value, tuple):
        return ("、" if lang == "zh" else ", ").join(v[lang] for v in value) or "-"
    return value
