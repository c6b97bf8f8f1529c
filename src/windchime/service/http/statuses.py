"""The status of HTTP that an error of the project answers with, the same for pages and programs."""

from windchime.core.errors import BadCall, BadInput, Refused, UnknownName, WindchimeError
from windchime.service.access.names import NamesNothing
from windchime.service.http.enforcing import NoSuchRecord, NotSignedIn
from windchime.service.http.etags import Changed
from windchime.service.idempotency import ClaimLost, InProgress
from windchime.service.jobs.errors import AlreadyEnded, NotEnded, OtherBody
from windchime.service.proposals.errors import (
    Expired,
    NotDamaged,
    OtherThanSeen,
    Overtaken,
    ProposalEnded,
    ProposedAlready,
)

#: the nearer class goes first
STATUSES: dict[type[WindchimeError], int] = {
    NamesNothing: 422,
    UnknownName: 404,
    NoSuchRecord: 404,
    NotSignedIn: 401,
    Changed: 412,
    InProgress: 409,
    ClaimLost: 409,
    AlreadyEnded: 409,
    NotEnded: 409,
    OtherBody: 422,
    ProposalEnded: 409,
    OtherThanSeen: 409,
    Overtaken: 409,
    Expired: 409,
    NotDamaged: 409,
    ProposedAlready: 409,
    BadCall: 400,
    BadInput: 422,
    Refused: 403,
}


def status_of(error: WindchimeError) -> int:
    """The status; 500 for what is damaged, which no caller can mend."""
    return next((code for kind, code in STATUSES.items() if isinstance(error, kind)), 500)
