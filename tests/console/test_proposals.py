"""Inbox, proposals and overrides on pages: what is shown, what a form does, and what is told when it is refused."""

import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from starlette.testclient import TestClient
from tests.console.helpers import ANNA, BO, a_bank, a_client, an_empty_bank
from tests.console.proposals import a_proposal

from windchime.content.seed import sources
from windchime.core.unit import Actor
from windchime.decision import log
from windchime.decision.overriding import overridden
from windchime.documents import firm_report, gather_firm, html
from windchime.portfolio import four_eyes
from windchime.portfolio.publishing import bring_in
from windchime.present.formats import percent
from windchime.service import audit
from windchime.service.bank import Bank
from windchime.service.proposals import life, stored
from windchime.service.proposals.tables import Proposal, ProposalRevision

TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
FORM = {"verdict": "approve", "limit": "200,000", "rate": "8", "term_months": "12", "reason_codes": "collateral"}


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    found = a_bank(tmp_path_factory.mktemp("proposals") / "home")
    yield found
    found.close()


@pytest.fixture
def client(bank: Bank) -> TestClient:
    """The local visitor, who acts as `local`."""
    return a_client(bank)


def post(client: TestClient, page: str, address: str, **form: str) -> tuple[int, str, str]:
    """Status, where it leads, and the text, of a form sent from a page."""
    token = TOKEN.search(client.get(page).text)
    assert token is not None
    answer = client.post(address, data={"csrf": token.group(1), **form}, follow_redirects=False)
    return answer.status_code, answer.headers.get("location", ""), answer.text


def decision(bank: Bank, firm: str) -> str:
    with bank.session() as session:
        row = log.latest(session, firm)
    assert row is not None
    return row.id


def state(bank: Bank, proposal: str) -> str:
    with bank.session() as session:
        return stored.find(session, proposal).state


def seen(bank: Bank, proposal: str) -> str:
    with bank.session() as session:
        return stored.newest(session, stored.find(session, proposal)).digest


def test_an_override_goes_from_the_form_to_its_effect(bank: Bank, client: TestClient) -> None:
    one = decision(bank, "shop:SMALL")
    page = f"/decisions/{one}"
    status, location, text = post(client, page, f"{page}/override", **FORM, reason="")
    assert (status, location) == (400, "")
    assert 'value="200,000"' in text
    status, location, _text = post(client, page, f"{page}/override", **FORM, reason="新增抵押")
    assert (status, location[:11]) == (303, "/proposals/")
    own = client.get(location).text
    assert 'value="withdraw"' in own
    assert 'value="approve"' not in own
    proposal = location.removeprefix("/proposals/")
    refused, _where, said = post(client, location, location, do="approve", seen=seen(bank, proposal))
    assert (refused, state(bank, proposal)) == (403, "open")
    assert "local" in said
    four_eyes.approve(bank, BO, proposal, seen=seen(bank, proposal))
    after = client.get(page + "?lang=en").text
    assert "People put something else in its place: 200,000.00" in after
    with bank.session() as session:
        assert overridden(session)[one].verdict == "approve"
        total = log.page(session, size=0).total
    listed = client.get("/decisions?lang=en").text
    assert f"1 of {total} decisions are overridden: {percent(1 / total)}" in listed
    row = re.search(rf"<tr[^>]*>(?:(?!</tr>).)*{one}.*?</tr>", listed, re.DOTALL)
    assert row is not None
    assert "approve" in row[0]
    assert "are overridden" not in client.get("/decisions?lang=en&q=VOIDING").text
    exported = client.get("/decisions-export?format=csv&lang=en&q=SMALL").text
    assert "Override" in exported
    report = html(firm_report(gather_firm(bank, "shop:SMALL", by="anna"), "en")).decode()
    assert report.index("People put something else in the place of this decision") < report.index("200,000.00")
    assert "collateral or a guarantee was added (clerk → bo)" in report
    assert (
        "People put something else" not in html(firm_report(gather_firm(bank, "shop:YOUNG", by="anna"), "en")).decode()
    )


def test_a_checker_sees_before_and_after_and_approves_what_they_saw(bank: Bank, client: TestClient) -> None:
    one = a_proposal(bank, ANNA, "shop:ONEBUYER")
    address = f"/proposals/{one}"
    assert address in client.get("/inbox").text
    text = client.get(f"{address}?lang=en").text
    assert "150,000.00" in text
    assert "collateral or a guarantee was added" in text
    assert f'value="{seen(bank, one)}"' in text
    assert "waits" in client.get("/audit").text
    status, _where, said = post(client, address, address, do="send_back", comment="")
    assert status == 400
    with bank.unit(ANNA) as unit:
        terms = {"verdict": "approve", "limit": "160000.00", "rate": "0.090000", "term_months": 12}
        digest = seen(bank, one)
        wanted = terms | {"reason_codes": ["collateral"]}
        life.revise(bank, unit, four_eyes.KINDS["decision.override"], one, wanted, reason="more")
    status, _where, said = post(client, address, address, do="approve", seen=digest)
    assert (status, state(bank, one)) == (409, "open")
    assert "160,000.00" in said
    status, where, _said = post(client, address, address, do="send_back", comment="附上抵押合同")
    assert (status, where, state(bank, one)) == (303, address, "sent_back")
    assert "附上抵押合同" in client.get(address).text
    status, _where, _said = post(client, "/audit", address, do="burn")
    assert status == 404


def test_somebody_elses_proposal_is_not_found(bank: Bank, client: TestClient) -> None:
    assert client.get("/proposals/none").status_code == 404
    status, _where, _text = post(client, "/audit", "/proposals/none", do="approve", seen="")
    assert status == 404


def test_the_audit_page_finds_and_opens_a_record(bank: Bank, client: TestClient) -> None:
    one = decision(bank, "shop:VOIDING")
    proposal = a_proposal(bank, ANNA, "shop:VOIDING")
    four_eyes.approve(bank, BO, proposal, seen=seen(bank, proposal))
    with bank.session() as session:
        told = list(audit.records(session, subject=f"decision:{one}"))[-1]
    assert f"/audit/{told.seq}" in client.get(f"/audit?q=decision:{one}").text
    assert f"/audit/{told.seq}" in client.get("/audit?actor=bo&action=decision.override").text
    assert f"/audit/{told.seq}" not in client.get("/audit?actor=anna").text
    text = client.get(f"/audit/{told.seq}?lang=en").text
    assert '<tr class="changed"><th scope="row"><code>limit</code>' in text
    assert told.hash in text
    assert [client.get(f"/audit/{n}").status_code for n in (0, told.seq + 10_000, 2**40)] == [404] * 3


def test_an_empty_inbox_says_what_would_be_there(tmp_path: Path) -> None:

    empty = an_empty_bank(tmp_path / "home")
    text = a_client(empty).get("/inbox").text
    assert "没有等待您复核的提案" in text
    assert 'class="waits"' not in text
    with empty.session() as session:
        assert session.scalars(select(Proposal)).all() == []
    empty.close()


def test_a_damaged_form_is_a_row_of_the_inbox_and_leaves_every_other_page(tmp_path: Path) -> None:
    bank = a_bank(tmp_path / "home")
    client = a_client(bank)
    whole, damaged = a_proposal(bank), a_proposal(bank, firm="shop:SMALL")
    with bank.unit(ANNA) as unit:
        unit.session.execute(text("DROP TRIGGER proposal_revision_no_update"))
        unit.session.execute(
            update(ProposalRevision).where(ProposalRevision.proposal_id == damaged).values(after='{"limit":"9"}')
        )
    digest = seen(bank, whole)
    shown = client.get("/inbox?lang=en")
    assert f"revision 1 of proposal {damaged} was changed after it was written" in shown.text
    assert f"/proposals/{whole}" in shown.text
    for path in ("/", "/decisions", f"/proposals/{whole}", f"/decisions/{decision(bank, 'shop:SMALL')}"):
        assert client.get(path).status_code == 200, path
    one = client.get(f"/proposals/{damaged}")
    assert (one.status_code, "was changed after it was written" in one.text) == (500, True)
    assert 'value="close"' in one.text
    _status, _where, checked = post(client, "/audit", "/audit/verify")
    assert f"revision 1 of proposal {damaged} is not the one that was written" in checked
    status, _where, _text = post(client, f"/proposals/{whole}", f"/proposals/{whole}", do="approve", seen=digest)
    assert (status, state(bank, whole), state(bank, damaged)) == (303, "effected", "open")
    address = f"/proposals/{damaged}"
    assert post(client, address, address, do="close", comment="")[0] == 400
    assert post(client, address, address, do="close", comment="受损")[:2] == (303, address)
    assert (state(bank, damaged), damaged in client.get("/inbox").text) == ("closed", False)
    again = client.get(f"{address}?lang=en").text
    assert "closed: it was damaged" in again
    assert 'value="close"' not in again
    assert post(client, "/audit", f"/proposals/{whole}", do="close", comment="x")[0] == 409
    bank.close()


@pytest.mark.parametrize("column", [{"state": "opem"}, {"kind": "content.publisx"}])
def test_a_damaged_state_or_kind_is_seen_and_closed(tmp_path: Path, column: dict[str, str]) -> None:
    bank = a_bank(tmp_path / "home")
    client, one = a_client(bank), a_proposal(bank)
    with bank.unit(ANNA) as unit:
        unit.session.execute(update(Proposal).values(**column))
    address = f"/proposals/{one}"
    assert address in client.get("/inbox?lang=en").text
    assert client.get(address).status_code == 500
    assert post(client, address, address, do="close", comment="受损")[0] == 303
    assert state(bank, one) == "closed"
    bank.close()


def test_a_draft_whose_file_is_gone_is_shown_without_it_and_withdrawn(tmp_path: Path) -> None:
    bank = a_bank(tmp_path / "home")
    client = a_client(bank)
    data, day = sources("schemes")["four_eyes"] + b"\n", date(2026, 1, 1)
    bring = partial(bring_in, bank, kind="schemes", name="four_eyes", data=data, valid_from=day, reason="newer")
    version, theirs = bring(ANNA)
    (bank.content_dir / f"{version}.yaml").unlink()
    shown = client.get(f"/proposals/{theirs}?lang=en")
    assert (shown.status_code, "are missing or damaged" in shown.text) == (200, True)
    assert ('value="send_back"' in shown.text, 'value="approve"' in shown.text) == (True, False)
    four_eyes.withdraw(bank, ANNA, str(theirs))
    assert bring(Actor("local"))[1] != theirs
    assert (bank.content_dir / f"{version}.yaml").read_bytes() == data
    bank.close()
