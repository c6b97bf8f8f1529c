"""Whose customer a firm is: its branch, the relationship manager who looks after it, the account it applies by."""

from sqlalchemy.orm import Session

from windchime.service.access.answering import Resource
from windchime.service.access.tables import Customer


def resource_of(session: Session, bank: str, firm_id: str) -> Resource:
    """What rules may know of a firm; one that nobody was given belongs to no branch: the whole bank's reach alone sees it."""
    row = session.get(Customer, firm_id)
    return Resource(bank, row.branch, frozenset({row.manager, row.applicant} - {""})) if row else Resource(bank)
