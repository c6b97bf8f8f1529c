"""What waits for whom: the inbox of a checker, what a maker has under way, and who may see a proposal at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from windchime.core.errors import UnknownName
from windchime.core.text import Lang
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.access.answering import Resource, Subject
from windchime.service.bank import Bank
from windchime.service.proposals import stored
from windchime.service.proposals.asking import CLOSE, asker, refusal
from windchime.service.proposals.errors import DamagedProposal
from windchime.service.proposals.kinds import Change, Kind, unknown
from windchime.service.proposals.tables import Proposal, ProposalRevision
from windchime.service.tables import AuditRecord

#: proposals one list shows at most
MOST = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """A proposal as somebody sees it."""

    row: Proposal
    kind: Kind
    #: as stored; `expired` where its time is over and nobody has ended it yet
    state: str
    #: the form that stands
    revision: ProposalRevision
    change: Change
    #: one line that says what is proposed
    summary: Mapping[Lang, str]
    #: whether they can check it now, and whether it is theirs to revise and withdraw
    may_check: bool
    own: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """A proposal that somebody should see and nobody can: what is stored of it is damaged; and whether they can close it."""

    row: Proposal
    kind: Kind
    why: DamagedProposal
    #: whether they can close it now
    may_close: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """What somebody should look at."""

    #: what waits for their check, the oldest first
    to_check: tuple[Seen, ...]
    #: of their own: what was sent back, what waits for others, and what has ended, newest first
    sent_back: tuple[Seen, ...]
    waiting: tuple[Seen, ...]
    ended: tuple[Seen, ...]
    #: of either sort, those whose stored form is damaged
    damaged: tuple[Broken, ...] = ()


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
    others = sight.of(sight.open())
    own = select(Proposal).where(Proposal.id.in_(_parts(actor))).order_by(Proposal.made_at.desc(), Proposal.id.desc())
    found = sight.of(own.limit(MOST))
    lost = sight.of(sight.undecided()) if sight.closes else ()
    broken = [s for s in (*others, *found, *lost) if isinstance(s, Broken)]
    mine = [s for s in found if isinstance(s, Seen)]
    by_state = {state: tuple(s for s in mine if s.state == state) for state in stored.UNDECIDED}
    return Inbox(
        tuple(s for s in others if isinstance(s, Seen) and s.may_check),
        by_state["sent_back"],
        by_state["open"],
        tuple(s for s in mine if s.state not in stored.UNDECIDED),
        tuple({b.row.id: b for b in broken if b.row.state != "closed"}.values()),
    )


def waiting(
    bank: Bank, session: Session, kinds: Mapping[str, Kind], actor: Actor, *, scopes: frozenset[str] | None = None
) -> int:
    """How many proposals somebody should look at: to check, and sent back to them. Quick where there is none.

    Forms are counted and not read: a damaged one is to be looked at as well, and hinders no page.
    """
    returned = select(func.count()).where(Proposal.state == "sent_back", Proposal.id.in_(_parts(actor)))
    back = session.scalar(returned) or 0
    sight = _Sight(bank, session, kinds, actor, asker(session, bank, actor, scopes))
    return back + sight.count(sight.open())


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
        DamagedProposal: what is stored is not what was written, or cannot be read.
    """
    found = look(bank, session, kinds, actor, proposal_id, scopes=scopes)
    if isinstance(found, Broken):
        raise found.why
    return found


def look(
    bank: Bank,
    session: Session,
    kinds: Mapping[str, Kind],
    actor: Actor,
    proposal_id: str,
    *,
    scopes: frozenset[str] | None = None,
) -> Seen | Broken:
    """One proposal, whole or damaged; see `see`.

    Raises:
        UnknownName: there is none, or none for them: nobody is told which.
    """
    sight = _Sight(bank, session, kinds, actor, asker(session, bank, actor, scopes))
    found = sight.of(select(Proposal).where(Proposal.id == proposal_id))
    if not found:
        raise UnknownName("proposal", proposal_id[:64], ())
    return found[0]


def history(session: Session, proposal_id: str) -> list[AuditRecord]:
    """What happened to a proposal, oldest first: its records in the audit chain."""
    return list(audit.records(session, subject=f"proposal:{proposal_id}"))


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

    def open(self) -> Select[Proposal]:
        """What others made that waits, of the kinds they have the permission to check, the oldest first."""
        # whoever has not a permission at all need not look at the record
        mine = [k.name for k in self.kinds.values() if self._has(k.check_permission, None)]
        in_time = stored.in_time(self.bank.clock.now())
        query = select(Proposal).where(Proposal.state == "open", in_time, Proposal.kind.in_(mine))
        query = query.where(Proposal.id.not_in(_parts(self.actor)))
        return query.order_by(Proposal.made_at, Proposal.id).limit(MOST)

    @property
    def closes(self) -> bool:
        """Whether they may close what is damaged, whoever made it."""
        return self._has(CLOSE, None)

    def undecided(self) -> Select[Proposal]:
        """All that somebody could still decide about, the oldest first."""
        query = select(Proposal).where(Proposal.state.not_in(stored.ENDED))
        return query.order_by(Proposal.made_at, Proposal.id).limit(MOST)

    def of(self, query: Select[Proposal]) -> tuple[Seen | Broken, ...]:
        """Of the proposals asked for, those that are theirs to see, in order."""
        return tuple(s for row, forms in self._read(query) if (s := self._seen(row, forms)))

    def count(self, query: Select[Proposal]) -> int:
        """How many of the proposals asked for they may check."""
        return sum(self._checks(row, forms) for row, forms in self._read(query))

    def _read(self, query: Select[Proposal]) -> list[tuple[Proposal, list[ProposalRevision]]]:
        # what has ended may well be of a kind that this release does not know any more
        rows = [r for r in self.session.scalars(query) if r.kind in self.kinds or r.state not in stored.ENDED]
        forms: dict[str, list[ProposalRevision]] = {}
        wanted = select(ProposalRevision).where(ProposalRevision.proposal_id.in_([r.id for r in rows]))
        for form in self.session.scalars(wanted.order_by(ProposalRevision.number)) if rows else ():
            forms.setdefault(form.proposal_id, []).append(form)
        return [(r, forms.get(r.id, [])) for r in rows]

    def _seen(self, row: Proposal, forms: Sequence[ProposalRevision]) -> Seen | Broken | None:
        kind = self._kind(row)
        own = stored.took_part(row, forms, self.actor.name) and self._in_scope(kind)
        theirs = own or self._may(kind, row.subject)
        if not (theirs or self.closes):
            return None
        may_close = (own or self.closes) and row.state not in stored.ENDED
        if not theirs:
            why = stored.damage(self.bank, self.session, kind, row, forms)
            return Broken(row, kind, why, may_close) if why else None
        try:
            revision, change, summary = stored.read(self.bank, self.session, kind, row, forms)
        except DamagedProposal as error:
            return Broken(row, kind, error, may_close)
        state = "expired" if stored.over(row, self.bank.clock.now()) else row.state
        return Seen(row, kind, state, revision, change, summary, self._checks(row, forms), own)

    def _checks(self, row: Proposal, forms: Sequence[ProposalRevision]) -> bool:
        """Whether they can check it now."""
        others = not stored.took_part(row, forms, self.actor.name)
        by_person = self.actor.kind == "person" and (self.who is None or self.who.scopes is None)
        waits = row.state == "open" and by_person and not stored.over(row, self.bank.clock.now())
        return others and waits and self._may(self._kind(row), row.subject)

    def _kind(self, row: Proposal) -> Kind:
        return self.kinds.get(row.kind) or unknown(row.kind)

    def _in_scope(self, kind: Kind) -> bool:
        """Whether the token they came with has to do with this kind at all."""
        scopes = self.who.scopes if self.who else None
        return scopes is None or bool(scopes & {kind.propose_permission, kind.check_permission})

    def _may(self, kind: Kind, subject: str) -> bool:
        # without the permission at all there is no need to look at the record
        return self._has(kind.check_permission, None) and (
            self.who is None or self._has(kind.check_permission, self._resource(kind, subject))
        )

    def _has(self, permission: str, resource: Resource | None) -> bool:
        return refusal(self.who, permission, resource) is None

    def _resource(self, kind: Kind, subject: str) -> Resource | None:
        """The record a proposal is about; one that cannot be found is within the reach of the whole bank alone."""
        try:
            return kind.resource(self.bank, self.session, subject)
        except stored.UNREADABLE:
            return Resource(self.bank.name)
