"""The life of a proposal on both databases: who may do what, and that nothing happens twice or to what was not seen."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text, update
from tests.service.proposals.toys import KINDS, REASON, TOY, account, write, writes

from windchime.core.clock import FixedClock
from windchime.core.errors import Refused, UnknownName
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.access.tables import Account
from windchime.service.bank import Bank
from windchime.service.proposals import life, reading, stored
from windchime.service.proposals.asking import TokenChecks
from windchime.service.proposals.errors import (
    BadForm,
    Expired,
    KindUnknown,
    MayNot,
    NoChange,
    NoReason,
    NotPlain,
    NotTheMaker,
    OtherThanSeen,
    OwnProposal,
    ProgramChecks,
    ProposalEnded,
    ProposedAlready,
    RevisionChanged,
)
from windchime.service.proposals.tables import ProposalRevision

SUBJECT = "toy:1"
MAKER, CHECKER = Actor("maker"), Actor("checker", origin="session 10.0.0.9")


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock, database: str | None) -> Iterator[Bank]:
    found = Bank.open(tmp_path, uuid4().hex, clock=clock, database=database)
    yield found
    found.close()


@pytest.fixture
def staffed(bank: Bank) -> Bank:
    """A bank whose maker proposes at branch north and whose checker checks for the bank."""
    account(bank, "maker", "credit_officer")
    account(bank, "checker", "compliance")
    return bank


def propose(bank: Bank, actor: Actor = MAKER, after: Any = "new", subject: str = SUBJECT, **more: Any) -> str:
    with bank.unit(actor) as unit:
        return life.propose(bank, unit, TOY, subject, after, reason=REASON, **more)


def seen(bank: Bank, proposal: str) -> str:
    with bank.session() as session:
        return stored.newest(session, stored.find(session, proposal)).digest


def approve(bank: Bank, proposal: str, actor: Actor = CHECKER, *, as_seen: str | None = None, **more: Any) -> str:
    digest = as_seen or seen(bank, proposal)
    with bank.unit(actor) as unit:
        return life.approve(bank, unit, TOY, proposal, seen=digest, **more)


def state(bank: Bank, proposal: str) -> str:
    with bank.session() as session:
        return stored.find(session, proposal).state


def effects(bank: Bank) -> list[tuple[str, Any, str]]:
    with bank.session() as session:
        return writes(session)


def refused(bank: Bank, error: type[Exception], step: Callable[[], Any]) -> None:
    """The step is refused, and nothing of it stays."""
    with bank.session() as session:
        before = [r.hash for r in audit.records(session)]
    with pytest.raises(error):
        step()
    with bank.session() as session:
        assert [r.hash for r in audit.records(session)] == before


def test_what_is_proposed_takes_effect_when_another_approves_it(staffed: Bank) -> None:
    one = propose(staffed)
    assert effects(staffed) == []
    assert approve(staffed, one, comment="looked at") == "effected"
    assert effects(staffed) == [(SUBJECT, "new", "checker")]
    with staffed.session() as session:
        told = [(r.action, r.actor, r.reason) for r in reading.history(session, one)]
        last = reading.history(session, one)[-1]
        assert audit.verify(session) == []
    assert told == [("proposal.make", "maker", REASON), ("proposal.approve", "checker", "looked at")]
    assert last.origin == "session 10.0.0.9"


@pytest.mark.parametrize("name", ["maker", "MAKER", " maker ", "ｍａｋｅｒ", "ma\u200bker"])
def test_nobody_checks_what_they_made_however_they_type_their_name(bank: Bank, name: str) -> None:
    one = propose(bank)
    refused(bank, OwnProposal, lambda: approve(bank, one, Actor(name)))
    refused(bank, OwnProposal, lambda: send_back(bank, one, Actor(name)))


def send_back(bank: Bank, proposal: str, actor: Actor = CHECKER, comment: str = "not yet") -> None:
    with bank.unit(actor) as unit:
        life.send_back(bank, unit, TOY, proposal, comment=comment)


def revise(bank: Bank, proposal: str, after: Any, actor: Actor = MAKER) -> None:
    with bank.unit(actor) as unit:
        life.revise(bank, unit, TOY, proposal, after, reason=REASON)


def withdraw(bank: Bank, proposal: str, actor: Actor = MAKER) -> None:
    with bank.unit(actor) as unit:
        life.withdraw(bank, unit, TOY, proposal)


def test_a_permission_gained_after_proposing_does_not_help(staffed: Bank) -> None:
    one = propose(staffed)
    switch(staffed, "maker", "compliance")
    refused(staffed, OwnProposal, lambda: approve(staffed, one, MAKER))


def switch(bank: Bank, name: str, role: str) -> None:
    with bank.unit(Actor("setter-up", "system")) as unit:
        unit.session.execute(update(Account).where(Account.name == name).values(roles=role))


def test_a_role_lost_after_the_page_was_opened_is_lost(staffed: Bank) -> None:
    one, looked = propose(staffed), "checker"
    digest = seen(staffed, one)
    switch(staffed, looked, "relationship_manager")
    refused(staffed, MayNot, lambda: approve(staffed, one, as_seen=digest))


def test_who_has_not_the_permission_neither_proposes_nor_checks(staffed: Bank) -> None:
    one = propose(staffed)
    account(staffed, "clerk", "relationship_manager")
    refused(staffed, MayNot, lambda: propose(staffed, Actor("clerk")))
    refused(staffed, MayNot, lambda: approve(staffed, one, Actor("clerk")))
    refused(staffed, MayNot, lambda: approve(staffed, one, Actor("stranger")))


def test_another_branch_is_out_of_reach(staffed: Bank) -> None:
    account(staffed, "southerner", "credit_officer", branch="south")
    refused(staffed, MayNot, lambda: propose(staffed, Actor("southerner")))


def test_a_token_checks_nothing_whatever_its_scopes(staffed: Bank) -> None:
    one, scopes = propose(staffed), frozenset({"decision.override.check"})

    def send_back() -> None:
        with staffed.unit(CHECKER) as unit:
            life.send_back(staffed, unit, TOY, one, comment="why?", scopes=scopes)

    refused(staffed, TokenChecks, lambda: approve(staffed, one, scopes=scopes))
    refused(staffed, TokenChecks, send_back)
    with staffed.session() as session:
        assert not reading.see(staffed, session, KINDS, CHECKER, one, scopes=scopes).may_check
    assert approve(staffed, one) == "effected"


def test_a_token_of_another_scope_neither_sees_nor_withdraws_its_owners_proposals(staffed: Bank) -> None:
    one, scopes = propose(staffed), frozenset({"decision.read"})

    def step() -> None:
        with staffed.unit(MAKER) as unit:
            life.withdraw(staffed, unit, TOY, one, scopes=scopes)

    refused(staffed, MayNot, step)
    with staffed.session() as session:
        assert reading.inbox(staffed, session, KINDS, MAKER, scopes=scopes) == reading.Inbox((), (), (), ())
        with pytest.raises(UnknownName):
            reading.see(staffed, session, KINDS, MAKER, one, scopes=scopes)


def test_what_a_kind_cannot_read_is_a_bad_call(staffed: Bank) -> None:
    picky = replace(TOY, before=lambda _b, _s, _subject, after: after["missing"])
    with pytest.raises(BadForm), staffed.unit(MAKER) as unit:
        life.propose(staffed, unit, picky, SUBJECT, None, reason=REASON)


def test_a_program_proposes_and_never_checks(bank: Bank) -> None:
    one = propose(bank, Actor("nightly", "system"), asked_by="checker")
    refused(bank, ProgramChecks, lambda: approve(bank, one, Actor("other", "system")))
    refused(bank, OwnProposal, lambda: approve(bank, one))
    assert approve(bank, one, Actor("third")) == "effected"


def test_what_was_changed_after_it_was_opened_is_not_approved(staffed: Bank) -> None:
    one = propose(staffed)
    digest = seen(staffed, one)
    revise(staffed, one, "worse")
    refused(staffed, OtherThanSeen, lambda: approve(staffed, one, as_seen=digest))
    assert approve(staffed, one) == "effected"
    assert effects(staffed) == [(SUBJECT, "worse", "checker")]


def test_what_it_would_change_has_changed_since(staffed: Bank) -> None:
    first, second = propose(staffed, after="a"), propose(staffed, after="b")
    assert approve(staffed, first) == "effected"
    assert approve(staffed, second) == "overtaken"
    assert effects(staffed) == [(SUBJECT, "a", "checker")]
    refused(staffed, ProposalEnded, lambda: approve(staffed, second))
    refused(staffed, ProposalEnded, lambda: revise(staffed, second, "c"))


def test_a_proposal_nobody_checked_in_time_expires(bank: Bank, clock: FixedClock) -> None:
    one = propose(bank, expires_at=clock.now() + timedelta(days=1))
    later = Bank.open(bank.folder.parent.parent, bank.name, clock=FixedClock(clock.now() + timedelta(days=1)))
    later = replace_engine(later, bank)
    with later.session() as session:
        assert reading.inbox(later, session, KINDS, CHECKER).to_check == ()
    assert approve(later, one) == "expired"
    assert (state(bank, one), effects(bank)) == ("expired", [])


def replace_engine(later: Bank, bank: Bank) -> Bank:
    later.close()
    return Bank(bank.name, bank.folder, bank.engine, later.clock)


def test_sent_back_revised_and_approved(staffed: Bank) -> None:
    one = propose(staffed)
    refused(staffed, NoReason, lambda: send_back(staffed, one, comment="  "))
    send_back(staffed, one)
    refused(staffed, ProposalEnded, lambda: approve(staffed, one))
    revise(staffed, one, "better")
    assert approve(staffed, one) == "effected"
    with staffed.session() as session:
        verbs = [r.action for r in reading.history(session, one)]
    assert verbs == [f"proposal.{v}" for v in ("make", "send_back", "revise", "approve")]


def test_only_makers_revise_and_withdraw(staffed: Bank) -> None:
    one = propose(staffed)
    account(staffed, "colleague", "credit_officer")
    refused(staffed, NotTheMaker, lambda: withdraw(staffed, one, Actor("colleague")))
    refused(staffed, NotTheMaker, lambda: revise(staffed, one, "x", Actor("colleague")))
    withdraw(staffed, one)
    refused(staffed, ProposalEnded, lambda: withdraw(staffed, one))
    refused(staffed, ProposalEnded, lambda: approve(staffed, one))


def test_a_proposal_says_why_and_changes_something(staffed: Bank) -> None:
    with staffed.unit(MAKER) as unit:
        write(unit, SUBJECT, "old")
    refused(staffed, NoChange, lambda: propose(staffed, after="old"))
    one = propose(staffed)
    with pytest.raises(ProposedAlready) as caught:
        propose(staffed)
    assert caught.value.params["proposal"] == one
    with pytest.raises(NoReason), staffed.unit(MAKER) as unit:
        life.propose(staffed, unit, TOY, SUBJECT, "x", reason=" ")
    for after, reason in (("x", "a\x1b[2K"), ({"label": "a\u202eb"}, "why")):
        with pytest.raises(NotPlain), staffed.unit(MAKER) as unit:
            life.propose(staffed, unit, TOY, SUBJECT, after, reason=reason)


def test_an_effect_that_fails_leaves_the_proposal_open(staffed: Bank) -> None:
    one = propose(staffed, after="broken")
    refused(staffed, RuntimeError, lambda: approve(staffed, one))
    assert state(staffed, one) == "open"


def test_approving_twice_is_told(staffed: Bank) -> None:
    one = propose(staffed)
    digest = seen(staffed, one)
    approve(staffed, one, as_seen=digest)
    refused(staffed, ProposalEnded, lambda: approve(staffed, one, as_seen=digest))


def test_of_many_who_approve_at_once_one_does(staffed: Bank) -> None:
    names = [f"checker{n}" for n in range(4)]
    for name in names:
        account(staffed, name, "compliance")
    one = propose(staffed)
    digest, start = seen(staffed, one), threading.Barrier(8)

    def attempt(name: str) -> str:
        start.wait()
        try:
            return approve(staffed, one, Actor(name), as_seen=digest)
        except Refused as error:
            return error.code

    with ThreadPoolExecutor(8) as threads:
        found = sorted(threads.map(attempt, names * 2))
    assert found == ["ProposalEnded"] * 7 + ["effected"]
    assert len(effects(staffed)) == 1
    with staffed.session() as session:
        assert audit.verify(session) == []


def test_a_stored_form_cannot_be_changed_and_one_that_was_is_found(bank: Bank) -> None:
    one = propose(bank)
    with pytest.raises(Exception, match=r"append-only|\w"), bank.unit(MAKER) as unit:
        unit.session.execute(update(ProposalRevision).values(after='"worse"'))
    if bank.engine.dialect.name == "sqlite":
        with bank.unit(MAKER) as unit:
            unit.session.execute(text("DROP TRIGGER proposal_revision_no_update"))
            unit.session.execute(update(ProposalRevision).values(after='"worse"'))
        with pytest.raises(RevisionChanged):
            approve(bank, one, as_seen="0" * 64)


def test_the_inbox_shows_what_waits_for_whom(staffed: Bank) -> None:
    one, other = propose(staffed), propose(staffed, after="x", subject="toy:2")
    send_back(staffed, other)
    account(staffed, "southerner", "credit_officer", branch="south")
    with staffed.session() as session:
        theirs = reading.inbox(staffed, session, KINDS, CHECKER)
        own = reading.inbox(staffed, session, KINDS, MAKER)
        nobodys = reading.inbox(staffed, session, KINDS, Actor("southerner"))
        counts = [reading.waiting(staffed, session, KINDS, a) for a in (CHECKER, MAKER, Actor("southerner"))]
    assert [s.row.id for s in theirs.to_check] == [one]
    assert ([s.row.id for s in own.waiting], [s.row.id for s in own.sent_back], own.to_check) == ([one], [other], ())
    assert nobodys == reading.Inbox((), (), (), ())
    assert counts == [1, 1, 0]


def test_somebody_elses_proposal_is_not_there(staffed: Bank) -> None:
    one = propose(staffed)
    account(staffed, "colleague", "credit_officer")
    with staffed.session() as session:
        assert reading.see(staffed, session, KINDS, CHECKER, one).may_check
        assert reading.see(staffed, session, KINDS, MAKER, one).own
        for actor, wanted in ((Actor("colleague"), one), (Actor("stranger"), one), (CHECKER, "none")):
            with pytest.raises(UnknownName):
                reading.see(staffed, session, KINDS, actor, wanted)


def test_a_kind_that_is_not_known_is_damage_until_it_has_ended(bank: Bank) -> None:
    one, kinds = propose(bank), {"other": replace(TOY, name="other")}
    with bank.session() as session:
        found = reading.inbox(bank, session, {}, CHECKER)
        assert (found.to_check, [b.row.id for b in found.damaged]) == ((), [one])
        with pytest.raises(KindUnknown):
            reading.see(bank, session, kinds, CHECKER, one)
    withdraw(bank, one)
    with bank.session() as session:
        assert reading.inbox(bank, session, {}, MAKER).damaged == ()
        with pytest.raises(UnknownName):
            reading.see(bank, session, kinds, CHECKER, one)


def test_what_nobody_checked_in_time_is_over_for_its_maker_and_proposed_anew(bank: Bank, clock: FixedClock) -> None:
    one = propose(bank, expires_at=clock.now() + timedelta(days=1))
    refused(bank, ProposedAlready, lambda: propose(bank))
    clock.instant += timedelta(days=1)
    with bank.session() as session:
        found = reading.inbox(bank, session, KINDS, MAKER)
        assert [(s.row.id, s.state) for s in found.ended] == [(one, "expired")]
        assert found.waiting == ()
        assert not reading.see(bank, session, KINDS, CHECKER, one).may_check
    refused(bank, Expired, lambda: revise(bank, one, "newer"))
    again = propose(bank)
    assert (state(bank, one), state(bank, again)) == ("expired", "open")
    assert approve(bank, again) == "effected"
