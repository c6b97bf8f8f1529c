"""Rotation of the master secret: every data key is wrapped anew, no value and no token changes.

The key that makes the tokens is wrapped anew like the others, but stays the same key: another one would make other
tokens, and those in the lake never change. If that key itself has leaked, the data must be loaded again into a new bank.
"""

from dataclasses import dataclass

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from windchime.core.unit import Actor
from windchime.data.vault import keys as datakeys
from windchime.data.vault import master, suite
from windchime.data.vault.erasing import wipe
from windchime.data.vault.errors import NothingToRotate
from windchime.data.vault.keys import AT_ONCE, TOKENS, DataKeys
from windchime.data.vault.master import Master
from windchime.data.vault.tables import VaultKey
from windchime.data.vault.vault import Vault
from windchime.service.bank import Bank


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did."""

    #: ids of the master secrets
    before: str
    after: str
    #: data keys wrapped anew
    keys: int


def rotate(bank: Bank, actor: Actor, reason: str) -> Rotation:
    """Wrap all data keys under a new master secret.

    Where the bank's own file holds the secret, a new one is made here and the old one forgotten at the end; killed
    between, both stand in the file and the vault opens. Where a file is named from outside, its first line must be the
    new secret and the old one stand below, to be removed by whoever keeps the file.

    Raises:
        NothingToRotate: the first secret of the named file is in use already.
    """
    vault = Vault.open(bank)
    own = bank.vault_key_file is None
    masters = master.read(vault.file, bank.name)
    if own and _used(bank) == masters[0].master_id:
        master.put_before(vault.file)
        masters = master.read(vault.file, bank.name)
    new = masters[0]
    with bank.unit(actor) as unit:
        before = _master_of(unit.session.get_one(VaultKey, (TOKENS, 1)))
        if before == new.master_id:
            raise NothingToRotate(vault.file)
        keys = DataKeys(bank.name, masters, new)
        count = _rewrap(unit.session, keys, new)
        done = Rotation(before, new.master_id, count)
        unit.record(
            "vault.rotate",
            "vault",
            before={"master": before},
            after={"master": done.after, "keys": count},
            reason=reason,
        )
    wipe(bank)
    if own:
        master.keep_first(vault.file)
    return done


def _rewrap(session: Session, keys: DataKeys, new: Master) -> int:
    """Wrap every key anew, in the order of its subjects, piece by piece."""
    place = tuple_(VaultKey.subject_id, VaultKey.key_no)
    query = select(VaultKey).where(VaultKey.wrapped.is_not(None)).order_by(*place.clauses).limit(AT_ONCE)
    change = (
        update(datakeys.table())
        .where(VaultKey.subject_id == bindparam("s"), VaultKey.key_no == bindparam("n"))
        .values(wrapped=bindparam("w"), master_id=new.master_id, suite=suite.NOW.name)
    )
    count = 0
    rows = session.scalars(query).all()
    while rows:
        changes = [{"s": r.subject_id, "n": r.key_no, "w": keys.rewrapped(r, new)} for r in rows]
        session.expunge_all()
        session.connection().execute(change, changes)
        count += len(changes)
        rows = session.scalars(query.where(place > (changes[-1]["s"], changes[-1]["n"]))).all()
    return count


def _used(bank: Bank) -> str:
    with bank.session() as session:
        return _master_of(session.get_one(VaultKey, (TOKENS, 1)))


def _master_of(row: VaultKey) -> str:
    return row.master_id
