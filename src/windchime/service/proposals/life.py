"""The life of a proposal: made, revised, approved, sent back, withdrawn; every step one transaction with its audit record.

A write transaction of a bank is alone (see `service.bank`), so what a step reads stays true until it commits: of two who
approve at once, the second finds it in effect.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical, digest
from windchime.core.errors import UnknownName
from windchime.core.ids import uuid7
from windchime.core.text import is_plain
from windchime.core.unit import Unit, same_person
from windchime.service.bank import Bank
from windchime.service.proposals.asking import TokenChecks, asker, refusal
from windchime.service.proposals.errors import (
    BadForm,
    MayNot,
    NoChange,
    NoReason,
    NotPlain,
    NotTheMaker,
    OtherThanSeen,
    OwnProposal,
    ProgramChecks,
    ProposalEnded,
    ProposedAlready,
    RevisionChanged,
)
from windchime.service.proposals.kinds import Change, Kind
from windchime.service.proposals.tables import Proposal, ProposalRevision

#: states in which a maker can still change or withdraw it
UNDECIDED = ("open", "sent_back")


def propose(
    bank: Bank,
    unit: Unit,
    kind: Kind,
    subject: str,
    after: Any,
    *,
    reason: str,
    expires_at: datetime | None = None,
    attachments: Mapping[str, str] | None = None,
    asked_by: str = "",
    scopes: frozenset[str] | None = None,
) -> str:
    """Propose a change; gives the proposal's id. Nothing changes yet but that it waits to be checked.

    Args:
        bank: whose.
        unit: the transaction; its actor is the maker.
        kind: of the change.
        subject: what it is about, `kind:id`.
        after: what shall stand, as the kind wants it: JSON values, decimals, dates.
        reason: why; checkers read it.
        expires_at: nobody can approve it from then on.
        attachments: SHA-256 of each by its name.
        asked_by: in whose name a program proposes: they cannot check it either.
        scopes: of the token the maker came with.

    Raises:
        MayNot: the maker has not the kind's permission.
        NoReason, NotPlain, NoChange, ProposedAlready: as named.
        And what the kind's `examine` raises.
    """
    row = Proposal(
        id=uuid7(unit.clock),
        kind=kind.name,
        subject=subject,
        state="open",
        revision=1,
        made_by=unit.actor.name,
        made_at=unit.now,
        expires_at=expires_at,
        comment="",
    )
    revision = _revision(bank, unit, kind, row, after, reason, attachments or {}, asked_by, scopes)
    same = (
        select(Proposal.id)
        .join(ProposalRevision)
        .where(
            Proposal.subject == subject,
            Proposal.state == "open",
            ProposalRevision.number == Proposal.revision,
            ProposalRevision.digest == revision.digest,
        )
    )
    if (known := unit.session.scalars(same).first()) is not None:
        raise ProposedAlready(known)
    unit.session.add(row)
    unit.session.flush()
    unit.session.add(revision)
    _told(unit, row, "make", None, revision, reason)
    return row.id


def revise(
    bank: Bank,
    unit: Unit,
    kind: Kind,
    proposal_id: str,
    after: Any,
    *,
    reason: str,
    attachments: Mapping[str, str] | None = None,
    scopes: frozenset[str] | None = None,
) -> None:
    """Give a proposal another form, against what stands now; it waits to be checked (again).

    Whoever has made one of its forms cannot check any.

    Raises:
        UnknownName: no such proposal.
        ProposalEnded: it has ended.
        NotTheMaker: somebody else made it.
        And what `propose` raises.
    """
    row = find(unit.session, proposal_id)
    _own(unit, row)
    before = row.state
    row.revision, row.state = row.revision + 1, "open"
    revision = _revision(bank, unit, kind, row, after, reason, attachments or {}, "", scopes)
    unit.session.add(revision)
    _told(unit, row, "revise", before, revision, reason)


def approve(
    bank: Bank,
    unit: Unit,
    kind: Kind,
    proposal_id: str,
    *,
    seen: str,
    comment: str = "",
    scopes: frozenset[str] | None = None,
    tell: Callable[[Mapping[str, str]], None] | None = None,
) -> str:
    """Check a proposal and let it take effect, all in this transaction; gives the state it ended in.

    It ends as `overtaken` or `expired`, without effect, where what it would change has changed since or its time is over;
    that is given back and not raised, so that the transaction keeps it. Callers tell it (`Overtaken`, `Expired`).

    Args:
        bank: whose.
        unit: the transaction; its actor is the checker.
        kind: of the proposal.
        proposal_id: which.
        seen: digest of the form the checker has looked at.
        comment: what they say to it.
        scopes: of the token they came with.
        tell: is given what the checker is told once and nobody keeps, such as a password that was drawn.

    Raises:
        UnknownName: no such proposal.
        BadForm: what shall stand is not of the form its kind wants; nothing has happened.
        OwnProposal: the checker made it, in any of its forms, or a program did in their name.
        ProgramChecks, TokenChecks: a program checks, in its own name or with a person's token.
        MayNot: the checker has not the kind's permission now.
        ProposalEnded: it does not wait for a check.
        OtherThanSeen: it was changed after the checker opened it.
        RevisionChanged: the stored form is not what was written.
        And what the kind's `examine` and `effect` raise: then nothing has happened.
    """
    row, revision = _to_check(bank, unit, kind, proposal_id, scopes)
    if seen != revision.digest:
        raise OtherThanSeen(row.id)
    if row.expires_at is not None and row.expires_at <= unit.now:
        return _end(unit, row, revision, "expired", comment)
    with _of_form(kind):
        standing = canonical(kind.before(bank, unit.session, row.subject, json.loads(revision.after))).decode()
    if standing != revision.before:
        return _end(unit, row, revision, "overtaken", comment)
    change = change_of(row, revision)
    with _of_form(kind):
        kind.examine(bank, unit.session, change)
        told = kind.effect(bank, unit, change)
    if told and tell is not None:
        tell(told)
    return _end(unit, row, revision, "effected", comment)


def send_back(
    bank: Bank,
    unit: Unit,
    kind: Kind,
    proposal_id: str,
    *,
    comment: str,
    scopes: frozenset[str] | None = None,
) -> None:
    """Give a proposal back to its maker, with what is to be better.

    Raises:
        NoReason: the comment is empty.
        And what `approve` raises of who may check.
    """
    row, revision = _to_check(bank, unit, kind, proposal_id, scopes)
    if not comment.strip():
        raise NoReason
    _end(unit, row, revision, "sent_back", comment)


def withdraw(
    bank: Bank,
    unit: Unit,
    kind: Kind,
    proposal_id: str,
    *,
    comment: str = "",
    scopes: frozenset[str] | None = None,
) -> None:
    """Take one's own proposal back; a role that was lost since does not matter, the scopes of a token do.

    Raises:
        UnknownName: no such proposal.
        MayNot: the token has not the scope to propose.
        ProposalEnded: it has ended.
        NotTheMaker: somebody else made it.
    """
    row = find(unit.session, proposal_id)
    _own(unit, row)
    if scopes is not None:
        _let(bank, unit, kind, row, kind.propose_permission, scopes)
    _end(unit, row, newest(unit.session, row), "withdrawn", comment)


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
    if revision.digest != _digest(row, revision):
        raise RevisionChanged(row.id, revision.number)
    return revision


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


def _revision(
    bank: Bank,
    unit: Unit,
    kind: Kind,
    row: Proposal,
    after: Any,
    reason: str,
    attachments: Mapping[str, str],
    asked_by: str,
    scopes: frozenset[str] | None,
) -> ProposalRevision:
    session = unit.session
    if unit.actor.kind == "person":
        _let(bank, unit, kind, row, kind.propose_permission, scopes)
    if not reason.strip():
        raise NoReason
    _plain(reason, after.get("label") if isinstance(after, Mapping) else None)
    with _of_form(kind):
        wanted = canonical(after).decode()
        before = canonical(kind.before(bank, session, row.subject, json.loads(wanted))).decode()
    if before == wanted:
        raise NoChange
    revision = ProposalRevision(
        proposal_id=row.id,
        number=row.revision,
        maker=unit.actor.name,
        asked_by=asked_by,
        before=before,
        after=wanted,
        attachments=canonical(attachments).decode(),
        reason=reason,
        made_at=unit.now,
    )
    revision.digest = _digest(row, revision)
    with _of_form(kind):
        kind.examine(bank, session, change_of(row, revision))
    return revision


@contextmanager
def _of_form(kind: Kind) -> Iterator[None]:
    """What shall stand comes from outside and may be anything: what a kind cannot read is a bad call.

    Raises:
        BadForm: in place of the errors of reading.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise BadForm(kind.name) from error


def _digest(row: Proposal, revision: ProposalRevision) -> str:
    parts = (row.kind, row.subject, revision.before, revision.after, revision.attachments)
    return digest(dict(zip(("kind", "subject", "before", "after", "attachments"), parts, strict=True)))


def _to_check(
    bank: Bank, unit: Unit, kind: Kind, proposal_id: str, scopes: frozenset[str] | None
) -> tuple[Proposal, ProposalRevision]:
    """A proposal that waits, for somebody who may check it."""
    row = find(unit.session, proposal_id)
    assert row.kind == kind.name
    if made_by(unit.session, row, unit.actor.name):
        raise OwnProposal(unit.actor.name)
    if unit.actor.kind != "person":
        raise ProgramChecks(unit.actor.name)
    if scopes is not None:
        raise TokenChecks
    _let(bank, unit, kind, row, kind.check_permission, None)
    if row.state != "open":
        raise ProposalEnded(row.id, row.state)
    return row, newest(unit.session, row)


def _let(bank: Bank, unit: Unit, kind: Kind, row: Proposal, permission: str, scopes: frozenset[str] | None) -> None:
    """Refuse whoever has not a permission over what a proposal is about, as their account is now."""
    resource = kind.resource(bank, unit.session, row.subject)
    why = refusal(asker(unit.session, bank, unit.actor, scopes), permission, resource)
    if why is not None:
        raise MayNot(unit.actor.name, why)


def _plain(*texts: object) -> None:
    """Refuse what other people are to read and cannot see."""
    if not all(is_plain(t) for t in texts if isinstance(t, str)):
        raise NotPlain


def _own(unit: Unit, row: Proposal) -> None:
    if not made_by(unit.session, row, unit.actor.name):
        raise NotTheMaker(unit.actor.name)
    if row.state not in UNDECIDED:
        raise ProposalEnded(row.id, row.state)


def _end(unit: Unit, row: Proposal, revision: ProposalRevision, state: str, comment: str) -> str:
    _plain(comment)
    before = row.state
    row.state, row.checker, row.checked_at, row.comment = state, unit.actor.name, unit.now, comment
    verbs = {"effected": "approve", "sent_back": "send_back", "withdrawn": "withdraw"}
    _told(unit, row, verbs.get(state, state), before, revision, comment)
    return state


def _told(unit: Unit, row: Proposal, verb: str, before: str | None, revision: ProposalRevision, reason: str) -> None:
    """The step in the audit chain, which is the proposal's history; the digest binds it to what was proposed."""
    unit.session.flush()
    after = {
        "state": row.state,
        "kind": row.kind,
        "about": row.subject,
        "revision": revision.number,
        "digest": revision.digest,
    }
    unit.record(
        f"proposal.{verb}",
        f"proposal:{row.id}",
        before=None if before is None else {"state": before},
        after=after,
        reason=reason,
    )
    told = {"proposal": row.id, "kind": row.kind}
    if row.state == "open":
        unit.emit("proposal.made", f"proposal:{row.id}", told)
    else:
        unit.emit("proposal.ended", f"proposal:{row.id}", {**told, "state": row.state})
