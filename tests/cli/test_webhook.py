"""`windchime webhook`, `agreement` and `bank`: what people type, from the making to the dead letter and the hand-over."""

from pathlib import Path

import pytest
from sqlalchemy import update
from tests.cli import test_commands
from tests.cli.test_commands import envelope, windchime
from tests.service.outbox.helpers import Receiver, serving

from windchime.content import seed
from windchime.content.store import ContentStore
from windchime.core.clock import SystemClock, today
from windchime.core.unit import Actor
from windchime.service.agreements.tables import Agreement
from windchime.service.bank import Bank

surroundings = test_commands.surroundings


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose operator allows webhooks on this machine and names a file of banks that is not there yet."""
    more = {"WINDCHIME_WEBHOOK_NETWORKS": "127.0.0.0/8"}
    if (tmp_path / "listed").exists():
        more["WINDCHIME_BANKS_FILE"] = str(tmp_path / "banks.yaml")
    monkeypatch.setattr(test_commands, "surroundings", lambda home, lang: surroundings(home, lang) | more)
    return tmp_path / "home"


def test_events_are_sent_by_hand_and_by_a_worker(home: Path) -> None:
    with serving(Receiver()) as receiver:
        made = envelope(
            home, "webhook", "add", f"{receiver.base}/script", "job.ended", "--label", "core", "--actor", "li"
        )
        assert made["secret"].startswith("whsec_")
        event = envelope(home, "webhook", "test", made["webhook"])["event"]
        assert envelope(home, "webhook", "send", "--seed", "1")["attempts"] == 1
        assert receiver.ids == [event]
        receiver.script[:] = [410]
        job = envelope(home, "job", "ask", "quality.check")["job"]
        envelope(home, "job", "cancel", job)
        assert envelope(home, "webhook", "send")["attempts"] == 1
    dead = envelope(home, "webhook", "dead")
    assert [(d["kind"], d["status"], d["error"]) for d in dead["letters"]] == [("job.ended", 410, "refused")]
    assert envelope(home, "webhook", "list")["webhooks"] == []
    assert "the receiver refused it 410" in windchime(home, "webhook", "dead").stdout
    assert windchime(home, "webhook", "retry").returncode == 2
    assert envelope(home, "webhook", "retry", "--all")["letters"] == 0


def test_the_secret_is_turned_and_a_webhook_ended(home: Path) -> None:
    made = envelope(home, "webhook", "add", "http://127.0.0.1:9/", "decision.made", "job.ended")
    turned = envelope(home, "webhook", "rotate", made["webhook"])
    assert turned["secret"] not in {made["secret"], ""}
    (listed,) = envelope(home, "webhook", "list")["webhooks"]
    assert (listed["kinds"], listed["deliveries"]["dead"]) == (["decision.made", "job.ended"], 0)
    assert made["secret"] not in str(listed)
    assert envelope(home, "webhook", "end", made["webhook"])["dropped"] == 0
    assert windchime(home, "webhook", "end", made["webhook"]).returncode == 2
    assert windchime(home, "webhook", "add", "https://10.0.0.1/", "job.ended").returncode == 4
    assert windchime(home, "bank", "add", "x", "--host", "x.example").returncode == 2


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """Says that a file of banks is named; goes before `home`."""
    (tmp_path / "listed").touch()
    return tmp_path


def test_two_banks_agree_and_one_hands_over(listed: Path, home: Path) -> None:
    for name in ("east", "west"):
        envelope(home, "bank", "add", name, "--host", f"{name}.example")
    assert [b["name"] for b in envelope(home, "bank", "list")["banks"]] == ["east", "west"]
    assert windchime(home, "bank", "add", "north", "--host", "east.example").returncode == 3
    assert windchime(home, "--bank", "default", "job", "list").returncode == 2

    _publish(home, "east")
    key = envelope(home, "--bank", "west", "agreement", "key")["key"]
    terms = (
        "content",
        "schemes:access",
        "--with",
        "west",
        "--key",
        key,
        "--purpose",
        "one rule",
        "--until",
        "2099-12-31",
    )
    made = envelope(home, "--bank", "east", "agreement", "propose", *terms, "--actor", "ada")
    _sign(home, "east", made["proposal"])
    paper = listed / "east.json"
    envelope(home, "--bank", "east", "agreement", "export", made["agreement"][:12], str(paper))
    taken = envelope(home, "--bank", "west", "agreement", "take", str(paper), "--actor", "chen")
    assert taken["agreement"] == made["agreement"]
    _sign(home, "west", taken["proposal"])
    give = ("--bank", "east", "agreement", "give", made["agreement"][:12], "schemes:access", "--to", "west")
    assert windchime(home, *give).returncode == 4

    other = listed / "west.json"
    envelope(home, "--bank", "west", "agreement", "export", made["agreement"], str(other))
    envelope(home, "--bank", "west", "agreement", "take", str(paper))
    envelope(home, "--bank", "east", "agreement", "take", str(other))
    (shown,) = envelope(home, "--bank", "east", "agreement", "list")["agreements"]
    assert (shown["side"], shown["state"]) == ("giving", "in_force")
    assert envelope(home, *give)["subject"] == "schemes:access"
    bank = Bank.open(home, "west")
    with bank.session() as session:
        (draft,) = ContentStore(bank.content_dir).versions(session)
        assert (draft.state, draft.author) == ("draft", "bank:east")
    bank.close()

    envelope(home, "--bank", "west", "agreement", "revoke", made["agreement"][:12], "--reason", "enough")
    assert windchime(home, *give).returncode == 4
    assert envelope(home, "--bank", "west", "agreement", "received", made["agreement"])["received"] == []
    bank = Bank.open(home, "east")
    with bank.unit(Actor("bo")) as unit:
        unit.session.execute(update(Agreement).values(terms="{}"))
    bank.close()
    assert "was changed after it was signed" in windchime(home, "--bank", "east", "agreement", "list").stdout


def _publish(home: Path, name: str) -> None:
    bank = Bank.open(home, name)
    store, data = ContentStore(bank.content_dir), seed.sources("schemes")["access"]
    with bank.unit(Actor("ada")) as unit:
        version = store.propose(unit, "schemes", "access", data, valid_from=today(SystemClock()))
    with bank.unit(Actor("bo")) as unit:
        store.publish(unit, "schemes", "access", version)
    bank.close()


def _sign(home: Path, bank: str, proposal: str) -> None:
    seen = envelope(home, "--bank", bank, "proposal", "show", proposal)["proposal"]["digest"]
    envelope(home, "--bank", bank, "proposal", "approve", proposal, "--seen", seen, "--actor", "bo")
