"""Every kind of change of the platform that wants four eyes, and the steps of a proposal as a bank takes them.

A part that has such a change tells its kind where the change is at home and names it here, once.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from windchime.content.in_force import scheme_in_force
from windchime.core.clock import today
from windchime.core.errors import UnknownName
from windchime.core.text import _
from windchime.core.unit import Actor, Unit
from windchime.decision.content_proposals import PUBLISH as CONTENT
from windchime.decision.override_proposals import OVERRIDE
from windchime.portfolio.account_kinds import KINDS as ACCOUNTS
from windchime.portfolio.customers import ASSIGN
from windchime.risk.rules.proposals import KEEP as RULES
from windchime.risk.scorecards.proposals import KINDS as MODELS
from windchime.service.agreements.proposals import SIGN as AGREEMENT
from windchime.service.bank import Bank
from windchime.service.proposals import closing, life, stored
from windchime.service.proposals.errors import Expired, Overtaken
from windchime.service.proposals.kinds import Kind, unknown

#: all kinds, in the order in which they are shown
_ALL: tuple[Kind, ...] = (
    OVERRIDE,
    CONTENT,
    *MODELS,
    RULES,
    *ACCOUNTS,
    ASSIGN,
    AGREEMENT,
)
KINDS: Mapping[str, Kind] = {k.name: k for k in _ALL}
_KIND = _("kind of proposal")


def kind(name: str) -> Kind:
    """The kind of a name.

    Raises:
        UnknownName: there is none.
    """
    if name not in KINDS:
        raise UnknownName(_KIND, name, tuple(KINDS))
    return KINDS[name]


def expires_at(bank: Bank, session: Session, now: datetime) -> datetime:
    """Until when a proposal that is made now can be approved: scheme `four_eyes`."""
    scheme, _version = scheme_in_force(bank.content_dir, session, "four_eyes", today(bank.clock))
    return now + timedelta(days=int(scheme.number("waits", today(bank.clock))))


def propose(
    bank: Bank,
    actor: Actor,
    name: str,
    subject: str,
    after: Any,
    *,
    reason: str,
    attachments: Mapping[str, str] | None = None,
    asked_by: str = "",
    scopes: frozenset[str] | None = None,
) -> str:
    """Propose a change of a kind; gives the proposal's id. See `service.proposals.life.propose`."""
    with bank.unit(actor) as unit:
        return propose_in(
            bank, unit, name, subject, after, reason=reason, attachments=attachments, asked_by=asked_by, scopes=scopes
        )


def propose_in(
    bank: Bank,
    unit: Unit,
    name: str,
    subject: str,
    after: Any,
    *,
    reason: str,
    attachments: Mapping[str, str] | None = None,
    asked_by: str = "",
    scopes: frozenset[str] | None = None,
) -> str:
    """Propose a change in a transaction that is open already."""
    return life.propose(
        bank,
        unit,
        kind(name),
        subject,
        after,
        reason=reason,
        expires_at=expires_at(bank, unit.session, unit.now),
        attachments=attachments,
        asked_by=asked_by,
        scopes=scopes,
    )


def revise(
    bank: Bank,
    actor: Actor,
    proposal_id: str,
    after: Any,
    *,
    reason: str,
    attachments: Mapping[str, str] | None = None,
    scopes: frozenset[str] | None = None,
) -> None:
    """Give one's own proposal another form; see `service.proposals.life.revise`."""
    with bank.unit(actor) as unit:
        its = kind(stored.find(unit.session, proposal_id).kind)
        life.revise(bank, unit, its, proposal_id, after, reason=reason, attachments=attachments, scopes=scopes)


def approve(
    bank: Bank,
    actor: Actor,
    proposal_id: str,
    *,
    seen: str,
    comment: str = "",
    scopes: frozenset[str] | None = None,
) -> Mapping[str, str]:
    """Check a proposal and let it take effect; see `service.proposals.life.approve`.

    Returns:
        What the checker is told this once and nothing keeps, by name; almost always nothing.

    Raises:
        Overtaken, Expired: it has ended without effect.
        And what `life.approve` raises.
    """
    with bank.unit(actor) as unit:
        its = kind(stored.find(unit.session, proposal_id).kind)
        once: dict[str, str] = {}
        ended = life.approve(bank, unit, its, proposal_id, seen=seen, comment=comment, scopes=scopes, tell=once.update)
    told(proposal_id, ended)
    return once


def send_back(
    bank: Bank, actor: Actor, proposal_id: str, *, comment: str, scopes: frozenset[str] | None = None
) -> None:
    """Give a proposal back to its maker; see `service.proposals.life.send_back`."""
    with bank.unit(actor) as unit:
        its = kind(stored.find(unit.session, proposal_id).kind)
        life.send_back(bank, unit, its, proposal_id, comment=comment, scopes=scopes)


def withdraw(
    bank: Bank, actor: Actor, proposal_id: str, *, comment: str = "", scopes: frozenset[str] | None = None
) -> None:
    """Take one's own proposal back; see `service.proposals.life.withdraw`."""
    with bank.unit(actor) as unit:
        its = kind(stored.find(unit.session, proposal_id).kind)
        life.withdraw(bank, unit, its, proposal_id, comment=comment, scopes=scopes)


def close(bank: Bank, actor: Actor, proposal_id: str, *, comment: str, scopes: frozenset[str] | None = None) -> None:
    """End a proposal that is damaged in the database; see `service.proposals.closing.close`."""
    with bank.unit(actor) as unit:
        name = stored.find(unit.session, proposal_id).kind
        its = KINDS.get(name) or unknown(name)
        closing.close(bank, unit, its, proposal_id, comment=comment, scopes=scopes)


def told(proposal_id: str, ended: str) -> None:
    """Say that a proposal ended without effect, once the transaction has kept that.

    Raises:
        Overtaken, Expired: it did.
    """
    if ended == "overtaken":
        raise Overtaken(proposal_id)
    if ended == "expired":
        raise Expired(proposal_id)
