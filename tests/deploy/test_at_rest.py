"""Secrets and personal data planted by everything that stores them lie nowhere in clear: not in a table, a file, a backup.

A control planted in clear is found in each of these places, so the search itself is proven.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import MetaData, inspect, select, text
from starlette.testclient import TestClient
from tests.accounts import Moved, cheap_hashes
from tests.data.vault.helpers import WHY, person
from tests.fresh import fresh

from windchime.console import create_app
from windchime.core.canonical import digest
from windchime.core.settings import Crypto
from windchime.core.unit import Actor
from windchime.data.lake.backup import backup
from windchime.data.vault import Vault, erase, turn
from windchime.present.web.environment import KEY_FIELD
from windchime.service import sealing
from windchime.service.access import accounts, second_factor, sessions
from windchime.service.access.accounts import SignInPolicy
from windchime.service.bank import Bank
from windchime.service.http import forgery
from windchime.service.http.visitors import PLAIN_COOKIE
from windchime.service.idempotency.tables import KeyedCall
from windchime.service.outbox import webhooks
from windchime.service.outbox.policy import DeliveryPolicy

LI = Actor("li")
POLICY = SignInPolicy(12, 5, timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12))
DELIVERIES = DeliveryPolicy(
    5, timedelta(seconds=1), timedelta(hours=1), timedelta(seconds=5), timedelta(days=2), timedelta(days=30)
)
CONTROL = "control-that-stands-in-clear"
PASSWORD = "一匹马走过长长的木桥 9 次"
KINDS = ("decision.made",)
#: files whose very use is to hold a key
KEYS = {"master.key", "secrets.key"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm at its cheapest."""
    cheap_hashes(monkeypatch)


@pytest.fixture
def crypto() -> Crypto:
    return "aes"


@pytest.fixture
def bank(tmp_path: Path, database: str | None, crypto: Crypto) -> Iterator[Bank]:
    found = fresh(tmp_path / "home", uuid4().hex, database, clock=Moved(), crypto=crypto)
    yield found
    found.close()


def planted(bank: Bank) -> dict[str, str]:
    """Everything secret that the bank is told or draws, by what it is."""
    found = {"password": PASSWORD}
    with bank.unit(Actor("root")) as unit:
        accounts.make(unit, "li", "李", branch="east", roles=["credit_officer"], password=PASSWORD, policy=POLICY)
    with bank.unit(LI) as unit:
        second_factor.offer(bank, unit)
    with bank.session() as session:
        offer = second_factor.offered(bank, session, "li")
    assert offer is not None
    found["second factor"] = offer.secret.replace(" ", "")
    code = pyotp.TOTP(found["second factor"], interval=second_factor.STEP).at(bank.clock.now())
    with bank.unit(LI) as unit:
        codes = second_factor.confirm(bank, unit, code)
        second_factor.offer(bank, unit)
        account = accounts.find(unit.session, "li")
        found["session"] = sessions.begin(unit, account)
        _id, found["token"] = sessions.make_token(unit, "program", [], bank.clock.now() + timedelta(days=2))
    found |= {f"recovery code {n}": code for n, code in enumerate(codes)}
    found["hash of a form"] = sent(bank, found["session"])
    with bank.unit(LI) as unit:
        made = webhooks.add_in(bank, unit, "https://hooks.bank.example/in", KINDS)
        found["webhook"], found["next webhook"] = made.secret, webhooks.rotate(bank, unit, made.id, DELIVERIES).secret
    who, vault = person(3), Vault.open(bank)
    for number, (what, value) in enumerate(who.values().items()):
        token = vault.token("sensitive", value)
        with bank.unit(LI) as unit:
            vault.seal(unit, f"twin:P{number % 2}", "sensitive", {token: value})
            vault.reveal(unit, token, WHY)
            vault.find(unit, "sensitive", value, WHY)
        found[what] = value
    with bank.unit(LI) as unit:
        unit.record("control.plant", "control", reason=CONTROL)
    return found


def sent(bank: Bank, session: str) -> str:
    """Send the form for a new password; gives the plain hash of what was typed, by which the old one could be guessed."""
    typed = {"do": "password", "old": PASSWORD, "new": PASSWORD * 2, "again": PASSWORD * 2}
    client = TestClient(create_app(bank), base_url="http://127.0.0.1:8000", cookies={PLAIN_COOKIE: session})
    proof = {forgery.FIELD: forgery.token(session), KEY_FIELD: "k" * 22}
    assert client.post("/account", data={**typed, **proof}, follow_redirects=False).status_code == 303
    with bank.session() as read:
        assert [k.key[:5] for k in read.scalars(select(KeyedCall))] == ["form:"]
    return digest([list(f) for f in typed.items()])


def forms(value: str) -> set[bytes]:
    """A value in each of the ways in which it could be written down without being sealed."""
    raws = {value.encode(), value.replace("-", "").encode()}
    if value.startswith("whsec_"):
        raws |= {value.removeprefix("whsec_").encode(), b64decode(value.removeprefix("whsec_"))}
    again = {form for raw in raws for form in (b64encode(raw).rstrip(b"="), raw.hex().encode())}
    return raws | again | {value.encode("utf-16-le")}


def everything(bank: Bank, *folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every value of every column of every table, every file below the folders, and PostgreSQL's own files."""
    tables = MetaData()
    tables.reflect(bank.engine, only=inspect(bank.engine).get_table_names())
    with bank.engine.connect() as connection:
        for table in tables.sorted_tables:
            for row in connection.execute(select(table)):
                for column, value in zip(table.columns, row, strict=True):
                    yield f"{table.name}.{column.name}", value if isinstance(value, bytes) else str(value).encode()
        data = None
        if connection.dialect.name == "postgresql":
            data = Path(connection.execute(text("SHOW data_directory")).scalar_one())
            connection.execute(text("CHECKPOINT"))
    begun = bank.folder.stat().st_ctime - 1
    for folder in [*folders, *([data] if data else [])]:
        for file in sorted(f for f in folder.rglob("*") if f.is_file() and f.name not in KEYS):
            if folder == data and file.stat().st_mtime < begun:
                continue  # not written since the bank is there
            content = file.read_bytes()
            yield f"{folder.name}/{file.relative_to(folder)}", content


@pytest.mark.parametrize(("database", "crypto"), [("sqlite", "sm"), ("postgresql", "aes")], indirect=["database"])
def test_nothing_secret_lies_in_clear(bank: Bank, tmp_path: Path) -> None:
    secrets = planted(bank)
    saved = tmp_path / "saved"
    backup(bank, LI, saved)
    erase(bank, LI, "twin:P1", WHY)
    turn(bank, LI, "yearly", values=True)
    said = list(everything(bank, bank.folder, saved))
    sought = {form: what for what, value in secrets.items() for form in forms(value)}
    found = {f"{what} in {where}" for form, what in sought.items() for where, content in said if form in content}
    assert found == set()
    controls = [where for where, content in said if CONTROL.encode() in content]
    assert "audit_record.reason" in controls
    assert any(where.startswith("saved/") for where in controls)
    assert len({where.split("/")[0] for where in controls}) == 3, "the table, the database's files, the backup"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_box_is_only_ever_where_a_rotation_finds_it(bank: Bank) -> None:
    planted(bank)
    with bank.session() as session:
        known = {f"{c.table.name}.{c.name}" for c in sealing.box_columns(session)}
    boxes = {where for where, content in everything(bank) if content.startswith(sealing.MAGIC)}
    assert boxes == {"second_factor.secret", "second_factor.offered", "webhook.secret", "webhook.old_secret"}
    assert boxes <= known


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_every_column_of_bytes_is_known_to_hold_no_plain_value(bank: Bank) -> None:
    """A new column of bytes is looked at before it is let in: what it holds is a hash, or sealed."""
    with bank.session() as session:
        columns = {f"{c.table.name}.{c.name}" for c in sealing.box_columns(session)}
    hashes = {column for column in columns if column.endswith("_hash")}
    sealed = {"vault_key.wrapped", "vault_value.sealed"}
    boxes = {"second_factor.secret", "second_factor.offered", "webhook.secret", "webhook.old_secret"}
    assert columns - hashes == sealed | boxes


def test_forms_hold_what_they_say() -> None:
    assert {b"ab-c", b"abc", b"61622d63", "ab-c".encode("utf-16-le")} <= forms("ab-c")
    assert all(one != other for one, other in pairwise(sorted(forms("whsec_" + b64encode(b"x" * 32).decode()))))
