"""The life of a call under a key, after draft-ietf-httpapi-idempotency-key-header-07.

A key belongs to an account of a bank. What was answered is written in the transaction of the effect: both are there or
neither, whatever dies between. Two ways lead there:

- `once`, for changes that take one short transaction: the bank's writers come one after another, so a second call with the
  same key waits for the first and finds its answer;
- `claimed`, for changes that work before they write: the key is claimed first, so a second call is refused meanwhile; the
  claim of a process that died is taken over when its lease has run out, and the process that was only slow writes nothing.

A call that fails leaves nothing, and may be tried again with the same key.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from zlib import crc32

from sqlalchemy import bindparam, insert, inspect, select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.errors import BadInput, Refused
from windchime.core.text import _
from windchime.core.unit import Actor, Unit
from windchime.service.bank import Bank
from windchime.service.idempotency.tables import KeyedCall

#: one new call in so many clears expired keys away, and how many at most
SWEEPING, SWEPT = 16, 320

_COLUMNS = tuple(column.name for column in KeyedCall.__table__.columns)
_WRITE = insert(KeyedCall)
_THERE = select(KeyedCall.attempt).where(KeyedCall.account == bindparam("account"), KeyedCall.key == bindparam("key"))


@dataclass(frozen=True, slots=True)
class Terms:
    """How long keys are kept; the figures are content (scheme `access`)."""

    #: from the first call on
    kept: timedelta
    #: after so long without an answer a claim is taken over
    lease: timedelta


#: what the bank says of it, at the moment of asking
TermsOf = Callable[[Session], Terms]


@dataclass(frozen=True, slots=True)
class Work:
    """What a call is about; the same key with other work is refused."""

    key: str
    #: method and address
    route: str
    #: SHA-256 of what was sent
    body_digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call was answered."""

    #: of HTTP
    status: int
    #: JSON; empty for none
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)
    #: whether it was kept from an earlier call
    replayed: bool = False


class KeyReused(BadInput):
    """The key was used for something else."""

    msgid = _("this idempotency key was used for another request")
    hint = _("use a new key for new work")

    def __init__(self) -> None:
        super().__init__()


class InProgress(Refused):
    """The same request is being worked on."""

    msgid = _("a request with this idempotency key is being worked on")
    hint = _("ask again in a moment with the same key")

    def __init__(self) -> None:
        super().__init__()


class ClaimLost(Refused):
    """The work took longer than its lease, and another call has taken it up."""

    msgid = _("the work took too long, and another call with its idempotency key has taken it up")
    hint = _("ask again with the same key for the answer of the other call")

    def __init__(self) -> None:
        super().__init__()


@dataclass(slots=True)
class Call:
    """A change under a key, in its transaction."""

    unit: Unit
    #: the answer: there from the beginning where the work was done before
    answered: Answer | None
    _row: KeyedCall

    def answer(
        self, status: int, body: str, headers: Mapping[str, str] | None = None, *, kept: str | None = None
    ) -> None:
        """Give the answer, once, and keep it in this transaction.

        Args:
            status: of HTTP.
            body: JSON.
            headers: that belong to it.
            kept: what is kept instead of the body, where it holds a secret that is told once.
        """
        self.answered = Answer(status, body, headers or {})
        _keep(self._row, self.answered, kept)
        if inspect(self._row).transient:
            # as a plain row: it is written with every change, and looked at again by another request at the earliest
            self.unit.session.connection().execute(_WRITE, {name: getattr(self._row, name) for name in _COLUMNS})


@contextmanager
def once(bank: Bank, actor: Actor, work: Work, terms: TermsOf) -> Iterator[Call]:
    """Do a short change once.

    Open it, look at `answered`; where that is None, change what is to be changed in `unit` and give the `answer`.

    Raises:
        KeyReused: the key was used for something else.
        InProgress: a longer change under this key is being worked on.
    """
    with bank.unit(actor) as unit:
        row = _begun(unit, work, terms)
        call = Call(unit, _kept(row), row)
        yield call
        assert call.answered is not None, "a change was made and not answered"


@dataclass(slots=True)
class Claim:
    """A change under a key that works before it writes."""

    #: the answer: there from the beginning where the work was done before
    answered: Answer | None
    account: str
    key: str
    #: the fence: a later attempt has taken the work up
    attempt: int

    def finish(self, unit: Unit, status: int, body: str, headers: Mapping[str, str] | None = None) -> None:
        """Give the answer, and keep it; call it in the transaction of the effect, so that both happen or neither.

        Raises:
            ClaimLost: another call has taken the work up: roll back.
        """
        row = _mine(unit.session, self)
        if row is None:
            raise ClaimLost
        answer = Answer(status, body, headers or {})
        _keep(row, answer, None)
        unit.session.flush()
        self.answered = answer


@contextmanager
def claimed(bank: Bank, actor: Actor, work: Work, terms: TermsOf) -> Iterator[Claim]:
    """Do a longer change once: the key is held while it works, outside of any transaction.

    Open it, look at `answered`; where that is None, work, then `finish` in the unit that writes.

    Raises:
        KeyReused: the key was used for something else.
        InProgress: the same request is being worked on.
    """
    with bank.unit(actor) as unit:
        row = _begun(unit, work, terms)
        if row.status is None:
            unit.session.add(row)
        claim = Claim(_kept(row), actor.name, work.key, row.attempt)
    try:
        yield claim
    except BaseException:
        _release(bank, actor, claim)
        raise
    if claim.answered is None:
        _release(bank, actor, claim)


def _release(bank: Bank, actor: Actor, claim: Claim) -> None:
    """Give a claim back whose work failed, or gave no answer: the next call begins at once."""
    with bank.unit(actor) as unit:
        row = _mine(unit.session, claim)
        if row is not None:
            unit.session.delete(row)


def answered(session: Session, actor: Actor, work: Work) -> Answer | None:
    """What a call was answered; None where there was none, it has no answer yet, or its key was used for something else."""
    row = session.get(KeyedCall, (actor.name, work.key))
    same = row is not None and (row.route, row.body_digest) == (work.route, work.body_digest)
    return _kept(row) if row is not None and same else None


def settle(unit: Unit, key: str, answer: Answer) -> None:
    """Keep another answer of a call that was answered for the time being, in the transaction of its effect."""
    row = unit.session.get(KeyedCall, (unit.actor.name, key))
    if row is not None:
        _keep(row, answer, None)


def sweep(unit: Unit, most: int = 10_000) -> int:
    """Forget keys that have expired; gives their number."""
    query = select(KeyedCall).where(KeyedCall.expires_at <= unit.now).order_by(KeyedCall.expires_at).limit(most)
    gone = [row for row in unit.session.scalars(query) if _at_rest(row, unit)]
    for row in gone:
        unit.session.delete(row)
    unit.session.flush()
    return len(gone)


def _begun(unit: Unit, work: Work, terms: TermsOf) -> KeyedCall:
    """The row of a call: answered before, taken over from a call that died, or new and not yet in the transaction."""
    row = unit.session.get(KeyedCall, (unit.actor.name, work.key)) if _known(unit, work.key) else None
    if row is not None and row.expires_at <= unit.now and _at_rest(row, unit):
        unit.session.delete(row)
        unit.session.flush()
        row = None
    if row is None:
        # by the instant, which no caller chooses, as they choose their keys
        if crc32(unit.now.isoformat().encode()) % SWEEPING == 0:
            sweep(unit, SWEPT)
        return _new(unit, work, terms(unit.session))
    if (row.route, row.body_digest) != (work.route, work.body_digest):
        raise KeyReused
    if not _at_rest(row, unit):
        raise InProgress
    if row.status is None:
        row.attempt, row.leased_until = row.attempt + 1, unit.now + terms(unit.session).lease
    return row


def _known(unit: Unit, key: str) -> bool:
    """Whether there is such a call; most are new, and this costs less than to look for its row."""
    return unit.session.connection().execute(_THERE, {"account": unit.actor.name, "key": key}).scalar() is not None


def _new(unit: Unit, work: Work, terms: Terms) -> KeyedCall:
    return KeyedCall(
        account=unit.actor.name,
        key=work.key,
        route=work.route,
        body_digest=work.body_digest,
        attempt=1,
        leased_until=unit.now + terms.lease,
        status=None,
        answer="",
        headers="{}",
        made_at=unit.now,
        expires_at=unit.now + terms.kept,
    )


def _at_rest(row: KeyedCall, unit: Unit) -> bool:
    """Whether nobody is believed to work on a call: it is answered, or its lease has run out."""
    return row.leased_until is None or row.leased_until <= unit.now


def _kept(row: KeyedCall) -> Answer | None:
    if row.status is None:
        return None
    return Answer(row.status, row.answer, json.loads(row.headers), replayed=True)


def _keep(row: KeyedCall, answer: Answer, kept: str | None) -> None:
    row.status, row.leased_until = answer.status, None
    row.answer = answer.body if kept is None else kept
    row.headers = canonical(answer.headers).decode()


def _mine(session: Session, claim: Claim) -> KeyedCall | None:
    row = session.get(KeyedCall, (claim.account, claim.key))
    return row if row is not None and row.status is None and row.attempt == claim.attempt else None
