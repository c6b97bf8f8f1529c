"""Tokens: what stands in the lake in the place of a personal value."""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from windchime.data.contracts.column import PersonalDataClass
from windchime.data.vault.normal import KINDS, normals
from windchime.service.suites import AES, Suite

PREFIX = "t_"
#: bytes of a token's hash: 160 bits, in 32 letters and digits
HASH_BYTES = 20
LENGTH = len(PREFIX) + HASH_BYTES * 8 // 5
#: RFC 4648 base 32, lower case: no 0, 1, 8, 9, so no phone, date or credit code ever stands in a token
ALPHABET = b"abcdefghijklmnopqrstuvwxyz234567"
TOKEN = re.compile(r"t_[a-z2-7]{32}")
#: the same in SQL's regular expressions, for whole texts
TOKEN_SQL = "t_[a-z2-7]{32}"  # noqa: S105 - a pattern, no secret
_LETTERS = np.frombuffer(ALPHABET, np.uint8)


def is_token(text: str | None) -> bool:
    """Whether a text has the form of a token."""
    return text is not None and TOKEN.fullmatch(text) is not None


class Tokeniser:
    """Makes tokens with the bank's token key: equal values in different spellings give equal tokens."""

    __slots__ = ("_macs",)

    def __init__(self, key: bytes, of: Suite = AES) -> None:
        self._macs = {kind: of.mac(key, kind.encode() + b"\0") for kind in KINDS}

    def __repr__(self) -> str:
        return "Tokeniser()"

    def token(self, kind: PersonalDataClass, value: str) -> str:
        """The token of one value; a token stays what it is."""
        return value if is_token(value) else str(self.tokens(kind, [value])[0])

    def tokens(self, kind: PersonalDataClass, values: Sequence[str]) -> pa.StringArray:
        """The token of each value, in order; values that are tokens already are hashed like any other."""
        mac = self._macs[kind]
        hashes = b"".join([mac(form.encode("utf-8", "surrogatepass"))[:HASH_BYTES] for form in normals(kind, values)])
        return _written(hashes, len(values))


def _written(hashes: bytes, count: int) -> pa.StringArray:
    """Hashes in base 32, with the prefix: five bytes are eight letters."""
    fives = np.frombuffer(hashes, np.uint8).reshape(count, HASH_BYTES // 5, 5).astype(np.uint64)
    numbers = np.zeros(fives.shape[:2], np.uint64)
    for place in range(5):
        numbers = numbers << np.uint64(8) | fives[:, :, place]
    shifts = np.arange(35, -1, -5, dtype=np.uint64)
    letters = _LETTERS[(numbers[:, :, None] >> shifts) & np.uint64(31)].reshape(count, LENGTH - len(PREFIX))
    prefix = np.broadcast_to(np.frombuffer(PREFIX.encode(), np.uint8), (count, len(PREFIX)))
    data = np.ascontiguousarray(np.hstack([prefix, letters]))
    offsets = np.arange(0, (count + 1) * LENGTH, LENGTH, dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(data))
