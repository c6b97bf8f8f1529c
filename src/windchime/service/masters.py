"""Master secrets: files of whoever runs the bank, from which its keys follow."""

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from windchime.core.errors import BadInput, WindchimeError
from windchime.core.text import _
from windchime.service.suites import AES, Suite

#: bytes of a secret, whatever suite its keys are for
SECRET_BYTES = 32


class KeyAmiss(WindchimeError):
    """Something about the files of keys, for whoever runs the bank; others are told that it cannot be done just now."""


class NoMasterSecret(KeyAmiss, BadInput):
    """The file that should hold a master secret does not, or cannot be read."""

    msgid = _("the file {file} holds no master secret")
    hint = _("one secret a line, 64 hexadecimal digits, the newest first; see docs/how-to/rotate-keys.md")

    def __init__(self, file: Path) -> None:
        super().__init__(file=str(file))


@dataclass(frozen=True, slots=True)
class Master:
    """One master secret, known by an id that tells nothing of it."""

    #: 16 hexadecimal digits
    master_id: str
    _secret: bytes = field(repr=False)
    #: what the keys are for, and of which bank
    _area: bytes = field(repr=False)
    _bank: bytes = field(repr=False)
    _keys: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, secret: bytes, area: str, bank: str) -> Self:
        """What a bank needs of a secret for one area; two banks with one secret share no key, nor do two areas."""
        place, name = f"windchime {area} 1/".encode(), bank.encode()
        # the id protects nothing: it is the same whatever suite the bank uses
        return cls(AES.derive(secret, place + b"id/" + name)[:8].hex(), secret, place, name)

    def wrapping(self, suite: Suite) -> bytes:
        """The key of a suite that follows from the secret."""
        if suite.name not in self._keys:
            self._keys[suite.name] = suite.derive(self._secret, self._area + b"wrapping/" + self._bank)
        return self._keys[suite.name]


def read(file: Path, area: str, bank: str) -> list[Master]:
    """The master secrets of a file, newest first: 64 hexadecimal digits a line; `#` begins a comment.

    Raises:
        NoMasterSecret: no such file, or a line that is no secret.
    """
    try:
        lines = [line.partition("#")[0].strip() for line in file.read_text(encoding="ascii").splitlines()]
        found = [bytes.fromhex(line) for line in lines if line]
    except (OSError, ValueError):
        raise NoMasterSecret(file) from None
    if not found or any(len(secret) != SECRET_BYTES for secret in found):
        raise NoMasterSecret(file)
    return [Master.of(secret, area, bank) for secret in found]


def make(file: Path) -> None:
    """Write a new secret where there is none; of two processes that try, one wins and both read its secret."""
    part = _written(file, secrets.token_hex(SECRET_BYTES) + "\n")
    try:
        os.link(part, file)
    except FileExistsError:
        pass
    finally:
        part.unlink()


def put_before(file: Path) -> None:
    """Put a new secret above those of the file, at once and whole."""
    old = file.read_text(encoding="ascii")
    _written(file, f"{secrets.token_hex(SECRET_BYTES)}\n{old}").replace(file)


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
