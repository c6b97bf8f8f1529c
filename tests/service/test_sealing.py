"""Small secrets at rest: a box opens at its bank, for its purpose, with its key, and not when a byte of it was changed."""

import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.fresh import fresh

from windchime.core.clock import FixedClock
from windchime.core.settings import Crypto
from windchime.service import masters, sealing
from windchime.service.bank import Bank
from windchime.service.masters import NoMasterSecret
from windchime.service.sealing import WrongSecretsKey, seal, unseal
from windchime.service.suites import CHOICES, SealBroken, UnknownSuite

PLAIN = b"planted-totp-secret"


@pytest.fixture(params=["aes", "sm"])
def bank(tmp_path: Path, clock: FixedClock, request: pytest.FixtureRequest) -> Bank:
    crypto: Crypto = request.param
    return fresh(tmp_path, "one", clock=clock, crypto=crypto)


def test_a_box_opens_and_shows_nothing_but_its_label(bank: Bank) -> None:
    box = seal(bank, "totp:li", PLAIN)
    assert unseal(bank, "totp:li", box) == PLAIN
    assert PLAIN not in box
    told = sealing.label(box)
    assert (told.purpose, told.suite) == ("totp:li", CHOICES[bank.crypto])
    assert seal(bank, "totp:li", PLAIN) != box


@settings(max_examples=40)
@given(plain=st.binary(max_size=80), purpose=st.text(max_size=40))
def test_any_secret_for_any_purpose(tmp_path_factory: pytest.TempPathFactory, plain: bytes, purpose: str) -> None:
    home = tmp_path_factory.getbasetemp() / "any"
    made = _cached(home)
    assert unseal(made, purpose, seal(made, purpose, plain)) == plain


_BANKS: dict[Path, Bank] = {}


def _cached(home: Path) -> Bank:
    if home not in _BANKS:
        _BANKS[home] = fresh(home, "any")
    return _BANKS[home]


def test_no_byte_of_a_box_can_be_changed(bank: Bank) -> None:
    box = seal(bank, "totp:li", PLAIN)
    for at in range(len(box)):
        changed = box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :]
        with pytest.raises((SealBroken, WrongSecretsKey, UnknownSuite)):
            unseal(bank, "totp:li", changed)
    for cut in range(len(box)):
        with pytest.raises(SealBroken):
            unseal(bank, "totp:li", box[:cut])


def test_a_box_is_of_one_purpose_and_one_bank(bank: Bank, tmp_path: Path) -> None:
    box = seal(bank, "totp:li", PLAIN)
    with pytest.raises(SealBroken):
        unseal(bank, "totp:wang", box)
    file = sealing.key_file(bank)
    other = fresh(tmp_path, "two", secrets_key_file=file)
    with pytest.raises(WrongSecretsKey):
        unseal(other, "totp:li", box)


def test_the_own_secret_is_its_owners_alone(bank: Bank) -> None:
    seal(bank, "x", PLAIN)
    assert stat.S_IMODE(sealing.key_file(bank).stat().st_mode) == 0o600


def test_a_secret_from_outside_and_a_new_one_above_it(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    bank = fresh(tmp_path, "default", secrets_key_file=file)
    with pytest.raises(NoMasterSecret):
        seal(bank, "x", PLAIN)
    file.write_text("ab" * 32)
    box = seal(bank, "x", PLAIN)
    masters.put_before(file)
    assert unseal(bank, "x", box) == PLAIN
    assert sealing.label(seal(bank, "x", PLAIN)).key_id != sealing.label(box).key_id
    masters.keep_first(file)
    assert unseal(bank, "x", box) == PLAIN, "who has read the old secret still opens what a rotation overtook"
    with pytest.raises(WrongSecretsKey) as refused:
        unseal(Bank.open(tmp_path, secrets_key_file=file), "x", box)
    assert "abab" not in str(refused.value)
    assert not (bank.vault_dir / sealing.OWN_FILE).exists()
