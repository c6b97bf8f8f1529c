"""Erasure of a person's or firm's data: the key is destroyed, the blind index forgets, the tokens in the lake say nothing."""

from dataclasses import dataclass, replace

from sqlalchemy import delete, exists, func, insert, select, text, update
from sqlalchemy.orm import Session, aliased

from windchime.core.unit import Actor, Unit
from windchime.data.vault.errors import NoPurpose, NothingToErase
from windchime.data.vault.keys import OWN
from windchime.data.vault.tables import VaultErased, VaultKey, VaultValue
from windchime.service.bank import Bank


@dataclass(frozen=True, slots=True)
class Erasure:
    """What an erasure did."""

    subject_id: str
    #: values of the subject that nobody can read any more
    gone: int
    #: values that another subject has too (a shared phone, a namesake): readable through that subject still
    shared: int
    #: the database's log was emptied; False where somebody read the database, so that the log holds older pages until
    #: the last of its readers ends, and on PostgreSQL, whose log and backups hold them until the master secret is turned
    wiped: bool = False


def erase(bank: Bank, actor: Actor, subject_id: str, reason: str) -> Erasure:
    """Erase what the vault holds of a person or firm, and wipe it from the database's log of changes.

    Backups of before the erasure still hold the wrapped key. To make it unreadable there too, rotate the master secret
    (`rotation.rotate`) and destroy the old one.

    Raises:
        NoPurpose: no reason given.
        NothingToErase: the vault holds nothing of the subject.
    """
    with bank.unit(actor) as unit:
        done = erase_in(unit, subject_id, reason)
    return replace(done, wiped=wipe(bank))


def erase_in(unit: Unit, subject_id: str, reason: str) -> Erasure:
    """The erasure inside a unit; `wipe` belongs after its commit."""
    if not reason.strip():
        raise NoPurpose
    session = unit.session
    live = session.scalars(
        select(VaultKey.key_no).where(VaultKey.subject_id == subject_id, VaultKey.destroyed_at.is_(None))
    ).all()
    if not live or subject_id.startswith(OWN):
        raise NothingToErase(subject_id)
    held = session.scalar(select(func.count()).select_from(VaultValue).where(VaultValue.subject_id == subject_id)) or 0
    alone = _alone(session, subject_id)
    if alone:
        session.execute(insert(VaultErased), [{"token": token, "erased_at": unit.now} for token in alone])
    session.execute(delete(VaultValue).where(VaultValue.subject_id == subject_id))
    session.execute(
        update(VaultKey)
        .where(VaultKey.subject_id == subject_id, VaultKey.destroyed_at.is_(None))
        .values(wrapped=None, destroyed_at=unit.now)
    )
    done = Erasure(subject_id, len(alone), held - len(alone))
    unit.record(
        "vault.erase",
        f"subject:{subject_id}",
        before={"keys": list(live), "values": held},
        after={"gone": done.gone, "shared": done.shared},
        reason=reason,
    )
    return done


def wipe(bank: Bank) -> bool:
    """Move the write-ahead log into the database and empty it: pages from before a deletion are gone from the disk's files.

    The database overwrites what is deleted (`PRAGMA secure_delete`); its log keeps older pages until this is done.

    PostgreSQL is told to give the rows' places back; its own log and what copies it elsewhere are not ours to empty.

    Returns:
        Whether it was done; where somebody reads the database, and on PostgreSQL, it cannot be.
    """
    if bank.engine.dialect.name != "sqlite":
        with bank.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM vault_key, vault_value")
        return False
    with bank.session() as session:
        busy, _pages, _moved = session.connection().execute(text("PRAGMA wal_checkpoint(TRUNCATE)")).one()
    return not busy


def _alone(session: Session, subject_id: str) -> list[str]:
    """Tokens that no other subject has."""
    other = aliased(VaultValue)
    shared = exists().where(other.token == VaultValue.token, other.subject_id != subject_id)
    return list(session.scalars(select(VaultValue.token).where(VaultValue.subject_id == subject_id, ~shared)))
