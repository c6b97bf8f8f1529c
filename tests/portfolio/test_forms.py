"""Every kind of proposal has one form: what is unknown, missing or of another type is refused before anybody could check it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.accounts import an_account

from windchime.core.errors import BadCall, Refused
from windchime.core.unit import Actor
from windchime.portfolio import four_eyes
from windchime.portfolio.access import sign_in_policy
from windchime.service.access.permissions import ROLES
from windchime.service.bank import Bank
from windchime.service.proposals.errors import BadForm, NoChange
from windchime.service.proposals.kinds import Change, Kind

#: by kind a form that is right but for what it names
RIGHT: dict[str, tuple[str, Any]] = {
    "account.make": ("account:new", {"label": "N", "branch": "", "roles": ["auditor"], "given": True}),
    "account.roles": ("account:li", {"roles": ["auditor"], "branch": ""}),
    "account.close": ("account:li", {"open": False}),
    "account.password": ("account:li", {"given": True}),
    "account.factor": ("account:li", {"second_factor": False}),
    "account.link": ("account:li", {"issuer": "https://id.bank.example", "subject": "7", "claimed": ""}),
    "customer.assign": ("firm:B", {"branch": "east", "manager": "", "applicant": ""}),
    "content.publish": ("schemes:access", {"version": "a" * 64, "valid_from": "2026-01-05"}),
    "rules.keep": ("rules:aaaaaaaaaaaa", {"version": "a" * 64, "name": "first"}),
    "model.publish": ("card:aaaa", {"champion": "aaaa"}),
    "model.promote": ("card:aaaa", {"champion": "aaaa", "comparison": "b" * 64}),
    "model.dismiss": ("card:aaaa", {"role": None}),
    "decision.override": (
        "decision:1",
        {"verdict": "decline", "limit": None, "rate": None, "term_months": None, "reason_codes": ["collateral"]},
    ),
    "agreement.sign": ("agreement:1", {}),
}
WHOLE = ["x", 5, [1], [], None, True, {}, {"open": False, "roles": 5}, {"roles": []}, {"roles": {"a": 1}, "branch": ""}]


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    """A bank in which one person may propose all that one person may, and an account `li`."""
    home: Path = tmp_path_factory.mktemp("forms")
    found = Bank.open(home)
    with found.session() as session:
        policy = sign_in_policy(found, session)
    for role in ROLES:
        an_account(found, f"a.{role}", [role], policy)
    an_account(found, "li", ["credit_officer"], policy)
    yield found
    found.close()


def makers(kind: Kind) -> list[Actor]:
    return [Actor(f"a.{name}") for name, role in ROLES.items() if kind.propose_permission in role.grants]


def wrong_forms(right: Any) -> Iterator[Any]:
    """Not the form: another whole, one key too many, one too few, one of another type."""
    yield from WHOLE
    yield right | {"password": "in the clear"}
    for key, value in right.items():
        yield {k: v for k, v in right.items() if k != key}
        yield from (right | {key: other} for other in ([1], {"a": 1}, 7.5, "a\0b", "x" * 3000, 1, 0) if other != value)
        yield right | {key: int(value)} if isinstance(value, bool) else right | {key: {}}
        yield right | {key: not value} if isinstance(value, bool) and key != "given" else right | {key: [[]]}


@pytest.mark.parametrize("name", four_eyes.KINDS)
def test_a_wrong_form_is_refused_when_it_is_proposed(bank: Bank, name: str) -> None:
    about, right = RIGHT[name]
    maker = makers(four_eyes.KINDS[name])[0]
    for wrong in wrong_forms(right):
        with pytest.raises((BadCall, Refused)):
            four_eyes.propose(bank, maker, name, about, wrong, reason="x")


@pytest.mark.parametrize("name", [n for n in four_eyes.KINDS if n not in {"decision.override", "agreement.sign"}])
def test_what_a_kind_examines_begins_with_its_form(bank: Bank, name: str) -> None:
    about, right = RIGHT[name]
    its = four_eyes.KINDS[name]
    with bank.session() as session:
        for wrong in wrong_forms(right):
            with pytest.raises(BadForm):
                its.examine(bank, session, Change("", name, about, {}, wrong, "x", "somebody"))


def test_the_right_forms_of_accounts_are_proposed(bank: Bank) -> None:
    for name, (about, right) in RIGHT.items():
        if name not in {"account.make", "account.roles", "account.close", "account.password"}:
            continue
        assert four_eyes.propose(bank, makers(four_eyes.KINDS[name])[0], name, about, right, reason="x")


def test_what_would_reopen_an_account_changes_nothing(bank: Bank) -> None:
    with pytest.raises(NoChange):
        four_eyes.propose(bank, Actor("a.administrator"), "account.close", "account:li", {"open": True}, reason="x")


@pytest.mark.parametrize("about", ["shop:B", "li", "firm", ""])
def test_a_subject_of_another_kind_is_refused(bank: Bank, about: str) -> None:
    for name in ("customer.assign", "account.make"):
        its = four_eyes.KINDS[name]
        with pytest.raises((BadCall, Refused)):
            four_eyes.propose(bank, makers(its)[0], name, about, RIGHT[name][1], reason="x")
