"""The family of public records, as phase B writes it: all tables of some firms, and what is planted in them."""

import pyarrow as pa
import pyarrow.compute as pc

from windchime.twin.calibration import Ints
from windchime.twin.public import government, innovation, justice, registry, secrets
from windchime.twin.public.life import Life
from windchime.twin.world import World

#: tables of published rows, and the day each was published
PUBLISHED = {
    "administrative_penalties": "published_on",
    "awards_projects": "published_on",
    "environment_permits": "published_on",
    "news_events": "published_at",
    "qualifications": "announced_on",
    "subsidies": "published_on",
}
#: days from publication to reading that are usual
USUAL_DAYS = 10


def of_firms(world: World, some: Ints) -> dict[str, pa.Table]:
    """Rows of some firms by table; `truth/late_row` names those that reached us late."""
    life = Life.of(world, some)
    found = registry.tables(life) | justice.tables(life) | government.tables(life) | innovation.tables(life)
    return found | {"truth/late_row": late_rows(found)}


def late_rows(tables: dict[str, pa.Table]) -> pa.Table:
    """Rows of published tables that were known later than usual."""
    found = pa.concat_tables(_late(name, tables[name], due) for name, due in PUBLISHED.items())
    return found.sort_by([(name, "ascending") for name in ("firm_id", "table", "published_on", "known_on")])


def _late(name: str, table: pa.Table, due: str) -> pa.Table:
    published = table[due].cast(pa.timestamp("s")).cast(pa.date32())
    waited = pc.subtract(table["known_on"].cast(pa.int32()), published.cast(pa.int32()))
    rows = table.filter(pc.greater(waited, USUAL_DAYS))
    day = rows[due].cast(pa.timestamp("s")).cast(pa.date32())
    label = pa.array([name] * len(rows), pa.string())
    return pa.table({"table": label, "firm_id": rows["firm_id"], "published_on": day, "known_on": rows["known_on"]})


def truth(world: World) -> dict[str, pa.Table]:
    """What is planted in people, ownership and names."""
    return secrets.tables(world)
