"""Personal values that the library holds about a firm, as pages show them: what each is and whose, the value masked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import duckdb

from windchime.core.text import Text
from windchime.data.contracts import contract, contracts
from windchime.data.reading import unbound
from windchime.data.showing import said
from windchime.data.vault.masking import shown
from windchime.data.vault.tokens import is_token
from windchime.indicators.plan import FIRM
from windchime.portfolio.shown.shelf import Shelf
from windchime.portfolio.shown.statements import parsed

PEOPLE, PERSONS, CONTACTS, ACCOUNTS = "key_persons", "persons", "contacts", "bank_accounts"
#: values of one firm that a page lists
MOST = 60


@dataclass(frozen=True, slots=True)
class Held:
    """One personal value, by its token."""

    #: table and column
    field: str
    label: Text
    #: the person or firm whose it is
    subject_id: str
    token: str

    @property
    def masked(self) -> str:
        """What stands in the place of the value."""
        return shown(self.token)


@lru_cache(maxsize=16)
def _persons(as_of: date) -> duckdb.Statement:
    """The people of the firm's positions, each once."""
    people = unbound(as_of, contracts(), firm=FIRM).table(PEOPLE)
    persons = unbound(as_of, contracts()).table(PERSONS)
    return parsed(persons.semi_join(people, persons["person_id"] == people["person_id"]).order_by("person_id"))


@lru_cache(maxsize=64)
def _of(as_of: date, table: str) -> duckdb.Statement:
    rows = unbound(as_of, contracts(), firm=FIRM).table(table)
    return parsed(rows.order_by(list(contract(table).key)).limit(MOST))


def held(shelf: Shelf, firm_id: str) -> tuple[Held, ...]:
    """What the library holds about a firm's people, their contacts and its accounts."""
    found = dict.fromkeys(one for one in _all(shelf, firm_id) if is_token(one.token))
    return tuple(found)[:MOST]


def _all(shelf: Shelf, firm_id: str) -> Iterator[Held]:
    people = shelf.asked(PEOPLE, _of(shelf.as_of, PEOPLE), firm_id)
    roles: dict[str, Text] = {}
    for row in people:
        roles.setdefault(str(row["person_id"]), said(contract(PEOPLE)["role"], row["role"]))
    persons = shelf.asked(PERSONS, _persons(shelf.as_of), firm_id) if people else ()
    for row in persons:
        for column in ("name", "id_number"):
            yield _held(PERSONS, column, row, str(row["person_id"]), roles.get(str(row["person_id"])))
    for row in shelf.asked(CONTACTS, _of(shelf.as_of, CONTACTS), firm_id):
        owner = str(row["person_id"] or firm_id)
        yield _held(CONTACTS, "value", row, owner, roles.get(owner), said(contract(CONTACTS)["kind"], row["kind"]))
    for row in shelf.asked(ACCOUNTS, _of(shelf.as_of, ACCOUNTS), firm_id):
        yield _held(ACCOUNTS, "account_no", row, firm_id, None)


def _held(
    table: str, column: str, row: Mapping[str, Any], subject: str, role: Text | None, label: Text | None = None
) -> Held:
    what = label or contract(table)[column].label
    whose = Text(f"{role.zh} · {what.zh}", f"{role.en} · {what.en}") if role else what
    return Held(f"{table}.{column}", whose, subject, str(row[column] or ""))
