"""Crypto suites: what seals a value, wraps a key, makes a token. Each row of the vault names its suite, so others can come."""

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from windchime.data.vault.errors import UnknownSuite, VaultDamaged

#: bytes of every key
KEY_BYTES = 32
#: bytes of a nonce (NIST SP 800-38D §8.2: 96 bits), random; a key seals few values, so none comes twice
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Suite:
    """A set of algorithms under one name."""

    #: as the rows of the vault name it
    name: str
    #: (key, plain, associated data) → nonce and ciphertext in one
    seal: Callable[[bytes, bytes, bytes], bytes]
    #: the way back; raises `cryptography.exceptions.InvalidTag`
    unseal: Callable[[bytes, bytes, bytes], bytes]
    #: (secret, purpose) → a key of `KEY_BYTES` for that purpose alone
    derive: Callable[[bytes, bytes], bytes]
    #: (key, first part of every message) → function from the rest of a message to its keyed hash
    mac: Callable[[bytes, bytes], Callable[[bytes], bytes]]

    def open(self, key: bytes, box: bytes, about: bytes, what: str) -> bytes:
        """What `seal` closed.

        Raises:
            VaultDamaged: another key, another place, or a changed byte; `what` names the thing, never its value.
        """
        try:
            return self.unseal(key, box, about)
        except (InvalidTag, ValueError):
            raise VaultDamaged(what) from None


def _seal(key: bytes, plain: bytes, about: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about)


def _unseal(key: bytes, box: bytes, about: bytes) -> bytes:
    return AESGCM(key).decrypt(box[:NONCE_BYTES], box[NONCE_BYTES:], about)


def _derive(secret: bytes, purpose: bytes) -> bytes:
    """HKDF (RFC 5869) with SHA-256."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"windchime vault 1/" + purpose).derive(secret)


def _mac(key: bytes, first: bytes) -> Callable[[bytes], bytes]:
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


#: what new rows are written with
NOW = Suite("AES-256-GCM HMAC-SHA-256", _seal, _unseal, _derive, _mac)
SUITES = {suite.name: suite for suite in (NOW,)}


def named(name: str) -> Suite:
    """The suite of a row.

    Raises:
        UnknownSuite: this release does not have it.
    """
    try:
        return SUITES[name]
    except KeyError:
        raise UnknownSuite(name) from None
