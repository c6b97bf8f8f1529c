"""The second factor: what opens, once, and what does not."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.accounts import ROOT, Moved, cheap_hashes, code_of

from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.access import accounts, proving, second_factor, sessions
from windchime.service.access.policy import SignInPolicy
from windchime.service.bank import Bank

POLICY = SignInPolicy(12, 5, timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12), frozenset({"manager"}))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def bank(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Bank]:
    """One bank for all tests here; each has an account of its own, and time goes on."""
    database = None if request.param == "sqlite" else request.getfixturevalue("postgres_address")
    found = Bank.open(tmp_path_factory.mktemp("home"), uuid4().hex, clock=Moved(), database=database)
    yield found
    with found.session() as session:
        assert audit.verify(session) == []
    found.close()


@pytest.fixture
def time(bank: Bank) -> Moved:
    assert isinstance(bank.clock, Moved)
    bank.clock.at += timedelta(hours=1)
    return bank.clock


@pytest.fixture
def li(bank: Bank, time: Moved) -> Actor:
    """Somebody whose role wants a second factor."""
    name = f"li-{uuid4().hex[:8]}"
    with bank.unit(ROOT) as unit:
        accounts.make(unit, name, "李", roles=["manager"], policy=POLICY)
    return Actor(name)


def enrolled(bank: Bank, time: Moved, li: Actor) -> tuple[str, tuple[str, ...]]:
    """Secret and recovery codes of a second factor that is in force."""
    with bank.unit(li) as unit:
        second_factor.offer(bank, unit)
    with bank.session() as session:
        offer = second_factor.offered(bank, session, li.name)
    assert offer is not None
    with bank.unit(li) as unit:
        codes = second_factor.confirm(bank, unit, code_of(offer.secret, time))
    return offer.secret, codes


def opens(bank: Bank, li: Actor, code: str) -> bool:
    with bank.unit(li) as unit:
        return second_factor.accept(bank, unit, li.name, code)


def test_a_code_opens_once_and_none_before_it(bank: Bank, time: Moved, li: Actor) -> None:
    secret, _codes = enrolled(bank, time, li)
    assert not opens(bank, li, code_of(secret, time)), "the code that confirmed it was used"
    earlier = code_of(secret, time)
    time.at += timedelta(seconds=30)
    later = code_of(secret, time)
    assert opens(bank, li, later)
    assert not opens(bank, li, later)
    assert not opens(bank, li, earlier)


def test_clocks_may_differ_by_one_step_and_not_by_two(bank: Bank, time: Moved, li: Actor) -> None:
    secret, _codes = enrolled(bank, time, li)
    start = time.at
    for ahead, taken in ((60, False), (30, True)):
        time.at = start + timedelta(minutes=5, seconds=ahead)
        shown = code_of(secret, time)
        time.at = start + timedelta(minutes=5)
        assert opens(bank, li, shown) is taken, ahead
    time.at = start + timedelta(minutes=10)
    shown = code_of(secret, time)
    time.at += timedelta(seconds=60)
    assert not opens(bank, li, shown)


@pytest.mark.parametrize("code", ["", "000000", "12345", "1234567", "abcdef", "１２３４５６", "-" * 70, "0" * 5000])
def test_what_is_no_code_opens_nothing(bank: Bank, time: Moved, li: Actor, code: str) -> None:
    enrolled(bank, time, li)
    assert not opens(bank, li, code)


def test_codes_agree_with_the_published_values() -> None:
    """RFC 6238 appendix B, SHA-1, cut to six digits."""
    known = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}
    secret = b"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    time = Moved()
    for seconds, code in known.items():
        time.at = time.at.fromtimestamp(seconds, tz=time.at.tzinfo)
        assert code_of(secret.decode(), time) == code
        assert second_factor._step(secret, code, time.at, after=0) == seconds // 30


def test_a_recovery_code_opens_once_however_it_is_typed(bank: Bank, time: Moved, li: Actor) -> None:
    _secret, codes = enrolled(bank, time, li)
    assert len(set(codes)) == 10
    assert opens(bank, li, codes[0].upper().replace("-", " "))
    assert not opens(bank, li, codes[0])
    with bank.session() as session:
        assert second_factor.left(session, li.name) == 9
        stored = str(session.execute(text("SELECT * FROM recovery_code")).all())
        told = str([(r.before, r.after, r.reason) for r in audit.records(session)])
    assert all(code.replace("-", "") not in stored + told for code in codes)
    with bank.unit(li) as unit:
        fresh = second_factor.new_codes(unit)
    assert not opens(bank, li, codes[1])
    assert opens(bank, li, fresh[1])


def test_the_secret_lies_sealed_and_another_accounts_does_not_open(bank: Bank, time: Moved, li: Actor) -> None:
    secret, codes = enrolled(bank, time, li)
    with bank.session() as session:
        stored = b"".join(bytes(v) for (v,) in session.execute(text("SELECT secret FROM second_factor")))
    assert secret.replace(" ", "").encode() not in stored
    with bank.unit(ROOT) as unit:
        accounts.make(unit, f"{li.name}-2", "王", policy=POLICY)
        assert not second_factor.accept(bank, unit, f"{li.name}-2", codes[0])


def test_a_new_secret_is_in_force_only_once_it_was_confirmed(bank: Bank, time: Moved, li: Actor) -> None:
    secret, _codes = enrolled(bank, time, li)
    with bank.unit(li) as unit:
        second_factor.offer(bank, unit)
    with pytest.raises(second_factor.WrongCode), bank.unit(li) as unit:
        second_factor.confirm(bank, unit, "000000")
    time.at += timedelta(minutes=2)
    assert opens(bank, li, code_of(secret, time))
    with bank.session() as session:
        offer = second_factor.offered(bank, session, li.name)
    assert offer is not None
    time.at += timedelta(minutes=2)
    with bank.unit(li) as unit:
        second_factor.confirm(bank, unit, code_of(offer.secret, time))
    time.at += timedelta(minutes=2)
    assert not opens(bank, li, code_of(secret, time))
    assert opens(bank, li, code_of(offer.secret, time))
    with pytest.raises(second_factor.NothingOffered), bank.unit(li) as unit:
        second_factor.confirm(bank, unit, "000000")


def test_who_must_have_one_has_no_role_without(bank: Bank, time: Moved, li: Actor) -> None:
    with bank.unit(li) as unit:
        secret = sessions.begin(unit, accounts.find(unit.session, li.name))
    with bank.session() as session:
        found, _stale = sessions.current(session, bank, secret, POLICY)
    assert found is not None
    assert (found.must, found.roles) == ("second_factor", frozenset())
    enrolled(bank, time, li)
    with bank.session() as session:
        found, _stale = sessions.current(session, bank, secret, POLICY)
    assert found is not None
    assert (found.must, found.roles) == ("", frozenset({"manager"}))


def test_a_lost_one_is_taken_away_by_somebody_else(bank: Bank, time: Moved, li: Actor) -> None:
    _secret, codes = enrolled(bank, time, li)
    with pytest.raises(second_factor.OwnFactor), bank.unit(li) as unit:
        second_factor.take_away(unit, li.name)
    with bank.unit(ROOT) as unit:
        second_factor.take_away(unit, li.name, "phone lost")
        assert not proving.confirmed(unit.session, li.name)
    assert not opens(bank, li, codes[0])


def test_of_many_who_show_one_code_at_once_one_is_let_in(bank: Bank, time: Moved, li: Actor) -> None:
    secret, codes = enrolled(bank, time, li)
    time.at += timedelta(minutes=1)
    for code in (code_of(secret, time), codes[3]):
        with ThreadPoolExecutor(6) as pool:
            assert sum(pool.map(lambda _n, c=code: opens(bank, li, c), range(6))) == 1
