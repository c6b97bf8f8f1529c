"""Whose pages are shown to whom: lists, records, the graph, exports; consents and purposes; personal data masked and on record."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from tests.accounts import paper
from tests.console.addresses import examples
from tests.console.helpers import AS_OF, FIRMS, NASTY_ID
from tests.console.rights import KEEPER, MINE, NORTHERN, PEOPLE, PLANTED, SOUTHERN, a_peopled_bank, as_somebody
from tests.console.web import LONG, OWNER, OWNER_NAME, SMALL, SOUND, YOUNG
from tests.present.helpers import Tags

from windchime.console import addresses
from windchime.console.frame import AGREEMENTS, NAVIGATION
from windchime.core.text import Text
from windchime.data.vault import Vault
from windchime.portfolio import four_eyes
from windchime.portfolio.access import purposes
from windchime.service.access import consented, consents, customers
from windchime.service.access.consents import Terms
from windchime.service.access.customers import Belonging
from windchime.service.access.tables import PersonalRead
from windchime.service.bank import Bank
from windchime.service.proposals.errors import OwnProposal
from windchime.service.proposals.stored import find, newest

CSRF = re.compile(r'name="csrf-token" content="([^"]+)"')
#: lists by whether they show firms' own data, which wants consent, or the bank's records alone
LISTS = {
    "/firms": False,
    "/firms-export?format=csv": False,
    "/decisions": False,
    "/decisions-export?format=csv": False,
    "/invoices": True,
    "/invoices-export?format=csv": True,
}
INDEBTED = "shop:INDEBTED"


@pytest.fixture(scope="module")
def bank(shop: Bank, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    # what makes examples wants a bank without accounts
    examples(shop)
    found = a_peopled_bank(shop, tmp_path_factory.mktemp("rights") / "home")
    yield found
    found.close()


@pytest.fixture(scope="module")
def people(bank: Bank) -> dict[str, TestClient]:
    """Everybody's browser, by account."""
    return {name: as_somebody(bank, name) for name, _branch, _role in PEOPLE}


def shown(text: str) -> set[str]:
    """The firms of the shop that a page or file names by id."""
    plain = (
        text.replace("&#34;", '"').replace("&#39;", "'").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    )
    plain = plain.replace('""', '"')
    return {f.firm_id for f in FIRMS if f.firm_id in plain or quote(f.firm_id, safe="") in plain}


def agree(
    bank: Bank, firm: str, purpose: str, first: date = AS_OF, days: int = 300, kinds: tuple[str, ...] = ("firm",)
) -> str:
    with bank.session() as session:
        known = purposes(bank, session).known
    with bank.unit(KEEPER) as unit:
        terms = Terms(firm, purpose, kinds, first, first + timedelta(days=days))
        return consents.record(unit, terms, given_by="legal_rep", document=paper(firm), known=known).id


def sent(client: TestClient, page: str, address: str, form: dict[str, str | list[str]]) -> tuple[int, str]:
    """What a form answers, sent from a page."""
    token = CSRF.search(client.get(page).text)
    assert token
    answer = client.post(address, data={**form, "csrf": token.group(1)})
    return answer.status_code, answer.text


@pytest.mark.parametrize("address", LISTS)
def test_lists_and_exports_show_what_is_ones_own(people: dict[str, TestClient], address: str) -> None:
    every = {f.firm_id for f in FIRMS}
    found = {name: shown(people[name].get(address).text) for name in ("mei", "officer", "auditor", "modeller")}
    # of the ten firms one has an empty list of invoices
    whole = every - {"shop:SILENT"} if "invoices" in address else every
    assert found["mei"] == set(MINE)
    assert found["officer"] == set(MINE if LISTS[address] else NORTHERN)
    assert found["auditor"] >= whole
    if not address.startswith("/decisions"):
        assert found["modeller"] >= whole


def test_a_search_finds_ones_own_alone(people: dict[str, TestClient]) -> None:
    assert people["auditor"].get("/firms?q=shop:YOUNG").headers["location"] == addresses.firm(YOUNG)
    mine = people["mei"].get("/firms?q=shop:YOUNG")
    assert mine.status_code == 200
    assert addresses.firm(YOUNG) not in mine.text
    assert people["mei"].get("/firms?q=shop:SOUND").headers["location"] == addresses.firm(SOUND)


def of_firms(shop: Bank) -> Iterator[tuple[str, str]]:
    """Path and an address, with `FIRM` in the firm's place, of every page about one firm."""
    for path, address in examples(shop).items():
        if quote(NASTY_ID, safe="") in address and "/identity" not in path:
            yield path, address.replace(quote(NASTY_ID, safe=""), "FIRM")


@pytest.mark.parametrize("name", ["mei", "owner", "officer", "nobody", "admin"])
def test_somebody_elses_record_looks_like_none(people: dict[str, TestClient], shop: Bank, name: str) -> None:
    seen = 0
    for path, address in of_firms(shop):
        theirs, none = (people[name].get(address.replace("FIRM", quote(f, safe=""))) for f in (YOUNG, "shop:NOWHERE"))
        assert (theirs.status_code, none.status_code) == (404, 404), path
        same = none.text.replace("NOWHERE", "YOUNG")
        assert re.sub("[0-9a-f]{64}", "", theirs.text) == re.sub("[0-9a-f]{64}", "", same), path
        seen += 1
    assert seen >= 8


def test_somebody_elses_decision_looks_like_none(people: dict[str, TestClient], bank: Bank) -> None:
    from windchime.decision import log

    with bank.session() as session:
        theirs, mine = log.latest(session, YOUNG), log.latest(session, SOUND)
    assert theirs
    assert mine
    for part in ("", "/document.json", "/replay"):
        assert people["mei"].get(f"/decisions/{theirs.id}{part}").status_code == 404
        assert people["mei"].get(f"/decisions/{mine.id}{part}").status_code in {200, 303}
        assert people["owner"].get(f"/decisions/{mine.id}{part}").status_code in {200, 303}


def test_a_firm_that_has_not_agreed_is_not_read(people: dict[str, TestClient], bank: Bank, shop: Bank) -> None:
    officer, page = people["officer"], addresses.firm(LONG) + "?lang=en"
    refused = officer.get(page)
    assert refused.status_code == 403
    assert "no consent of the firm in force for loan review" in refused.text
    assert addresses.consents(LONG) in refused.text
    for path, address in of_firms(shop):
        if not path.startswith(("/consents", "/decisions")):
            assert officer.get(address.replace("FIRM", quote(LONG, safe=""))).status_code == 403, path
    # decisions are the bank's own records
    assert shown(officer.get("/decisions").text) == set(NORTHERN)
    for first, days in ((AS_OF - timedelta(days=30), 5), (AS_OF + timedelta(days=30), 5)):
        agree(bank, LONG, "loan_review", first, days)
    agree(bank, LONG, "post_loan")
    agree(bank, LONG, "loan_review", kinds=("person",))
    assert officer.get(page).status_code == 403
    consent = agree(bank, LONG, "loan_review")
    assert officer.get(page).status_code == 200
    assert LONG in shown(officer.get("/invoices").text)
    with bank.unit(KEEPER) as unit:
        consents.revoke(unit, consent, "asked to")
    assert officer.get(page).status_code == 403
    assert LONG not in shown(officer.get("/invoices").text)


def test_a_purpose_is_ones_own_and_remembered(people: dict[str, TestClient], bank: Bank) -> None:
    mei = as_somebody(bank, "mei")
    page = addresses.firm(NASTY_ID)
    foreign = mei.get(page + "?purpose=audit&lang=en")
    assert foreign.status_code == 403
    assert "no purpose for which you may do this" in foreign.text
    assert "loan review, post-loan management" in foreign.text
    # it has agreed to a loan review alone
    assert mei.get(page + "?purpose=post_loan&lang=en").status_code == 403
    assert people["after"].get(page).status_code == 403
    agree(bank, NASTY_ID, "post_loan")
    assert people["after"].get(page).status_code == 200
    assert mei.get(page + "?purpose=post_loan&lang=en").status_code == 200
    assert mei.cookies["windchime_purpose"] == "post_loan"
    # SOUND has not agreed to that
    refused = mei.get(addresses.firm(SOUND))
    assert refused.status_code == 403
    assert f"{addresses.firm(SOUND)}?purpose=loan_review" in refused.text
    assert mei.get(addresses.firm(SOUND) + "?purpose=loan_review").status_code == 200
    assert mei.get(addresses.firm(SOUND)).status_code == 200


@pytest.mark.parametrize("name", [name for name, _branch, _role in PEOPLE])
def test_the_navigation_leads_where_one_may_go(people: dict[str, TestClient], name: str) -> None:
    client = people[name]
    home = client.get("/")
    listed = client.get(home.headers["location"]) if home.status_code == 303 else home
    nav = [str(a["href"]) for a in Tags(listed.text).named("a") if str(a.get("href")) in {c.href for c in NAVIGATION}]
    for crumb in NAVIGATION:
        status = client.get(crumb.href).status_code
        if crumb.href in nav:
            assert status == 200, crumb
        elif crumb.href == AGREEMENTS:
            # a bank that is alone is not led there; its page says so
            assert status in {200, 403}
        else:
            assert status in {303, 403, 404}, crumb


def test_a_refusal_says_why_and_whom_to_ask(people: dict[str, TestClient]) -> None:
    refused = people["mei"].get("/audit?lang=en")
    assert refused.status_code == 403
    assert "none of the roles (relationship manager) has read the audit log" in refused.text
    assert "compliance, auditor, supervisor (reads)" in refused.text
    assert "proposed by administrators and checked by management" in refused.text
    led = people["mei"].get("/")
    assert (led.status_code, led.headers["location"]) == (303, "/inbox")


def test_the_graph_shows_strangers_masked(people: dict[str, TestClient]) -> None:
    addresses_ = [
        f"/graph-view/{quote(SOUND, safe='')}?hops=2",
        f"/graph-file.node_link/{quote(SOUND, safe='')}?hops=2",
    ]
    names = {f.firm_id: f.name for f in FIRMS}
    for address in (*addresses_, addresses.graph(SOUND, to="shop:LONG"), addresses.graph(SOUND, to=NASTY_ID)):
        whole, part = people["auditor"].get(address).text, people["mei"].get(address).text
        asked = part.replace('value="shop:LONG"', "")
        assert SMALL in whole or names[SMALL] in whole, address
        for stranger in (SMALL, LONG, OWNER):
            assert stranger not in asked.replace("to=shop%3ALONG", "").replace("“shop:LONG”", ""), (address, stranger)
            assert names.get(stranger, OWNER_NAME) not in asked, (address, stranger)
    view = people["mei"].get(addresses_[0]).json()
    veiled = [n for n in view["nodes"] if n["id"].startswith("t_")]
    assert len(veiled) >= 3
    assert all(n["page"] == n["firm"] == "" for n in veiled)
    mine = {n["id"] for n in view["nodes"]} - {n["id"] for n in veiled}
    assert mine <= set(MINE)
    assert all({t["source"], t["target"]} & set(MINE) for t in view["ties"])
    for words, found in (("shop:SMALL", 200), ("shop:SOUND", 303)):
        assert people["mei"].get(f"/graph?q={words}").status_code == found
    assert people["auditor"].get("/graph?q=shop:SMALL").status_code == 303


@pytest.mark.parametrize("name", ["auditor", "compliance", "mei", "modeller"])
def test_personal_values_stand_on_no_page(people: dict[str, TestClient], shop: Bank, name: str) -> None:
    read = 0
    for address in examples(shop).values():
        for form in ("csv", "xlsx") if "export" in address else ("",):
            asked = re.sub("format=[a-z]+", f"format={form}", address).replace(
                quote(NASTY_ID, safe=""), quote(SOUND, safe="")
            )
            answer = people[name].get(asked)
            assert not [p for p in PLANTED if p.encode() in answer.content], asked
            read += answer.status_code == 200
    for table in ("persons", "key_persons", "contacts", "bank_accounts", "shareholdings"):
        answer = people[name].get(f"/library/{table}/row?file={table}.parquet&row=1")
        assert not [p for p in PLANTED if p in answer.text], table
        read += answer.status_code == 200
    assert read >= (15 if name == "mei" else 20)


def tokens(client: TestClient, firm: str = SOUND) -> list[str]:
    return re.findall(r'name="token" value="(t_[a-z2-7]{32})"', client.get(addresses.firm(firm)).text)


def looks(bank: Bank) -> int:
    with bank.session() as session:
        return session.scalar(select(func.count()).select_from(PersonalRead)) or 0


def test_personal_values_are_shown_for_a_purpose_and_on_record(people: dict[str, TestClient], bank: Bank) -> None:
    mei, page = people["mei"], addresses.firm(SOUND)
    found = tokens(mei)
    assert len(found) == len(PLANTED)
    before = looks(bank)
    status, text = sent(
        mei, page, addresses.reveals(SOUND, "loan_review"), {"token": found, "reason": "to call the owner"}
    )
    assert status == 200
    assert all(p in text for p in PLANTED)
    assert looks(bank) == before + 4
    with bank.session() as session:
        row = session.scalars(select(PersonalRead).where(PersonalRead.field == "persons.name")).one()
    assert (row.actor, row.firm_id, row.subject_id, row.purpose) == ("mei", SOUND, OWNER, "loan_review")
    assert (row.reason, row.origin) == ("to call the owner", "session testclient")
    listed = people["compliance"].get("/reads?lang=en")
    assert "to call the owner" in listed.text
    assert "persons.id_number" in listed.text
    assert people["compliance"].get("/reads?lang=en&purpose=post_loan").text.count("persons.name") == 0
    assert people["auditor"].get("/reads").status_code == 200
    assert {people[n].get("/reads").status_code for n in ("mei", "manager", "admin", "reader")} == {403}


@pytest.mark.parametrize(
    ("name", "firm", "purpose", "chosen", "status"),
    [
        ("mei", SOUND, "", 1, 403),
        ("mei", SOUND, "audit", 1, 403),
        ("mei", SOUND, "post_loan", 1, 403),
        ("mei", SOUND, "loan_review", 0, 400),
        ("mei", SOUND, "loan_review", 5, 400),
        ("mei", NASTY_ID, "loan_review", 1, 400),
        ("mei", YOUNG, "loan_review", 1, 404),
        ("officer", SMALL, "loan_review", 1, 403),
        ("auditor", SOUND, "audit", 1, 404),
        ("modeller", SOUND, "model_development", 1, 404),
        ("owner", SOUND, "loan_review", 1, 404),
    ],
)
def test_what_is_not_to_be_shown_is_not(
    people: dict[str, TestClient], bank: Bank, name: str, firm: str, purpose: str, chosen: int, status: int
) -> None:
    found = [*tokens(people["mei"]), "t_" + "a" * 32][:chosen]
    before = looks(bank)
    home = "/inbox"
    got, text = sent(
        people[name],
        home if name != "mei" else addresses.firm(SOUND),
        addresses.reveals(firm, purpose),
        {"token": found},
    )
    assert got == status
    assert not [p for p in PLANTED if p in text]
    assert looks(bank) == before


def test_a_look_is_on_record_before_the_value_is_had(
    people: dict[str, TestClient], bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, before = tokens(people["mei"])[:1], looks(bank)

    def broken(*_given: object) -> str:
        assert looks(bank) == before + 1
        raise RuntimeError

    monkeypatch.setattr(Vault, "reveal", broken)
    status, text = sent(people["mei"], addresses.firm(SOUND), addresses.reveals(SOUND, "loan_review"), {"token": token})
    assert status == 500
    assert OWNER_NAME not in text
    assert looks(bank) == before + 1


def test_consents_are_recorded_and_revoked_on_their_page(people: dict[str, TestClient], bank: Bank) -> None:
    mei, page = people["mei"], addresses.consents(NASTY_ID)
    form: dict[str, str | list[str]] = {
        "purpose": "post_loan", "category": ["person"], "given_by": "proxy", "document": paper(NASTY_ID),
        "valid_from": "2020-02-21", "valid_to": "2021-02-20",
    }  # fmt: skip
    wrongs: tuple[dict[str, str | list[str]], ...] = (
        {"document": "x"},
        {"document": "0" * 64},
        {"document": paper(SOUND)},
        {"category": []},
        {"purpose": "x"},
        {"valid_to": "2020-01-01"},
        {"given_by": "applicant"},
    )
    for wrong in wrongs:
        status, text = sent(mei, page, page, {**form, **wrong})
        assert status in {400, 403, 404, 422}, wrong
        assert 'role="alert"' in text
    with bank.session() as session:
        before = len(consented.of_firm(session, NASTY_ID))
    assert sent(mei, page, page, form)[0] == 303
    with bank.session() as session:
        made = next(c for c in consented.of_firm(session, NASTY_ID) if c.recorded_by == "mei")
        assert len(consented.of_firm(session, NASTY_ID)) == before + 1
    assert (made.purpose, made.categories, made.recorded_by) == ("post_loan", " person ", "mei")
    # one of another firm is none of this firm's
    status, _text = sent(mei, page, addresses.consent_revocations(SOUND), {"consent": made.id, "reason": "x"})
    assert status in {404, 422}
    assert (
        sent(mei, page, addresses.consent_revocations(NASTY_ID), {"consent": made.id, "reason": "asked to"})[0] == 303
    )
    assert sent(mei, page, addresses.consent_revocations(NASTY_ID), {"consent": made.id, "reason": "again"})[0] == 403
    assert people["auditor"].get(page).status_code == 200
    assert sent(people["auditor"], page, page, form)[0] == 404
    assert "asked to" not in people["auditor"].get(page).text


def test_a_consent_is_written_when_reading_is_over(
    people: dict[str, TestClient], bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread that holds one connection and waits for a second could wait for others that do the same."""
    sessions, held, opened = threading.local(), [], Bank.session

    @contextmanager
    def session(of: Bank) -> Iterator[Session]:
        sessions.open = getattr(sessions, "open", 0) + 1
        with opened(of) as found:
            yield found
        sessions.open -= 1

    def watched(change: Callable[..., Any]) -> Callable[..., Any]:
        def told(*args: Any, **named: Any) -> Any:
            held.append(sessions.open)
            return change(*args, **named)

        return told

    mei, page = people["mei"], addresses.consents(NASTY_ID)
    with monkeypatch.context() as patched:
        patched.setattr(Bank, "session", session)
        for name in ("record", "revoke"):
            patched.setattr(consents, name, watched(getattr(consents, name)))
        form: dict[str, str | list[str]] = {
            "purpose": "post_loan", "category": ["firm"], "given_by": "proxy", "document": paper("read first"),
            "valid_from": "2020-02-21", "valid_to": "2020-12-31",
        }  # fmt: skip
        assert sent(mei, page, page, form)[0] == 303
        with bank.session() as reading:
            made = next(c for c in consented.of_firm(reading, NASTY_ID) if c.document == paper("read first"))
        told: dict[str, str | list[str]] = {"consent": made.id, "reason": "asked to"}
        assert sent(mei, page, addresses.consent_revocations(NASTY_ID), told)[0] == 303
    assert held == [0, 0]


def test_a_firms_own_user_agrees_online_for_their_firm_alone(people: dict[str, TestClient], bank: Bank) -> None:
    owner, page = people["owner"], addresses.consents(SOUND)
    assert shown(owner.get("/consents").text) == {SOUND}
    assert owner.get(addresses.firm(SOUND)).status_code == 404
    form: dict[str, str | list[str]] = {
        "purpose": "post_loan", "category": ["firm"], "given_by": "applicant", "valid_from": "2020-02-21",
        "valid_to": "2020-12-31",
    }  # fmt: skip
    assert sent(owner, page, page, {**form, "given_by": "legal_rep", "document": paper(SOUND)})[0] == 403
    assert sent(owner, page, addresses.consents(NASTY_ID), form)[0] == 404
    assert sent(owner, page, page, form)[0] == 303
    with bank.session() as session:
        made = next(c for c in consented.of_firm(session, SOUND) if c.recorded_by == "owner")
        terms = Terms(SOUND, "post_loan", ("firm",), date(2020, 2, 21), date(2020, 12, 31))
    assert made.document == terms.digest
    assert (
        sent(owner, page, addresses.consent_revocations(SOUND), {"consent": made.id, "reason": "no longer"})[0] == 303
    )


def test_what_was_recorded_is_listed_for_those_who_read_consents(people: dict[str, TestClient], bank: Bank) -> None:
    with bank.session() as session:
        every = consented.recorded(session, consented.Sought())
    for name, mine in (("compliance", {c.firm_id for c in every}), ("mei", set(MINE)), ("lin", set(SOUTHERN))):
        page = people[name].get("/consents-recorded")
        file = people[name].get("/consents-recorded-export?format=csv").text
        assert shown(page.text) == shown(file) == mine & {c.firm_id for c in every}
    # one row a consent under a heading and lines that say when and by whom
    whole = people["compliance"].get("/consents-recorded-export?format=csv").text
    assert sum(whole.count(c.document) for c in {c.document: c for c in every}.values()) == len(every)
    assert shown(people["compliance"].get("/consents-recorded?recorded_by=nobody").text) == set()
    chosen = people["compliance"].get("/consents-recorded?q=" + quote(paper(SOUND)[:20])).text
    assert shown(chosen) == {SOUND}
    assert people["officer"].get("/consents-recorded").status_code == 200
    assert people["modeller"].get("/consents-recorded").status_code == 403


def test_whose_customer_a_firm_is_wants_four_eyes(people: dict[str, TestClient], bank: Bank) -> None:
    manager, compliance = people["manager"], people["compliance"]
    form: dict[str, str | list[str]] = {
        "firm": INDEBTED,
        "branch": "south",
        "manager": "lin",
        "applicant": "",
        "reason": "moved",
    }
    for wrong in ({"manager": "officer"}, {"manager": "nowhere"}, {"branch": ""}, {"reason": ""}):
        assert sent(manager, "/customers", "/customers", {**form, **wrong})[0] in {400, 403, 404, 422}, wrong
    assert compliance.get("/customers").status_code == 403
    assert INDEBTED not in shown(people["lin"].get("/firms").text)
    assert sent(manager, "/customers", "/customers", form)[0] == 303
    with bank.session() as session:
        from windchime.service.proposals.tables import Proposal

        row = session.scalars(select(Proposal).where(Proposal.subject == f"firm:{INDEBTED}")).one()
        seen = newest(session, find(session, row.id)).digest
    from windchime.core.unit import Actor

    with pytest.raises(OwnProposal):
        four_eyes.approve(bank, Actor("manager"), row.id, seen=seen)
    assert INDEBTED not in shown(people["lin"].get("/firms").text)
    assert "lin" in compliance.get(f"/proposals/{row.id}").text
    four_eyes.approve(bank, Actor("compliance"), row.id, seen=seen)
    assert INDEBTED in shown(people["lin"].get("/firms").text)
    with bank.session() as session:
        assert customers.belonging(session, INDEBTED) == Belonging(INDEBTED, "south", "lin", "")
    assert four_eyes.kind("customer.assign").label == Text("分配客户", "assign customer")
