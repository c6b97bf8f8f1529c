"""Which columns of a staged table are personal, in which rows, and whose: as SQL over the staged rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import duckdb

from windchime.data.contracts import Column, Contract
from windchime.data.contracts.column import PersonalDataClass
from windchime.data.lake.opening import identifier, literal
from windchime.data.vault.people import words
from windchime.data.vault.tokens import TOKEN_SQL

#: how types of parties name a person
PERSON = "person"


class Stamped(Protocol):
    """What every row of a load bears."""

    @property
    def source(self) -> str:
        """First part of the ids of the load's firms and people."""
        ...

    @property
    def load_id(self) -> str:
        """The load."""
        ...


class Staged(Protocol):
    """Rows of one load on their way, a relation for each table; see `data.staged`."""

    @property
    def con(self) -> duckdb.DuckDBPyConnection:
        """The connection."""
        ...

    @property
    def tables(self) -> dict[str, Contract]:
        """Contracts of the tables that rows are staged for."""
        ...

    @property
    def stamp(self) -> Stamped:
        """What every row bears."""
        ...

    def put(self, found: Contract, columns: Mapping[str, str], joined: str = "") -> None:
        """Put other values in the place of those of some columns."""
        ...

    def store(self, found: Contract) -> None:
        """Keep the rows as they are now."""
        ...


@dataclass(frozen=True, slots=True)
class Marked:
    """A column with personal values in the rows of a condition."""

    contract: Contract
    column: str
    kind: PersonalDataClass
    #: SQL that is true of the rows
    rows: str
    #: SQL of the id of the person or firm whose value it is
    subject: str
    #: only values that look like a person's name
    only_names_of_people: bool = False
    #: the enum column that decides; empty where all rows are meant
    when: str = ""

    @property
    def slot(self) -> str:
        """Values of one slot share their tokens' table."""
        return f"{self.kind}{'/people' if self.only_names_of_people else ''}"

    @property
    def clear(self) -> str:
        """SQL that is true of rows with a value that is no token yet."""
        it = identifier(self.column)
        return f"({self.rows}) AND {it} IS NOT NULL AND NOT regexp_full_match({it}, {literal(TOKEN_SQL)})"


def marked(found: Contract, source: str) -> list[Marked]:
    """The personal columns of a table."""
    there = {c.name for c in found.expected}
    declared = [
        Marked(found, c.name, c.personal, _rows(c), subject(found, c, source), when=c.personal_when)
        for c in found.personal
        if c.name in there
    ]
    raised = [
        Marked(
            found,
            r.column,
            r.kind,
            f"{identifier(r.when)} IN ({', '.join(map(literal, r.codes))})",
            subject(found, found[r.column], source),
            r.only_names_of_people,
            r.when,
        )
        for r in words().raised.get(found.name, ())
        if {r.column, r.when} <= there and found[r.column].personal == "none"
    ]
    return declared + raised


def parties(found: Contract) -> list[str]:
    """Names of the table's parties that have all four columns."""
    there = {c.name for c in found.expected}
    names = dict.fromkeys(c.party for c in found.expected if c.party)
    return [p for p in names if {f"{p}_type", f"{p}_id", f"{p}_code", f"{p}_name"} <= there]


def subject(found: Contract, column: Column, source: str) -> str:
    """SQL of whose value a column holds: the party it speaks of, else the row's person, else its firm, else its key.

    A column speaks of a party when it is part of it or its name begins with the party's (`counterparty_account_no`).
    """
    ids = []
    near = [p for p in parties(found) if column.party == p or column.name.startswith(f"{p}_")]
    if near:
        ids.append(f"{max(near, key=len)}_id")
    if any(c.name == "person_id" for c in found.columns):
        ids.append("person_id")
    if found.firm_column:
        ids.append(found.firm_column)
    ids += [k for k in found.key if found[k].type == "id"][:1]
    return f"coalesce({', '.join([*map(identifier, dict.fromkeys(ids)), literal(f'{source}:{found.name}')])})"


def scope(found: Contract) -> str:
    """SQL of what a person known by name alone is the same person within: the case, else the firm, else the row's key."""
    names = {c.name for c in found.columns}
    if "case_no" in names:
        return identifier("case_no")
    keys = [found.firm_column] if found.firm_column else list(found.key)
    return f"concat_ws('/', {', '.join(f'CAST({identifier(k)} AS VARCHAR)' for k in keys)})"


def _rows(column: Column) -> str:
    return f"{identifier(column.personal_when)} = {literal(PERSON)}" if column.personal_when else "true"
