"""Sealed secrets under a new master secret, and of the bank's suite: piece by piece, while others read and write.

Boxes are found by how they begin, in every column of bytes that the database has, so none is forgotten.
"""

from dataclasses import dataclass
from time import sleep

from sqlalchemy import Column, func, select, update
from sqlalchemy.orm import Session

from windchime.core.unit import Actor
from windchime.service import masters
from windchime.service.bank import Bank
from windchime.service.sealing import AREA, box_columns, is_box, key_file, label, mark, seal, unseal
from windchime.service.suites import CHOICES

#: boxes of one unit: a writer waits no longer than this many take
PIECE = 500
#: rest between two pieces: a writer on SQLite looks every tenth of a second whether the lock is free
REST_SECONDS = 0.12


@dataclass(frozen=True, slots=True)
class Resealing:
    """What a pass did."""

    #: id of the master secret that seals now; empty where nothing was ever sealed
    master: str = ""
    #: boxes sealed anew
    boxes: int = 0
    #: whether a new master secret was made
    turned: bool = False


def reseal(bank: Bank, actor: Actor, reason: str) -> Resealing:
    """Seal every secret anew under the newest master secret.

    Where the bank keeps the secret itself, a new one is made first and the old one forgotten at the end; where a file is
    named, its first line counts and the others open what is left. Killed between, it goes on when called again.
    """
    file, own = key_file(bank), bank.secrets_key_file is None
    if own and not file.exists():
        return Resealing()
    turned = own and len(masters.read(file, AREA, bank.name)) == 1
    if turned:
        masters.put_before(file)
    newest = masters.read(file, AREA, bank.name)[0].master_id
    count = 0
    while piece := _piece(bank, actor, reason, mark(CHOICES[bank.crypto], newest)):
        count += piece
        sleep(REST_SECONDS)
    if own:
        masters.keep_first(file)
    return Resealing(newest, count, turned)


def _piece(bank: Bank, actor: Actor, reason: str, fresh: bytes) -> int:
    """Seal the next boxes that do not begin as fresh ones do; gives their number."""
    count = 0
    with bank.unit(actor) as unit:
        for column in box_columns(unit.session):
            count += _some(bank, unit.session, column, fresh, PIECE - count)
            if count >= PIECE:
                break
        if count:
            after = {"master": label(fresh + b"\0").key_id, "boxes": count}
            unit.record("secrets.reseal", "secrets", after=after, reason=reason)
    return count


def _some(bank: Bank, session: Session, column: Column[bytes], fresh: bytes, most: int) -> int:
    keys = list(column.table.primary_key.columns)
    old = select(*keys, column).where(is_box(column), func.substr(column, 1, len(fresh)) != fresh)
    rows = session.execute(old.order_by(*keys).limit(most)).all()
    for *found, box in rows:
        purpose = label(box).purpose
        change = update(column.table).where(*(key == value for key, value in zip(keys, found, strict=True)))
        session.execute(change.values({column: seal(bank, purpose, unseal(bank, purpose, box))}))
    return len(rows)
