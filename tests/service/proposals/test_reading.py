"""What lists and counts do with rows that somebody changed in the database, and with more rows than a list shows."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import delete, text, update
from tests.service.proposals.toys import KINDS, REASON, TOY, account, writes

from windchime.core.clock import FixedClock
from windchime.core.text import Lang
from windchime.core.unit import Actor
from windchime.service.bank import Bank
from windchime.service.proposals import closing, life, reading, stored, verifying
from windchime.service.proposals.errors import (
    FormUnreadable,
    MayNot,
    NoReason,
    NotDamaged,
    ProposalEnded,
    RevisionChanged,
    TextsGone,
)
from windchime.service.proposals.kinds import Change, Compared, Kind, unknown
from windchime.service.proposals.tables import Proposal, ProposalRevision

MAKER, CHECKER = Actor("maker"), Actor("checker")


@pytest.fixture
def bank(tmp_path: Path, clock: FixedClock, database: str | None) -> Iterator[Bank]:
    """A bank whose maker proposes and whose checker checks."""
    found = Bank.open(tmp_path, uuid4().hex, clock=clock, database=database)
    account(found, "maker", "credit_officer")
    account(found, "checker", "compliance")
    yield found
    found.close()


def propose(bank: Bank, after: Any, kind: Kind = TOY, subject: str = "toy:1") -> str:
    with bank.unit(MAKER) as unit:
        return life.propose(bank, unit, kind, subject, after, reason=REASON)


def tamper(bank: Bank, statement: Any) -> None:
    """Change a row as somebody who owns the database can: what guards it goes first."""
    with bank.unit(Actor("intruder", "system")) as unit:
        if bank.engine.dialect.name == "sqlite":
            for verb in ("update", "delete"):
                unit.session.execute(text(f"DROP TRIGGER IF EXISTS proposal_revision_no_{verb}"))
        else:
            unit.session.execute(text("ALTER TABLE proposal_revision DISABLE TRIGGER USER"))
        unit.session.execute(statement)


def lists(bank: Bank, actor: Actor, kinds: Any = KINDS) -> tuple[list[str], list[str], int]:
    """Ids of what is shown whole and of what is damaged, and the count of the frame."""
    with bank.session() as session:
        found = reading.inbox(bank, session, kinds, actor)
        whole = [s.row.id for s in (*found.to_check, *found.waiting)]
        damaged = [b.row.id for b in found.damaged]
        return whole, damaged, reading.waiting(bank, session, kinds, actor)


def faults(bank: Bank) -> list[tuple[str, str]]:
    with bank.session() as session:
        return [(p.code, p.params["proposal"]) for p in verifying.verify(session)]


@pytest.mark.parametrize("how", ["changed", "missing", "about"])
def test_one_damaged_form_is_named_and_hides_no_other(bank: Bank, how: str) -> None:
    whole, damaged = propose(bank, "good"), propose(bank, "bad", subject="toy:2")
    forms = ProposalRevision.proposal_id == damaged
    assert faults(bank) == []
    tamper(
        bank,
        {
            "changed": update(ProposalRevision).where(forms).values(after='"worse"'),
            "missing": delete(ProposalRevision).where(forms),
            "about": update(Proposal).where(Proposal.id == damaged).values(subject="toy:3"),
        }[how],
    )
    assert lists(bank, CHECKER) == ([whole], [damaged], 2)
    if how != "missing":
        assert lists(bank, MAKER) == ([whole], [damaged], 0)
        with pytest.raises(RevisionChanged), bank.unit(CHECKER) as unit:
            life.approve(bank, unit, TOY, damaged, seen="0" * 64)
    with bank.session() as session, pytest.raises(RevisionChanged):
        reading.see(bank, session, KINDS, CHECKER, damaged)
    assert {one for _code, one in faults(bank)} == {damaged}


@pytest.mark.parametrize("column", [{"maker": "someone"}, {"reason": "another"}, {"digest": "0" * 64}])
def test_who_made_a_form_and_why_are_held_against_the_chain(bank: Bank, column: dict[str, str]) -> None:
    one = propose(bank, "new")
    tamper(bank, update(ProposalRevision).where(ProposalRevision.proposal_id == one).values(**column))
    assert faults(bank) == [("revision_changed", one)]


def test_an_effect_that_nobody_approved_is_named(bank: Bank) -> None:
    one = propose(bank, "new")
    tamper(bank, update(Proposal).where(Proposal.id == one).values(state="effected"))
    assert faults(bank) == [("proposal_changed", one)]


def test_a_form_that_its_kind_cannot_read_is_a_damaged_row(bank: Bank) -> None:
    def summary(_bank: Bank, _session: Any, change: Change, _lang: Lang) -> str:
        return str(change.after["missing"])

    picky = {"toy": replace(TOY, summary=summary)}
    whole, damaged = propose(bank, {"missing": "nothing"}), propose(bank, {"other": 1}, subject="toy:2")
    assert lists(bank, CHECKER, picky) == ([whole], [damaged], 2)
    with bank.session() as session, pytest.raises(FormUnreadable):
        reading.see(bank, session, picky, CHECKER, damaged)


def close(
    bank: Bank, actor: Actor, one: str, comment: str = "it is damaged", scopes: frozenset[str] | None = None
) -> None:
    with bank.unit(actor) as unit:
        name = stored.find(unit.session, one).kind
        closing.close(bank, unit, KINDS.get(name) or unknown(name), one, comment=comment, scopes=scopes)


@pytest.mark.parametrize("how", ["changed", "missing", "about", "state", "kind"])
@pytest.mark.parametrize("who", ["maker", "keeper"])
def test_what_is_damaged_is_closed_on_record_and_never_takes_effect(bank: Bank, how: str, who: str) -> None:
    keeper = account(bank, "keeper", "administrator", branch="")
    whole, damaged = propose(bank, "good"), propose(bank, "bad", subject="toy:2")
    forms = ProposalRevision.proposal_id == damaged
    tamper(
        bank,
        {
            "changed": update(ProposalRevision).where(forms).values(after='"worse"'),
            "missing": delete(ProposalRevision).where(forms),
            "about": update(Proposal).where(Proposal.id == damaged).values(subject="toy:3"),
            "state": update(Proposal).where(Proposal.id == damaged).values(state="opem"),
            "kind": update(Proposal).where(Proposal.id == damaged).values(kind="toi"),
        }[how],
    )
    assert lists(bank, keeper) == ([], [damaged], 0)
    actor = {"maker": MAKER, "keeper": keeper}[who]
    with pytest.raises(NoReason):
        close(bank, actor, damaged, " ")
    with pytest.raises(MayNot):
        close(bank, CHECKER, damaged)
    for other in (MAKER, keeper):
        with pytest.raises(NotDamaged):
            close(bank, other, whole)
    found = faults(bank)
    close(bank, actor, damaged)
    assert faults(bank) == [f for f in found if f[0] != "proposal_changed"]
    # of a state alone nothing stays that is not as it was written
    assert (faults(bank) == []) == (how == "state")
    assert lists(bank, keeper) == ([], [], 0)
    with bank.session() as session:
        row, told = stored.find(session, damaged), reading.history(session, damaged)[-1]
        assert (row.state, row.checker, row.comment) == ("closed", actor.name, "it is damaged")
        assert (told.action, told.actor, told.reason) == ("proposal.close", actor.name, "it is damaged")
        assert writes(session) == []
    with pytest.raises(ProposalEnded):
        close(bank, actor, damaged)
    kind = TOY if how != "kind" else unknown("toi")
    with pytest.raises((MayNot, ProposalEnded, RevisionChanged)), bank.unit(CHECKER) as unit:
        life.approve(bank, unit, kind, damaged, seen="0" * 64)


def test_a_token_closes_within_its_scopes(bank: Bank) -> None:
    one = propose(bank, "bad")
    tamper(bank, update(ProposalRevision).where(ProposalRevision.proposal_id == one).values(after='"worse"'))
    with pytest.raises(MayNot):
        close(bank, MAKER, one, scopes=frozenset({"firm.read"}))
    close(bank, MAKER, one, scopes=frozenset({TOY.propose_permission}))


def test_what_one_may_not_check_takes_no_place_in_the_list(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST", 3)
    other = replace(TOY, name="other", check_permission="account.check")
    kinds = {"other": other, **KINDS}
    for n in range(5):
        propose(bank, n, other, f"other:{n}")
    one = propose(bank, "mine")
    assert lists(bank, CHECKER, kinds) == ([one], [], 1)


def test_texts_that_cannot_be_read_are_damage_to_whoever_closes_and_hinder_no_other_step(bank: Bank) -> None:
    def lost(_bank: Bank, _session: Any, _change: Change, _lang: Lang) -> tuple[Compared, ...]:
        raise KeyError("file")

    keeper = account(bank, "keeper", "administrator", branch="")
    torn = replace(TOY, texts=lost)
    kinds = {"toy": torn}
    one, other = sorted((propose(bank, "new", torn), propose(bank, "newer", torn)))
    assert lists(bank, keeper, kinds) == ([], [one, other], 0)
    assert lists(bank, CHECKER, kinds) == ([one, other], [], 2)
    with bank.unit(keeper) as unit:
        assert isinstance(closing.close(bank, unit, torn, one, comment="its file is gone"), TextsGone)
    with bank.unit(MAKER) as unit:
        life.withdraw(bank, unit, torn, other)
    with bank.session() as session:
        assert [stored.find(session, p).state for p in (one, other)] == ["closed", "withdrawn"]
