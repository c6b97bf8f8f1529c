"""Maker and checker attacked: nothing takes effect by one person's hand, and nothing twice."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier

import pytest
from tests.ground.changes import KIND, approve, digest_of, effects, proposed, staff, whole

from windchime.core.clock import SystemClock
from windchime.core.errors import Refused
from windchime.core.ids import uuid7
from windchime.core.unit import Actor
from windchime.service.access import accounts
from windchime.service.access.names import BadAccountName
from windchime.service.bank import Bank
from windchime.service.jobs import queue
from windchime.service.jobs.worker import Kind as JobKind
from windchime.service.jobs.worker import Work, work_one
from windchime.service.proposals import life
from windchime.service.proposals.asking import TokenChecks
from windchime.service.proposals.errors import (
    MayNot,
    NotTheMaker,
    OtherThanSeen,
    OwnProposal,
    ProgramChecks,
    ProposalEnded,
)

ROOT = Path(__file__).parents[2]
#: one name as eyes see it: width, case, blanks, characters that cannot be seen, letters put together otherwise
VARIANTS = (
    "anna",
    "ANNA",
    "Anna ",
    " anna",
    "an na",
    "ａｎｎａ",
    "an\u200bna",
    "anna\u00ad",
    "anna\ufeff",
    "\u2066anna\u2069",
)


@pytest.fixture
def bank(tmp_path: Path, database: str | None) -> Iterator[Bank]:
    """A bank with people, on both databases."""
    opened = Bank.open(tmp_path, f"four_{uuid7(SystemClock())[-8:]}", database=database)
    staff(opened)
    yield opened
    assert not whole(opened)
    opened.close()


def test_nobody_checks_their_own_under_any_spelling(bank: Bank) -> None:
    made, seen = proposed(bank, "x:1")
    for name in VARIANTS:
        for kind in ("person", "system"):
            with pytest.raises(OwnProposal):
                approve(bank, name, made, seen, kind)
    assert effects(bank) == []
    assert approve(bank, "bo", made, seen) == "effected"
    assert len(effects(bank)) == 1


def test_nobody_has_a_second_account_that_looks_the_same(bank: Bank) -> None:
    for name in (*VARIANTS, "\N{CYRILLIC SMALL LETTER A}nna"):
        with pytest.raises((accounts.AccountExists, BadAccountName)):
            staff(bank, {name: "compliance"})


def test_a_role_that_was_changed_between_proposing_and_checking_opens_nothing(bank: Bank) -> None:
    made, seen = proposed(bank, "x:1")
    with bank.unit(Actor("keeper", "system")) as unit:
        accounts.give_roles(unit, "anna", ["compliance"])
        accounts.give_roles(unit, "bo", ["modeller"])
    with pytest.raises(OwnProposal):
        approve(bank, "anna", made, seen)
    with pytest.raises(MayNot):
        approve(bank, "bo", made, seen)
    with pytest.raises(MayNot):
        approve(bank, "eve", made, seen)
    with pytest.raises(MayNot):
        approve(bank, "nobody.known", made, seen)
    with bank.unit(Actor("keeper", "system")) as unit:
        accounts.close(unit, "chen")
    with pytest.raises(MayNot):
        approve(bank, "chen", made, seen)
    assert effects(bank) == []
    assert approve(bank, "dan", made, seen) == "effected"


@pytest.mark.parametrize("scope", ["content.read", KIND.check_permission])
def test_a_token_of_a_checker_checks_nothing(bank: Bank, scope: str) -> None:
    made, seen = proposed(bank, "x:1")
    with pytest.raises(TokenChecks), bank.unit(Actor("bo")) as unit:
        life.approve(bank, unit, KIND, made, seen=seen, scopes=frozenset({scope}))
    assert effects(bank) == []


def test_a_program_neither_checks_nor_hides_who_asked_it(bank: Bank) -> None:
    with bank.unit(Actor("night", "system")) as unit:
        made = life.propose(bank, unit, KIND, "x:1", "new", reason="nightly", asked_by="bo")
    seen = digest_of(bank, made)
    for name, refused in (("bo", OwnProposal), ("night", OwnProposal), ("other", ProgramChecks)):
        with pytest.raises(refused):
            approve(bank, name, made, seen, "person" if name == "bo" else "system")
    assert effects(bank) == []
    assert approve(bank, "dan", made, seen) == "effected"


def test_a_job_checks_nothing_for_whoever_asked_for_it(bank: Bank) -> None:
    made, seen = proposed(bank, "x:1")

    def check(work: Work) -> None:
        with work.bank.unit(work.asker) as unit:
            life.approve(work.bank, unit, KIND, made, seen=seen)

    def check_as_worker(work: Work) -> None:
        with work.bank.unit(work.actor) as unit:
            life.approve(work.bank, unit, KIND, made, seen=seen)

    kinds = {"mine": JobKind(check), "worker": JobKind(check_as_worker)}
    for kind in kinds:
        with bank.unit(Actor("anna")) as unit:
            queue.enqueue(unit, kind, {}, max_attempts=1)
        assert work_one(bank, "worker-1", kinds)
    with bank.session() as session:
        assert Counter(j.error for j in queue.jobs(session)) == {"OwnProposal": 1, "ProgramChecks": 1}
    assert effects(bank) == []


def test_a_draft_that_changed_is_not_what_was_approved(bank: Bank) -> None:
    """Maker and checker race: what takes effect is always what the checker had seen."""
    outcomes: Counter[str] = Counter()
    for n in range(12):
        made, seen = proposed(bank, f"x:{n}", "seen")
        start = Barrier(2)

        def change(made: str = made, start: Barrier = start) -> None:
            start.wait()
            with suppress(ProposalEnded), bank.unit(Actor("anna")) as unit:
                life.revise(bank, unit, KIND, made, "unseen", reason="better still")

        def check(made: str = made, seen: str = seen, start: Barrier = start) -> str:
            start.wait()
            try:
                return approve(bank, "bo", made, seen)
            except OtherThanSeen:
                return "refused"

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.submit(change), pool.submit(check)
            first.result()
            outcomes[second.result()] += 1
        found = effects(bank, f"x:{n}")
        assert len(found) == (second.result() == "effected")
        assert not any("unseen" in f for f in found)
    assert sum(outcomes.values()) == 12


def test_a_checker_cannot_rewrite_what_they_check(bank: Bank) -> None:
    made, seen = proposed(bank, "x:1")
    with pytest.raises(NotTheMaker), bank.unit(Actor("bo")) as unit:
        life.revise(bank, unit, KIND, made, "mine", reason="mine is better")
    with pytest.raises(NotTheMaker), bank.unit(Actor("bo")) as unit:
        life.withdraw(bank, unit, KIND, made)
    with bank.unit(Actor("bo")) as unit:
        life.send_back(bank, unit, KIND, made, comment="not yet")
    for name in ("bo", "dan"):
        with pytest.raises(ProposalEnded):
            approve(bank, name, made, seen)
    with bank.unit(Actor("anna")) as unit:
        life.revise(bank, unit, KIND, made, "newer", reason="as asked")
    with pytest.raises(OtherThanSeen):
        approve(bank, "dan", made, seen)
    assert effects(bank) == []


def test_many_who_approve_at_once_give_one_effect(bank: Bank) -> None:
    made, seen = proposed(bank, "x:1")
    start = Barrier(9)

    def check(n: int) -> str:
        name = ("bo", "dan", "fay")[n % 3]
        start.wait()
        try:
            return approve(bank, name, made, seen)
        except Refused as refused:
            return type(refused).__name__

    with ThreadPoolExecutor(9) as pool:
        assert Counter(pool.map(check, range(9))) == {"effected": 1, "ProposalEnded": 8}
    assert len(effects(bank)) == 1


def test_an_effect_that_fails_leaves_nothing_and_can_be_tried_again(bank: Bank) -> None:
    made, seen = proposed(bank, "x:1")
    with suppress(ZeroDivisionError), bank.unit(Actor("bo")) as unit:
        life.approve(bank, unit, KIND, made, seen=seen)
        raise ZeroDivisionError
    assert effects(bank) == []
    assert approve(bank, "bo", made, seen) == "effected"
    for name in ("bo", "dan"):
        with pytest.raises(ProposalEnded):
            approve(bank, name, made, seen)
    assert len(effects(bank)) == 1


def test_processes_that_approve_at_once_give_one_effect_each(bank: Bank, database: str | None) -> None:
    waiting = [proposed(bank, f"x:{n}") for n in range(15)]
    home = bank.folder.parents[1]
    command = [sys.executable, "-m", "tests.ground.approving", str(home), bank.name, database or ""]
    given = [":".join(p) for p in waiting]
    processes = [
        subprocess.Popen([*command, name, *given], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in ("bo", "dan", "anna")
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    # asked first for its name, then for its work: all begin together
    told = [process.communicate("go\n", timeout=120)[0] for process in processes]
    done = dict(zip(("bo", "dan", "anna"), map(int, told), strict=True))
    assert done["anna"] == 0
    assert done["bo"] + done["dan"] == 15
    assert Counter(effects(bank)).most_common(1)[0][1] == 1
    assert len(effects(bank)) == 15
