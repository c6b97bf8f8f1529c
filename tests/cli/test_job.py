"""`windchime job`: from the asking to the end, over a library that was loaded."""

from pathlib import Path

import pytest
from tests.cli.test_commands import envelope, windchime
from tests.data.helpers import firm, invoice, load_pack, open_bank, pack

from windchime.data.vault.vault import OWN_FILE, Vault
from windchime.service import audit


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("jobs")
    bank = open_bank(folder)
    load_pack(bank, pack(folder / "pack", firms=[firm(1)], invoices=[invoice()]))
    bank.close()
    return folder / "home"


def test_what_is_asked_for_is_done_once(home: Path) -> None:
    asked = [envelope(home, "job", "ask", "quality.check", "--key", "k", "--actor", "li")["job"] for _again in range(2)]
    assert asked[0] == asked[1]
    assert envelope(home, "job", "work", "--once")["jobs"] == 1
    (found,) = envelope(home, "job", "list")["jobs"]
    assert (found["state"], found["error"], found["author"]) == ("done", None, "li")
    bank = open_bank(home.parent)
    with bank.session() as session:
        assert ("quality.check", "li") in {(r.action, r.actor) for r in audit.records(session)}
        assert audit.verify(session) == []
    bank.close()
    assert envelope(home, "job", "work", "--once")["jobs"] == 0


def test_a_job_can_be_stopped_and_asked_for_again(home: Path) -> None:
    job = envelope(home, "job", "ask", "lake.compact")["job"]
    envelope(home, "job", "cancel", job, "--reason", "not now")
    assert envelope(home, "job", "list", "--last", "1")["jobs"][0]["state"] == "cancelled"
    assert windchime(home, "job", "cancel", job).returncode == 4
    envelope(home, "job", "retry", job)
    assert envelope(home, "job", "work", "--once")["jobs"] == 1
    assert "done" in windchime(home, "job", "list").stdout


def test_a_schedule_makes_jobs(home: Path) -> None:
    envelope(home, "job", "schedule", "nightly", "quality.check", "--every", "1440", "--at", "2020-01-01T02:30")
    assert envelope(home, "job", "work", "--once")["jobs"] == 1
    assert envelope(home, "job", "work", "--once")["jobs"] == 0
    (kept,) = envelope(home, "job", "schedules")["schedules"]
    assert (kept["name"], kept["kind"], kept["every_minutes"]) == ("nightly", "quality.check", 1440)
    assert "nightly" in windchime(home, "job", "schedules").stdout
    envelope(home, "job", "unschedule", "nightly", "--reason", "no need")
    assert envelope(home, "job", "schedules")["schedules"] == []
    assert windchime(home, "job", "unschedule", "nightly").returncode == 2


def test_no_worker_begins_without_its_keys(home: Path) -> None:
    envelope(home, "job", "ask", "quality.check", "--key", "keys")
    bank = open_bank(home.parent)
    Vault.open(bank)
    bank.close()
    key = bank.vault_dir / OWN_FILE
    aside = key.rename(key.with_suffix(".aside"))
    for once in ((), ("--once",)):
        assert "key" in windchime(home, "job", "work", *once).stderr
    aside.rename(key)
    assert envelope(home, "job", "work", "--once")["jobs"] == 1


def test_wrong_calls_are_refused(home: Path) -> None:
    done = windchime(home, "job", "ask", "nothing")
    assert done.returncode == 2
    assert "graph.run" in done.stderr
    assert windchime(home, "job", "cancel", "0192").returncode == 2
    assert windchime(home, "job", "schedule", "x", "graph.run", "--at", "soon").returncode == 2
