"""A firm as something that is asked about: a register knows it, or there is no such record."""

from sqlalchemy.orm import Session

from windchime.api.asking import Asked
from windchime.portfolio.shown.shelf import Shelf
from windchime.service.http.enforcing import NoSuchRecord


def registered(asked: Asked, session: Session, firm_id: str) -> tuple[Shelf, str]:
    """The newest library of a firm, and the firm's name.

    Raises:
        NoSuchRecord: no register knows it.
    """
    found = asked.library.of_firm(session, firm_id)
    if found is None:
        raise NoSuchRecord
    return found
