"""`windchime account`: the first accounts at the machine, tokens, and what is never on the command line."""

import json
import re
import shlex
from pathlib import Path

import pytest
from tests.accounts import cheap_hashes
from typer.testing import CliRunner

import windchime.cli.nouns  # noqa: F401 - registers the nouns on the tree
from windchime.cli.app import app
from windchime.core.errors import WindchimeError
from windchime.core.unit import Actor
from windchime.service.access import accounts
from windchime.service.bank import Bank

GIVEN = "given by somebody else"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WINDCHIME_HOME", str(tmp_path))
    monkeypatch.setenv("WINDCHIME_LANG", "en")
    cheap_hashes(monkeypatch)
    return tmp_path


def run(*words: str, asked: str = "") -> str:
    done = CliRunner().invoke(app, [*words], input=asked)
    if isinstance(done.exception, WindchimeError):
        raise done.exception
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def test_accounts_begin_at_the_machine_and_go_on_by_proposal(home: Path) -> None:
    assert "no account yet" in run("account", "list")
    said = run("account", "make", "anna", "--role", "administrator", asked=GIVEN + "\n")
    assert "done at once" in said
    assert GIVEN not in said
    for name in ("mo", "nora"):
        run("account", "make", name, "--role", "manager", "--elsewhere")
    _settled(home, "anna")
    words = ("account", "roles", "nora", "--role", "compliance", "--reason", "x", "--actor", "anna", "--json")
    made = json.loads(run(*words))
    assert made["proposal"]
    assert made["kind"] == "account.roles"
    listed = json.loads(run("account", "list", "--json"))["accounts"]
    assert [(a["name"], a["roles"], a["given_password"]) for a in listed] == [
        ("anna", ["administrator"], False),
        ("mo", ["manager"], False),
        ("nora", ["manager"], False),
    ]
    assert "argon2" not in json.dumps(listed)
    with pytest.raises(WindchimeError):
        run("account", "close", "mo", "--reason", "x", "--actor", "stranger")


def test_a_token_is_shown_once_and_its_password_is_asked_for(home: Path) -> None:
    run("account", "make", "li", "--role", "credit_officer", asked=GIVEN + "\n")
    _settled(home, "li")
    words = ("account", "token", "li", "--label", "export", "--scope", "content.read", "--json")
    made = json.loads(run(*words, asked=GIVEN + "\n"))
    assert made["token"]["secret"].startswith("wct_")
    with pytest.raises(WindchimeError):
        run(*words, asked="wrong\n")
    with pytest.raises(WindchimeError):
        run("account", "token", "nobody", "--label", "x", "--scope", "content.read", asked=GIVEN + "\n")


def test_an_identity_is_linked_where_a_provider_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    run("account", "make", "li", "--elsewhere")
    words = ("account", "link", "li", "--subject", "248289761001", "--reason", "x")
    assert CliRunner().invoke(app, [*words]).exit_code == 2
    monkeypatch.setenv("WINDCHIME_OIDC_ISSUER", "https://id.bank.example")
    monkeypatch.setenv("WINDCHIME_OIDC_CLIENT_ID", "windchime")
    assert "done at once" in run(*words)
    for more in (("password", "li"), ("factor", "li")):
        asked = GIVEN + "\n" if more[0] == "password" else ""
        assert "done at once" in run("account", *more, "--reason", "x", asked=asked)


ROOT = Path(__file__).parents[2]
#: where it is said how the first accounts are made; the guide says it for containers, cluster and machine
SAID = {"docs/how-to/accounts.md": 1, "docs/how-to/deploy.md": 3, "deploy/compose/compose.yaml": 1}


@pytest.mark.parametrize("file", SAID)
def test_first_accounts_are_made_as_they_are_told(file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each line is run; then two people can check, and neither of them is the one who proposes."""
    told = re.findall(r"account make (<[\w ]+>|\w+) (--role \w.*)", (ROOT / file).read_text(encoding="utf8"))
    assert len(told) == 3 * SAID[file]
    for place in range(SAID[file]):
        monkeypatch.setenv("WINDCHIME_HOME", str(tmp_path / str(place)))
        names = []
        for said, options in told[3 * place : 3 * place + 3]:
            names.append(re.sub(r"\W", "", said))
            run("account", "make", names[-1], *shlex.split(options), asked=GIVEN + "\n")
        for name in names:
            _settled(tmp_path / str(place), name)
        words = ("account", "make", "li", "--elsewhere", "--reason", "x", "--actor", names[0], "--json")
        assert json.loads(run(*words))["proposal"], (file, place)


def _settled(home: Path, name: str) -> None:
    """Somebody has changed their given password."""
    bank = Bank.open(home)
    with bank.unit(Actor(name)) as unit:
        accounts.find(unit.session, name).must_change = False
    bank.close()
