"""How contracts change: a version only adds columns that may be empty, so that every older lake stays readable.

Nothing stored is ever rewritten. A column that an older row lacks is read as empty, and stands in the table from the next
load on. A column that went, changed its type or must be filled where older rows have none would make stored rows wrong: such a
change is refused.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from windchime.core.canonical import digest
from windchime.data.contracts.column import Column
from windchime.data.contracts.contract import Contract

Kind = Literal["added", "removed", "retyped", "required"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One column in which a stored table and its contract differ."""

    column: str
    kind: Kind
    #: types as Arrow writes them; empty where there is none
    stored: str
    now: str

    @property
    def refused(self) -> bool:
        """Whether rows that are stored, or rows to come, could not be kept as they are."""
        return self.kind != "added"


def differences(found: Contract, stored: pa.Schema) -> list[Difference]:
    """What a table as it is stored lacks of its contract, and what breaks it; columns in the order of the contract.

    Whether a stored column may be empty is not compared: the lake keeps no such promise, the contract does at intake.

    Args:
        found: the contract of this release.
        stored: the schema that the lake table has.
    """
    return [*_of_contract(found.arrow_schema(), stored), *_gone(found.arrow_schema(), stored)]


def _of_contract(now: pa.Schema, stored: pa.Schema) -> Iterator[Difference]:
    for field in now:
        if field.name not in stored.names:
            yield Difference(field.name, "added" if field.nullable else "required", "", str(field.type))
        elif (before := stored.field(field.name).type) != field.type:
            yield Difference(field.name, "retyped", str(before), str(field.type))


def _gone(now: pa.Schema, stored: pa.Schema) -> Iterator[Difference]:
    for field in stored:
        if field.name not in now.names:
            yield Difference(field.name, "removed", str(field.type), "")


def at_version(found: Contract, version: int) -> tuple[Column, ...]:
    """The columns a source brought at an earlier version: those of today without what `changes` added since."""
    later = {name for change in found.changes if change.version > version for name in change.added}
    return tuple(c for c in found.expected if c.name not in later)


def fingerprint(columns: Sequence[Column]) -> str:
    """Twelve characters that change with any name, type, nullability or personal class of the columns, not with their order."""
    return digest({c.name: [c.type, c.nullable, c.personal] for c in columns})[:12]
