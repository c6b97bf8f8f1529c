"""The suites against published vectors: what a standard prints is what comes out here."""

import hashlib
import hmac
import os

import pytest
from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB
from hypothesis import given
from hypothesis import strategies as st

from windchime.service import suites
from windchime.service.suites import AES, SM, NoChineseAlgorithms, SealBroken, Suite, UnknownSuite, sm3

hexed = bytes.fromhex


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_is_that_of_the_standard(message: bytes, digest: str) -> None:
    """GB/T 32905-2016, annex A, examples 1 and 2."""
    assert sm3(message) == digest


def test_sm4_is_that_of_the_standard() -> None:
    """GB/T 32907-2016, annex A, example 1."""
    block = hexed("0123456789abcdeffedcba9876543210")
    made = Cipher(SM4(block), ECB()).encryptor()
    assert made.update(block) == hexed("681edf34d206965e86b3e94f536e4246")


def test_sm4_gcm_is_that_of_the_rfc() -> None:
    """RFC 8998, appendix A.1."""
    plain = b"".join(bytes([b]) * n for b, n in zip(b"\xaa\xbb\xcc\xdd\xee\xff\xee\xaa", [8] * 8, strict=True))
    key, nonce = hexed("0123456789abcdeffedcba9876543210"), hexed("00001234567800000000abcd")
    about = hexed("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    box = hexed(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735"
        "d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
        "83de3541e4c2b58177e065a9bf7b62ec"
    )
    assert SM.encrypt(key, nonce, plain, about) == box
    assert SM.decrypt(key, nonce, box, about) == plain
    with pytest.raises(InvalidTag):
        SM.decrypt(key, nonce, box, about + b"x")


def test_aes_gcm_is_that_of_its_authors() -> None:
    """The revised GCM specification of McGrew and Viega, test case 16 (AES-256)."""
    key = hexed("feffe9928665731c6d6a8f9467308308" * 2)
    plain = hexed(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    box = AES.encrypt(key, hexed("cafebabefacedbaddecaf888"), plain, hexed("feedfacedeadbeeffeedfacedeadbeefabaddad2"))
    assert box[-16:] == hexed("76fc6ece0f4e1768cddf8853bb2d551b")


def test_hkdf_is_that_of_the_rfc() -> None:
    """RFC 5869, appendix A.3: SHA-256, no salt, no info."""
    made = AES.derive(b"\x0b" * 22, b"", 42)
    assert made == hexed("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8")


@given(key=st.binary(min_size=1, max_size=32), purpose=st.binary(max_size=20))
def test_hkdf_and_hmac_with_sm3_are_their_definitions(key: bytes, purpose: bytes) -> None:
    """RFC 2104 and RFC 5869 written out over SM3 alone."""

    def mac(with_key: bytes, text: bytes) -> bytes:
        block = with_key.ljust(64, b"\0")
        inner = hexed(sm3(bytes(b ^ 0x36 for b in block) + text))
        return hexed(sm3(bytes(b ^ 0x5C for b in block) + inner))

    assert SM.mac(key, b"first")(b"rest") == mac(key, b"firstrest")
    assert SM.derive(key, purpose) == mac(mac(bytes(32), key), purpose + b"\x01")[:16]


@given(st.binary(min_size=1, max_size=64))
def test_the_fast_hmac_is_the_hmac(key: bytes) -> None:
    text = os.urandom(9)
    assert AES.mac(key, b"first")(text) == hmac.new(key, b"first" + text, hashlib.sha256).digest()


@pytest.mark.parametrize("suite", [AES, SM], ids=["aes", "sm"])
def test_what_a_suite_seals_it_alone_opens(suite: Suite) -> None:
    key = suite.new_key()
    box = suite.seal(key, b"plain", b"about")
    assert suite.open(key, box, b"about", "it") == b"plain"
    for other, place in ((suite.new_key(), b"about"), (key, b"elsewhere")):
        with pytest.raises(SealBroken):
            suite.open(other, box, place, "it")
    for cut in range(len(box)):
        with pytest.raises(SealBroken):
            suite.open(key, box[:cut], b"about", "it")


def test_names() -> None:
    assert [suites.named(s.name) for s in (AES, SM)] == [AES, SM]
    assert suites.ready("sm") is SM
    with pytest.raises(UnknownSuite):
        suites.named("ROT-13")


def test_a_library_without_the_chinese_algorithms_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacking(*_given: object) -> None:
        raise UnsupportedAlgorithm("not here")

    monkeypatch.setattr(suites, "SM4", lacking)
    with pytest.raises(NoChineseAlgorithms):
        suites.ready("sm")
    monkeypatch.setattr(suites, "Hash", lacking)
    with pytest.raises(NoChineseAlgorithms):
        sm3(b"")
