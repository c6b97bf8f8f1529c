"""Content from a file to its effect: a draft waits in the inbox, and is published by whoever may check it."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.content.store import ContentStore
from windchime.content.tables import ContentVersion
from windchime.core.canonical import canonical
from windchime.core.problems import Problem
from windchime.core.unit import Actor
from windchime.decision import publication
from windchime.decision.content_proposals import PUBLISH, subject, wanted
from windchime.portfolio.four_eyes import expires_at, told
from windchime.service.bank import Bank
from windchime.service.proposals import life, stored
from windchime.service.proposals.asking import asker, refusal
from windchime.service.proposals.errors import MayNot, ProposedAlready
from windchime.service.proposals.tables import Proposal, ProposalRevision


def bring_in(
    bank: Bank,
    actor: Actor,
    kind: str,
    name: str,
    data: bytes,
    *,
    valid_from: date,
    reason: str,
    scopes: frozenset[str] | None = None,
) -> tuple[str, str | None]:
    """Make a draft of a document and propose to publish it.

    Returns:
        The draft's version, and the id of its proposal: the one that waits already where the same bytes were brought in
        before; None where they are published.

    Raises:
        UnknownName, BadYaml: as `ContentStore.propose`.
        MayNot: the actor has not the permission.
    """
    store = ContentStore(bank.content_dir)
    with bank.unit(actor) as unit:
        version = store.propose(unit, kind, name, data, valid_from=valid_from)
        unit.session.flush()
        if not _is_draft(unit.session, kind, name, version, valid_from):
            return version, None
        try:
            proposal = life.propose(
                bank,
                unit,
                PUBLISH,
                subject(kind, name),
                wanted(version, valid_from),
                reason=reason,
                expires_at=expires_at(bank, unit.session, unit.now),
                scopes=scopes,
            )
        except ProposedAlready as error:
            proposal = str(error.params["proposal"])
    return version, proposal


def publish(
    bank: Bank,
    actor: Actor,
    kind: str,
    name: str,
    version: str,
    *,
    reason: str = "",
    scopes: frozenset[str] | None = None,
) -> tuple[Problem, ...]:
    """Check a draft and let it take effect: by the proposal that waits for it, and by itself where it never had one.

    Returns:
        What is not wrong but worth knowing.

    Raises:
        FaultyContent, UnknownName, OwnContent: as `publication.publish`.
        Overtaken, Expired, and what `life.approve` raises.
    """
    store = ContentStore(bank.content_dir)
    ended, proposal = "effected", None
    with bank.unit(actor) as unit:
        row = store.draft(unit.session, kind, name, version)
        notes = publication.examine(store, unit.session, row)
        proposal = proposed(unit.session, row)
        if proposal is None:
            why = refusal(asker(unit.session, bank, actor, scopes), PUBLISH.check_permission, None)
            if why is not None:
                raise MayNot(actor.name, why)
            store.publish(unit, kind, name, row.sha256, valid_from=row.valid_from, reason=reason)
        else:
            seen = stored.newest(unit.session, stored.find(unit.session, proposal)).digest
            ended = life.approve(bank, unit, PUBLISH, proposal, seen=seen, comment=reason, scopes=scopes)
    told(proposal or "", ended)
    return notes


def proposed(session: Session, row: ContentVersion) -> str | None:
    """The newest proposal to publish a version; None where there never was one."""
    about = subject(row.kind, row.name)
    query = (
        select(Proposal.id)
        .join(ProposalRevision)
        .where(
            Proposal.kind == PUBLISH.name,
            Proposal.subject == about,
            ProposalRevision.number == Proposal.revision,
            ProposalRevision.after == canonical(wanted(row.sha256, row.valid_from)).decode(),
        )
    )
    return session.scalars(query.order_by(Proposal.made_at.desc(), Proposal.id.desc())).first()


def _is_draft(session: Session, kind: str, name: str, version: str, valid_from: date) -> bool:
    query = select(ContentVersion).filter_by(kind=kind, name=name, sha256=version, valid_from=valid_from, state="draft")
    return session.scalars(query).first() is not None
