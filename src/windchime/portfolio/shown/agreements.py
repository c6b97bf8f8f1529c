"""Agreements with other banks as people look them over: those proposed and those signed, and whether anything can cross."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.clock import today
from windchime.core.dates import parse_date
from windchime.core.errors import UnknownName, WindchimeError
from windchime.core.text import Text
from windchime.core.unit import Actor
from windchime.portfolio import crossing
from windchime.portfolio.four_eyes import KINDS
from windchime.service.agreements import papers, signing
from windchime.service.agreements.errors import BadTerms, TellsTooMuch
from windchime.service.agreements.proposals import SIGN
from windchime.service.agreements.tables import Agreement, Crossing
from windchime.service.agreements.terms import Side, Terms
from windchime.service.bank import Bank
from windchime.service.proposals.errors import DamagedProposal
from windchime.service.proposals.reading import see
from windchime.service.proposals.stored import UNDECIDED, in_time
from windchime.service.proposals.tables import Proposal

#: every state an agreement is shown in: those of its paper, that it waits for a person of this bank, that it was tampered with
STATES = {
    "drafted": Text("待本行签署", "waits for this bank's signature"),
    **papers.STATES,
    "damaged": Text("签名不符", "a signature does not hold"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """One agreement, proposed or signed."""

    id: str
    #: one of `STATES`
    state: str
    #: None where what is stored is not what was signed
    terms: Terms | None
    #: which side this bank is; None where neither, which no one can sign
    side: Side | None
    #: when this bank signed, and when the other's signature came; None before
    signed_at: datetime | None = None
    completed_at: datetime | None = None
    revoked_at: datetime | None = None
    #: what crossed last; None where nothing has
    last: Crossing | None = None
    #: until when the answer that was given last is the only one; None where nothing was given
    until: date | None = None
    #: why nothing crosses although it is in force; None where something can, or the state says it
    why: WindchimeError | None = None
    #: the proposal to sign it, where it is only that; empty for none
    proposal: str = ""

    @property
    def other(self) -> str:
        """The other bank."""
        if self.terms is None:
            return ""
        return self.terms.receiving if self.side == "giving" else self.terms.giving


def agreements(bank: Bank, session: Session, actor: Actor, scopes: frozenset[str] | None = None) -> tuple[Paper, ...]:
    """All, those that wait for a signature of this bank first; proposals are shown to those who may look at them.

    Args:
        bank: whose.
        session: of its database.
        actor: who asks.
        scopes: of the token they came with.
    """
    last = _last_crossed(session)
    signed = (_signed(bank, session, row, last.get(row.id)) for row in papers.agreements(session))
    return (*_drafted(bank, session, actor, scopes), *signed)


def _drafted(bank: Bank, session: Session, actor: Actor, scopes: frozenset[str] | None) -> Iterator[Paper]:
    known = select(Proposal.id).where(Proposal.kind == SIGN.name, Proposal.state.in_(UNDECIDED))
    for proposal in session.scalars(known.where(in_time(bank.clock.now())).order_by(Proposal.id)).all():
        # whoever may not see it is not told; what is damaged stands in the inbox
        with suppress(UnknownName, DamagedProposal, BadTerms):
            seen = see(bank, session, KINDS, actor, proposal, scopes=scopes)
            terms = Terms.of(seen.change.after)
            side: Side = "giving" if terms.giving == bank.name else "receiving"
            yield Paper(terms.id, "drafted", terms, side, proposal=proposal)


def _signed(bank: Bank, session: Session, row: Agreement, last: Crossing | None) -> Paper:
    day = today(bank.clock)
    state: str = papers.state(row, day)
    terms = None if state == "changed" else papers.terms_of(row)
    why: WindchimeError | None = None
    if state == "in_force":
        try:
            terms, _side = signing.standing(session, row.id, day)
            # a manner that hides too little gives nothing, and hinders nobody from receiving
            if row.side == "giving" and terms.answers and not terms.answers.hides(crossing.manner(bank, session)):
                why = TellsTooMuch(row.id)
        except WindchimeError as found:
            state, why = "damaged", found
    return Paper(
        row.id,
        state,
        terms,
        "giving" if row.side == "giving" else "receiving",
        row.signed_at,
        row.completed_at,
        row.revoked_at,
        last,
        _until(last),
        why,
    )


def _last_crossed(session: Session) -> dict[str, Crossing]:
    """By id of each agreement under which something crossed: what crossed last."""
    rows = session.scalars(select(Crossing).order_by(Crossing.at, Crossing.id))
    return {row.agreement_id: row for row in rows}


def _until(crossed: Crossing | None) -> date | None:
    """Until when figures that crossed are the only answer; None for content, and where nothing crossed."""
    return parse_date(json.loads(crossed.body)["until"]) if crossed is not None and crossed.body is not None else None
