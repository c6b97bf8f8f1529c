"""What people judge: two mentions are one, or two. A judgement is a fact with author, time and reason, and is never edited.

The next resolution follows every judgement that stands; taking one back is a fact of its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.errors import BadCall, Refused
from windchime.core.ids import uuid7
from windchime.core.text import _
from windchime.core.unit import Actor
from windchime.data.identity.codes import credit_codes
from windchime.data.identity.links import known, links_of
from windchime.data.identity.tables import IdentityJudgement
from windchime.service.bank import Bank


class NoReason(BadCall):
    """A judgement without a reason, or of a mention and itself."""

    msgid = _("a judgement needs two different mentions and a reason")


class NotMentioned(BadCall):
    """An id that no resolution has met."""

    msgid = _("no firm or person is known as '{mention_id}'")
    hint = _("resolve first: windchime identity run; then search by name: windchime identity show")

    def __init__(self, mention_id: str) -> None:
        super().__init__(mention_id=mention_id[:80])


class DifferentKinds(BadCall):
    """A firm and a person cannot be one."""

    msgid = _("'{left}' is a {left_kind} and '{right}' is a {right_kind}")

    def __init__(self, left: str, left_kind: str, right: str, right_kind: str) -> None:
        super().__init__(left=left, left_kind=left_kind, right=right, right_kind=right_kind)


class Contradiction(Refused):
    """A judgement against others that stand."""

    msgid = _("{author} has judged before, on {day}, what contradicts this: {left} and {right}; reason given: {reason}")
    hint = _("take that judgement back first: windchime identity undo {judgement_id}")

    def __init__(self, other: "Judgement") -> None:
        super().__init__(
            author=other.author,
            day=other.made_at.date().isoformat(),
            left=other.left,
            right=other.right,
            reason=other.reason,
            judgement_id=other.judgement_id,
        )


class JudgedBefore(Refused):
    """The same judgement stands already."""

    msgid = _("{author} has judged the same on {day}")

    def __init__(self, author: str, day: str) -> None:
        super().__init__(author=author, day=day)


class TwoCodes(Refused):
    """Two firms with valid credit codes that differ are two."""

    msgid = _("{left} has the valid credit code {left_code}, {right} has {right_code}: they cannot be one firm")

    def __init__(self, left: str, left_code: str, right: str, right_code: str) -> None:
        super().__init__(left=left, left_code=left_code, right=right, right_code=right_code)


class NotStanding(BadCall):
    """A judgement that does not exist or was taken back before."""

    msgid = _("no judgement {judgement_id} stands")

    def __init__(self, judgement_id: str) -> None:
        super().__init__(judgement_id=judgement_id[:60])


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one person judged of two mentions."""

    judgement_id: str
    #: the smaller mention id first
    left: str
    right: str
    same: bool
    reason: str
    author: str
    made_at: datetime
    #: the judgement it takes back; empty for a judgement of its own
    undoes: str

    @classmethod
    def of(cls, row: IdentityJudgement) -> Self:
        """From its row."""
        return cls(
            row.judgement_id, row.left, row.right, row.same, row.reason, row.author, row.made_at, row.undoes or ""
        )


def judge(bank: Bank, actor: Actor, left: str, right: str, *, same: bool, reason: str) -> Judgement:
    """Record that two mentions are one, or that they are two; the next resolution follows it.

    Raises:
        NoReason, NotMentioned, DifferentKinds: the call cannot be meant.
        TwoCodes: the firms have different valid credit codes.
        JudgedBefore, Contradiction: against a judgement that stands, also by way of others.
    """
    left, right = sorted((left, right))
    if left == right or not reason.strip():
        raise NoReason
    _admit(bank, left, right, same=same)
    with bank.unit(actor) as unit:
        _against(standing(unit.session), left, right, same=same)
        row = IdentityJudgement(
            judgement_id=uuid7(unit.clock),
            left=left,
            right=right,
            same=same,
            reason=reason.strip(),
            author=actor.name,
            author_kind=actor.kind,
            made_at=unit.now,
            undoes=None,
        )
        unit.session.add(row)
        unit.session.flush()
        made = Judgement.of(row)
        unit.record(
            "identity.judge",
            f"judgement:{made.judgement_id}",
            after={"left": left, "right": right, "same": same},
            reason=reason,
        )
    return made


def undo(bank: Bank, actor: Actor, judgement_id: str, *, reason: str) -> Judgement:
    """Take a judgement back, as a new fact; the next resolution no longer follows it.

    Raises:
        NoReason: no reason is given.
        NotStanding: there is no such judgement, or it was taken back before.
    """
    if not reason.strip():
        raise NoReason
    with bank.unit(actor) as unit:
        found = next((j for j in standing(unit.session) if j.judgement_id == judgement_id), None)
        if found is None:
            raise NotStanding(judgement_id)
        row = IdentityJudgement(
            judgement_id=uuid7(unit.clock),
            left=found.left,
            right=found.right,
            same=found.same,
            reason=reason.strip(),
            author=actor.name,
            author_kind=actor.kind,
            made_at=unit.now,
            undoes=judgement_id,
        )
        unit.session.add(row)
        unit.session.flush()
        unit.record(
            "identity.undo",
            f"judgement:{judgement_id}",
            before={"left": found.left, "right": found.right, "same": found.same},
            reason=reason,
        )
        return Judgement.of(row)


def judgements(session: Session) -> list[Judgement]:
    """Everything that was judged and taken back, oldest first."""
    return [Judgement.of(r) for r in session.scalars(select(IdentityJudgement).order_by(IdentityJudgement.seq))]


def standing(session: Session) -> list[Judgement]:
    """The judgements that stand: made and not taken back."""
    every = judgements(session)
    undone = {j.undoes for j in every}
    return [j for j in every if not j.undoes and j.judgement_id not in undone]


def _admit(bank: Bank, left: str, right: str, *, same: bool) -> None:
    """Both mentions are known, of one kind, and no codes speak against it."""
    with bank.session() as session, links_of(bank, session) as reading:
        found = {m: known(reading, m) for m in (left, right)}
        for mention, link in found.items():
            if link is None:
                raise NotMentioned(mention)
        (a, b) = (found[left], found[right])
        assert a is not None
        assert b is not None
        if a.kind != b.kind:
            raise DifferentKinds(left, a.kind, right, b.kind)
    if same:
        left_code, right_code = credit_codes([a.codes, b.codes])
        if a.kind == "firm" and left_code and right_code and left_code != right_code:
            raise TwoCodes(left, left_code, right, right_code)


def _against(others: Iterable[Judgement], left: str, right: str, *, same: bool) -> None:
    """Refuse what stands already, or what others taken together speak against."""
    every = list(others)
    for other in every:
        if (other.left, other.right) == (left, right):
            if other.same == same:
                raise JudgedBefore(other.author, other.made_at.date().isoformat())
            raise Contradiction(other)
    one = _joined([j for j in every if j.same])
    if not same:
        # a chain of `same` from one to the other: its first judgement is named
        if one(left) == one(right):
            raise Contradiction(next(j for j in every if j.same and one(j.left) == one(left)))
        return
    ends = {one(left), one(right)}
    for other in every:
        if not other.same and {one(other.left), one(other.right)} == ends:
            raise Contradiction(other)


def _joined(same: Iterable[Judgement]) -> "_Heads":
    heads = _Heads()
    for judgement in same:
        heads.join(judgement.left, judgement.right)
    return heads


class _Heads:
    """Which mentions judgements make one: each has a head in common."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def __call__(self, mention: str) -> str:
        while mention in self._parent:
            mention = self._parent[mention]
        return mention

    def join(self, a: str, b: str) -> None:
        low, high = sorted((self(a), self(b)))
        if low != high:
            self._parent[high] = low
