"""An agreement is signed by this bank after its own four eyes, completed by the other's signature, revoked by either alone."""

import secrets
from datetime import date

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy.orm import Session

from windchime.core.errors import Refused
from windchime.core.text import _
from windchime.core.unit import Unit
from windchime.service.agreements.answers import Answers
from windchime.service.agreements.errors import (
    AgreementChanged,
    BadTerms,
    NotBothSigned,
    NotInTime,
    NotTheirSignature,
    Revoked,
    SaysNotHow,
)
from windchime.service.agreements.papers import Paper, find, other_side, terms_of
from windchime.service.agreements.tables import Agreement
from windchime.service.agreements.terms import DOMAIN, Side, Terms
from windchime.service.bank import Bank
from windchime.service.checkpoints import make_key, private_key

#: the file in the vault's folder that is made where no other is named
OWN_FILE = "agreement.key"


class SignedAlready(Refused):
    """Terms this bank has signed."""

    msgid = _("agreement {agreement} is signed already")

    def __init__(self, agreement: str) -> None:
        super().__init__(agreement=agreement[:12])


def key(bank: Bank) -> Ed25519PrivateKey:
    """The key a bank signs with; one that names no file of its own has one made, once.

    Raises:
        NoKey: the named file holds none.
    """
    file = bank.agreement_key_file or bank.vault_dir / OWN_FILE
    if bank.agreement_key_file is None and not file.exists():
        make_key(file)
    return private_key(file)


def public_key(bank: Bank) -> str:
    """A bank's public key, which the other side names in the terms, hexadecimal."""
    return key(bank).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def draft(
    bank: Bank,
    side: Side,
    other: str,
    other_key: str,
    *,
    kind: str,
    subject: str,
    purpose: str,
    valid_from: date,
    valid_until: date,
    answers: Answers | None = None,
) -> Terms:
    """Terms in which this bank is one side; to be proposed, checked and signed by both.

    Agreements on aggregates say how these are made, others do not.

    Raises:
        BadTerms: what cannot be agreed on.
    """
    mine, theirs = (bank.name, public_key(bank)), (other, other_key)
    (giving, giving_key), (receiving, receiving_key) = (mine, theirs) if side == "giving" else (theirs, mine)
    terms = Terms(
        giving, giving_key, receiving, receiving_key, kind, subject, purpose, valid_from, valid_until,
        secrets.token_hex(8), answers,
    )  # fmt: skip
    return Terms.of(terms.as_dict())


def side_of(bank: Bank, terms: Terms) -> Side:
    """Which side a bank is, by name and key.

    Raises:
        BadTerms: it is neither, or the key is not its own.
    """
    mine = (bank.name, public_key(bank))
    if mine == (terms.giving, terms.giving_key):
        return "giving"
    if mine == (terms.receiving, terms.receiving_key):
        return "receiving"
    raise BadTerms("this bank, with its key, is not one of the two")


def sign(bank: Bank, unit: Unit, terms: Terms, proposal: str) -> None:
    """Sign, in the transaction of the approval.

    Raises:
        BadTerms: this bank is not one of the two.
        SignedAlready: it has.
    """
    side = side_of(bank, terms)
    if unit.session.get(Agreement, terms.id) is not None:
        raise SignedAlready(terms.id)
    signature = key(bank).sign(DOMAIN + terms.bytes).hex()
    unit.session.add(
        Agreement(
            id=terms.id,
            terms=terms.bytes.decode(),
            side=side,
            own_signature=signature,
            other_signature=None,
            proposal=proposal,
            signed_at=unit.now,
            completed_at=None,
            revoked_at=None,
        )
    )
    unit.session.flush()
    unit.record("agreement.sign", f"agreement:{terms.id}", after={"terms": terms.as_dict(), "signature": signature})


def complete(unit: Unit, paper: Paper) -> None:
    """Put the other's signature beside one's own: the agreement is in force.

    Raises:
        UnknownName: this bank has not signed these terms: propose and check them first.
        NotTheirSignature: it is missing, or of another key.
        Revoked: it was.
    """
    row = find(unit.session, paper.terms.id)
    if row.revoked_at is not None:
        raise Revoked(row.id)
    other = other_side(row)
    signature = paper.signatures.get(other, "")
    if not paper.terms.signed_by(other, signature):
        raise NotTheirSignature(row.id)
    if row.other_signature is None:
        row.other_signature, row.completed_at = signature, unit.now
        unit.record("agreement.complete", f"agreement:{row.id}", after={"signature": signature})


def revoke(unit: Unit, agreement_id: str, reason: str) -> None:
    """Let nothing cross any more; one side, and one person, suffices: it only ever narrows.

    Raises:
        UnknownName: no such agreement.
        Revoked: it was.
    """
    row = find(unit.session, agreement_id)
    if row.revoked_at is not None:
        raise Revoked(row.id)
    row.revoked_at = unit.now
    unit.record("agreement.revoke", f"agreement:{row.id}", reason=reason)


def standing(session: Session, agreement_id: str, day: date) -> tuple[Terms, Side]:
    """The terms of an agreement that holds on a day, with both signatures verified, and which side this bank is.

    Raises:
        NotBothSigned: this bank or the other has not signed.
        AgreementChanged: the stored terms or this bank's signature are not those that were signed.
        NotTheirSignature: the other's signature is not of its key.
        Revoked, NotInTime, SaysNotHow: as named.
    """
    row = session.get(Agreement, agreement_id)
    if row is None or row.other_signature is None:
        raise NotBothSigned(agreement_id)
    terms = terms_of(row)
    side: Side = "giving" if row.side == "giving" else "receiving"
    if not terms.signed_by(side, row.own_signature):
        raise AgreementChanged(agreement_id)
    if not terms.signed_by(other_side(row), row.other_signature):
        raise NotTheirSignature(agreement_id)
    if row.revoked_at is not None:
        raise Revoked(agreement_id)
    if not terms.valid_from <= day <= terms.valid_until:
        raise NotInTime(agreement_id, day)
    if terms.says_not_how:
        raise SaysNotHow(agreement_id)
    return terms, side
