"""A change under a key happens once, whoever asks how often, on both databases."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from uuid import uuid4
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.clock import FixedClock
from windchime.core.unit import Actor
from windchime.service.audit import records
from windchime.service.bank import Bank
from windchime.service.idempotency import ClaimLost, InProgress, KeyReused, Terms, Work, claimed, once, sweep
from windchime.service.idempotency.calls import SWEEPING
from windchime.service.idempotency.tables import KeyedCall

ANNA, BO = Actor("anna"), Actor("bo")
TERMS = Terms(kept=timedelta(hours=24), lease=timedelta(seconds=60))
numbers = count()


def terms(_session: Session) -> Terms:
    """What this module's bank says."""
    return TERMS


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    """A clock that this module's tests move on."""
    return FixedClock(datetime(2026, 1, 5, 4, 0, tzinfo=UTC))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def bank(tmp_path_factory: pytest.TempPathFactory, clock: FixedClock, request: pytest.FixtureRequest) -> Iterator[Bank]:
    """An empty bank on either database."""
    database = None if request.param == "sqlite" else request.getfixturevalue("postgres_address")
    opened = Bank.open(tmp_path_factory.mktemp("keys"), f"keys_{uuid4().hex[:8]}", clock=clock, database=database)
    yield opened
    opened.close()


@pytest.fixture
def work() -> Work:
    """Work under a key that no other test has."""
    return Work(f"k{next(numbers)}", "POST /things", "d1")


def add(bank: Bank, work: Work, actor: Actor = ANNA, said: str = "1") -> tuple[str, bool]:
    """One change, and what it was answered."""
    with once(bank, actor, work, terms) as call:
        if call.answered is None:
            call.unit.record("thing.make", f"thing:{work.key}", after={"said": said})
            call.answer(201, said, {"location": "/things/1"})
    assert call.answered is not None
    assert (call.answered.status, dict(call.answered.headers)) == (201, {"location": "/things/1"})
    return call.answered.body, call.answered.replayed


def effects(bank: Bank, work: Work) -> int:
    """How often the work was done."""
    with bank.session() as session:
        return len(list(records(session, subject=f"thing:{work.key}")))


def kept(bank: Bank, work: Work) -> list[str]:
    """What is kept under a key."""
    with bank.session() as session:
        return list(session.scalars(select(KeyedCall.answer).where(KeyedCall.key == work.key)))


def test_the_second_call_gets_the_first_ones_answer(bank: Bank, work: Work) -> None:
    assert add(bank, work, said="1") == ("1", False)
    assert add(bank, work, said="2") == ("1", True)
    assert effects(bank, work) == 1


@pytest.mark.parametrize("other", [{"body_digest": "d2"}, {"route": "POST /others"}])
def test_a_key_stands_for_one_work(bank: Bank, work: Work, other: dict[str, str]) -> None:
    add(bank, work)
    with pytest.raises(KeyReused):
        add(bank, replace(work, **other))
    assert effects(bank, work) == 1


def test_a_key_belongs_to_an_account(bank: Bank, work: Work) -> None:
    assert [add(bank, work, ANNA)[1], add(bank, work, BO)[1]] == [False, False]


def test_what_fails_leaves_nothing_and_may_be_tried_again(bank: Bank, work: Work) -> None:
    def fail() -> None:
        with once(bank, ANNA, work, terms) as call:
            call.unit.record("thing.make", f"thing:{work.key}")
            call.answer(201, "1")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert (effects(bank, work), kept(bank, work)) == (0, [])
    assert add(bank, work) == ("1", False)


def test_a_change_without_an_answer_is_no_change(bank: Bank, work: Work) -> None:
    with pytest.raises(AssertionError), once(bank, ANNA, work, terms) as call:
        call.unit.record("thing.make", f"thing:{work.key}")
    assert (effects(bank, work), kept(bank, work)) == (0, [])


def test_many_at_once_change_once(bank: Bank, work: Work) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: add(bank, work, said=str(n)), range(16)))
    assert len({body for body, _replayed in found}) == 1
    assert sum(not replayed for _body, replayed in found) == 1
    assert effects(bank, work) == 1


def test_a_secret_is_told_once(bank: Bank, work: Work) -> None:
    with once(bank, ANNA, work, terms) as call:
        call.answer(201, '{"secret":"s3"}', kept='{"secret":null}')
    assert call.answered is not None
    assert "s3" in call.answered.body
    with once(bank, ANNA, work, terms) as call:
        pass
    assert call.answered is not None
    assert call.answered.body == '{"secret":null}'


def do(bank: Bank, work: Work, said: str) -> tuple[str, bool]:
    """The same as a longer change."""
    with claimed(bank, ANNA, work, terms) as claim:
        if claim.answered is None:
            with bank.unit(ANNA) as unit:
                unit.record("thing.make", f"thing:{work.key}")
                claim.finish(unit, 201, said)
    assert claim.answered is not None
    return claim.answered.body, claim.answered.replayed


def test_longer_work_holds_its_key(bank: Bank, work: Work) -> None:
    with claimed(bank, ANNA, work, terms) as first:
        assert first.answered is None
        with pytest.raises(InProgress):
            do(bank, work, "2")
        with pytest.raises(InProgress):
            add(bank, work)
        with pytest.raises(KeyReused):
            do(bank, replace(work, body_digest="d2"), "2")
        with bank.unit(ANNA) as unit:
            unit.record("thing.make", f"thing:{work.key}")
            first.finish(unit, 201, "1")
    assert do(bank, work, "2") == ("1", True)
    assert effects(bank, work) == 1


def test_longer_work_that_fails_gives_its_key_back(bank: Bank, work: Work) -> None:
    def fail(*, written: bool) -> None:
        with claimed(bank, ANNA, work, terms) as claim, bank.unit(ANNA) as unit:
            unit.record("thing.make", f"thing:{work.key}")
            if written:
                claim.finish(unit, 201, "1")
            raise ZeroDivisionError

    for written in (False, True):
        with pytest.raises(ZeroDivisionError):
            fail(written=written)
        assert (effects(bank, work), kept(bank, work)) == (0, [])
    with claimed(bank, ANNA, work, terms):
        assert kept(bank, work) == [""]
    assert kept(bank, work) == []


@pytest.mark.parametrize("taker", [do, add])
def test_a_dead_claim_is_taken_over_and_the_slow_one_writes_nothing(
    bank: Bank, clock: FixedClock, work: Work, taker: object
) -> None:
    def slow() -> None:
        with claimed(bank, ANNA, work, terms) as claim:
            clock.instant += TERMS.lease
            assert (do(bank, work, "fast") if taker is do else add(bank, work, said="fast")) == ("fast", False)
            with bank.unit(ANNA) as unit:
                unit.record("thing.make", f"thing:{work.key}")
                claim.finish(unit, 201, "slow")

    with pytest.raises(ClaimLost):
        slow()
    assert (effects(bank, work), kept(bank, work)) == (1, ["fast"])


def test_keys_expire_and_are_swept(bank: Bank, clock: FixedClock, work: Work) -> None:
    other = replace(work, key=f"{work.key}b")
    add(bank, work)
    add(bank, other)
    clock.instant += TERMS.kept
    # a new call clears away what has expired, its own key's former work too
    assert add(bank, replace(work, body_digest="d2")) == ("1", False)
    with bank.unit(ANNA) as unit:
        sweep(unit)
    assert (kept(bank, work), kept(bank, other)) == (["1"], [])
    clock.instant += TERMS.kept
    with bank.unit(ANNA) as unit:
        assert sweep(unit) == 1
    assert kept(bank, work) == []


def test_no_caller_chooses_whether_a_call_sweeps(bank: Bank, clock: FixedClock, work: Work) -> None:
    """With keys of which one way of drawing lots would never pick any, what has expired goes all the same."""
    old = replace(work, key=f"{work.key}.old")
    add(bank, old)
    clock.instant += TERMS.kept
    picked = (key for n in count() if crc32((key := f"{work.key}.{n}").encode()) % SWEEPING)
    for key in islice(picked, 150):
        clock.instant += timedelta(microseconds=1009)
        add(bank, replace(work, key=key))
    assert kept(bank, old) == []


calls = st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["k1", "k2"]), st.sampled_from("xy")), max_size=10)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls)
def test_any_order_of_calls_keeps_the_first_of_each_key(bank: Bank, calls: list[tuple[str, str, str]]) -> None:
    """Against a dictionary: the first body under a key of an account is done and answered, others are refused."""
    run = f"r{next(numbers)}"
    known: dict[tuple[str, str], str] = {}
    for who, key, body in calls:
        work = Work(f"{run}{key}", "POST /things", body)
        if known.setdefault((who, key), body) == body:
            assert add(bank, work, Actor(who), body)[0] == body
        else:
            with pytest.raises(KeyReused):
                add(bank, work, Actor(who), body)
    assert sum(effects(bank, Work(f"{run}{key}", "", "")) for key in ("k1", "k2")) == len(known)
