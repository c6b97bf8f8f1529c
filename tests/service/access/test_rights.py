"""What lists show equals what single records answer; consents hold from day to day; customers are given with reason."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from tests.accounts import paper

from windchime.core.clock import FixedClock, today
from windchime.core.errors import UnknownName
from windchime.core.text import Text
from windchime.core.unit import Actor
from windchime.service import audit
from windchime.service.access import consented, consents, customers, reads
from windchime.service.access.answering import Resource, Subject, answer
from windchime.service.access.consented import Sought
from windchime.service.access.consents import AnothersPaper, BadConsent, NotTheirCapacity, Terms
from windchime.service.access.customers import Belonging
from windchime.service.access.permissions import PERMISSIONS, ROLES
from windchime.service.access.purposes import NotYourPurpose, Purpose, Purposes, PurposeWanted
from windchime.service.access.reads import Look
from windchime.service.access.tables import Account, Customer, PersonalRead
from windchime.service.bank import Bank
from windchime.service.http.reach import readable, visible

CLERK = Actor("clerk", origin="session 10.0.0.1")
DIGEST = sha256(b"signed").hexdigest()
BRANCHES, ACCOUNTS = ("", "north", "south"), ("", "mei", "lin", "owner")
#: written out by hand: how far each role goes, `o`wn, `b`ranch, `a`ll
ORACLE = {
    "firm.read": {"relationship_manager": "o", "credit_officer": "b", "post_loan": "b", "modeller": "a", "validator": "a",
                  "compliance": "a", "auditor": "a", "manager": "a"},
    "graph.read": {"relationship_manager": "o", "credit_officer": "b", "post_loan": "b", "modeller": "a", "compliance": "a",
                   "auditor": "a", "manager": "a"},
    "report.read": {"relationship_manager": "o", "credit_officer": "b", "post_loan": "b", "modeller": "a", "validator": "a",
                    "compliance": "a", "auditor": "a", "manager": "a", "supervisor_reader": "a"},
    "decision.make": {"relationship_manager": "o", "credit_officer": "b"},
    "decision.read": {"applicant": "o", "relationship_manager": "o", "credit_officer": "b", "post_loan": "b", "modeller": "a",
                      "validator": "a", "compliance": "a", "auditor": "a", "manager": "a", "supervisor_reader": "a"},
    "consent.record": {"applicant": "o", "relationship_manager": "o"},
    "consent.read": {"applicant": "o", "relationship_manager": "o", "credit_officer": "b", "post_loan": "b", "compliance": "a",
                     "auditor": "a", "manager": "a"},
    "person.read": {"relationship_manager": "o", "credit_officer": "b", "post_loan": "b", "compliance": "a"},
}  # fmt: skip
KNOWN = Purposes.of(
    {
        "review": {"zh": "审查", "en": "review", "consent": True, "source": "-"},
        "after": {"zh": "贷后", "en": "after", "consent": True, "source": "-"},
        "audit": {"zh": "审计", "en": "audit", "consent": False, "source": "-"},
    },
    {
        "relationship_manager": ["review", "after", "gone"],
        "post_loan": ["after"],
        "auditor": ["audit"],
        "manager": ["review"],
    },
)


@pytest.fixture
def bank(tmp_path_factory: pytest.TempPathFactory, database: str | None, clock: FixedClock) -> Iterator[Bank]:
    name = uuid4().hex
    found = Bank.open(tmp_path_factory.mktemp("rights"), name, clock=clock, database=database)
    yield found
    found.close()


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Bank:
    """Firms of every branch and every owner; half of them have agreed to a review."""
    bank = Bank.open(tmp_path_factory.mktemp("written"), clock=FixedClock(datetime(2026, 1, 5, 4, tzinfo=UTC)))
    with bank.unit(CLERK) as unit:
        for i, (branch, manager, applicant) in enumerate(
            (b, m, a) for b in BRANCHES for m in ACCOUNTS for a in ACCOUNTS
        ):
            unit.session.add(Customer(firm_id=f"f:{i}", branch=branch, manager=manager, applicant=applicant))
            if i % 2:
                terms = Terms(f"f:{i}", "review", ("firm",), date(2026, 1, 1), date(2026, 2, 1))
                consents.record(unit, terms, given_by="proxy", document=paper(terms.firm_id), known=KNOWN.known)
    return bank


@given(
    roles=st.frozensets(st.sampled_from(sorted(ROLES)), max_size=3),
    account=st.sampled_from([a for a in ACCOUNTS if a]),
    branch=st.sampled_from(BRANCHES),
    permission=st.sampled_from(sorted(ORACLE)),
    scopes=st.none() | st.frozensets(st.sampled_from(sorted(ORACLE)), max_size=3),
    active=st.booleans() | st.just(True),
)
def test_a_list_shows_what_each_record_answers_and_an_oracle_says(
    written: Bank,
    roles: frozenset[str],
    account: str,
    branch: str,
    permission: str,
    scopes: frozenset[str] | None,
    active: bool,
) -> None:
    who = Subject(account, written.name, roles, branch, scopes, active)
    far = {ORACLE[permission][r] for r in roles if r in ORACLE[permission]}
    far = far if active and (scopes is None or permission in scopes) else set()
    with written.session() as session:
        mine = visible(session, who, permission)
        rows = customers.listed(session)
        for row in rows:
            own = account in (row.manager, row.applicant)
            expected = "a" in far or (bool(far) and own) or ("b" in far and bool(branch) and branch == row.branch)
            assert (row.firm_id in mine) == expected, row
            found = customers.resource_of(session, written.name, row.firm_id)
            assert answer(who, permission, found, purpose="x").allowed == expected, row
            assert not answer(who, permission, Resource("other", found.branch, found.owners), purpose="x").allowed
        # what nobody was given is seen by the reach of the bank alone
        assert ("f:new" in mine) == ("a" in far)
        if mine.query is not None:
            assert frozenset(session.scalars(mine.query)) == mine.firms


@given(
    role=st.sampled_from(["relationship_manager", "post_loan", "auditor", "manager", "compliance"]),
    account=st.sampled_from(["mei", "lin"]),
    asked=st.sampled_from(["", "review", "after", "audit", "gone", "x"]),
)
def test_data_are_listed_of_firms_that_agreed(written: Bank, role: str, account: str, asked: str) -> None:
    who, now = Subject(account, written.name, frozenset({role}), "north"), written.clock.now()
    open_to = {
        "relationship_manager": ["review", "after"],
        "post_loan": ["after"],
        "auditor": ["audit"],
        "manager": ["review"],
    }
    mine = open_to.get(role, [])
    with written.session() as session:
        if not mine or asked not in ("", *mine):
            with pytest.raises(NotYourPurpose):
                readable(session, who, "firm.read", KNOWN, asked, now)
            return
        purpose = asked or mine[0]
        found = readable(session, who, "firm.read", KNOWN, asked, now)
        seen = visible(session, who, "firm.read")
        for row in customers.listed(session):
            agreed = int(row.firm_id.removeprefix("f:")) % 2 == 1 and purpose == "review"
            assert (row.firm_id in found) == (row.firm_id in seen and (purpose == "audit" or agreed))


def agree(bank: Bank, firm: str = "f:1", purpose: str = "review", first: int = 0, last: int = 10) -> str:
    day = today(bank.clock)
    terms = Terms(firm, purpose, ("firm",), day + timedelta(days=first), day + timedelta(days=last))
    with bank.unit(CLERK) as unit:
        return consents.record(unit, terms, given_by="legal_rep", document=paper(firm), known=KNOWN.known).id


def test_a_consent_holds_from_its_first_to_its_last_day_until_it_is_revoked(bank: Bank, clock: FixedClock) -> None:
    made = agree(bank, first=1, last=2)
    seen = []
    for _day in range(4):
        with bank.session() as session:
            assert consented.agreed(session, "f:1", "review", "firm", clock.now()) == consented.holds(
                consented.of_firm(session, "f:1")[0], clock.now()
            )
            seen.append(consented.agreed(session, "f:1", "review", "firm", clock.now()))
            for firm, purpose, category in (
                ("f:2", "review", "firm"),
                ("f:1", "after", "firm"),
                ("f:1", "review", "person"),
            ):
                assert not consented.agreed(session, firm, purpose, category, clock.now())
        clock.instant += timedelta(days=1)
    assert seen == [False, True, True, False]
    clock.instant -= timedelta(days=3)
    with bank.unit(CLERK) as unit:
        consents.revoke(unit, made, "asked to")
    with bank.session() as session:
        assert not consented.agreed(session, "f:1", "review", "firm", clock.now())
        told = [r for r in audit.records(session) if r.subject == f"consent:{made}"]
    assert [(r.action, r.reason, r.origin) for r in told] == [
        ("consent.record", "", CLERK.origin),
        ("consent.revoke", "asked to", CLERK.origin),
    ]
    with pytest.raises(consents.AlreadyRevoked), bank.unit(CLERK) as unit:
        consents.revoke(unit, made)
    with pytest.raises(UnknownName), bank.unit(CLERK) as unit:
        consents.revoke(unit, made, firm_id="f:2")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"firm_id": " "}, BadConsent),
        ({"purpose": "x"}, UnknownName),
        ({"categories": ()}, BadConsent),
        ({"categories": ("x",)}, UnknownName),
        ({"valid_to": date(2025, 1, 1)}, BadConsent),
        ({"valid_to": date(2046, 1, 1)}, BadConsent),
        ({"given_by": "x"}, UnknownName),
        ({"document": "f" * 63}, BadConsent),
        ({"document": ""}, BadConsent),
        ({"document": "0" * 64}, BadConsent),
        ({"document": "F" * 64}, BadConsent),
        ({"document": sha256().hexdigest()}, BadConsent),
        ({"document": sha256().hexdigest().upper()}, BadConsent),
    ],
)
def test_what_is_no_consent_is_not_recorded(bank: Bank, change: dict[str, Any], error: type[Exception]) -> None:
    terms = Terms("f:1", "review", ("firm",), date(2026, 1, 1), date(2026, 6, 1))
    change = dict(change)
    given_by, document = str(change.pop("given_by", "legal_rep")), str(change.pop("document", DIGEST))
    with pytest.raises(error), bank.unit(CLERK) as unit:
        consents.record(unit, replace(terms, **change), given_by=given_by, document=document, known=KNOWN.known)
    with bank.session() as session:
        assert consented.recorded(session, Sought()) == []


def test_a_document_is_one_firms(bank: Bank) -> None:
    """Each firm signs its own paper; one paper of a firm may agree to several things."""
    made = agree(bank), agree(bank, purpose="after")
    terms = Terms("f:2", "review", ("firm",), date(2026, 1, 1), date(2026, 6, 1))

    def taken() -> None:
        with bank.unit(CLERK) as unit:
            consents.record(unit, terms, given_by="proxy", document=paper("f:1").upper(), known=KNOWN.known)

    # each consent to the wrong firm is revoked before the paper is recorded for the right one
    for one in made:
        with pytest.raises(AnothersPaper, match=r"another firm.*revokes it"):
            taken()
        with bank.unit(CLERK) as unit:
            consents.revoke(unit, one, "typed for the wrong firm")
    taken()
    with pytest.raises(AnothersPaper):
        agree(bank)
    # what a firm's own user agrees to is a document of its own
    with bank.unit(CLERK) as unit:
        consents.record(unit, terms, given_by="applicant", document="", known=KNOWN.known)


def test_what_was_recorded_is_listed_by_whom_when_and_for_what(bank: Bank, clock: FixedClock) -> None:
    """Held against the whole list, sifted by hand."""
    day = today(clock)
    made: list[tuple[str, str, str, str, int]] = []
    for firm, purpose, actor, days in (
        ("f:1", "review", "mei", 0),
        ("f:2", "review", "lin", 0),
        ("f:1", "after", "mei", 1),
        ("f:3", "after", "lin", 2),
    ):
        clock.instant = datetime(2026, 1, 5, 15, 50, tzinfo=UTC) + timedelta(days=days, minutes=len(made))
        with bank.unit(Actor(actor)) as unit:
            terms = Terms(firm, purpose, ("firm",), day, day + timedelta(days=9))
            one = consents.record(unit, terms, given_by="proxy", document=paper(firm), known=KNOWN.known).id
            unit.session.merge(Customer(firm_id=firm, branch="north", manager=actor, applicant=""))
        made.append((one, firm, purpose, actor, days))
    within = select(Customer.firm_id).where(Customer.manager == "mei")
    questions: dict[Sought, Callable[[tuple[str, str, str, str, int]], bool]] = {
        Sought(): lambda m: True,
        Sought(recorded_by="mei"): lambda m: m[3] == "mei",
        Sought(purpose="after", firm_id="f:1"): lambda m: m[2] == "after" and m[1] == "f:1",
        Sought(words="f:3"): lambda m: m[1] == "f:3",
        Sought(words=paper("f:2")[:12]): lambda m: m[1] == "f:2",
        Sought(words="%"): lambda m: False,
        Sought(given_by="proxy", since=day + timedelta(1)): lambda m: m[4] >= 1,
        Sought(until=day): lambda m: m[4] == 0,
        Sought(since=date.min, until=date.max): lambda m: True,
        Sought(until=date.min): lambda m: False,
        Sought(given_by="operator"): lambda m: False,
        Sought(within=within): lambda m: m[3] == "mei",
    }
    with bank.session() as session:
        for sought, fits in questions.items():
            wanted = [m[0] for m in reversed(made) if fits(m)]
            assert [c.id for c in consented.recorded(session, sought)] == wanted, sought
            assert consented.count(session, sought) == len(wanted)
            assert [c.id for c in consented.recorded(session, sought, offset=1, size=1)] == wanted[1:2]
            first = wanted[0] if wanted else "-"
            assert [c.id for c in consented.recorded(session, sought, before=first)] == wanted[1:]
        assert consented.recorders(session) == ("lin", "mei")
        assert consented.recorders(session, within) == ("mei",)


@given(day=st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_year_later_is_a_day_short_of_a_year(day: date) -> None:
    assert (consents.year_later(day) - day).days in {364, 365}


def test_in_which_capacity_one_may_record() -> None:
    own, staff = (Subject("a", "b", frozenset({r})) for r in ("applicant", "relationship_manager"))
    consents.allowed_to_give(own, "applicant")
    consents.allowed_to_give(staff, "proxy")
    consents.allowed_to_give(None, "proxy")
    for who, wrong in ((own, "legal_rep"), (staff, "applicant")):
        with pytest.raises(NotTheirCapacity):
            consents.allowed_to_give(who, wrong)


def test_purposes_are_those_of_the_roles_that_reach_the_record() -> None:
    both = Subject("mei", "bank", frozenset({"relationship_manager", "post_loan"}), "north")
    mine, branchs = Resource("bank", "south", frozenset({"mei"})), Resource("bank", "north")
    assert [p.name for p in KNOWN.open_to(both, "firm.read", mine)] == ["after", "review"]
    assert [p.name for p in KNOWN.open_to(both, "firm.read", branchs)] == ["after"]
    assert KNOWN.chosen(both, "firm.read", mine, "review").name == "review"
    with pytest.raises(NotYourPurpose):
        KNOWN.chosen(both, "firm.read", branchs, "review")
    with pytest.raises(PurposeWanted):
        KNOWN.chosen(both, "person.read", mine, "")
    assert KNOWN.known["audit"] == Purpose("audit", Text("审计", "audit"), needs_consent=False, source=Text("-", "-"))


def an_account(bank: Bank, name: str, roles: str, *, active: bool = True) -> None:
    with bank.unit(CLERK) as unit:
        unit.session.add(
            Account(
                name=name, plain_name=name, label=name, branch="", roles=roles, active=active, password_hash=None,
                must_change=False, failures=0, locked_until=None, made_by="x", made_at=unit.now,
            )
        )  # fmt: skip


def test_customers_are_given_to_whom_they_can_be(bank: Bank) -> None:
    an_account(bank, "mei", "relationship_manager")
    an_account(bank, "both", "applicant relationship_manager")
    an_account(bank, "gone", "relationship_manager", active=False)
    an_account(bank, "owner", "applicant")
    wrong = (
        (Belonging("", "north"), customers.NoBranch),
        (Belonging("f:1", " "), customers.NoBranch),
        (Belonging("f:1", "north", "nobody"), UnknownName),
        (Belonging("f:1", "north", "gone"), customers.NotTheirRole),
        (Belonging("f:1", "north", "owner"), customers.NotTheirRole),
        (Belonging("f:1", "north", "mei", "mei"), customers.NotTheirRole),
        (Belonging("f:1", "north", "both", "both"), customers.OwnManager),
    )
    for wanted, error in wrong:
        with pytest.raises(error), bank.unit(CLERK) as unit:
            customers.assign(unit, wanted)
    good = Belonging("f:1", "north", "mei", "owner")
    for changed in (True, False):
        with bank.unit(CLERK) as unit:
            assert customers.assign(unit, good, "new") is changed
    with bank.session() as session:
        assert customers.listed(session, manager="mei") == customers.listed(session, branch="north") == [good]
        assert customers.listed(session, branch="south") == []
        assert [r.action for r in audit.records(session)] == ["customer.assign"]


def test_looks_are_only_ever_added(bank: Bank) -> None:
    with pytest.raises(reads.NoReason):
        reads.log(bank, CLERK, [Look("p:1", "persons.name", "t_x")], purpose=" ")
    for purpose in ("review", "audit"):
        reads.log(bank, CLERK, [Look("p:1", "persons.name", "t_x")], purpose=purpose, reason="why", firm_id="f:1")
    with bank.session() as session:
        found, count = reads.page(session, words="p:1")
        assert (count, {r.purpose for r in found}, {r.origin for r in found}) == (
            2,
            {"review", "audit"},
            {CLERK.origin},
        )
        assert reads.page(session, purpose="audit")[1] == reads.page(session, actor="clerk", size=1)[1] - 1 == 1
        assert reads.page(session, words="nobody")[1] == 0
        assert reads.readers(session) == ("clerk",)
    for statement in ("UPDATE personal_read SET actor = 'x'", "DELETE FROM personal_read"):
        with pytest.raises(DBAPIError), bank.unit(CLERK) as unit:
            unit.session.execute(text(statement))
    with bank.session() as session:
        assert session.scalar(select(func.count()).select_from(PersonalRead)) == 2


def test_what_reads_a_firms_data_is_declared_so() -> None:
    assert {p.name for p in PERMISSIONS.values() if p.category == "firm"} == {
        "firm.read", "graph.read", "report.read", "decision.make",
    }  # fmt: skip
    assert {p.name for p in PERMISSIONS.values() if p.category == "person"} == {"person.read"}
