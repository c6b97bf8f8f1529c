"""The links of identity as the lake holds them: which entity a mention belongs to, by what, and its whole cluster."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from sqlalchemy.orm import Session

from windchime.data.lake import Lake, versions
from windchime.data.reading import Reading
from windchime.service.bank import Bank

TABLE = "entity_links"
#: the present state is asked for, whatever day the data were taken on
NOW = date(9999, 1, 1)


@dataclass(frozen=True, slots=True)
class Mention:
    """One mention with the entity it belongs to."""

    mention_id: str
    #: `firm` or `person`
    kind: str
    entity_id: str
    #: `code`, `name`, `probabilistic`, `judgement`, or `alone`
    method: str
    #: strength of the link to `to`; None for one that stands alone
    score: float | None
    run_id: str
    #: the mention it hangs on; empty for the first of its entity
    to: str
    #: names and codes as sources write them; of persons, none
    names: tuple[str, ...]
    codes: tuple[str, ...]
    #: what else the link rests on: levels and weights in bits by comparison, the code, the judgement
    evidence: Mapping[str, Any]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the table."""
        said = json.loads(row["evidence"] or "{}")
        return cls(
            row["mention_id"],
            row["kind"],
            row["entity_id"],
            row["method"],
            None if row["score"] is None else float(row["score"]),
            row["run_id"],
            said.get("to", ""),
            tuple(said.get("names", ())),
            tuple(said.get("codes", ())),
            said,
        )

    @property
    def name(self) -> str:
        """What to call it: its name, else its id."""
        return self.names[0] if self.names else self.mention_id


@contextmanager
def links_of(bank: Bank, session: Session, *, as_of: date = NOW) -> Iterator[Reading]:
    """A reading of the links alone.

    Raises:
        NoLakeVersion: nothing was loaded yet.
    """
    with Lake(bank.lake_dir).reading(session, as_of=as_of, tables=[TABLE]) as reading:
        yield reading


def resolved(session: Session) -> bool:
    """Whether the newest lake version holds links."""
    head = versions.head(session)
    return head is not None and TABLE in head.tables


def known(reading: Reading, mention_id: str) -> Mention | None:
    """One mention; None where no resolution has met it."""
    return next(iter(_where(reading, "mention_id", [mention_id])), None)


def members(reading: Reading, entity_id: str) -> list[Mention]:
    """The mentions of an entity, the first of it in front."""
    return sorted(_where(reading, "entity_id", [entity_id]), key=lambda m: (bool(m.to), m.mention_id))


def mentions_called(reading: Reading, words: Iterable[str], *, limit: int) -> list[Mention]:
    """Mentions whose names, codes or ids hold every word."""
    if not reading.has(TABLE):
        return []
    rows = reading.table(TABLE)
    for word in words:
        # JSON keeps quotes and backslashes escaped
        inside = json.dumps(word, ensure_ascii=False)[1:-1]
        rows = rows.filter(rows["evidence"].contains(inside) | rows["mention_id"].contains(word))
    found = rows.order_by("mention_id").limit(limit).to_pyarrow().to_pylist()
    return [Mention.of(row) for row in found]


def names_of(reading: Reading, mention_ids: list[str]) -> dict[str, str]:
    """What to call mentions."""
    return {m.mention_id: m.name for m in _where(reading, "mention_id", mention_ids)}


def _where(reading: Reading, column: str, values: list[str]) -> list[Mention]:
    if not reading.has(TABLE):
        return []
    rows = reading.table(TABLE)
    return [Mention.of(row) for row in rows.filter(rows[column].isin(values)).to_pyarrow().to_pylist()]
