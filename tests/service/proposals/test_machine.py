"""The life of proposals against a model of it: whatever people try, in whatever order, the two agree."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from tests.service.proposals.toys import KINDS, REASON, TOY, account, writes

from windchime.core.clock import FixedClock
from windchime.core.errors import WindchimeError
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.bank import Bank
from windchime.service.proposals import life, reading, stored

START = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
#: who there is: two who propose, two who check, one who may both, one who may neither
ROLES = {
    "maker1": ("credit_officer",),
    "maker2": ("credit_officer",),
    "checker1": ("compliance",),
    "checker2": ("manager",),
    "both": ("credit_officer", "manager"),
    "clerk": ("applicant",),
}
PROPOSE = {n for n, roles in ROLES.items() if "credit_officer" in roles}
CHECK = {n for n, roles in ROLES.items() if {"compliance", "manager"} & set(roles)}
PEOPLE = st.sampled_from(sorted(ROLES))
SUBJECTS, VALUES = st.sampled_from(["toy:1", "toy:2"]), st.sampled_from(["a", "b", "c"])


@dataclass
class Modelled:
    """What a proposal should be."""

    subject: str
    before: str | None
    after: str
    makers: set[str]
    expires: datetime
    state: str = "open"


class Machine(RuleBasedStateMachine):
    """Proposals of two subjects by six people, beside a model in a few lines."""

    proposals: Bundle[str] = Bundle("proposals")

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.now = START
        self.bank = Bank.open(Path(self.folder.name), clock=FixedClock(START))
        for name, roles in ROLES.items():
            account(self.bank, name, *roles)
        self.model: dict[str, Modelled] = {}
        self.stands: dict[str, str] = {}
        self.done: list[tuple[str, str, str]] = []

    def teardown(self) -> None:
        self.bank.close()
        self.folder.cleanup()

    def attempt(self, who: str, step: Any) -> Any:
        """What a step gives, or the class of its refusal."""
        try:
            with self.bank.unit(Actor(who)) as unit:
                return step(unit)
        except WindchimeError as error:
            return error.code

    @rule(days=st.integers(1, 4))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.bank.clock = FixedClock(self.now)

    @rule(target=proposals, who=PEOPLE, subject=SUBJECTS, after=VALUES)
    def propose(self, who: str, subject: str, after: str) -> str:
        expires = self.now + timedelta(days=5)
        found = self.attempt(
            who, lambda u: life.propose(self.bank, u, TOY, subject, after, reason=REASON, expires_at=expires)
        )
        before = self.stands.get(subject)
        same = any(
            m.state == "open" and (m.subject, m.before, m.after) == (subject, before, after) and m.expires > self.now
            for m in self.model.values()
        )
        if who not in PROPOSE:
            assert found == "MayNot"
        elif before == after:
            assert found == "NoChange"
        elif same:
            assert found == "ProposedAlready"
        else:
            for m in self.model.values():
                if m.state == "open" and (m.subject, m.before, m.after) == (subject, before, after):
                    m.state = "expired"
            self.model[found] = Modelled(subject, before, after, {who}, expires)
            return str(found)
        return ""

    @rule(one=proposals, who=PEOPLE, after=VALUES)
    def revise(self, one: str, who: str, after: str) -> None:
        found = self.attempt(who, lambda u: life.revise(self.bank, u, TOY, one, after, reason=REASON))
        m = self.model.get(one)
        if m is None:
            assert found == "UnknownName"
        elif who not in m.makers:
            assert found == "NotTheMaker"
        elif m.state not in ("open", "sent_back"):
            assert found == "ProposalEnded"
        elif m.expires <= self.now:
            assert found == "Expired"
        elif self.stands.get(m.subject) == after:
            assert found == "NoChange"
        else:
            assert found is None
            m.state, m.before, m.after = "open", self.stands.get(m.subject), after

    @rule(one=proposals, who=PEOPLE, stale=st.booleans())
    def approve(self, one: str, who: str, stale: bool) -> None:
        seen = "0" * 64
        if one in self.model and not stale:
            with self.bank.session() as session:
                seen = stored.newest(session, stored.find(session, one)).digest
        found = self.attempt(who, lambda u: life.approve(self.bank, u, TOY, one, seen=seen))
        if (refusal := self.refusal(one, who)) is not None:
            assert found == refusal
            return
        m = self.model[one]
        if stale:
            assert found == "OtherThanSeen"
            return
        expected = (
            "expired"
            if m.expires <= self.now
            else "overtaken"
            if self.stands.get(m.subject) != m.before
            else "effected"
        )
        assert found == expected
        m.state = expected
        if expected == "effected":
            self.stands[m.subject] = m.after
            self.done.append((m.subject, m.after, who))

    @rule(one=proposals, who=PEOPLE)
    def send_back(self, one: str, who: str) -> None:
        found = self.attempt(who, lambda u: life.send_back(self.bank, u, TOY, one, comment="no"))
        assert found == self.refusal(one, who)
        if found is None:
            self.model[one].state = "sent_back"

    @rule(one=proposals, who=PEOPLE)
    def withdraw(self, one: str, who: str) -> None:
        found = self.attempt(who, lambda u: life.withdraw(self.bank, u, TOY, one))
        m = self.model.get(one)
        if m is None:
            assert found == "UnknownName"
        elif who not in m.makers:
            assert found == "NotTheMaker"
        elif m.state not in ("open", "sent_back"):
            assert found == "ProposalEnded"
        else:
            assert found is None
            m.state = "withdrawn"

    def refusal(self, one: str, who: str) -> str | None:
        """Why somebody may not check a proposal now; None where they may."""
        m = self.model.get(one)
        if m is None:
            return "UnknownName"
        if who in m.makers:
            return "OwnProposal"
        if who not in CHECK:
            return "MayNot"
        return None if m.state == "open" else "ProposalEnded"

    @invariant()
    def the_two_agree(self) -> None:
        with self.bank.session() as session:
            assert writes(session) == self.done
            assert {i: stored.find(session, i).state for i in self.model} == {i: m.state for i, m in self.model.items()}
            for who in ROLES:
                waits = {s.row.id for s in reading.inbox(self.bank, session, KINDS, Actor(who)).to_check}
                assert waits == {
                    i
                    for i, m in self.model.items()
                    if m.state == "open" and who in CHECK - m.makers and m.expires > self.now
                }

    @invariant()
    def the_chain_is_whole(self) -> None:
        with self.bank.session() as session:
            assert audit.verify(session) == []


Machine.TestCase.settings = settings(max_examples=12, stateful_step_count=25, deadline=None)
TestProposalsAgainstTheirModel = Machine.TestCase
