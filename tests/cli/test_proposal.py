"""`windchime proposal …`: a draft on its way through the inbox of the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update
from tests.accounts import cheap_hashes, code_of
from tests.decision.helpers import ANNA, AS_OF
from tests.decision.shop import a_shop
from typer.testing import CliRunner

from windchime.cli.commands import app
from windchime.cli.shell import os_user
from windchime.content import seed
from windchime.core.clock import SystemClock
from windchime.core.unit import Actor
from windchime.decision.desk import decide
from windchime.portfolio.access import sign_in_policy
from windchime.service import audit
from windchime.service.access import accounts, second_factor
from windchime.service.bank import Bank
from windchime.service.proposals.tables import ProposalRevision


def run(home: Path, *args: object, actor: str = "anna", typed: str = "") -> tuple[int, dict[str, Any]]:
    """Exit code and the envelope; empty where it failed."""
    asked = ["--home", str(home), "--lang", "en", *map(str, args), "--actor", actor, "--json"]
    done = CliRunner().invoke(app, asked, input=typed)
    return done.exit_code, json.loads(done.stdout) if done.exit_code == 0 else {"error": done.exception}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    found = tmp_path / "home"
    found.mkdir()
    return found


def test_a_draft_waits_is_seen_and_is_published_by_another(home: Path) -> None:
    file = home / "access.yaml"
    file.write_bytes(seed.sources("schemes")["access"])
    _code, made = run(home, "content", "import", "schemes", "access", file)
    one = made["draft"]["proposal"]
    _code, own = run(home, "proposal", "list")
    assert ([p["id"] for p in own["own"]], own["to_check"]) == ([one], [])
    _code, waits = run(home, "proposal", "list", actor="bo")
    assert [p["id"] for p in waits["to_check"]] == [one]
    _code, shown = run(home, "proposal", "show", one[:13], actor="bo")
    digest = shown["proposal"]["digest"]
    assert shown["proposal"]["after"]["version"] == made["draft"]["version"]
    refused, why = run(home, "proposal", "approve", one, "--seen", digest)
    assert (refused, type(why["error"]).__name__) == (1, "OwnProposal")
    refused, why = run(home, "proposal", "approve", one, "--seen", "0" * 64, actor="bo")
    assert type(why["error"]).__name__ == "OtherThanSeen"
    assert run(home, "proposal", "approve", one, "--seen", digest[:12], actor="bo")[0] == 0
    _code, found = run_list(home)
    assert [(v["state"], v["author"], v["checker"]) for v in found["content"]] == [("published", "anna", "bo")]


def run_list(home: Path) -> tuple[int, dict[str, Any]]:
    done = CliRunner().invoke(app, ["--home", str(home), "content", "list", "--json"])
    return done.exit_code, json.loads(done.stdout)


def test_content_publish_checks_the_proposal_that_waits(home: Path) -> None:
    file = home / "access.yaml"
    file.write_bytes(seed.sources("schemes")["access"])
    _code, made = run(home, "content", "import", "schemes", "access", file)
    one = made["draft"]["proposal"]
    _code, why = run(home, "content", "publish", "schemes", "access")
    assert type(why["error"]).__name__ == "OwnProposal"
    assert run(home, "proposal", "send-back", one, "--comment", "no source", actor="bo")[0] == 0
    _code, why = run(home, "content", "publish", "schemes", "access", actor="bo")
    assert type(why["error"]).__name__ == "ProposalEnded"
    assert run(home, "proposal", "withdraw", one)[0] == 0
    _code, again = run(home, "content", "import", "schemes", "access", file)
    assert again["draft"]["proposal"] != one
    assert run(home, "content", "publish", "schemes", "access", actor="bo")[0] == 0
    _code, none = run(home, "content", "import", "schemes", "access", file)
    assert none["draft"]["proposal"] is None


def test_an_override_and_its_rate(home: Path) -> None:
    bank = a_shop(home)
    (decision,) = decide(bank, ANNA, "shop:SMALL", as_of=AS_OF).ids
    bank.close()
    terms = ("--verdict", "approve", "--limit", "200000", "--rate", "0.08", "--term", "12", "--because", "collateral")
    _code, made = run(home, "proposal", "override", decision, *terms, "--reason", "pledge")
    one = made["proposal"]
    _code, shown = run(home, "proposal", "show", one, actor="bo")
    assert shown["proposal"]["after"]["limit"] == "200000.00"
    assert run(home, "proposal", "approve", one, "--seen", shown["proposal"]["digest"], actor="bo")[0] == 0
    done = CliRunner().invoke(app, ["--home", str(home), "proposal", "overrides", "--json"])
    rate = json.loads(done.stdout)["overrides"]
    assert (rate["decisions"], rate["overridden"], rate["reasons"]) == (1, 1, {"collateral": 1})


def test_what_is_no_json_is_told(home: Path) -> None:
    file = home / "after.json"
    file.write_text("{")
    _code, why = run(home, "proposal", "make", "decision.override", "decision:x", file)
    assert type(why["error"]).__name__ == "NotJson"
    _code, why = run(home, "proposal", "show", "none")
    assert type(why["error"]).__name__ == "UnknownName"


PASSWORD = "three walls and a door"


def an_account(bank: Bank, name: str, role: str) -> str:
    """One whose password and second factor are known; a recovery code of it."""
    with bank.unit(Actor("root")) as unit:
        policy = sign_in_policy(bank, unit.session)
        accounts.make(unit, name, name, roles=(role,), password=PASSWORD, policy=policy)
        accounts.find(unit.session, name).must_change = False
    with bank.unit(Actor(name)) as unit:
        second_factor.offer(bank, unit)
    with bank.session() as session:
        offered = second_factor.offered(bank, session, name)
        assert offered is not None
    with bank.unit(Actor(name)) as unit:
        codes = second_factor.confirm(bank, unit, code_of(offered.secret, SystemClock()))
    return codes[0]


def test_with_accounts_whoever_checks_at_the_machine_shows_who_they_are(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap_hashes(monkeypatch)
    monkeypatch.setenv("LOGNAME", "somebody else")
    bank = Bank.open(home)
    an_account(bank, "anna", "modeller")
    code = an_account(bank, "bo", "compliance")
    bank.close()
    file = home / "access.yaml"
    file.write_bytes(seed.sources("schemes")["access"])
    _code, made = run(home, "content", "import", "schemes", "access", file)
    one = made["draft"]["proposal"]
    digest = run(home, "proposal", "show", one, actor="bo")[1]["proposal"]["digest"]
    approve = ("proposal", "approve", one, "--seen", digest)
    for words, who, typed, error in (
        (approve, "bo", "", "SignInRefused"),
        (("content", "publish", "schemes", "access"), "bo", f"{PASSWORD}\n", "SignInRefused"),
        (("proposal", "send-back", one, "--comment", "no"), "bo", "guess\n", "SignInRefused"),
        (approve, "nobody", f"{PASSWORD}\n", "NoOpenAccount"),
        (("model", "publish", "x"), "nobody", "", "NoOpenAccount"),
    ):
        assert type(run(home, *words, actor=who, typed=typed)[1]["error"]).__name__ == error
    approved = run(home, *approve, actor="bo", typed=f"{PASSWORD}\n{code}\n")
    assert approved[0] == 0, approved[1]
    bank = Bank.open(home)
    with bank.session() as session:
        (record,) = [r for r in audit.records(session) if r.action == "proposal.approve"]
    assert (record.actor, record.origin) == ("bo", f"machine {os_user()}")
    bank.close()


def test_a_damaged_form_is_a_row_of_the_list_and_audit_verify_names_it(home: Path) -> None:
    file = home / "access.yaml"
    file.write_bytes(seed.sources("schemes")["access"])
    _code, made = run(home, "content", "import", "schemes", "access", file)
    one = made["draft"]["proposal"]
    bank = Bank.open(home)
    with bank.unit(Actor("intruder", "system")) as unit:
        unit.session.execute(text("DROP TRIGGER proposal_revision_no_update"))
        unit.session.execute(update(ProposalRevision).values(after='"worse"'))
    bank.close()
    for actor in ("anna", "bo"):
        code, told = run(home, "proposal", "list", actor=actor)
        assert (code, [p["id"] for p in told["damaged"]], told["own"], told["to_check"]) == (0, [one], [], [])
    text_list = CliRunner().invoke(app, ["--home", str(home), "--lang", "en", "proposal", "list", "--actor", "bo"])
    assert f"{one}" in text_list.stdout
    found = CliRunner().invoke(app, ["--home", str(home), "--lang", "en", "audit", "verify"])
    assert (found.exit_code, f"revision 1 of proposal {one}" in found.stdout) == (1, True)
