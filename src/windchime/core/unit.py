"""A unit of work: one transaction in which state changes and its audit record are written together."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from windchime.core.clock import Clock

#: Unicode categories of characters that leave no mark: blanks, controls, format characters, what is not assigned
UNSEEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a person's account name, or the name of a program part that acts on its own."""

    name: str
    #: `person` or `system`; four-eyes rules look at persons
    kind: str = "person"
    #: where they act from: the way in and the address, such as `session 10.1.2.3`; empty where it is not known
    origin: str = ""


def same_person(one: str, other: str) -> bool:
    """Whether two account names are one person's, however they were typed: width, case, blanks and what cannot be seen.

    Four-eyes rules compare names by this alone.
    """
    return plain_name(one) == plain_name(other)


def plain_name(name: str) -> str:
    """A name without width, case, blanks and what cannot be seen: names that look alike are one."""
    wide = unicodedata.normalize("NFKC", name).casefold()
    seen = "".join(c for c in wide if unicodedata.category(c) not in UNSEEN)
    return unicodedata.normalize("NFKC", seen)


class Unit(Protocol):
    """What every function that changes state is given: the open transaction, who acts, the clock, the audit trail."""

    @property
    def session(self) -> "Session":
        """The open transaction of the operational database."""
        ...

    @property
    def actor(self) -> Actor:
        """Who acts."""
        ...

    @property
    def clock(self) -> "Clock":
        """The clock of this unit."""
        ...

    @property
    def now(self) -> datetime:
        """The instant at which the unit began; all its rows bear it."""
        ...

    def record(self, action: str, subject: str, *, before: Any = None, after: Any = None, reason: str = "") -> None:
        """Append to the audit chain, in this transaction. `action` like `lake.publish`, `subject` like `load:0192…`."""
        ...

    def emit(self, kind: str, subject: str, body: "Mapping[str, Any]") -> None:
        """Tell other systems, in this transaction, after the audit record: ids and codes alone (`service.outbox.kinds`)."""
        ...
