"""Crypto suites: what seals a value, derives a key, makes a keyed hash. What is sealed names its suite, so others can come.

Two stand: one of AES and SHA-2, and one of the Chinese algorithms SM4 (GB/T 32907) and SM3 (GB/T 32905), for banks that must
use these. Both come from `cryptography`; its OpenSSL may have been built without SM4 or SM3, which `ready` finds out.
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3, Hash, HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from windchime.core.errors import BadCall, Damaged
from windchime.core.text import _

#: bytes of a nonce (NIST SP 800-38D §8.2: 96 bits), random; a key seals few values, so none comes twice
NONCE_BYTES = 12
#: bytes of the tag of GCM
TAG_BYTES = 16


class UnknownSuite(Damaged):
    """Something stored names a crypto suite that this release does not have."""

    msgid = _("the bank's data name the crypto suite {suite}, which this release does not have")

    def __init__(self, suite: str) -> None:
        super().__init__(suite=suite[:40])


class SealBroken(Damaged):
    """What was sealed does not open: it was changed, or moved from another place."""

    msgid = _("{what} does not open: it was changed after it was sealed")
    hint = _("restore the database from a backup of the same lake version")

    def __init__(self, what: str) -> None:
        super().__init__(what=what)


class NoChineseAlgorithms(BadCall):
    """The library of this machine was built without SM4 or SM3."""

    msgid = _("the cryptography library of this machine was built without SM4-GCM or SM3")
    hint = _(
        "install the wheel of `cryptography` from the package index, whose OpenSSL has them; or WINDCHIME_CRYPTO=aes"
    )

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True, eq=False)
class Suite:
    """A set of algorithms under one name."""

    #: as what is sealed names it
    name: str
    #: bytes of a key that seals
    key_bytes: int
    #: of key derivation
    hash: HashAlgorithm
    #: (key, nonce, plain, associated data) → ciphertext and tag
    encrypt: Callable[[bytes, bytes, bytes, bytes], bytes]
    #: the way back; raises `cryptography.exceptions.InvalidTag`
    decrypt: Callable[[bytes, bytes, bytes, bytes], bytes]
    #: (key, first part of every message) → function from the rest of a message to its keyed hash of 32 bytes
    mac: Callable[[bytes, bytes], Callable[[bytes], bytes]]

    def __repr__(self) -> str:
        return f"Suite({self.name!r})"

    def new_key(self) -> bytes:
        """A random key that seals."""
        return os.urandom(self.key_bytes)

    def seal(self, key: bytes, plain: bytes, about: bytes) -> bytes:
        """Nonce, ciphertext and tag in one; `about` must be told again to open it."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self.encrypt(key, nonce, plain, about)

    def open(self, key: bytes, box: bytes, about: bytes, what: str) -> bytes:
        """What `seal` closed.

        Raises:
            SealBroken: another key, another place, or a changed byte; `what` names the thing, never its value.
        """
        try:
            return self.decrypt(key, box[:NONCE_BYTES], box[NONCE_BYTES:], about)
        except (InvalidTag, ValueError):
            raise SealBroken(what) from None

    def derive(self, secret: bytes, purpose: bytes, length: int = 0) -> bytes:
        """HKDF (RFC 5869) with the suite's hash: a key for that purpose alone, as long as the suite's unless told."""
        return HKDF(algorithm=self.hash, length=length or self.key_bytes, salt=None, info=purpose).derive(secret)


def _aes(key: bytes, nonce: bytes, plain: bytes, about: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, plain, about)


def _aes_back(key: bytes, nonce: bytes, box: bytes, about: bytes) -> bytes:
    return AESGCM(key).decrypt(nonce, box, about)


def _sm4(key: bytes, nonce: bytes, plain: bytes, about: bytes) -> bytes:
    sealing = Cipher(SM4(key), GCM(nonce)).encryptor()
    sealing.authenticate_additional_data(about)
    return sealing.update(plain) + sealing.finalize() + sealing.tag


def _sm4_back(key: bytes, nonce: bytes, box: bytes, about: bytes) -> bytes:
    opening = Cipher(SM4(key), GCM(nonce, box[-TAG_BYTES:])).decryptor()
    opening.authenticate_additional_data(about)
    return opening.update(box[:-TAG_BYTES]) + opening.finalize()


def _hmac_sha256(key: bytes, first: bytes) -> Callable[[bytes], bytes]:
    """HMAC (RFC 2104) with SHA-256; key and first part are hashed once, which makes a million tokens twice as fast."""
    block = hmac.new(key, b"", "sha256").block_size
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in key.ljust(block, b"\0")) + first)
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in key.ljust(block, b"\0")))

    def made(rest: bytes) -> bytes:
        one, two = inner.copy(), outer.copy()
        one.update(rest)
        two.update(one.digest())
        return two.digest()

    return made


def _hmac_sm3(key: bytes, first: bytes) -> Callable[[bytes], bytes]:
    begun = HMAC(key, SM3())
    begun.update(first)

    def made(rest: bytes) -> bytes:
        one = begun.copy()
        one.update(rest)
        return one.finalize()

    return made


AES = Suite("AES-256-GCM HMAC-SHA-256", 32, SHA256(), _aes, _aes_back, _hmac_sha256)
SM = Suite("SM4-GCM HMAC-SM3", 16, SM3(), _sm4, _sm4_back, _hmac_sm3)
SUITES = {suite.name: suite for suite in (AES, SM)}
#: by what `WINDCHIME_CRYPTO` says
CHOICES = {"aes": AES, "sm": SM}


def named(name: str) -> Suite:
    """The suite that something stored names.

    Raises:
        UnknownSuite: this release does not have it.
    """
    try:
        return SUITES[name]
    except KeyError:
        raise UnknownSuite(name) from None


def ready(choice: str) -> Suite:
    """The suite of a setting, after it was seen to work on this machine.

    Raises:
        NoChineseAlgorithms: SM4 or SM3 are lacking.
    """
    suite = CHOICES[choice]
    try:
        suite.seal(bytes(suite.key_bytes), b"", b"")
        suite.mac(bytes(32), b"")(b"")
    except UnsupportedAlgorithm:
        raise NoChineseAlgorithms from None
    return suite


def sm3(data: bytes) -> str:
    """Lower-case hexadecimal SM3 (GB/T 32905)."""
    try:
        state = Hash(SM3())
    except UnsupportedAlgorithm:
        raise NoChineseAlgorithms from None
    state.update(data)
    return state.finalize().hex()
