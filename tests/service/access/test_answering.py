"""Who may do what: held against a table written by hand, and against what must never be."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windchime.core.errors import UnknownName
from windchime.service.access.answering import Resource, Subject, answer
from windchime.service.access.permissions import APART, PERMISSIONS, ROLES, Reach, conflicts

MINE = Resource("b", branch="east", owners=frozenset({"li"}))
EAST = Resource("b", branch="east", owners=frozenset({"other"}))
WEST = Resource("b", branch="west", owners=frozenset({"other"}))
ELSEWHERE = Resource("c", branch="east", owners=frozenset({"li"}))


def subject(*roles: str, **more: object) -> Subject:
    return Subject("li", "b", frozenset(roles), branch="east", **more)  # type: ignore[arg-type] # as named


@pytest.mark.parametrize(
    ("role", "permission", "over"),
    [
        ("applicant", "application.read", "mine"),
        ("applicant", "firm.read", ""),
        ("relationship_manager", "firm.read", "mine"),
        ("credit_officer", "decision.override", "mine east"),
        ("credit_officer", "decision.override.check", ""),
        ("credit_officer", "decision.run", ""),
        ("manager", "decision.run", "mine east west"),
        ("post_loan", "alert.work", "mine east"),
        ("auditor", "firm.read", "mine east west"),
        ("auditor", "person.read", ""),
        ("administrator", "firm.read", ""),
        ("administrator", "account.check", ""),
        ("modeller", "model.train", "mine east west"),
        ("modeller", "model.publish", ""),
        ("supervisor_reader", "person.read", ""),
        ("supervisor_reader", "audit.read", "mine east west"),
    ],
)
def test_reach(role: str, permission: str, over: str) -> None:
    records = {"mine": MINE, "east": EAST, "west": WEST}
    found = {name for name, r in records.items() if answer(subject(role), permission, r, purpose="审批").allowed}
    assert found == set(over.split())
    assert not answer(subject(role), permission, ELSEWHERE, purpose="审批").allowed


@pytest.mark.parametrize("role", [*ROLES, "unknown"])
def test_no_role_checks_what_it_makes(role: str) -> None:
    allowed = [p for p in PERMISSIONS.values() if answer(subject(role), p.name, MINE, purpose="x").allowed]
    made = {p.name.partition(".")[0] for p in allowed if p.maker}
    assert not made & {p.name.partition(".")[0] for p in allowed if p.checker}


def test_another_banks_record_is_not_there_for_anybody() -> None:
    for role, permission in product(ROLES, PERMISSIONS):
        found = answer(subject(role), permission, ELSEWHERE, purpose="x")
        assert (found.allowed, found.hidden) == (False, True), (role, permission)


def test_someone_elses_record_is_not_there_either() -> None:
    found = answer(subject("relationship_manager"), "firm.read", EAST)
    assert (found.allowed, found.hidden) == (False, True)
    assert "客户经理" in found.sentence("zh")
    assert "one's own matters" in found.sentence("en")


def test_personal_data_want_a_purpose_and_are_logged() -> None:
    assert not answer(subject("compliance"), "person.read", MINE, purpose=" ").allowed
    found = answer(subject("compliance"), "person.read", MINE, purpose="投诉核查")
    assert (found.allowed, found.logged) == (True, True)


def test_a_token_does_no_more_than_its_scopes_and_no_more_than_its_owner() -> None:
    narrow = subject("auditor", scopes=frozenset({"audit.read", "data.load"}))
    assert answer(narrow, "audit.read").allowed
    assert not answer(narrow, "firm.read").allowed
    assert not answer(narrow, "data.load").allowed


def test_an_account_that_is_not_active_may_nothing() -> None:
    assert not any(answer(subject(*ROLES, active=False), p, purpose="x").allowed for p in PERMISSIONS)


@given(
    st.sets(st.sampled_from(sorted(ROLES))), st.sampled_from(sorted(PERMISSIONS)), st.sampled_from([MINE, EAST, WEST])
)
def test_more_roles_never_allow_less(roles: set[str], permission: str, record: Resource) -> None:
    alone = any(answer(subject(r), permission, record, purpose="x").allowed for r in roles)
    assert answer(subject(*roles), permission, record, purpose="x").allowed == alone


def test_every_grant_names_a_permission_and_every_permission_somebody() -> None:
    granted = {p for role in ROLES.values() for p in role.grants}
    assert granted == set(PERMISSIONS)
    assert {r for role in ROLES.values() for r in role.grants.values()} == set(Reach)
    with pytest.raises(UnknownName):
        answer(subject("auditor"), "firm.raed")


def test_roles_that_must_stay_apart() -> None:
    assert conflicts(frozenset({"modeller", "validator", "auditor"})) == (frozenset({"modeller", "validator"}),)
    assert conflicts(frozenset({"auditor"})) == ()
    assert all(pair <= set(ROLES) for pair in APART)
