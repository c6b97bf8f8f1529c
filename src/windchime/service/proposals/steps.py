"""What every step of a proposal goes through: who may take it, the form it is about, its end, and its record."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from windchime.core.canonical import canonical
from windchime.core.text import is_plain
from windchime.core.unit import Unit
from windchime.service.bank import Bank
from windchime.service.proposals.asking import TokenChecks, asker, refusal
from windchime.service.proposals.errors import (
    BadForm,
    MayNot,
    NoChange,
    NoReason,
    NotPlain,
    NotTheMaker,
    OwnProposal,
    ProgramChecks,
    ProposalEnded,
)
from windchime.service.proposals.kinds import Kind
from windchime.service.proposals.stored import UNDECIDED, change_of, digest_of, find, made_by, newest
from windchime.service.proposals.tables import Proposal, ProposalRevision

#: what the audit chain calls the steps that end in a state of another name
_VERBS = {"effected": "approve", "sent_back": "send_back", "withdrawn": "withdraw", "closed": "close"}


def formed(
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
    """A new form of a proposal, held against who may make it and what its kind wants; not yet in the database."""
    session = unit.session
    if unit.actor.kind == "person":
        let(bank, unit, kind, row, kind.propose_permission, scopes)
    if not reason.strip():
        raise NoReason
    plain(reason, after.get("label") if isinstance(after, Mapping) else None)
    with of_form(kind):
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
    revision.digest = digest_of(row, revision)
    with of_form(kind):
        kind.examine(bank, session, change_of(row, revision))
    return revision


@contextmanager
def of_form(kind: Kind) -> Iterator[None]:
    """What shall stand comes from outside and may be anything: what a kind cannot read is a bad call.

    Raises:
        BadForm: in place of the errors of reading.
    """
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise BadForm(kind.name) from error


def to_check(
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
    let(bank, unit, kind, row, kind.check_permission, None)
    if row.state != "open":
        raise ProposalEnded(row.id, row.state)
    return row, newest(unit.session, row)


def let(bank: Bank, unit: Unit, kind: Kind, row: Proposal, permission: str, scopes: frozenset[str] | None) -> None:
    """Refuse whoever has not a permission over what a proposal is about, as their account is now."""
    resource = kind.resource(bank, unit.session, row.subject)
    why = refusal(asker(unit.session, bank, unit.actor, scopes), permission, resource)
    if why is not None:
        raise MayNot(unit.actor.name, why)


def plain(*texts: object) -> None:
    """Refuse what other people are to read and cannot see."""
    if not all(is_plain(t) for t in texts if isinstance(t, str)):
        raise NotPlain


def owned(unit: Unit, row: Proposal) -> None:
    """Refuse whoever took no part in making a proposal, and any change of one that has ended."""
    if not made_by(unit.session, row, unit.actor.name):
        raise NotTheMaker(unit.actor.name)
    if row.state not in UNDECIDED:
        raise ProposalEnded(row.id, row.state)


def end(unit: Unit, row: Proposal, revision: ProposalRevision | None, state: str, comment: str) -> str:
    """A proposal leaves the state it is in, with what is said to it; gives the state it is in now."""
    plain(comment)
    before = row.state
    row.state, row.checker, row.checked_at, row.comment = state, unit.actor.name, unit.now, comment
    told(unit, row, _VERBS.get(state, state), before, revision, comment)
    return state


def told(
    unit: Unit, row: Proposal, verb: str, before: str | None, revision: ProposalRevision | None, reason: str
) -> None:
    """The step in the audit chain, which is the proposal's history; the digest binds it to what was proposed."""
    unit.session.flush()
    after = {
        "state": row.state,
        "kind": row.kind,
        "about": row.subject,
        "revision": revision.number if revision else row.revision,
        "digest": revision.digest if revision else "",
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
