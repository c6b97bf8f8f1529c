"""Data keys: one per person or firm, kept wrapped under the master secret, made when first needed."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from windchime.data.vault.tables import VaultKey
from windchime.service import suites
from windchime.service.masters import SECRET_BYTES, Master
from windchime.service.suites import SealBroken, Suite

#: what separates the vault's keys from others of the same master secret
AREA = "vault"
#: how subjects begin that are the vault itself and no person or firm
OWN = "#"
#: the subject whose key makes the tokens, by the suite whose keyed hash they are. A bank's tokens never change, so one of
#: the two is there from its first day to its last, whatever suite its keys and values use.
TOKENS = {suites.AES.name: "#tokens", suites.SM.name: "#tokens-sm3"}
#: names in one question to the database
AT_ONCE = 5_000


class DataKeys:
    """The data keys of one bank, opened with its master secrets.

    Attributes:
        suite: what new keys, and values under them, are sealed with.
    """

    __slots__ = ("_bank", "_masters", "_used", "suite")

    def __init__(self, bank: str, masters: Sequence[Master], used: Master, suite: Suite) -> None:
        self.suite = suite
        self._bank = bank
        self._masters = {m.master_id: m for m in masters}
        self._used = used

    def __repr__(self) -> str:
        return f"DataKeys({self._bank!r})"

    def of(self, session: Session, subjects: Iterable[str]) -> dict[str, dict[int, bytes]]:
        """The live keys of subjects, by subject and number; subjects without one are left out."""
        found: dict[str, dict[int, bytes]] = {}
        for row in rows(session, subjects):
            if row.wrapped is not None:
                found.setdefault(row.subject_id, {})[row.key_no] = self.unwrapped(row)
        return found

    def make(self, session: Session, wanted: Mapping[str, int], made_at: datetime) -> dict[str, bytes]:
        """New keys, given the number each subject's key shall have."""
        made = {s: os.urandom(SECRET_BYTES) if s.startswith(OWN) else self.suite.new_key() for s in wanted}
        written = [
            {"subject_id": s, "key_no": wanted[s], "made_at": made_at, "destroyed_at": None}
            | self.wrapping(s, wanted[s], key)
            for s, key in made.items()
        ]
        if written:
            session.execute(insert(table()), written)
        return made

    def wrapping(self, subject: str, number: int, key: bytes) -> dict[str, Any]:
        """What a row says of a key: it, wrapped under the master secret in use, and with what."""
        wrapped = self.suite.seal(self._used.wrapping(self.suite), key, self._about(subject, number))
        return {"suite": self.suite.name, "master_id": self._used.master_id, "wrapped": wrapped}

    def unwrapped(self, row: VaultKey) -> bytes:
        """The key of a row.

        Raises:
            SealBroken: the row was changed, or the key is destroyed.
        """
        what = f"key {row.key_no} of {row.subject_id}"
        held = self._masters.get(row.master_id)
        if held is None or row.wrapped is None:
            raise SealBroken(what)
        suite = suites.named(row.suite)
        return suite.open(held.wrapping(suite), row.wrapped, self._about(row.subject_id, row.key_no), what)

    def _about(self, subject: str, number: int) -> bytes:
        return "\0".join((self._bank, subject, str(number))).encode()


def rows(session: Session, subjects: Iterable[str]) -> list[VaultKey]:
    """Every key that subjects have or had."""
    names = list(dict.fromkeys(subjects))
    return [
        row
        for start in range(0, len(names), AT_ONCE)
        for row in session.scalars(select(VaultKey).where(VaultKey.subject_id.in_(names[start : start + AT_ONCE])))
    ]


def of_tokens(session: Session) -> tuple[Suite, VaultKey] | None:
    """The key that makes the tokens, and whose keyed hash they are; None before the vault was first opened."""
    row = session.scalars(select(VaultKey).where(VaultKey.subject_id.in_(TOKENS.values()))).first()
    if row is None:
        return None
    return suites.named(next(name for name, subject in TOKENS.items() if subject == row.subject_id)), row


def table() -> Table:
    """The table of keys, for statements about many rows."""
    found = VaultKey.__table__
    assert isinstance(found, Table)
    return found
