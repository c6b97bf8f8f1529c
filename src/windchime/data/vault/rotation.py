"""Rotation: every data key under a new master secret; where asked, or where the bank's suite changed, new data keys too.

It goes piece by piece, each in a unit of its own, while others read and write: the vault's own key first, which says what
master secret is in use, then the keys of persons and firms. Killed between, both secrets stand in the file and every row
names its own; run again, it goes on where it stopped.

The key that makes the tokens is wrapped anew like the others, but stays the same key: another one would make other
tokens, and those in the lake never change. If that key itself has leaked, the data must be loaded again into a new bank.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import sleep

from sqlalchemy import ColumnElement, Update, bindparam, delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from windchime.core.progress import Progress, silent
from windchime.core.text import _
from windchime.core.unit import Actor, Unit
from windchime.data.vault import keys as datakeys
from windchime.data.vault import sealing
from windchime.data.vault.erasing import wipe
from windchime.data.vault.errors import NothingToRotate
from windchime.data.vault.keys import AREA, OWN, DataKeys, of_tokens
from windchime.data.vault.sealing import Value
from windchime.data.vault.tables import VaultKey, VaultValue
from windchime.data.vault.vault import Vault
from windchime.service import masters, suites
from windchime.service.bank import Bank
from windchime.service.masters import Master
from windchime.service.resealing import REST_SECONDS
from windchime.service.suites import Suite

#: keys of one unit: a writer waits no longer than this many take
PIECE = 1_000
#: before every subject
BEGINNING = ("", 0)


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a rotation did."""

    #: ids of the master secrets
    before: str
    after: str
    #: data keys wrapped anew
    keys: int
    #: of these, how many are new keys, and how many values were sealed anew under them
    new_keys: int = 0
    values: int = 0


def rotate(bank: Bank, actor: Actor, reason: str, *, values: bool = False, progress: Progress = silent) -> Rotation:
    """Turn the master secret, and bring keys and values to the bank's suite.

    Where the bank's own file holds the secret, a new one is made here and the old one forgotten at the end. Where a file
    is named from outside, its first line must be the new secret and the old one stand below, to be removed by whoever
    keeps the file.

    Args:
        bank: whose vault.
        actor: who does it.
        reason: why, for the audit chain.
        values: make every data key anew and seal every value again under it; done in any case where the suite changes.
        progress: told of each piece.

    Raises:
        NothingToRotate: the first secret of the named file is in use already, and everything is of the bank's suite.
    """
    vault = Vault.open(bank)
    own = bank.vault_key_file is None
    found = masters.read(vault.file, AREA, bank.name)
    suite = suites.CHOICES[bank.crypto]
    with bank.session() as session:
        before = _used(session)
    todo = _left(bank, _old(found[0], suite))
    if own and before == found[0].master_id and not todo:
        masters.put_before(vault.file)
        found = masters.read(vault.file, AREA, bank.name)
    elif before == found[0].master_id and not todo:
        raise NothingToRotate(vault.file)
    keys = DataKeys(bank.name, found, found[0], suite)
    done = Rotation(before, found[0].master_id, 0)
    old = _old(found[0], suite)
    todo = _left(bank, old)
    job = Job(actor, reason, keys, old, values)
    done, _place = _piece(bank, job, done, VaultKey.subject_id.startswith(OWN))
    while _left(bank, old):
        place: tuple[str, int] | None = BEGINNING
        while place is not None:
            done, place = _piece(bank, job, done, tuple_(VaultKey.subject_id, VaultKey.key_no) > place)
            progress(_("wrapping keys anew"), done.keys, max(todo, done.keys))
            sleep(REST_SECONDS)
    wipe(bank)
    if own:
        masters.keep_first(vault.file)
    return done


@dataclass(frozen=True, slots=True)
class Job:
    """What is the same in every piece."""

    actor: Actor
    reason: str
    keys: DataKeys
    #: true of keys that are not yet done
    old: ColumnElement[bool]
    #: whether every data key is made anew
    values: bool


def _piece(bank: Bank, job: Job, done: Rotation, where: ColumnElement[bool]) -> tuple[Rotation, tuple[str, int] | None]:
    """The next keys of a condition that are not yet done; the second part is where they ended, None when there were none."""
    keys = job.keys
    with bank.unit(job.actor) as unit:
        session = unit.session
        rows = session.scalars(
            select(VaultKey)
            .where(VaultKey.wrapped.is_not(None), job.old, where)
            .order_by(VaultKey.subject_id, VaultKey.key_no)
            .limit(PIECE)
        ).all()
        if not rows:
            return done, None
        place = (rows[-1].subject_id, rows[-1].key_no)
        anew = [r for r in rows if not r.subject_id.startswith(OWN) and (job.values or r.suite != keys.suite.name)]
        gone = set(anew)
        kept = [r for r in rows if r not in gone]
        changes = [_rewrapped(keys, r) for r in kept]
        sealed = _anew(unit, keys, anew)
        session.expunge_all()
        if changes:
            session.connection().execute(_change(), changes)
        made = Rotation(done.before, done.after, done.keys + len(rows), done.new_keys + len(anew), done.values + sealed)
        unit.record(
            "vault.rotate",
            "vault",
            before={"master": done.before},
            after={"master": done.after, "keys": len(rows), "new_keys": len(anew), "values": sealed},
            reason=job.reason,
        )
    return made, place


def _anew(unit: Unit, keys: DataKeys, rows: Sequence[VaultKey]) -> int:
    """New keys for these of persons and firms, their values sealed again under them; gives the number of values."""
    if not rows:
        return 0
    session = unit.session
    old = {row.subject_id: (row.key_no, keys.unwrapped(row)) for row in rows}
    numbers = select(VaultKey.subject_id, func.max(VaultKey.key_no)).where(VaultKey.subject_id.in_(old))
    last = dict(session.execute(numbers.group_by(VaultKey.subject_id)).tuples().all())
    new = keys.make(session, {subject: last[subject] + 1 for subject in old}, unit.now)
    superseded = tuple_(VaultValue.subject_id, VaultValue.key_no).in_([(s, n) for s, (n, _key) in old.items()])
    of_old = select(VaultValue).where(superseded).limit(datakeys.AT_ONCE)
    count = 0
    while found := session.scalars(of_old).all():
        session.connection().execute(
            sealing.resealed(),
            [
                {
                    "s": row.subject_id,
                    "t": row.token,
                    "n": last[row.subject_id] + 1,
                    "u": keys.suite.name,
                    "b": _resealed(keys, row, old[row.subject_id][1], new[row.subject_id]),
                }
                for row in found
            ],
        )
        session.expunge_all()
        count += len(found)
    gone = tuple_(VaultKey.subject_id, VaultKey.key_no).in_([(s, n) for s, (n, _key) in old.items()])
    session.execute(delete(VaultKey).where(gone))
    return count


def _resealed(keys: DataKeys, row: VaultValue, old: bytes, new: bytes) -> bytes:
    about = Value(row.subject_id, row.kind, row.token, "").about()
    plain = suites.named(row.suite).open(old, row.sealed, about, row.token)
    return keys.suite.seal(new, plain, about)


def _rewrapped(keys: DataKeys, row: VaultKey) -> dict[str, object]:
    said = keys.wrapping(row.subject_id, row.key_no, keys.unwrapped(row))
    return {"s": row.subject_id, "n": row.key_no, "w": said["wrapped"], "m": said["master_id"], "u": said["suite"]}


def _old(new: Master, suite: Suite) -> ColumnElement[bool]:
    """True of keys that a rotation has not reached."""
    return or_(VaultKey.master_id != new.master_id, VaultKey.suite != suite.name)


def _change() -> Update:
    return (
        update(datakeys.table())
        .where(VaultKey.subject_id == bindparam("s"), VaultKey.key_no == bindparam("n"))
        .values(wrapped=bindparam("w"), master_id=bindparam("m"), suite=bindparam("u"))
    )


def _left(bank: Bank, old: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(VaultKey).where(VaultKey.wrapped.is_not(None), old)
    with bank.session() as session:
        return session.scalar(query) or 0


def _used(session: Session) -> str:
    found = of_tokens(session)
    assert found is not None, "an open vault has the key of its tokens"
    return found[1].master_id
