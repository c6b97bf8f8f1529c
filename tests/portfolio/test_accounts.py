"""Changes of accounts under four eyes, on both databases: who may, when at once, and what nobody can do."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from shutil import copytree
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from tests.accounts import Moved, cheap_hashes

from windchime.core.unit import Actor
from windchime.portfolio import accounts as changes
from windchime.portfolio import four_eyes
from windchime.portfolio.access import sign_in_policy
from windchime.portfolio.tokens import make_token
from windchime.service import audit
from windchime.service.access import accounts, checkers, proving, second_factor
from windchime.service.access.policy import SignInPolicy
from windchime.service.access.proving import SignInRefused
from windchime.service.access.tables import Account, SecondFactor
from windchime.service.bank import Bank
from windchime.service.http.enforcing import UnfinishedAccount
from windchime.service.proposals import stored
from windchime.service.proposals.errors import MayNot, NoChange, NoReason, Overtaken, OwnProposal

ANNA, MO, NORA = Actor("anna"), Actor("mo"), Actor("nora")
GIVEN = "given by somebody else"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap_hashes(monkeypatch)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a bank on SQLite that was begun; tests copy it."""
    home = tmp_path_factory.mktemp("begun")
    bank = Bank.open(home, clock=Moved())
    begin(bank)
    bank.close()
    return home


def begin(bank: Bank) -> None:
    """One administrator and two managers, made at the machine; all have settled their accounts."""
    for name, role in (("anna", "administrator"), ("mo", "manager"), ("nora", "manager")):
        after = {"label": name, "branch": "", "roles": [role]}
        made = changes.change(bank, ANNA, "account.make", name, after, reason="begin", password=GIVEN, at_machine=True)
        assert made is None
    with bank.unit(ANNA) as unit:
        for row in unit.session.scalars(select(Account)):
            row.must_change = False
            unit.session.add(SecondFactor(account=row.name, secret=b"", confirmed_at=unit.now, last_step=0))


@pytest.fixture
def bank(begun: Path, tmp_path: Path) -> Iterator[Bank]:
    copytree(begun, tmp_path, dirs_exist_ok=True)
    found = Bank.open(tmp_path, clock=Moved())
    yield found
    ended(found)


@pytest.fixture
def either(tmp_path: Path, database: str | None) -> Iterator[Bank]:
    """The same on both databases."""
    found = Bank.open(tmp_path, uuid4().hex, clock=Moved(), database=database)
    begin(found)
    yield found
    ended(found)


def ended(bank: Bank) -> None:
    """Whatever a test did: the chain is whole, and no password stands in it."""
    with bank.session() as session:
        assert audit.verify(session) == []
        told = str([(r.before, r.after, r.reason) for r in audit.records(session)])
    assert GIVEN not in told
    assert "argon2" not in told
    bank.close()


def propose(bank: Bank, kind: str, name: str, after: dict[str, Any], actor: Actor = ANNA, **more: Any) -> str:
    made = changes.change(bank, actor, kind, name, after, reason="asked for", **more)  # type: ignore[arg-type]  # any kind
    assert made is not None
    return made


def approve(bank: Bank, proposal: str, actor: Actor = MO) -> Mapping[str, str]:
    with bank.session() as session:
        seen = stored.newest(session, stored.find(session, proposal)).digest
    return four_eyes.approve(bank, actor, proposal, seen=seen)


def account(bank: Bank, name: str) -> Account:
    with bank.session() as session:
        found = session.get(Account, name)
    assert found is not None
    return found


LI = {"label": "李", "branch": "east", "roles": ["credit_officer"], "given": False}
GIVEN_TO_LI = LI | {"given": True}


def test_an_account_is_made_once_a_second_person_has_checked_it(either: Bank) -> None:
    made = propose(either, "account.make", "li", GIVEN_TO_LI)
    with either.session() as session:
        assert session.get(Account, "li") is None
    with pytest.raises(OwnProposal):
        approve(either, made, ANNA)
    drawn = approve(either, made)["password"]
    found = account(either, "li")
    assert (found.roles, found.branch, found.must_change, found.made_by) == ("credit_officer", "east", True, "mo")
    with either.session() as session:
        assert proving.check(session, "li", drawn).right
        told = str([(r.before, r.after, r.reason) for r in audit.records(session)])
        kept = stored.newest(session, stored.find(session, made))
    assert drawn not in told + kept.after
    assert "argon2" not in kept.after


def test_who_proposes_an_account_never_knows_its_password(bank: Bank) -> None:
    ghost = propose(bank, "account.make", "ghost", GIVEN_TO_LI | {"roles": ["manager"]}, password=GIVEN)
    drawn = approve(bank, ghost)["password"]
    again = approve(bank, propose(bank, "account.password", "ghost", {"given": True}, password=GIVEN))["password"]
    assert drawn != again
    assert len(drawn) >= 24
    with bank.session() as session:
        assert [proving.check(session, "ghost", p).right for p in (GIVEN, drawn, again)] == [False, False, True]


def test_a_reset_password_does_not_open_the_machine_again(bank: Bank) -> None:
    with bank.unit(NORA) as unit:
        unit.record("account.password", "account:nora")
    approve(bank, propose(bank, "account.password", "nora", {"given": True}))
    assert account(bank, "nora").must_change
    assert propose(bank, "account.make", "li", LI, at_machine=True)


def test_at_once_a_password_is_typed_or_nothing_happens(tmp_path: Path) -> None:
    new = Bank.open(tmp_path, clock=Moved())
    with pytest.raises(changes.NoGivenPassword):
        changes.change(new, ANNA, "account.make", "li", GIVEN_TO_LI, reason="begin", at_machine=True)
    new.close()


def test_at_the_machine_too_it_is_a_proposal_once_two_can_check(either: Bank) -> None:
    with pytest.raises(MayNot):
        propose(either, "account.make", "li", LI, Actor("operator"), at_machine=True)
    with pytest.raises(MayNot):
        propose(either, "account.make", "li", LI, MO, at_machine=True)
    made = propose(either, "account.make", "li", LI, at_machine=True)
    approve(either, made)
    assert account(either, "li").password_hash is None


def test_with_one_checker_left_the_machine_acts_at_once_again(bank: Bank) -> None:
    approve(bank, propose(bank, "account.close", "nora", {"open": False}))
    made = changes.change(bank, ANNA, "account.make", "li", LI, reason="again two", at_machine=True)
    assert made is None
    assert account(bank, "li").active


def test_nobody_proposes_or_checks_a_change_of_their_own_account(bank: Bank) -> None:
    for kind, after in (
        ("account.roles", {"roles": ["manager"], "branch": ""}),
        ("account.close", {"open": False}),
        ("account.password", {"given": True}),
        ("account.factor", {"second_factor": False}),
        ("account.link", {"issuer": "https://id.bank.example", "subject": "x", "claimed": ""}),
    ):
        with pytest.raises(accounts.OwnRoles):
            propose(bank, kind, "anna", after)
    for kind, after in (
        ("account.roles", {"roles": ["manager"], "branch": "west"}),
        ("account.close", {"open": False}),
        ("account.factor", {"second_factor": False}),
    ):
        made = propose(bank, kind, "mo", after)
        with pytest.raises((accounts.OwnRoles, second_factor.OwnFactor)):
            approve(bank, made, MO)
        assert account(bank, "mo").active
        assert account(bank, "mo").branch == ""


def test_somebody_who_checks_accounts_always_stays(bank: Bank) -> None:
    first = propose(bank, "account.close", "nora", {"open": False})
    second = propose(bank, "account.roles", "mo", {"roles": ["credit_officer"], "branch": ""})
    approve(bank, first, MO)
    with pytest.raises(checkers.LastChecker):
        propose(bank, "account.close", "mo", {"open": False})
    # proposed while two could check: by now its effect would leave nobody
    with pytest.raises(checkers.LastChecker):
        approve(bank, second, MO)
    assert account(bank, "mo").roles == "manager"


def test_roles_that_one_person_must_not_hold_are_not_even_proposed(bank: Bank) -> None:
    with pytest.raises(checkers.RolesApart):
        propose(bank, "account.make", "li", LI | {"roles": ["administrator", "manager"]})
    with pytest.raises(accounts.AccountExists):
        propose(bank, "account.make", "ＭＯ", LI)
    with pytest.raises(NoChange):
        propose(bank, "account.roles", "mo", {"roles": ["manager"], "branch": ""})
    with pytest.raises(NoReason):
        changes.change(bank, ANNA, "account.close", "mo", {"open": False}, reason=" ")


def test_a_proposal_that_was_overtaken_changes_nothing(bank: Bank) -> None:
    approve(bank, propose(bank, "account.make", "li", LI))
    old = propose(bank, "account.roles", "li", {"roles": ["post_loan"], "branch": "east"})
    approve(bank, propose(bank, "account.roles", "li", {"roles": ["modeller"], "branch": "east"}))
    with pytest.raises(Overtaken):
        approve(bank, old)
    assert account(bank, "li").roles == "modeller"


def test_a_lost_second_factor_and_a_forgotten_password_come_back_by_two_people(either: Bank) -> None:
    approve(either, propose(either, "account.factor", "nora", {"second_factor": False}))
    with either.session() as session:
        assert not proving.confirmed(session, "nora")
    drawn = approve(either, propose(either, "account.password", "nora", {"given": True}))["password"]
    assert account(either, "nora").must_change
    with either.session() as session:
        assert proving.check(session, "nora", drawn).right


def test_a_token_at_the_machine_wants_password_and_a_settled_account(bank: Bank) -> None:
    drawn = approve(bank, propose(bank, "account.make", "li", GIVEN_TO_LI))["password"]
    asked: dict[str, Any] = {"label": "x", "scopes": ["content.read"], "days": 3, "origin": "machine"}
    with pytest.raises(SignInRefused):
        make_token(bank, "li", "wrong", "", **asked)
    with pytest.raises(UnfinishedAccount):
        make_token(bank, "li", drawn, "", **asked)
    with bank.unit(ANNA) as unit:
        accounts.find(unit.session, "li").must_change = False
    _id, secret = make_token(bank, "li", drawn, "", **asked)
    assert secret.startswith("wct_")


def test_the_shipped_rule_wants_a_second_factor_of_those_who_check_and_keep(bank: Bank) -> None:
    with bank.session() as session:
        policy = sign_in_policy(bank, session)
    assert isinstance(policy, SignInPolicy)
    assert policy.second_factor_roles == {"administrator", "manager", "compliance", "auditor"}
    assert policy.address_per_minute > policy.account_per_minute > policy.most_failures
