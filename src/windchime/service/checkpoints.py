"""Signed checkpoints of the audit chain, to be kept where the chain's keeper cannot reach them.

A hash chain shows that no record was changed inside it. That its end was cut off, or that all of it was written anew, shows
only beside a copy of the last hash kept elsewhere. A checkpoint is that copy: number and hash of the last record, signed
with Ed25519 (RFC 8032) by a key that comes from outside.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from windchime.core.canonical import canonical
from windchime.core.errors import BadInput, Refused
from windchime.core.problems import Problem
from windchime.core.text import _
from windchime.service.tables import AuditRecord

FORMAT = 1
#: a checkpoint is a few hundred bytes; a file that is larger is none
MAX_BYTES = 10_000


class NoKey(BadInput):
    """A file that holds no key of the kind."""

    msgid = _("{file} holds no Ed25519 key in PEM form")
    hint = _("make one: windchime audit key FILE")

    def __init__(self, file: Path) -> None:
        super().__init__(file=str(file))


class NoCheckpoint(BadInput):
    """A file that is no checkpoint."""

    msgid = _("{file} is no checkpoint of an audit chain")

    def __init__(self, file: Path) -> None:
        super().__init__(file=str(file))


class NothingToSeal(Refused):
    """A chain without records."""

    msgid = _("the audit chain has no record yet")

    def __init__(self) -> None:
        super().__init__()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the chain ended with at an instant."""

    bank: str
    #: number and hash of the last record
    seq: int
    hash: str
    at: datetime
    #: Ed25519 over the canonical form of all of the above, hexadecimal
    signature: str = ""

    def signed_form(self) -> bytes:
        """The bytes that are signed."""
        said = {"format": FORMAT, "bank": self.bank, "seq": self.seq, "hash": self.hash, "at": self.at.isoformat()}
        return canonical(said)

    def as_bytes(self) -> bytes:
        """The file."""
        body: dict[str, Any] = json.loads(self.signed_form())
        return canonical({**body, "signature": self.signature}) + b"\n"

    @classmethod
    def read(cls, file: Path) -> Self:
        """From a file.

        Raises:
            NoCheckpoint: it is none of this format.
        """
        try:
            with file.open("rb") as opened:
                body = json.loads(opened.read(MAX_BYTES))
            if body["format"] != FORMAT or not isinstance(body["seq"], int):
                raise NoCheckpoint(file)
            at = datetime.fromisoformat(body["at"])
            return cls(str(body["bank"]), body["seq"], str(body["hash"]), at, str(body["signature"]))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            raise NoCheckpoint(file) from None


def take(session: Session, bank: str, key: Ed25519PrivateKey, at: datetime) -> Checkpoint:
    """Sign the end of the chain.

    Raises:
        NothingToSeal: the chain is empty.
    """
    last = session.scalars(select(AuditRecord).order_by(AuditRecord.seq.desc()).limit(1)).first()
    if last is None:
        raise NothingToSeal
    return sealed(bank, last.seq, last.hash, key, at)


def sealed(bank: str, seq: int, last_hash: str, key: Ed25519PrivateKey, at: datetime) -> Checkpoint:
    """Sign number and hash of one record, which vouch for all before it."""
    plain = Checkpoint(bank, seq, last_hash, at)
    return Checkpoint(bank, seq, last_hash, at, key.sign(plain.signed_form()).hex())


def held_against(
    session: Session, bank: str, checkpoints: Iterable[tuple[str, Checkpoint]], key: Ed25519PublicKey
) -> list[Problem]:
    """What the chain contradicts of its checkpoints, each with the name of its file.

    That a record has the hash of a checkpoint vouches for all before it only if the chain itself is whole
    (`audit.verify`).
    """
    return [p for name, c in checkpoints if (p := _contradiction(session, bank, name, c, key)) is not None]


def _contradiction(session: Session, bank: str, name: str, known: Checkpoint, key: Ed25519PublicKey) -> Problem | None:
    try:
        key.verify(bytes.fromhex(known.signature), known.signed_form())
    except (InvalidSignature, ValueError):
        return Problem("checkpoint_forged", _("the signature of the checkpoint is not of this key"), file=name)
    if known.bank != bank:
        return Problem(
            "checkpoint_of_another_bank", _("the checkpoint is of bank {bank}"), file=name, params={"bank": known.bank}
        )
    record = session.get(AuditRecord, known.seq)
    if record is None:
        msgid = _("record {seq}, which the checkpoint vouches for, is gone: the chain was cut")
        return Problem("chain_cut", msgid, file=name, row=known.seq, params={"seq": known.seq})
    if record.hash != known.hash:
        msgid = _("record {seq} is not the one the checkpoint vouches for: the chain was written anew")
        return Problem("chain_rewritten", msgid, file=name, row=known.seq, params={"seq": known.seq})
    return None


def make_key(file: Path) -> Path:
    """Write a new private key, for its owner alone, and its public half beside it (`….pub`), whose path is given back."""
    key = Ed25519PrivateKey.generate()
    file.touch(0o600, exist_ok=False)
    file.chmod(0o600)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = file.with_name(f"{file.name}.pub")
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return public


def private_key(file: Path) -> Ed25519PrivateKey:
    """The signing key of a file.

    Raises:
        NoKey: there is none.
    """
    try:
        found = load_pem_private_key(file.read_bytes(), None)
    except (OSError, ValueError, TypeError):
        raise NoKey(file) from None
    if not isinstance(found, Ed25519PrivateKey):
        raise NoKey(file)
    return found


def public_key(file: Path) -> Ed25519PublicKey:
    """The key that checks signatures; of a private key's file, its public half.

    Raises:
        NoKey: there is none.
    """
    try:
        found = load_pem_public_key(file.read_bytes())
    except (OSError, ValueError, TypeError):
        return private_key(file).public_key()
    if not isinstance(found, Ed25519PublicKey):
        raise NoKey(file)
    return found
