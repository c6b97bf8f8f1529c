"""Sealing of many values in one unit: keys of new subjects, ciphertexts of new values, nothing twice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import Table, Update, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from windchime.core.unit import Unit
from windchime.data.vault import keys as datakeys
from windchime.data.vault.keys import AT_ONCE, DataKeys
from windchime.data.vault.tables import VaultErased, VaultKey, VaultValue


@dataclass(frozen=True, slots=True)
class Value:
    """A personal value on its way into the vault; it is never shown or logged."""

    #: id of the person or firm, as the lake writes it
    subject_id: str
    #: contact, identity, account or sensitive
    kind: str
    token: str
    value: str

    def __repr__(self) -> str:
        return f"Value({self.subject_id!r}, {self.token!r})"

    def about(self) -> bytes:
        """What the ciphertext is bound to: moved to another row it does not open."""
        return f"{self.token}\0{self.kind}\0{self.subject_id}".encode()


@dataclass(frozen=True, slots=True)
class Sealing:
    """What a sealing did."""

    #: values that are new in the vault
    values: int = 0
    #: subjects that are new in the vault
    subjects: int = 0
    #: subjects whose data had been erased and who came back with this load; each has a new key
    returned: tuple[str, ...] = ()


def seal_all(unit: Unit, keys: DataKeys, values: Iterable[Value]) -> Sealing:
    """Seal values, piece by piece; those in the vault already, under the same subject, are passed over."""
    done = Sealing()
    for piece in _pieces(values):
        more = _seal(unit, keys, piece)
        done = Sealing(
            done.values + more.values,
            done.subjects + more.subjects,
            tuple(dict.fromkeys((*done.returned, *more.returned))),
        )
    return done


def _pieces(values: Iterable[Value]) -> Iterator[list[Value]]:
    stream = iter(values)
    while piece := list(islice(stream, AT_ONCE)):
        yield piece


def _seal(unit: Unit, keys: DataKeys, values: list[Value]) -> Sealing:
    session, suite = unit.session, keys.suite
    known: dict[str, VaultKey] = {}
    for row in sorted(datakeys.rows(session, (v.subject_id for v in values)), key=lambda r: r.key_no):
        known[row.subject_id] = row
    live = {s: (row.key_no, keys.unwrapped(row)) for s, row in known.items() if row.wrapped is not None}
    there = _there(session, [v for v in values if v.subject_id in live])
    new = list({(v.subject_id, v.token): v for v in values if (v.subject_id, v.token) not in there}.values())
    if not new:
        return Sealing()
    lacking = list(dict.fromkeys(v.subject_id for v in new if v.subject_id not in live))
    numbers = {s: known[s].key_no + 1 if s in known else 1 for s in lacking}
    live |= {s: (numbers[s], key) for s, key in keys.make(session, numbers, unit.now).items()}
    session.execute(
        insert(table()),
        [
            {
                "subject_id": v.subject_id,
                "token": v.token,
                "key_no": live[v.subject_id][0],
                "kind": v.kind,
                "suite": suite.name,
                "sealed": suite.seal(live[v.subject_id][1], v.value.encode("utf-8", "surrogatepass"), v.about()),
            }
            for v in new
        ],
    )
    session.execute(delete(VaultErased).where(VaultErased.token.in_({v.token for v in new})))
    returned = tuple(s for s in lacking if s in known)
    return Sealing(len(new), len(lacking) - len(returned), returned)


def _there(session: Session, values: list[Value]) -> set[tuple[str, str]]:
    """Which of the values, by subject and token, the vault holds."""
    if not values:
        return set()
    query = select(VaultValue.subject_id, VaultValue.token).where(
        VaultValue.subject_id.in_({v.subject_id for v in values}), VaultValue.token.in_({v.token for v in values})
    )
    return {(subject, token) for subject, token in session.execute(query)}


def table() -> Table:
    """The table of values, for statements about many rows."""
    found = VaultValue.__table__
    assert isinstance(found, Table)
    return found


def resealed() -> Update:
    """The change of one value's row: `s` and `t` say which, `n`, `u` and `b` its new key, suite and box."""
    return (
        update(table())
        .where(VaultValue.subject_id == bindparam("s"), VaultValue.token == bindparam("t"))
        .values(key_no=bindparam("n"), suite=bindparam("u"), sealed=bindparam("b"))
    )
