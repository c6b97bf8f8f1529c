"""Agreements as they are kept, listed, and carried from one bank to the other."""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical, sha256
from windchime.core.errors import UnknownName
from windchime.core.ids import named
from windchime.core.text import Text, _
from windchime.service.agreements.errors import AgreementChanged, BadTerms, NoAgreement
from windchime.service.agreements.tables import Agreement
from windchime.service.agreements.terms import Side, Terms

#: an agreement is a few hundred bytes; a file that is larger is none
MAX_BYTES = 20_000
SIDES: tuple[Side, Side] = ("giving", "receiving")
STATES = {
    "half": Text("待对方签署", "waits for the other's signature"),
    "in_force": Text("双方已签署", "signed by both"),
    "revoked": Text("已撤销", "revoked"),
    "expired": Text("已到期", "expired"),
    "not_yet": Text("尚未生效", "not yet in force"),
    "says_not_how": Text("未写明汇总口径，须重新签署", "says not how aggregates are made: agree anew"),
    "changed": Text("签署后被改动", "was changed after it was signed"),
}
State = Literal["half", "in_force", "revoked", "expired", "not_yet", "says_not_how", "changed"]
_AGREEMENT = _("agreement")


@dataclass(frozen=True, slots=True)
class Paper:
    """An agreement as it is carried from one bank to the other."""

    terms: Terms
    #: signatures by side; a side that has not signed is missing
    signatures: dict[Side, str]

    def as_bytes(self) -> bytes:
        """The file."""
        return canonical({"terms": self.terms.as_dict(), "signatures": self.signatures}) + b"\n"

    @classmethod
    def read(cls, file: Path) -> "Paper":
        """From a file.

        Raises:
            NoAgreement: it is none.
            BadTerms: it says what cannot be agreed on.
        """
        try:
            with file.open("rb") as opened:
                said = json.loads(opened.read(MAX_BYTES))
            given = {side: str(said["signatures"][side]) for side in SIDES if side in said["signatures"]}
            return cls(Terms.of(said["terms"]), given)
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            raise NoAgreement(file) from None


def terms_of(row: Agreement) -> Terms:
    """The stored terms.

    Raises:
        AgreementChanged: they are not those that the agreement's id says.
    """
    if sha256(row.terms.encode()) != row.id:
        raise AgreementChanged(row.id)
    try:
        return Terms.read(row.terms)
    except BadTerms:
        raise AgreementChanged(row.id) from None


def state(row: Agreement, day: date) -> State:
    """The state of an agreement as lists show it; whether something may cross is `standing`'s to say."""
    try:
        terms = terms_of(row)
    except AgreementChanged:
        return "changed"
    if row.revoked_at is not None:
        return "revoked"
    if terms.says_not_how:
        return "says_not_how"
    if row.other_signature is None:
        return "half"
    return "not_yet" if day < terms.valid_from else "expired" if day > terms.valid_until else "in_force"


def paper(row: Agreement) -> Paper:
    """An agreement to be carried to the other bank."""
    side: Side = "giving" if row.side == "giving" else "receiving"
    signatures: dict[Side, str] = {side: row.own_signature}
    if row.other_signature is not None:
        signatures[other_side(row)] = row.other_signature
    return Paper(terms_of(row), signatures)


def agreements(session: Session) -> list[Agreement]:
    """All, the one signed last first."""
    return list(session.scalars(select(Agreement).order_by(Agreement.signed_at.desc(), Agreement.id)))


def find(session: Session, agreement_id: str) -> Agreement:
    """An agreement, by its id or an unambiguous beginning of it.

    Raises:
        UnknownName: none, or several.
    """
    known = session.scalars(select(Agreement.id)).all()
    found = named(agreement_id, known)
    if found is None:
        raise UnknownName(_AGREEMENT, agreement_id, tuple(k[:12] for k in known))
    return session.get_one(Agreement, found)


def as_dict(row: Agreement, day: date) -> dict[str, Any]:
    """An agreement as programs are told of it; without terms where these are not what was signed."""
    found = state(row, day)
    terms = None if found == "changed" else terms_of(row).as_dict()
    return {"id": row.id, "side": row.side, "state": found, "terms": terms}


def other_side(row: Agreement) -> Side:
    """The side this bank is not."""
    return "receiving" if row.side == "giving" else "giving"
