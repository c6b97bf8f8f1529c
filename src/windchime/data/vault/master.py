"""The master secret of a bank's vault: where it comes from, and the wrapping key that follows from it."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from windchime.data.vault import suite
from windchime.data.vault.errors import NoVaultKey

#: the file in the vault's folder that is made where no other is named
OWN_FILE = "master.key"
#: hexadecimal digits of a secret
DIGITS = suite.KEY_BYTES * 2


@dataclass(frozen=True, slots=True)
class Master:
    """One master secret, known by an id that tells nothing of it."""

    #: 16 hexadecimal digits
    master_id: str
    #: wraps the data keys of this bank
    wrapping: bytes

    @classmethod
    def of(cls, secret: bytes, bank: str) -> Self:
        """Derive what a bank needs of a secret; two banks with one secret share no key."""
        name = bank.encode()
        return cls(
            suite.NOW.derive(secret, b"id/" + name)[:8].hex(),
            suite.NOW.derive(secret, b"wrapping/" + name),
        )

    def __repr__(self) -> str:
        return f"Master({self.master_id})"


def read(file: Path, bank: str) -> list[Master]:
    """The master secrets of a file, newest first: 64 hexadecimal digits a line; `#` begins a comment.

    Raises:
        NoVaultKey: no such file, or a line that is no secret.
    """
    try:
        lines = [line.partition("#")[0].strip() for line in file.read_text(encoding="ascii").splitlines()]
        found = [bytes.fromhex(line) for line in lines if line]
    except (OSError, ValueError):
        raise NoVaultKey(file) from None
    if not found or any(len(secret) != suite.KEY_BYTES for secret in found):
        raise NoVaultKey(file)
    return [Master.of(secret, bank) for secret in found]


def make(file: Path) -> None:
    """Write a new secret where there is none; of two processes that try, one wins and both read its secret."""
    part = _written(file, secrets.token_hex(suite.KEY_BYTES) + "\n")
    try:
        os.link(part, file)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def put_before(file: Path) -> None:
    """Put a new secret above those of the file, at once and whole."""
    old = file.read_text(encoding="ascii")
    _written(file, f"{secrets.token_hex(suite.KEY_BYTES)}\n{old}").replace(file)


def keep_first(file: Path) -> None:
    """Forget all secrets of the file but the first."""
    first = next(line for line in file.read_text(encoding="ascii").splitlines() if line.partition("#")[0].strip())
    _written(file, f"{first}\n").replace(file)


def _written(file: Path, text: str) -> Path:
    """A file beside the one meant, readable by its owner alone whatever the umask says, on disk before it counts."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    return part
