"""What waits for whom: the inbox of a checker, what a maker has under way, and who may see a proposal at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from windchime.core.errors import UnknownName
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.access.answering import Subject
from windchime.service.bank import Bank
from windchime.service.proposals import life
from windchime.service.proposals.asking import asker, refusal
from windchime.service.proposals.kinds import Change, Kind
from windchime.service.proposals.tables import Proposal, ProposalRevision
from windchime.service.tables import AuditRecord

#: proposals one list shows at most
MOST = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """A proposal as somebody sees it."""

    row: Proposal
    kind: Kind
    #: the form that stands
    revision: ProposalRevision
    change: Change
    #: whether they can check it now, and whether it is theirs to revise and withdraw
    may_check: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """What somebody should look at."""

    #: what waits for their check, the oldest first
    to_check: tuple[Seen, ...]
    #: of their own: what was sent back, what waits for others, and what has ended, newest first
    sent_back: tuple[Seen, ...]
    waiting: tuple[Seen, ...]
    ended: tuple[Seen, ...]


def inbox(
    bank: Bank, session: Session, kinds: Mapping[str, Kind], actor: Actor, *, scopes: frozenset[str] | None = None
) -> Inbox:
    """What waits for somebody to check, and what became of their own proposals.

    Args:
        bank: whose.
        session: of its database.
        kinds: all there are, by name.
        actor: who asks.
        scopes: of the token they came with.
    """
    sight = _Sight(bank, session, kinds, actor, asker(session, bank, actor, scopes))
    to_check = tuple(s for s in sight.of(_open(bank)) if s.may_check)
    own = select(Proposal).where(Proposal.id.in_(_parts(actor))).order_by(Proposal.made_at.desc(), Proposal.id.desc())
    mine = sight.of(own.limit(MOST))
    by_state = {state: tuple(s for s in mine if s.row.state == state) for state in life.UNDECIDED}
    ended = tuple(s for s in mine if s.row.state not in life.UNDECIDED)
    return Inbox(to_check, by_state["sent_back"], by_state["open"], ended)


def waiting(
    bank: Bank, session: Session, kinds: Mapping[str, Kind], actor: Actor, *, scopes: frozenset[str] | None = None
) -> int:
    """How many proposals somebody should look at: to check, and sent back to them. Quick where there is none."""
    returned = select(func.count()).where(Proposal.state == "sent_back", Proposal.id.in_(_parts(actor)))
    back = session.scalar(returned) or 0
    sight = _Sight(bank, session, kinds, actor, asker(session, bank, actor, scopes))
    return back + sum(s.may_check for s in sight.of(_open(bank)))


def see(
    bank: Bank,
    session: Session,
    kinds: Mapping[str, Kind],
    actor: Actor,
    proposal_id: str,
    *,
    scopes: frozenset[str] | None = None,
) -> Seen:
    """One proposal, for those who made it or may check its kind.

    Raises:
        UnknownName: there is none, or none for them: nobody is told which.
        RevisionChanged: what is stored is not what was written.
    """
    sight = _Sight(bank, session, kinds, actor, asker(session, bank, actor, scopes))
    found = sight.of(select(Proposal).where(Proposal.id == proposal_id))
    if not found:
        raise UnknownName("proposal", proposal_id[:64], ())
    return found[0]


def history(session: Session, proposal_id: str) -> list[AuditRecord]:
    """What happened to a proposal, oldest first: its records in the audit chain."""
    return list(audit.records(session, subject=f"proposal:{proposal_id}"))


def _open(bank: Bank) -> Select[Proposal]:
    in_time = or_(Proposal.expires_at.is_(None), Proposal.expires_at > bank.clock.now())
    return select(Proposal).where(Proposal.state == "open", in_time).order_by(Proposal.made_at, Proposal.id).limit(MOST)


def _parts(actor: Actor) -> Select[str]:
    """Ids of the proposals somebody took part in making, by the very name of their account."""
    mine = or_(ProposalRevision.maker == actor.name, ProposalRevision.asked_by == actor.name)
    return select(ProposalRevision.proposal_id).where(mine)


@dataclass(frozen=True, slots=True)
class _Sight:
    """One person's view of proposals."""

    bank: Bank
    session: Session
    kinds: Mapping[str, Kind]
    actor: Actor
    #: as rules see them; None where all is open
    who: Subject | None

    def of(self, query: Select[Proposal]) -> tuple[Seen, ...]:
        """Of the proposals asked for, those that are theirs to see, in order; kinds this release does not know left out."""
        rows = [r for r in self.session.scalars(query) if r.kind in self.kinds]
        forms: dict[str, list[ProposalRevision]] = {}
        wanted = select(ProposalRevision).where(ProposalRevision.proposal_id.in_([r.id for r in rows]))
        for form in self.session.scalars(wanted.order_by(ProposalRevision.number)) if rows else ():
            forms.setdefault(form.proposal_id, []).append(form)
        return tuple(s for row in rows if (s := self._seen(row, forms[row.id])))

    def _seen(self, row: Proposal, forms: Sequence[ProposalRevision]) -> Seen | None:
        kind = self.kinds[row.kind]
        own = life.took_part(row, forms, self.actor.name) and self._in_scope(kind)
        may = self._may(kind, row.subject)
        if not (own or may):
            return None
        revision = life.proven(row, forms[-1])
        checks = (
            may
            and not life.took_part(row, forms, self.actor.name)
            and row.state == "open"
            and self.actor.kind == "person"
            and (self.who is None or self.who.scopes is None)
        )
        return Seen(row, kind, revision, life.change_of(row, revision), checks, own)

    def _in_scope(self, kind: Kind) -> bool:
        """Whether the token they came with has to do with this kind at all."""
        scopes = self.who.scopes if self.who else None
        return scopes is None or bool(scopes & {kind.propose_permission, kind.check_permission})

    def _may(self, kind: Kind, subject: str) -> bool:
        if self.who is None:
            return True
        # without the permission at all there is no need to look at the record
        if refusal(self.who, kind.check_permission, None) is not None:
            return False
        return refusal(self.who, kind.check_permission, kind.resource(self.bank, self.session, subject)) is None
