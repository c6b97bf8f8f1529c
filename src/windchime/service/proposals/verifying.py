"""Whether proposals are what the audit chain says of them: each form, who made it and why, and where each stands."""

import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.service.proposals.errors import RevisionChanged
from windchime.service.proposals.stored import proven
from windchime.service.proposals.tables import Proposal, ProposalRevision
from windchime.service.tables import AuditRecord

#: the steps that write a form
_WRITING = ("proposal.make", "proposal.revise")


def verify(session: Session) -> list[Problem]:
    """Name each proposal and each of its forms that is not what the audit chain tells of it, and each that is missing."""
    stands: dict[str, Any] = {}
    forms: dict[tuple[str, int], Any] = {}
    steps = select(AuditRecord).where(AuditRecord.action.startswith("proposal.")).order_by(AuditRecord.seq)
    for record in session.scalars(steps.execution_options(yield_per=1000)):
        one, after = record.subject.partition(":")[2], _after(record)
        stands[one] = tuple(after.get(k) for k in ("state", "kind", "about", "revision"))
        if record.action in _WRITING:
            forms[one, after.get("revision", 0)] = (after.get("digest"), record.actor, record.reason)
    rows = {p.id: p for p in session.scalars(select(Proposal))}
    kept = {
        (r.proposal_id, r.number): (_digest(rows.get(r.proposal_id), r), r.maker, r.reason)
        for r in session.scalars(select(ProposalRevision).execution_options(yield_per=500))
    }
    said = _("proposal {proposal} does not stand where the audit chain says")
    form = _("revision {number} of proposal {proposal} is not the one that was written")
    return [
        *(
            Problem("proposal_changed", said, file="proposal", params={"proposal": p})
            for p in _unlike(stands, {p.id: (p.state, p.kind, p.subject, p.revision) for p in rows.values()})
        ),
        *(
            Problem("revision_changed", form, file="proposal_revision", params={"proposal": p, "number": n})
            for p, n in _unlike(forms, kept)
        ),
    ]


def _after(record: AuditRecord) -> dict[str, Any]:
    """What the step left; nothing where the record itself is damaged, which the chain tells."""
    try:
        found = json.loads(record.after or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _digest(row: Proposal | None, form: ProposalRevision) -> str:
    """Of a form that is what its digest says; empty for any other."""
    try:
        return proven(row, form).digest if row else ""
    except RevisionChanged:
        return ""


def _unlike(told: dict[Any, Any], kept: dict[Any, Any]) -> list[Any]:
    return sorted(k for k in told.keys() | kept.keys() if told.get(k) != kept.get(k))
