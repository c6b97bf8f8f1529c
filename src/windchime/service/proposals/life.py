"""The life of a proposal: made, revised, approved, sent back, withdrawn; every step one transaction with its audit record.

A write transaction of a bank is alone (see `service.bank`), so what a step reads stays true until it commits: of two who
approve at once, the second finds it in effect.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from windchime.core.canonical import canonical
from windchime.core.ids import uuid7
from windchime.core.unit import Unit
from windchime.service.bank import Bank
from windchime.service.proposals.errors import Expired, NoReason, OtherThanSeen, ProposedAlready
from windchime.service.proposals.kinds import Kind
from windchime.service.proposals.steps import end, formed, let, of_form, owned, to_check, told
from windchime.service.proposals.stored import change_of, find, newest, over
from windchime.service.proposals.tables import Proposal, ProposalRevision


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

    The same change proposed before, whose time is over, ends as `expired`: nobody could approve it.

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
    revision = formed(bank, unit, kind, row, after, reason, attachments or {}, asked_by, scopes)
    same = (
        select(Proposal)
        .join(ProposalRevision)
        .where(
            Proposal.subject == subject,
            Proposal.state == "open",
            ProposalRevision.number == Proposal.revision,
            ProposalRevision.digest == revision.digest,
        )
    )
    for known in unit.session.scalars(same).all():
        if not over(known, unit.now):
            raise ProposedAlready(known.id)
        end(unit, known, unit.session.get_one(ProposalRevision, (known.id, known.revision)), "expired", "")
    unit.session.add(row)
    unit.session.flush()
    unit.session.add(revision)
    told(unit, row, "make", None, revision, reason)
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
        Expired: its time is over; nobody could approve what is made of it.
        NotTheMaker: somebody else made it.
        And what `propose` raises.
    """
    row = find(unit.session, proposal_id)
    owned(unit, row)
    if over(row, unit.now):
        raise Expired(row.id)
    before = row.state
    row.revision, row.state = row.revision + 1, "open"
    revision = formed(bank, unit, kind, row, after, reason, attachments or {}, "", scopes)
    unit.session.add(revision)
    told(unit, row, "revise", before, revision, reason)


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
    row, revision = to_check(bank, unit, kind, proposal_id, scopes)
    if seen != revision.digest:
        raise OtherThanSeen(row.id)
    if over(row, unit.now):
        return end(unit, row, revision, "expired", comment)
    with of_form(kind):
        standing = canonical(kind.before(bank, unit.session, row.subject, json.loads(revision.after))).decode()
    if standing != revision.before:
        return end(unit, row, revision, "overtaken", comment)
    change = change_of(row, revision)
    with of_form(kind):
        kind.examine(bank, unit.session, change)
        told = kind.effect(bank, unit, change)
    if told and tell is not None:
        tell(told)
    return end(unit, row, revision, "effected", comment)


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
    row, revision = to_check(bank, unit, kind, proposal_id, scopes)
    if not comment.strip():
        raise NoReason
    end(unit, row, revision, "sent_back", comment)


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
    owned(unit, row)
    if scopes is not None:
        let(bank, unit, kind, row, kind.propose_permission, scopes)
    end(unit, row, newest(unit.session, row), "withdrawn", comment)
