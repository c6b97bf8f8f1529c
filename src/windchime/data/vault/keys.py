"""Data keys: one per person or firm, kept wrapped under the master secret, made when first needed."""

import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from windchime.data.vault import suite
from windchime.data.vault.errors import VaultDamaged
from windchime.data.vault.master import Master
from windchime.data.vault.tables import VaultKey

#: the subject whose key makes the tokens: the vault itself
TOKENS = "#tokens"
#: names in one question to the database
AT_ONCE = 5_000


class DataKeys:
    """The data keys of one bank, opened with its master secrets."""

    __slots__ = ("_bank", "_masters", "_used")

    def __init__(self, bank: str, masters: Sequence[Master], used: Master) -> None:
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
        made = {subject: os.urandom(suite.KEY_BYTES) for subject in wanted}
        written = [
            {
                "subject_id": subject,
                "key_no": wanted[subject],
                "suite": suite.NOW.name,
                "master_id": self._used.master_id,
                "wrapped": suite.NOW.seal(self._used.wrapping, key, self._about(subject, wanted[subject])),
                "made_at": made_at,
                "destroyed_at": None,
            }
            for subject, key in made.items()
        ]
        if written:
            session.execute(insert(table()), written)
        return made

    def rewrapped(self, row: VaultKey, under: Master) -> bytes:
        """A key of a row, wrapped under another master secret."""
        return suite.NOW.seal(under.wrapping, self.unwrapped(row), self._about(row.subject_id, row.key_no))

    def unwrapped(self, row: VaultKey) -> bytes:
        """The key of a row.

        Raises:
            VaultDamaged: the row was changed, or the key is destroyed.
        """
        what = f"key {row.key_no} of {row.subject_id}"
        held = self._masters.get(row.master_id)
        if held is None or row.wrapped is None:
            raise VaultDamaged(what)
        return suite.named(row.suite).open(held.wrapping, row.wrapped, self._about(row.subject_id, row.key_no), what)

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


def table() -> Table:
    """The table of keys, for statements about many rows."""
    found = VaultKey.__table__
    assert isinstance(found, Table)
    return found
