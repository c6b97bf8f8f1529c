"""A kind of change to attack: its effect is one audit record, so that effects can be counted; and people to attack it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session

from windchime.core.text import Text
from windchime.core.unit import Actor, Unit
from windchime.portfolio.access import sign_in_policy
from windchime.service import audit
from windchime.service.access import accounts
from windchime.service.bank import Bank
from windchime.service.proposals import life, stored
from windchime.service.proposals.kinds import Change, Kind

KEEPER = Actor("keeper", "system")
EFFECT = "bench.effect"
#: people by the role they have: one who makes, three who may check, one who has nothing to do with it
PEOPLE = {
    "anna": "modeller",
    "bo": "compliance",
    "chen": "manager",
    "dan": "compliance",
    "eve": "validator",
    "fay": "manager",
}


def _before(_bank: Bank, _session: Session, _subject: str, _after: Any) -> Any:
    # nothing ever stands in the way: what keeps a second effect away is the state of the proposal alone
    return None


def _effect(_bank: Bank, unit: Unit, change: Change) -> None:
    unit.record(EFFECT, change.subject, after={"proposal": change.id, "is": change.after})


KIND = Kind(
    "bench.change",
    Text("试验变更", "a change to attack"),
    "content.propose",
    "content.publish",
    before=_before,
    effect=_effect,
)


def staff(bank: Bank, people: dict[str, str] | None = None) -> None:
    """Make the people's accounts."""
    with bank.session() as session:
        policy = sign_in_policy(bank, session)
    with bank.unit(KEEPER) as unit:
        for name, role in (people or PEOPLE).items():
            accounts.make(unit, name, name, roles=[role], policy=policy)


def proposed(bank: Bank, subject: str, after: Any = "new", maker: str = "anna") -> tuple[str, str]:
    """A proposal that waits: its id, and the digest of what a checker sees."""
    with bank.unit(Actor(maker)) as unit:
        made = life.propose(bank, unit, KIND, subject, after, reason="better")
    return made, digest_of(bank, made)


def digest_of(bank: Bank, proposal_id: str) -> str:
    """What a checker who opens the proposal now has seen."""
    with bank.session() as session:
        return stored.newest(session, stored.find(session, proposal_id)).digest


def approve(bank: Bank, name: str, proposal_id: str, seen: str, kind: str = "person") -> str:
    """Approve as somebody; the state it ended in."""
    with bank.unit(Actor(name, kind)) as unit:
        return life.approve(bank, unit, KIND, proposal_id, seen=seen)


def effects(bank: Bank, subject: str | None = None) -> list[str]:
    """What took effect, in order, as the audit chain tells: canonical JSON."""
    with bank.session() as session:
        return [str(r.after) for r in audit.records(session, subject=subject) if r.action == EFFECT]


def whole(bank: Bank) -> Iterable[Any]:
    """Faults of the audit chain."""
    with bank.session() as session:
        return audit.verify(session)
