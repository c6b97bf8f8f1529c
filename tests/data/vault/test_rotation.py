"""The vault turns while it is used: no request fails, no value and no token changes, what a kill leaves is ended by the next."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from uuid import uuid4

import pytest
from sqlalchemy import select
from tests.data.vault.helpers import LI, WHY, person
from tests.fresh import fresh

from windchime.core.clock import FixedClock
from windchime.core.settings import Crypto
from windchime.data.vault import Vault, erase, rotation, turn
from windchime.data.vault.errors import Erased, NothingToRotate
from windchime.data.vault.status import status
from windchime.data.vault.tables import VaultKey, VaultValue
from windchime.service import audit, masters
from windchime.service.bank import Bank
from windchime.service.sealing import seal, unseal
from windchime.service.suites import AES, SM

PEOPLE = 9


class Reopen(Protocol):
    """The same bank with other settings."""

    def __call__(self, crypto: Crypto = "aes", file: Path | None = None) -> Bank:
        """Open it."""
        ...


@pytest.fixture
def place(tmp_path: Path, clock: FixedClock, database: str | None) -> Iterator[tuple[Bank, Reopen]]:
    name, opened = uuid4().hex, list[Bank]()

    def reopen(crypto: Crypto = "aes", file: Path | None = None) -> Bank:
        opened.append(Bank.open(tmp_path, name, clock=clock, crypto=crypto, vault_key_file=file, database=database))
        return opened[-1]

    fresh(tmp_path, name, database).close()
    yield reopen(), reopen
    for bank in opened:
        bank.close()


def fill(bank: Bank) -> dict[str, str]:
    """Values by token."""
    vault = Vault.open(bank)
    found = {vault.token("identity", person(n).name): person(n).name for n in range(PEOPLE)}
    with bank.unit(LI) as unit:
        for n, (token, value) in enumerate(found.items()):
            vault.seal(unit, f"twin:P{n}", "identity", {token: value})
    return found


def read_all(bank: Bank, tokens: dict[str, str]) -> dict[str, str]:
    vault = Vault.open(bank)
    with bank.unit(LI) as unit:
        return {token: vault.reveal(unit, token, WHY) for token in tokens}


def rows(bank: Bank) -> tuple[set[str], set[str]]:
    with bank.session() as session:
        return set(session.scalars(select(VaultKey.suite))), set(session.scalars(select(VaultValue.suite)))


@pytest.mark.parametrize(("database", "values"), [("sqlite", False), ("postgresql", True)], indirect=["database"])
def test_turning_while_others_read_and_write(
    place: tuple[Bank, Reopen], values: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank, reopen = place
    found = fill(bank)
    monkeypatch.setattr(rotation, "PIECE", 3)
    held, other = Vault.open(bank), reopen()
    faults, done, rounds = list[BaseException](), threading.Event(), [0]

    def work() -> None:
        try:
            while not done.is_set() or rounds[0] < 5:
                n = rounds[0]
                with bank.unit(LI) as unit:  # with a vault that was opened before
                    token = held.token("contact", f"1390000{n:04}")
                    held.seal(unit, f"twin:P{n % PEOPLE}", "contact", {token: f"1390000{n:04}"})
                    assert held.reveal(unit, token, WHY) == f"1390000{n:04}"
                with other.unit(LI) as unit:  # with one that is opened now, as another process would
                    token = list(found)[n % PEOPLE]
                    assert Vault.open(other).reveal(unit, token, WHY) == found[token]
                    box = seal(other, "of:it", b"it")
                    assert unseal(other, "of:it", box) == b"it"
                rounds[0] += 1
        except BaseException as fault:  # noqa: BLE001 - whatever it is, the test shall say so
            faults.append(fault)

    worker = threading.Thread(target=work)
    worker.start()
    turned = [turn(bank, LI, "test", values=values) for _ in range(2)]
    done.set()
    worker.join()
    assert faults == []
    assert turned[0].vault is not None
    assert (turned[0].vault.values > 0) is values
    assert read_all(bank, found) == found
    with bank.session() as session:
        assert audit.verify(session) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_bank_turns_to_the_chinese_algorithms_and_back(place: tuple[Bank, Reopen]) -> None:
    bank, reopen = place
    found = fill(bank)
    for crypto, suite, algorithm in (("sm", SM, "sm3"), ("aes", AES, "sha256")):
        changed = reopen(crypto)  # type: ignore[arg-type]  # mypy widens the tuple
        assert read_all(changed, found) == found, "the setting alone harms nothing"
        done = turn(changed, LI, "algorithms")
        assert done.vault is not None
        assert (done.vault.new_keys, done.vault.values) == (PEOPLE, PEOPLE)
        assert (done.audit, done.audit_changed) == (algorithm, True)
        assert rows(changed) == ({suite.name}, {suite.name})
        assert read_all(changed, found) == found
        assert {Vault.open(changed).token("identity", value) for value in found.values()} == set(found)
        with changed.session() as session:
            assert audit.verify(session) == []
            assert status(session, Vault.open(changed)).tokens == AES.name


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_bank_that_begins_with_the_chinese_algorithms(place: tuple[Bank, Reopen]) -> None:
    bank, reopen = place
    changed = reopen("sm")
    found = fill(changed)
    assert rows(changed) == ({SM.name}, {SM.name})
    with changed.session() as session:
        assert status(session, Vault.open(changed)).tokens == SM.name
        assert {audit.algorithm(r) for r in audit.records(session)} == {"sm3"}
        assert audit.verify(session) == []
    assert turn(bank, LI, "back").vault is not None
    assert read_all(bank, found) == found
    assert {Vault.open(bank).token("identity", value) for value in found.values()} == set(found)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_new_data_keys_end_the_old_ones_and_erasure_still_works(place: tuple[Bank, Reopen]) -> None:
    bank, _reopen = place
    found = fill(bank)
    erase(bank, LI, "twin:P0", WHY)
    with bank.session() as session:
        before = {r.subject_id: r.key_no for r in session.scalars(select(VaultKey))}
    done = turn(bank, LI, "keys may be known", values=True)
    assert done.vault is not None
    assert (done.vault.keys, done.vault.new_keys, done.vault.values) == (PEOPLE, PEOPLE - 1, PEOPLE - 1)
    with bank.session() as session:
        after = {r.subject_id: r.key_no for r in session.scalars(select(VaultKey))}
    people = {s for s in before if s.startswith("twin:") and s != "twin:P0"}
    assert {s: after[s] - before[s] for s in people} == dict.fromkeys(people, 1)
    erased, kept = next(iter(found)), dict(list(found.items())[1:])
    assert read_all(bank, kept) == kept
    erase(bank, LI, "twin:P1", WHY)
    for token in (erased, next(iter(kept))):
        with pytest.raises(Erased):
            read_all(bank, {token: ""})


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_turn_killed_between_its_pieces_goes_on(place: tuple[Bank, Reopen], monkeypatch: pytest.MonkeyPatch) -> None:
    bank, reopen = place
    found = fill(bank)
    monkeypatch.setattr(rotation, "PIECE", 4)
    whole, left = rotation._piece, iter([True, True, False])

    def killed(*given: object) -> object:
        if not next(left):
            raise KeyboardInterrupt
        return whole(*given)  # type: ignore[arg-type]  # handed on as given

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "_piece", killed)
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate(bank, LI, "yearly")
    assert read_all(reopen(), found) == found
    file = Vault.open(bank).file
    begun = masters.read(file, "vault", bank.name)
    assert len(begun) == 2
    done = rotation.rotate(bank, LI, "yearly")
    assert (done.after, done.keys) == (begun[0].master_id, PEOPLE - 4)
    assert len(masters.read(file, "vault", bank.name)) == 1
    assert read_all(reopen(), found) == found


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_secret_from_outside_that_is_in_use_leaves_nothing_to_do(place: tuple[Bank, Reopen], tmp_path: Path) -> None:
    _bank, reopen = place
    file = tmp_path / "outside"
    file.write_text("ab" * 32)
    bank = reopen("aes", file)
    found = fill(bank)
    with pytest.raises(NothingToRotate):
        turn(bank, LI, "yearly")
    assert turn(reopen("sm", file), LI, "algorithms").audit_changed
    assert read_all(reopen("sm", file), found) == found
