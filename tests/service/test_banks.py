"""The banks of one home: read from a file that is checked whole, led to by host, and apart in every table, folder and key."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import LargeBinary, inspect, select, text
from tests.service.helpers import all_tables

from windchime.core.clock import FixedClock
from windchime.core.errors import UnknownName
from windchime.core.settings import Settings
from windchime.core.unit import Actor
from windchime.core.yamlfile import BadYaml
from windchime.service.access import accounts, sessions
from windchime.service.access.accounts import SignInPolicy
from windchime.service.access.tables import Account
from windchime.service.agreements.signing import public_key
from windchime.service.bank import Bank
from windchime.service.banks import BadBanksFile, Banks, NoBanksFile, plain_host, written
from windchime.service.sealing import seal, unseal
from windchime.service.suites import SealBroken

NOON = datetime(2026, 1, 5, 4, 0, tzinfo=UTC)
LI = Actor("li")
TWO = """
# kept
banks:
  - name: east
    hosts: [east.example, 10.1.0.5]
  - name: west
    hosts: [west.example]
    lang: en
    crypto: sm
"""


def settings(folder: Path, file: str | None) -> Settings:
    place = folder / "banks.yaml"
    if file is not None:
        place.write_text(file, encoding="utf8")
    return Settings(home=folder / "home", banks_file=place)


def test_without_a_file_there_is_one_bank_under_every_host() -> None:
    banks = Banks.of(Settings(bank="default", lang="en"))
    assert [e.name for e in banks.entries] == ["default"]
    assert not banks.listed
    assert {banks.by_host(h) for h in ("", "anything.example", "127.0.0.1:8000")} == {banks.entries[0]}


def test_a_host_leads_to_its_bank_and_no_other(tmp_path: Path) -> None:
    banks = Banks.of(settings(tmp_path, TWO))
    east, west = banks.entries
    for host in ("east.example", "EAST.example:8443", "east.example.", "10.1.0.5:80"):
        assert banks.by_host(host) is east
    assert banks.by_host("west.example") is west
    for host in ("", "example", "east.example.evil", "xeast.example", "east", "[::1]:80", "default"):
        assert banks.by_host(host) is None
    assert (west.lang, west.crypto, east.lang, east.crypto) == ("en", "sm", "zh", "aes")
    assert plain_host("[2001:DB8::1]:443") == "2001:db8::1"


def test_what_would_be_every_banks_is_not_looked_at(tmp_path: Path) -> None:
    common = Settings(
        home=tmp_path,
        banks_file=settings(tmp_path, TWO).banks_file,
        database_url="postgresql://u@h/d",
        vault_key_file=tmp_path / "k",
        secrets_key_file=tmp_path / "k",
        agreement_key_file=tmp_path / "k",
    )
    for entry in Banks.of(common).entries:
        assert entry.database is None
        assert (entry.vault_key_file, entry.secrets_key_file, entry.agreement_key_file) == (None, None, None)


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("", "expected one key"),
        ("banks: []", "expected one key"),
        ("banks: {}\nmore: 1", "expected one key"),
        ("banks: [east]", "expected one key"),
        ("banks: [{name: East, hosts: [a]}]", "bank 1: name"),
        ("banks: [{name: ../x, hosts: [a]}]", "bank 1: name"),
        ("banks: [{name: a}]", "bank 1: hosts"),
        ("banks: [{name: a, hosts: []}]", "bank 1: hosts"),
        ("banks: [{name: a, hosts: [A.example]}]", "bank 1: hosts"),
        ("banks: [{name: a, hosts: ['a.example:80']}]", "bank 1: hosts"),
        ("banks: [{name: a, hosts: ['*.example']}]", "bank 1: hosts"),
        ("banks: [{name: a, hosts: [a], lang: fr}]", "bank 1: lang"),
        ("banks: [{name: a, hosts: [a], crypto: rot13}]", "bank 1: crypto"),
        ("banks: [{name: a, hosts: [a], databse: x}]", "unknown databse"),
        ("banks: [{name: a, hosts: [a], database: x, database_file: y}]", "not both"),
        ("banks: [{name: a, hosts: [a], database_file: absent}]", "cannot be read"),
        ("banks: [{name: a, hosts: [a], vault_key_file: 7}]", "vault_key_file is a text"),
        ("banks: [{name: a, hosts: [a]}, {name: a, hosts: [b]}]", "two banks are called a"),
        ("banks: [{name: a, hosts: [x]}, {name: b, hosts: [y, x]}]", "both answer under x"),
        (
            "banks: [{name: a, hosts: [x], vault_key_file: k}, {name: b, hosts: [y], secrets_key_file: ./k}]",
            "share the key file",
        ),
    ],
)
def test_a_file_with_faults_is_refused_with_what_is_wrong(tmp_path: Path, file: str, told: str) -> None:
    with pytest.raises(BadBanksFile) as found:
        Banks.of(settings(tmp_path, file))
    assert told in found.value.message("en")


def test_faults_are_told_together_and_no_secret_with_them(tmp_path: Path) -> None:
    file = "banks: [{name: A, hosts: [a], database: 'postgresql://u:hidden@h/d'}, {name: B, hosts: [b], lang: x}]"
    with pytest.raises(BadBanksFile) as found:
        Banks.of(settings(tmp_path, file))
    said = found.value.message("en")
    assert all(part in said for part in ("bank 1: name", "bank 2: name", "bank 2: lang"))
    assert "hidden" not in said
    with pytest.raises(BadYaml):
        Banks.of(settings(tmp_path, "banks: [{name: a, name: b}]"))
    with pytest.raises(NoBanksFile, match="there is no such file"):
        Banks.of(Settings(banks_file=tmp_path / "absent.yaml"))
    with pytest.raises(BadBanksFile, match="directory"):
        Banks.of(Settings(banks_file=tmp_path))
    fine = Banks.of(settings(tmp_path, file.replace("A", "a").replace("B", "b").replace("lang: x", "lang: zh")))
    assert "hidden" not in repr(fine)


def test_the_address_of_a_database_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "address").write_text("postgresql://u:hidden@h/d\n")
    (entry,) = Banks.of(settings(tmp_path, "banks: [{name: a, hosts: [a], database_file: address}]")).entries
    assert entry.database == "postgresql://u:hidden@h/d"


def test_a_bank_is_added_and_comments_stay(tmp_path: Path) -> None:
    mine = settings(tmp_path, TWO)
    written(mine, {"name": "north", "hosts": ["north.example"], "lang": "zh"})
    assert [e.name for e in Banks.of(mine).entries] == ["east", "west", "north"]
    assert mine.banks_file is not None
    before = mine.banks_file.read_text(encoding="utf8")
    assert "# kept" in before
    for said in ({"name": "east", "hosts": ["x"]}, {"name": "n", "hosts": ["north.example"]}, {"name": "N"}):
        with pytest.raises(BadBanksFile):
            written(mine, said)
    assert mine.banks_file.read_text(encoding="utf8") == before
    assert sorted(f.name for f in tmp_path.iterdir()) == ["banks.yaml"]
    (tmp_path / "other").mkdir()
    new = settings(tmp_path / "other", None)
    written(new, {"name": "first", "hosts": ["first.example"]})
    assert Banks.of(new).by_name("first").hosts == ("first.example",)
    with pytest.raises(UnknownName):
        Banks.of(new).by_name("second")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Bank, Bank]]:
    """Two banks of one home: files each, or schemas of one PostgreSQL database."""
    home = tmp_path_factory.mktemp("home")
    names = [f"east{uuid4().hex[:8]}", f"west{uuid4().hex[:8]}"]
    place = "" if request.param == "sqlite" else f", database: '{request.getfixturevalue('postgres_address')}'"
    file = "banks:\n" + "".join(f"  - {{name: {n}, hosts: [{n}.example]{place}}}\n" for n in names)
    banks = Banks.of(settings(home, file))
    with ExitStack() as stack:
        opened = [banks.open(entry, clock=FixedClock(NOON)) for entry in banks.entries]
        for bank in opened:
            stack.callback(bank.close)
        yield opened[0], opened[1]


def test_every_table_is_there_twice_and_refers_to_its_own(two: tuple[Bank, Bank]) -> None:
    wanted = set(all_tables().tables)
    for bank, other in (two, two[::-1]):
        seen = inspect(bank.engine)
        assert wanted <= set(seen.get_table_names())
        if bank.engine.dialect.name == "postgresql":
            with bank.session() as session:
                mine = session.scalar(text("SELECT current_schema()"))
                crossing = session.execute(
                    text(
                        "SELECT conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
                        " JOIN pg_class f ON f.oid = k.confrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
                        " WHERE n.nspname = :mine AND f.relnamespace <> c.relnamespace"
                    ),
                    {"mine": mine},
                ).all()
                path = session.scalar(text("SHOW search_path"))
            assert crossing == []
            assert path is not None
            assert other.name not in path
        else:
            assert str(bank.folder) in str(bank.engine.url.database)


def test_a_row_of_one_bank_is_in_no_table_of_the_other(two: tuple[Bank, Bank]) -> None:
    one, other = two
    mark = f"mark{uuid4().hex}"
    with one.unit(Actor(mark)) as unit:
        unit.record(f"x.{mark}", f"x:{mark}", reason=mark)
    counted = [_rows_with(bank, mark) for bank in (one, other)]
    assert counted == [1, 0]


def _rows_with(bank: Bank, mark: str) -> int:
    """Rows in which a text stands, over all tables and all columns but bytes."""
    found = 0
    with bank.session() as session:
        for table in all_tables().sorted_tables:
            columns = [c for c in table.columns if not isinstance(c.type, LargeBinary)]
            rows = session.execute(select(*columns)).all()
            found += sum(any(mark in str(value) for value in row) for row in rows)
    return found


def test_folders_and_keys_are_apart(two: tuple[Bank, Bank]) -> None:
    one, other = two
    assert public_key(one) != public_key(other)
    box = seal(one, "totp:li", b"secret of one")
    assert unseal(one, "totp:li", box) == b"secret of one"
    seal(other, "totp:li", b"secret of the other")
    # even with the other's master secret in hand, a box does not open at the other bank
    (other.vault_dir / "secrets.key").write_bytes((one.vault_dir / "secrets.key").read_bytes())
    other.known_secrets.clear()
    with pytest.raises(Exception, match="seal") as found:
        unseal(other, "totp:li", box)
    assert isinstance(found.value, SealBroken) or "master secret" in str(found.value)
    files = [{f.stat().st_ino for f in bank.folder.rglob("*") if f.is_file()} for bank in two]
    assert files[0].isdisjoint(files[1])
    assert not one.folder.is_relative_to(other.folder)


def test_a_cookie_or_a_token_of_one_bank_is_unknown_at_the_other(two: tuple[Bank, Bank]) -> None:
    one, other = two
    policy = SignInPolicy(12, 5, timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=12))
    for bank in two:
        with bank.unit(LI) as unit:
            accounts.make(unit, "zhao", "Zhao", roles=("auditor",), policy=policy)
    with one.unit(Actor("zhao")) as unit:
        cookie = sessions.begin(unit, unit.session.get_one(Account, "zhao"))
        _id, token = sessions.make_token(unit, "t", ["audit.read"], NOON + timedelta(days=1))
    for bank, known in ((one, True), (other, False)):
        with bank.session() as session:
            assert (sessions.current(session, bank, cookie, policy)[0] is not None) is known
            assert (sessions.of_token(session, bank.name, token, NOON, policy) is not None) is known
