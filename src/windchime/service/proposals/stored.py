"""What is stored of a proposal: the row, its forms, who took part in making them, and whether each still is what was written."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from windchime.core.canonical import digest
from windchime.core.errors import UnknownName, WindchimeError
from windchime.core.text import LANGS, Lang
from windchime.core.unit import same_person
from windchime.service.bank import Bank
from windchime.service.proposals.errors import (
    DamagedProposal,
    FormUnreadable,
    KindUnknown,
    RevisionChanged,
    StateUnknown,
    TextsGone,
)
from windchime.service.proposals.kinds import Change, Compared, Kind
from windchime.service.proposals.tables import Proposal, ProposalRevision
from windchime.service.proposals.words import STATES

#: states in which a maker can still change or withdraw it
UNDECIDED = ("open", "sent_back")
#: states that nothing leaves; one that is none of all is damage
ENDED = tuple(s for s in STATES if s not in UNDECIDED)
#: what reading a stored form that is not of its kind's form raises
UNREADABLE = (WindchimeError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError)


def find(session: Session, proposal_id: str) -> Proposal:
    """The proposal.

    Raises:
        UnknownName: there is none.
    """
    found = session.get(Proposal, proposal_id)
    if found is None:
        raise UnknownName("proposal", proposal_id, ())
    return found


def revisions(session: Session, row: Proposal) -> list[ProposalRevision]:
    """Every form of a proposal, oldest first."""
    query = select(ProposalRevision).where(ProposalRevision.proposal_id == row.id).order_by(ProposalRevision.number)
    return list(session.scalars(query))


def newest(session: Session, row: Proposal) -> ProposalRevision:
    """The form that stands.

    Raises:
        RevisionChanged: it is not what its digest says.
    """
    return proven(row, session.get_one(ProposalRevision, (row.id, row.revision)))


def proven(row: Proposal, revision: ProposalRevision) -> ProposalRevision:
    """A form of a proposal whose digest was counted again.

    Raises:
        RevisionChanged: it is not what its digest says.
    """
    if revision.digest != digest_of(row, revision):
        raise RevisionChanged(row.id, revision.number)
    return revision


def over(row: Proposal, now: datetime) -> bool:
    """Whether the time in which somebody could have approved it is over."""
    return row.state in UNDECIDED and row.expires_at is not None and row.expires_at <= now


def in_time(now: datetime) -> ColumnElement[bool]:
    """The same as a condition of rows that are asked for: those whose time is not over."""
    return or_(Proposal.expires_at.is_(None), Proposal.expires_at > now)


def made_by(session: Session, row: Proposal, name: str) -> bool:
    """Whether somebody took part in making it: as its first maker, of any of its forms, or through a program."""
    return took_part(row, revisions(session, row), name)


def took_part(row: Proposal, forms: Iterable[ProposalRevision], name: str) -> bool:
    """See `made_by`; of forms that were read already."""
    parts = [row.made_by, *(n for r in forms for n in (r.maker, r.asked_by) if n)]
    return any(same_person(n, name) for n in parts)


def change_of(row: Proposal, revision: ProposalRevision) -> Change:
    """A proposal in one of its forms, as kinds see it."""
    return Change(
        row.id,
        row.kind,
        row.subject,
        json.loads(revision.before),
        json.loads(revision.after),
        revision.reason,
        revision.maker,
        json.loads(revision.attachments),
    )


def digest_of(row: Proposal, revision: ProposalRevision) -> str:
    """SHA-256 over what a checker sees of a form, and what it is about."""
    parts = (row.kind, row.subject, revision.before, revision.after, revision.attachments)
    return digest(dict(zip(("kind", "subject", "before", "after", "attachments"), parts, strict=True)))


def read(
    bank: Bank, session: Session, kind: Kind, row: Proposal, forms: Sequence[ProposalRevision]
) -> tuple[ProposalRevision, Change, Mapping[Lang, str]]:
    """The form that stands, proven and read, with the line that says what is proposed.

    Args:
        bank: whose.
        session: of its database.
        kind: of the proposal.
        row: the proposal.
        forms: all of its forms, oldest first.

    Raises:
        KindUnknown, StateUnknown: as named.
        RevisionChanged: it is missing or not what its digest says.
        FormUnreadable: the kind cannot say what it is.
    """
    if not kind.known:
        raise KindUnknown(row.id, row.kind)
    if row.state not in STATES:
        raise StateUnknown(row.id)
    if not forms or forms[-1].number != row.revision:
        raise RevisionChanged(row.id, row.revision)
    revision = proven(row, forms[-1])
    try:
        change = change_of(row, revision)
        return revision, change, {lang: kind.summary(bank, session, change, lang) for lang in LANGS}
    except UNREADABLE as error:
        raise FormUnreadable(row.id, row.kind) from error


def texts(bank: Bank, session: Session, kind: Kind, change: Change, lang: Lang) -> tuple[Compared, ...]:
    """The texts of a proposal that a page shows line by line.

    Raises:
        TextsGone: they cannot be read.
    """
    try:
        return kind.texts(bank, session, change, lang)
    except UNREADABLE as error:
        raise TextsGone(change.id) from error


def damage(
    bank: Bank, session: Session, kind: Kind, row: Proposal, forms: Sequence[ProposalRevision]
) -> DamagedProposal | None:
    """What is wrong with what is stored of a proposal, its texts included; None where it is whole. See `read`."""
    try:
        texts(bank, session, kind, read(bank, session, kind, row, forms)[1], LANGS[0])
    except DamagedProposal as why:
        return why
    return None
