"""Proposals about something a page shows: those that wait or came back, as far as the reader may see them."""

from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.console import addresses
from windchime.console.frame import Frame
from windchime.core.errors import UnknownName
from windchime.portfolio.four_eyes import KINDS
from windchime.service.proposals.reading import look
from windchime.service.proposals.stored import UNDECIDED, in_time
from windchime.service.proposals.tables import Proposal


def waiting_about(frame: Frame, session: Session, subject: str) -> tuple[tuple[str, bool], ...]:
    """Page of each proposal about a subject that nobody has decided yet, and whether it came back."""
    known = select(Proposal).where(Proposal.subject == subject, Proposal.state.in_(UNDECIDED))
    waits = known.where(in_time(frame.bank.clock.now())).order_by(Proposal.id)
    found = ((href_of(frame, session, p.id), p.state == "sent_back") for p in session.scalars(waits))
    return tuple((href, back) for href, back in found if href)


def href_of(frame: Frame, session: Session, proposal_id: str) -> str:
    """Page of a proposal; empty where it is not the reader's to see. Of a damaged one its page says what is wrong."""
    with suppress(UnknownName):
        look(frame.bank, session, KINDS, frame.actor, proposal_id, scopes=frame.scopes)
        return addresses.proposal(proposal_id)
    return ""
