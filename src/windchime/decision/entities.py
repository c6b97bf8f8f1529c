"""Which entity a firm is, as resolution said by the as-of date, and in which run it was said."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import ibis

from windchime.data.reading import Reading, unbound

LINKS = "entity_links"


@dataclass(frozen=True, slots=True)
class Entity:
    """A firm as resolution knows it."""

    entity_id: str
    #: the run that said so; None where none has met the firm
    run_id: str | None = None


def entities(reading: Reading, firm_id: str | None = None) -> dict[str, Entity]:
    """The entity of each firm that a resolution has met, of one or of all; where none has run, nobody."""
    if not reading.has(LINKS):
        return {}
    links, con = _sql(reading.as_of), reading.con.con
    if firm_id is None:
        found = con.execute(links).fetchall()
    else:
        found = con.execute(f"SELECT * FROM ({links}) WHERE mention_id = $firm", {"firm": firm_id}).fetchall()  # noqa: S608 - our own compiled text
    return {firm: Entity(entity_id, run_id) for firm, entity_id, run_id in found}


@lru_cache(maxsize=64)
def _sql(as_of: date) -> str:
    links = unbound(as_of, (LINKS,)).table(LINKS)
    firms = links.filter(links["kind"] == "firm")
    return str(ibis.to_sql(firms.select("mention_id", "entity_id", "run_id"), dialect="duckdb"))
