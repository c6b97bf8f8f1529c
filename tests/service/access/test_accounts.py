"""Signing in, and what a session and a token are worth."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from tests.accounts import Moved, cheap_hashes

from windchime.core.errors import UnknownName
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.access import accounts, checkers, names, passwords, proving, sessions
from windchime.service.access.accounts import SignInPolicy
from windchime.service.access.answering import Subject, answer
from windchime.service.access.permissions import PERMISSIONS, ROLES
from windchime.service.bank import Bank

ROOT = Actor("root")
LI = Actor("li")
PASSWORD = "一匹马走过长长的木桥 9 次"
GIVEN = "given by somebody else"
POLICY = SignInPolicy(12, 5, timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm at its cheapest: these tests sign in often."""
    cheap_hashes(monkeypatch)


@pytest.fixture
def time() -> Moved:
    return Moved()


@pytest.fixture
def bank(tmp_path: Path, database: str | None, time: Moved) -> Iterator[Bank]:
    found = Bank.open(tmp_path, uuid4().hex, clock=time, database=database)
    with found.unit(ROOT) as unit:
        accounts.make(unit, "li", "李", branch="east", roles=["credit_officer"], password=GIVEN, policy=POLICY)
    change(found, GIVEN, PASSWORD)
    yield found
    with found.session() as session:
        assert audit.verify(session) == []
        assert PASSWORD not in str([(r.before, r.after, r.reason) for r in audit.records(session)])
    found.close()


def change(bank: Bank, old: str, new: str) -> None:
    with bank.session() as session:
        checked = proving.check(session, "li", old)
    kept = passwords.hashed("li", new, POLICY.min_password_length)
    with bank.unit(Actor("li")) as unit:
        proving.change_password(unit, checked, kept)


def signed_in(bank: Bank, name: str = "li", password: str = PASSWORD) -> str | None:
    with bank.session() as session:
        checked = proving.check(session, name, password)
    with bank.unit(Actor(name)) as unit:
        account = proving.sign_in(unit, checked, POLICY)
        return sessions.begin(unit, account) if account else None


def speaks_for(bank: Bank, secret: str) -> Subject | None:
    with bank.session() as session:
        found, stale = sessions.current(session, bank, secret, POLICY)
    if stale:
        with bank.unit(ROOT) as unit:
            sessions.touch(unit, secret)
    return found


def test_a_session_speaks_for_its_account(bank: Bank) -> None:
    secret = signed_in(bank)
    assert secret is not None
    found = speaks_for(bank, secret)
    assert found is not None
    assert (found.account, found.branch, answer(found, "case.work").allowed) == ("li", "east", True)
    with bank.session() as session:
        kept = session.execute(text("SELECT token_hash FROM login_session")).scalar_one()
        assert secret.encode() not in bytes(kept)
    with bank.unit(ROOT) as unit:
        sessions.end(unit, secret)
    assert speaks_for(bank, secret) is None


@pytest.mark.parametrize(("name", "password"), [("li", "wrong"), ("nobody", PASSWORD), ("li", ""), ("", "")])
def test_what_is_wrong_opens_nothing(bank: Bank, name: str, password: str) -> None:
    assert signed_in(bank, name, password) is None


def test_a_name_is_known_however_it_is_typed_and_taken_only_once(bank: Bank) -> None:
    assert signed_in(bank, "ＬＩ ") is not None
    with pytest.raises(accounts.AccountExists), bank.unit(ROOT) as unit:
        accounts.make(unit, "LI", "x", policy=POLICY)


def test_after_failures_no_attempt_is_looked_at_for_a_while(bank: Bank, time: Moved) -> None:
    for _n in range(5):
        assert signed_in(bank, password="wrong") is None
    assert signed_in(bank) is None
    time.at += POLICY.pause + timedelta(seconds=1)
    assert signed_in(bank) is not None


def test_sessions_end_by_idling_and_by_age(bank: Bank, time: Moved) -> None:
    idle, old = signed_in(bank), signed_in(bank)
    assert idle
    assert old
    for _n in range(27):
        time.at += timedelta(minutes=25)
        assert speaks_for(bank, old)
    assert speaks_for(bank, idle) is None
    time.at += timedelta(hours=1)
    assert speaks_for(bank, old) is None


def test_a_closed_account_is_closed_everywhere(bank: Bank, time: Moved) -> None:
    secret = signed_in(bank)
    with bank.unit(LI) as unit:
        _id, token = sessions.make_token(unit, "export", ["decision.read"], time.at + timedelta(days=1))
    with bank.unit(ROOT) as unit:
        accounts.close(unit, "li")
    assert secret
    assert speaks_for(bank, secret) is None
    assert signed_in(bank) is None
    with bank.session() as session:
        assert sessions.of_token(session, bank.name, token, time.at, POLICY) is None


def test_a_token_is_worth_its_scopes_until_it_expires(bank: Bank, time: Moved) -> None:
    with bank.unit(LI) as unit:
        token_id, token = sessions.make_token(unit, "export", ["decision.read"], time.at + timedelta(days=1))
    with bank.session() as session:
        found = sessions.of_token(session, bank.name, token, time.at, POLICY)
        assert found is not None
        assert answer(found, "decision.read").allowed
        assert not answer(found, "case.work").allowed
        assert sessions.of_token(session, bank.name, token + "x", time.at, POLICY) is None
        assert sessions.of_token(session, bank.name, token, time.at + timedelta(days=1), POLICY) is None
    with bank.unit(ROOT) as unit:
        sessions.revoke(unit, token_id)
    with bank.session() as session:
        assert sessions.of_token(session, bank.name, token, time.at, POLICY) is None
    with pytest.raises(sessions.BadExpiry), bank.unit(LI) as unit:
        sessions.make_token(unit, "for ever", [], time.at + timedelta(days=400))
    with pytest.raises(UnknownName), bank.unit(LI) as unit:
        sessions.make_token(unit, "x", ["everything"], time.at + timedelta(days=1))


def test_nobody_gives_themselves_rights(bank: Bank) -> None:
    for name in ("li", "Li", "ｌｉ"):
        with pytest.raises(accounts.OwnRoles), bank.unit(Actor(name)) as unit:
            accounts.give_roles(unit, "li", ["manager"])
    with pytest.raises(checkers.RolesApart), bank.unit(ROOT) as unit:
        accounts.give_roles(unit, "li", ["modeller", "validator"])
    with pytest.raises(UnknownName), bank.unit(ROOT) as unit:
        accounts.give_roles(unit, "li", ["king"])
    with bank.unit(ROOT) as unit:
        accounts.give_roles(unit, "li", ["post_loan"], branch="west")
        assert accounts.find(unit.session, "li").roles == "post_loan"


def test_every_session_of_an_account_can_be_ended(bank: Bank) -> None:
    found = [signed_in(bank) for _device in range(3)]
    with bank.unit(ROOT) as unit:
        assert sessions.end_all(unit, "li") == len(found)
    assert [speaks_for(bank, secret) for secret in found if secret] == [None] * 3


def test_passwords(bank: Bank) -> None:
    secret = signed_in(bank)
    for weak in ("short", "x" * 1001):
        with pytest.raises(passwords.WeakPassword):
            change(bank, PASSWORD, weak)
    with pytest.raises(proving.SignInRefused):
        change(bank, "wrong", "another long sentence")
    change(bank, PASSWORD, "another long sentence")
    assert secret
    assert speaks_for(bank, secret) is None
    assert signed_in(bank) is None
    assert signed_in(bank, password="another long sentence") is not None


def test_a_token_is_made_for_nothing_that_its_owner_may_not(bank: Bank, time: Moved) -> None:
    until = time.at + timedelta(days=1)
    with pytest.raises(sessions.BeyondRoles) as refused, bank.unit(LI) as unit:
        sessions.make_token(unit, "export", ["decision.read", "audit.read", "data.load"], until)
    said = refused.value.message("en")
    assert "read the audit log (audit.read), load data (data.load)" in said
    assert "decision.read" not in said
    with bank.session() as session:
        assert sessions.tokens(session, "li") == []
    with bank.unit(LI) as unit:
        _id, token = sessions.make_token(unit, "export", ["decision.read"], until)
    with bank.unit(ROOT) as unit:
        accounts.give_roles(unit, "li", ["administrator"])
    with bank.session() as session:
        who = sessions.of_token(session, bank.name, token, bank.clock.now(), POLICY)
        assert who is not None
        # a role that was taken is taken from the token, and one that was given widens none
        assert not any(answer(who, p).allowed for p in ("decision.read", "data.load"))


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_gives_a_token_all_of_it_and_no_more(bank: Bank, time: Moved, role: str) -> None:
    with bank.unit(ROOT) as unit:
        accounts.give_roles(unit, "li", [role])
    given, until = set(ROLES[role].grants), time.at + timedelta(days=1)
    with bank.unit(LI) as unit:
        sessions.make_token(unit, "all", given, until)
    for beyond in sorted(set(PERMISSIONS) - given)[::7]:
        with pytest.raises(sessions.BeyondRoles), bank.unit(LI) as unit:
            sessions.make_token(unit, "more", {beyond} | given, until)


@pytest.mark.parametrize("how", ["changed", "given"])
def test_a_new_password_ends_the_tokens_that_the_old_one_made(bank: Bank, time: Moved, how: str) -> None:
    with bank.unit(LI) as unit:
        _id, token = sessions.make_token(unit, "export", ["decision.read"], time.at + timedelta(days=1))
    if how == "changed":
        change(bank, PASSWORD, "another long sentence")
    else:
        with bank.unit(ROOT) as unit:
            accounts.give_password(unit, "li", passwords.hashed("li", GIVEN, POLICY.min_password_length))
    with bank.session() as session:
        assert sessions.of_token(session, bank.name, token, time.at, POLICY) is None


def test_a_password_that_somebody_else_gave_allows_nothing_but_to_change_it(bank: Bank) -> None:
    with bank.unit(ROOT) as unit:
        accounts.make(unit, "wang", "王", roles=["manager"], password=GIVEN, policy=POLICY)
    secret = signed_in(bank, "wang", GIVEN)
    assert secret
    found = speaks_for(bank, secret)
    assert found is not None
    assert not answer(found, "portfolio.read").allowed


def test_a_password_that_was_changed_meanwhile_was_not_checked(bank: Bank) -> None:
    with bank.session() as session:
        checked = proving.check(session, "li", PASSWORD)
    change(bank, PASSWORD, "another long sentence")
    with bank.unit(LI) as unit:
        assert proving.sign_in(unit, checked, POLICY) is None


def test_passwords_are_hashed_as_the_standard_recommends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert passwords._hasher().hash("x").startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.parametrize(
    "name", ["", "x", "a b", "a\u200bb", "x" * 65, "../etc", "\u0430nna", "ann\u0251", "сосо", "αβ", "a\u0301b"]
)
def test_names_that_are_none(name: str) -> None:
    with pytest.raises(names.BadAccountName):
        names.examine_name(name)


@pytest.mark.parametrize("name", ["li", "李明", "li.ming@bank.example", "ＬＩ", "zhao_2-b"])
def test_names(name: str) -> None:
    names.examine_name(name)
