"""Why a firm's data are read: the bank's catalogue of purposes, which of them each role has, which want the firm's consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from windchime.core.errors import Refused
from windchime.core.text import Text, _
from windchime.service.access.answering import Resource, Subject, granting
from windchime.service.access.permissions import PERMISSIONS


class NotYourPurpose(Refused):
    """A purpose that none of the asker's roles has for this, or none at all."""

    msgid = _("'{purpose}' is no purpose for which you may do this")
    hint = _("purposes of your roles: {known}")

    def __init__(self, purpose: str, known: tuple[Text, ...]) -> None:
        said = Text("、".join(t.zh for t in known) or "-", ", ".join(t.en for t in known) or "-")
        super().__init__(purpose=purpose[:80], known=said)


class PurposeWanted(Refused):
    """Personal data in clear are asked for without saying what for."""

    msgid = _("{permission}: say for which purpose")
    hint = _("purposes of your roles: {known}")

    def __init__(self, permission: Text, known: tuple[Text, ...]) -> None:
        said = Text("、".join(t.zh for t in known) or "-", ", ".join(t.en for t in known) or "-")
        super().__init__(permission=permission, known=said)


@dataclass(frozen=True, slots=True)
class Purpose:
    """One reason for which a firm's data may be read."""

    name: str
    label: Text
    #: whether the firm must have agreed to it
    needs_consent: bool
    #: what it rests on, with its standing; the bank's compliance confirms it
    source: Text


@dataclass(frozen=True, slots=True)
class Purposes:
    """What the bank's scheme `access` says of purposes, on the day it is asked."""

    #: by name
    known: Mapping[str, Purpose]
    #: by role the purposes it may have, its default first
    of_roles: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, known: Mapping[str, Any], of_roles: Mapping[str, Any]) -> Self:
        """From the two parameters of the scheme; a role's purpose that the catalogue lacks is none."""
        read = {
            name: Purpose(name, Text(str(p["zh"]), str(p["en"])), p["consent"] is True, Text.of(p["source"]))
            for name, p in known.items()
        }
        return cls(read, {role: tuple(n for n in names if n in read) for role, names in of_roles.items()})

    def open_to(self, subject: Subject, permission: str, resource: Resource | None = None) -> tuple[Purpose, ...]:
        """The purposes for which somebody may use a permission over a record: those of the roles that give it, defaults first."""
        names = [self.of_roles.get(role, ()) for role in granting(subject, permission, resource)]
        ordered = dict.fromkeys([*(n[0] for n in names if n), *(name for n in names for name in n)])
        return tuple(self.known[name] for name in ordered)

    def chosen(self, subject: Subject, permission: str, resource: Resource | None, asked: str) -> Purpose:
        """The purpose of one request: the one it names; by default the first of whoever asks.

        Raises:
            NotYourPurpose: none of the roles that give the permission over the record has it.
            PurposeWanted: the permission reads personal data, and no purpose was named.
        """
        mine = self.open_to(subject, permission, resource)
        labels = tuple(p.label for p in mine)
        if not asked and PERMISSIONS[permission].personal:
            raise PurposeWanted(PERMISSIONS[permission].label, labels)
        found = next((p for p in mine if asked in ("", p.name)), None)
        if found is None:
            raise NotYourPurpose(asked or "-", labels)
        return found
