"""The page of events: a webhook is made, its secret shown once, dead letters are told with their reason and tried again."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from ipaddress import ip_network
from random import Random

import pytest
from starlette.testclient import TestClient
from tests.console.helpers import ANNA, a_client, an_empty_bank
from tests.console.test_guard import app_of
from tests.console.test_proposals import post

from windchime.core.text import LANGS, Lang
from windchime.portfolio.outbox import delivery_policy
from windchime.service.bank import Bank
from windchime.service.outbox import deliveries, webhooks
from windchime.service.outbox.deliveries import Outcome
from windchime.service.outbox.emitting import emit
from windchime.service.outbox.tables import Delivery

SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")
NASTY = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bank]:
    found = an_empty_bank(tmp_path_factory.mktemp("outbox") / "home")
    yield found
    found.close()


@pytest.fixture
def client(bank: Bank) -> TestClient:
    found = a_client(bank)
    app_of(found).state.webhook_networks = (ip_network("127.0.0.0/8"),)
    return found


def a_dead_letter(bank: Bank, webhook: str) -> str:
    """One event that its receiver refused as often as it may be tried."""
    with bank.unit(ANNA) as unit:
        event = emit(unit, "job.ended", "job:1", {"job": "1", "kind": "k", "state": "done"})
        policy = delivery_policy(bank, unit.session)
        for _attempt in range(policy.most_attempts):
            (parcel,) = [p for p in deliveries.claim(unit, "s", timedelta(seconds=9)) if p.webhook_id == webhook]
            deliveries.settle(unit, parcel, Outcome(503, "failed"), policy, Random(1))
            row = unit.session.get_one(Delivery, (parcel.seq, webhook))
            row.next_at = unit.now
    assert event is not None
    return event


def test_an_empty_page_says_what_would_be_here(client: TestClient) -> None:
    page = client.get("/outbox?lang=en").text
    assert "Events go nowhere yet." in page
    assert "Nothing was delivered yet." in page


def test_a_webhook_is_made_and_its_secret_shown_once(client: TestClient, bank: Bank) -> None:
    form = {"do": "make", "url": "http://127.0.0.1:9/hook", "kind": "job.ended", "label": NASTY}
    status, _where, text = post(client, "/outbox", "/outbox", **form)
    assert status == 200
    (secret,) = SECRET.findall(unescape(text))
    again = client.get("/outbox").text
    assert secret not in unescape(again)
    assert NASTY not in again
    with bank.session() as session:
        (row,) = webhooks.webhooks(session)
        assert webhooks.secrets_of(bank, row, bank.clock.now()) == [secret]
    status, _where, text = post(client, "/outbox", "/outbox", do="rotate", webhook=row.id)
    assert status == 200
    (turned,) = SECRET.findall(unescape(text))
    assert turned != secret


@pytest.mark.parametrize("lang", LANGS)
def test_a_dead_letter_is_told_with_its_reason_and_tried_again(client: TestClient, bank: Bank, lang: Lang) -> None:
    with bank.session() as session:
        (row,) = webhooks.webhooks(session)
    event = a_dead_letter(bank, row.id)
    page = client.get(f"/outbox?lang={lang}&state=dead").text
    assert ("接收方出错" if lang == "zh" else "the receiver failed") in page
    assert event in page
    assert event in client.get(f"/outbox?q={event[-9:]}").text
    assert event not in client.get("/outbox?q=decision").text.partition("deliveries")[2]
    status, where, _text = post(client, "/outbox", "/outbox", do="retry", event=event, webhook=row.id)
    assert (status, where) == (303, "/outbox")
    with bank.session() as session:
        assert webhooks.counts(session).get((row.id, "dead"), 0) == 0
    # one that waits is no dead letter
    assert post(client, "/outbox", "/outbox", do="retry", event=event)[0] == 404
    with bank.unit(ANNA) as unit:
        unit.session.query(Delivery).delete()


@pytest.mark.parametrize(
    ("form", "status", "told"),
    [
        ({"do": "make", "url": "https://10.0.0.1/", "kind": "job.ended"}, 403, "must not reach"),
        ({"do": "make", "url": "ftp://x/", "kind": "job.ended"}, 400, "not https"),
        ({"do": "make", "url": "http://127.0.0.1/"}, 400, "at least one kind"),
        ({"do": "make", "url": "http://127.0.0.1/", "kind": "x.y"}, 404, "x.y"),
        ({"do": "end", "webhook": "nobody"}, 404, "nobody"),
    ],
)
def test_what_cannot_be_done_is_told_on_the_page(
    client: TestClient, form: dict[str, str], status: int, told: str
) -> None:
    client.get("/outbox?lang=en")
    found, _where, text = post(client, "/outbox", "/outbox", **form)
    assert found == status
    assert told in unescape(text)
    assert not SECRET.search(unescape(text))


def test_what_is_no_form_of_ours_is_refused(client: TestClient) -> None:
    assert post(client, "/outbox", "/outbox", do="everything")[0] == 400


def test_a_webhook_ends(client: TestClient, bank: Bank) -> None:
    with bank.session() as session:
        (row,) = webhooks.webhooks(session)
    assert post(client, "/outbox", "/outbox", do="test", webhook=row.id)[0] == 303
    assert post(client, "/outbox", "/outbox", do="end", webhook=row.id)[:2] == (303, "/outbox")
    with bank.session() as session:
        assert webhooks.webhooks(session) == []
        assert webhooks.counts(session) == {(row.id, "dropped"): 1}
