"""Sessions that have had their day: each sign-in clears some of them away, so that they do not pile up."""

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import aliased

from windchime.core.unit import Unit
from windchime.service.access.policy import SignInPolicy
from windchime.service.access.tables import LoginSession

#: what one sign-in, which makes one row, clears away at most
SWEPT = 20


def sweep(unit: Unit, policy: SignInPolicy, most: int = SWEPT) -> int:
    """Forget sessions that were ended, idled, or grew too old; gives their number.

    The last whole one of each account stays: it says when the account was used. One that still owes the code of a second
    factor says nothing of the kind: it goes, and keeps none. Who signed in when stands in the audit chain.

    Args:
        unit: the transaction of a sign-in.
        policy: how long a session lasts.
        most: so many at once.
    """
    later, now = aliased(LoginSession), unit.now
    over = or_(
        LoginSession.ended_at.is_not(None),
        LoginSession.seen_at < now - policy.idle,
        LoginSession.made_at < now - policy.longest,
    )
    followed = (
        select(later)
        .where(later.account == LoginSession.account, later.seen_at > LoginSession.seen_at, later.stage == "full")
        .exists()
    )
    needless = or_(LoginSession.stage != "full", followed)
    gone = unit.session.scalars(select(LoginSession.token_hash).where(over, needless).limit(most)).all()
    unit.session.execute(delete(LoginSession).where(LoginSession.token_hash.in_(gone)))
    return len(gone)
