"""The operations as the committed list declares them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from windchime.content import seed
from windchime.core.errors import UnknownName
from windchime.core.text import Text

#: the lowest level at which a careful reader can see it in the list alone
Level = Literal["invoice", "set", "population", "none"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a borrower can do to a list of invoices."""

    code: str
    label: Text
    #: which side of the list it is done to
    side: Literal["sale", "purchase"]
    #: values by column of the rows that qualify; empty where every row does
    rows: Mapping[str, str]
    #: `lines`, or columns, without which it cannot be done
    needs: tuple[str, ...]
    #: how it is done
    how: Text
    level: Level
    #: columns in which the altered rows differ from another copy; `rows` where rows are missing or were added
    copy: tuple[str, ...]
    #: what is to be known of it; empty where nothing is
    note: Text

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Self:
        """From its entry in the list."""
        return cls(
            body["code"],
            Text.of(body["label"]),
            body.get("side", "sale"),
            body["rows"],
            tuple(body.get("needs", ())),
            Text.of(body["how"]),
            body["level"],
            tuple(body["copy"]),
            Text.of(body.get("note", "")),
        )


#: in the order of the list
OPERATIONS: tuple[Operation, ...] = tuple(
    Operation.of(entry) for entry in seed.documents("lab")["invoice_tampers"]["operations"]
)


def operation(code: str) -> Operation:
    """The operation of a code.

    Raises:
        UnknownName: there is none.
    """
    found = {o.code: o for o in OPERATIONS}
    if code not in found:
        raise UnknownName("tamper operation", code, list(found))
    return found[code]
