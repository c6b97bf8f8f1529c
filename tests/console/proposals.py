"""A proposal to override the decision about the firm with the worst name."""

from sqlalchemy import select
from tests.console.helpers import ANNA, NASTY, NASTY_ID

from windchime.core.unit import Actor
from windchime.decision import log
from windchime.decision.override_proposals import OVERRIDE, subject
from windchime.portfolio import four_eyes
from windchime.service.bank import Bank
from windchime.service.proposals.tables import Proposal

TERMS = {
    "verdict": "approve", "limit": "150000.00", "rate": "0.090000", "term_months": 12, "reason_codes": ["collateral"],
}  # fmt: skip


def a_proposal(bank: Bank, actor: Actor = ANNA, firm: str = NASTY_ID) -> str:
    """The proposal of the pages; made once."""
    with bank.session() as session:
        row = log.latest(session, firm)
        assert row is not None
        known = session.scalars(select(Proposal.id).where(Proposal.subject == subject(row.id))).first()
    if known is not None:
        return known
    return four_eyes.propose(bank, actor, OVERRIDE.name, subject(row.id), TERMS, reason=f"{NASTY} 已核实抵押")
