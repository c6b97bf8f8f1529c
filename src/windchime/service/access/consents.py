"""Consents of firms: recorded with the hash of the signed document, and revoked at once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from hashlib import sha256
from re import fullmatch

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from windchime.core.canonical import digest
from windchime.core.errors import BadCall, Refused, UnknownName
from windchime.core.ids import uuid7
from windchime.core.text import Text, _
from windchime.core.unit import Unit
from windchime.service.access.answering import Subject
from windchime.service.access.names import NamesNothing
from windchime.service.access.permissions import CATEGORIES
from windchime.service.access.purposes import Purpose
from windchime.service.access.tables import Consent
from windchime.service.database import plain

#: in which capacity consent is given; the person's name stands in the signed document alone
GIVERS: Mapping[str, Text] = {
    "legal_rep": Text("法定代表人", "legal representative"),
    "proxy": Text("授权代理人", "proxy"),
    "operator": Text("经营者本人", "the operator"),
    "applicant": Text("企业用户在线同意", "the firm's own user, online"),
}
#: the capacity in which a firm's own user agrees, with the terms themselves as the document
ONLINE = "applicant"
#: days of the longest consent: ten years; one without an end is no consent to anything in particular
MOST_DAYS = 3653
#: what a program gives that was handed an empty file
_OF_NOTHING = sha256(b"").hexdigest()


class BadConsent(BadCall):
    """A consent that cannot be meant."""

    msgid = _("this consent cannot be recorded: {reason}")

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)

    @classmethod
    def ends_early(cls) -> "BadConsent":
        """Its last day is before its first."""
        return cls(_("its last day is before its first, or more than ten years later"))

    @classmethod
    def without_document(cls) -> "BadConsent":
        """No hash of a document."""
        return cls(_("it names no document by its SHA-256, 64 hexadecimal digits"))

    @classmethod
    def of_no_paper(cls) -> "BadConsent":
        """A hash that no signed document has."""
        return cls(_("its SHA-256 is not that of a signed document: one digit all over, or that of an empty file"))

    @classmethod
    def of_nobody(cls) -> "BadConsent":
        """No firm."""
        return cls(_("it names no firm"))

    @classmethod
    def of_nothing(cls) -> "BadConsent":
        """No kind of data."""
        return cls(_("it names no kind of data"))


class AnothersPaper(BadConsent):
    """The document of another firm's consent, which nobody has revoked."""

    hint = _(
        "compliance sees by its hash for whom it was recorded; where that was a mistake, whoever looks after that firm "
        "revokes it, and it is recorded again"
    )

    def __init__(self, reason: str = _("its document was recorded for another firm; each firm signs its own")) -> None:
        super().__init__(reason)


class NoConsent(Refused):
    """The firm has not agreed, no longer agrees, or to something else."""

    msgid = _("there is no consent of the firm in force for {purpose} ({category})")
    hint = _("record the signed consent on the page of the firm's consents, or by: windchime consent record")

    def __init__(self, purpose: Text, category: str) -> None:
        super().__init__(purpose=purpose, category=CATEGORIES[category])


class NotTheirCapacity(Refused):
    """A capacity in which this account cannot record a consent."""

    msgid = _("you cannot record a consent given in the capacity '{given_by}'")
    hint = _("a firm's own user agrees online; everybody else records a signed document")

    def __init__(self, given_by: str) -> None:
        super().__init__(given_by=given_by[:40])


class AlreadyRevoked(Refused):
    """A consent that was revoked before."""

    msgid = _("this consent was revoked already")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a firm agrees to."""

    firm_id: str
    #: name in the catalogue of purposes
    purpose: str
    #: of `permissions.CATEGORIES`, at least one
    categories: tuple[str, ...]
    #: first and last day on which it holds
    valid_from: date
    valid_to: date

    @property
    def digest(self) -> str:
        """SHA-256 of the terms in their plain form: the document of a consent that is given online."""
        return digest(asdict(self) | {"categories": sorted(set(self.categories))})


def is_applicant(subject: Subject | None) -> bool:
    """Whether somebody is a firm's own user."""
    return subject is not None and "applicant" in subject.roles


def allowed_to_give(subject: Subject | None, given_by: str) -> None:
    """See that a consent is recorded in a capacity that its recorder can vouch for: a firm's own user agrees online, and alone.

    Raises:
        NotTheirCapacity: it is not.
    """
    if subject is not None and is_applicant(subject) != (given_by == ONLINE):
        raise NotTheirCapacity(given_by)


def year_later(day: date) -> date:
    """The day before the same day of the next year."""
    return (
        day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 3, 1)
    ) - timedelta(1)


def record(unit: Unit, terms: Terms, *, given_by: str, document: str, known: Mapping[str, Purpose]) -> Consent:
    """Record a consent; gives its row.

    Args:
        unit: the transaction.
        terms: what the firm agreed to.
        given_by: of `GIVERS`.
        document: SHA-256 of the signed document, hexadecimal; of one given online by the firm's own user, that of its terms.
        known: the bank's purposes, by name.

    Raises:
        NamesNothing: no such purpose, category or giver.
        BadConsent: no firm, no document, no end.
        AnothersPaper: the document of another firm's consent that was not revoked.
    """
    for kind, names, allowed in (
        (_("purpose"), [terms.purpose], known),
        (_("kind of data"), terms.categories, CATEGORIES),
        (_("capacity"), [given_by], GIVERS),
    ):
        for name in names:
            if name not in allowed:
                raise NamesNothing(kind, name[:80], tuple(allowed))
    document = terms.digest if given_by == ONLINE else document.strip().lower()
    if not terms.firm_id.strip():
        raise BadConsent.of_nobody()
    if not terms.categories:
        raise BadConsent.of_nothing()
    _examine_document(unit.session, terms.firm_id, document)
    if not 0 <= (terms.valid_to - terms.valid_from).days <= MOST_DAYS:
        raise BadConsent.ends_early()
    row = Consent(
        id=uuid7(unit.clock),
        firm_id=terms.firm_id,
        purpose=terms.purpose,
        categories=f" {' '.join(sorted(set(terms.categories)))} ",
        given_by=given_by,
        document=document,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        recorded_by=unit.actor.name,
        recorded_at=unit.now,
        revoked_by=None,
        revoked_at=None,
    )
    unit.session.add(row)
    unit.session.flush()
    unit.record("consent.record", f"consent:{row.id}", after=_said(row))
    return row


def revoke(unit: Unit, consent_id: str, reason: str = "", *, firm_id: str | None = None) -> None:
    """End a consent at once; what was decided under it stands.

    Args:
        unit: the transaction.
        consent_id: which.
        reason: why, for the audit chain.
        firm_id: the firm it must be of; None for any.

    Raises:
        UnknownName: there is none of the firm.
        AlreadyRevoked: it ended before.
    """
    row = unit.session.get(Consent, consent_id)
    if row is None or firm_id not in (None, row.firm_id):
        raise UnknownName(_("consent"), consent_id[:40], ())
    if row.revoked_at is not None:
        raise AlreadyRevoked
    before = _said(row)
    row.revoked_at, row.revoked_by = unit.now, unit.actor.name
    unit.record("consent.revoke", f"consent:{row.id}", before=before, after=_said(row), reason=reason)


#: a paper by its hash under another firm; one that was revoked, such as one recorded by mistake, keeps it from nobody
_OF_OTHERS = (
    select(Consent.id)
    .where(
        Consent.document == bindparam("document"),
        Consent.firm_id != bindparam("firm_id"),
        Consent.revoked_at.is_(None),
    )
    .limit(1)
)


def _examine_document(session: Session, firm_id: str, document: str) -> None:
    """See that a hash may be that of a paper which this firm signed; whether it is, whoever holds the paper can tell."""
    if fullmatch("[0-9a-f]{64}", document) is None:
        raise BadConsent.without_document()
    if len(set(document)) == 1 or document == _OF_NOTHING:
        raise BadConsent.of_no_paper()
    if plain(session, _OF_OTHERS, document=document, firm_id=firm_id).first():
        raise AnothersPaper


def _said(row: Consent) -> dict[str, object]:
    return {
        "firm_id": row.firm_id,
        "purpose": row.purpose,
        "categories": row.categories.split(),
        "given_by": row.given_by,
        "document": row.document,
        "valid_from": row.valid_from,
        "valid_to": row.valid_to,
        "revoked_at": row.revoked_at,
    }
