"""Which lake versions must stay: those that a decision, an allocation, a model or anything else of the bank cites.

Nothing is asked of those who cite: every table of the database with a column `lake_version` counts, also one that this
release does not know, except the records of the data themselves; and so does every JSON file of the bank that names one.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import Select, column, inspect, select, table
from sqlalchemy.orm import Session

from windchime.core.tables import Base

#: name of the column and of the field
CITES = "lake_version"
#: packages whose tables record what the data are and were, and cite nothing that must be read again
OWN = "windchime.data."
_FIELD = re.compile(rb'"lake_version"\s*:\s*(\d{1,9})')


def by_tables(session: Session) -> dict[int, set[str]]:
    """Lake versions by the tables of the database that cite them."""
    # the tables of identity and quality are known once their modules are
    from windchime.data.identity import tables as _identity  # noqa: F401 - see above
    from windchime.data.quality import tables as _quality  # noqa: F401 - see above

    own = {m.local_table.name for m in Base.registry.mappers if m.class_.__module__.startswith(OWN)}  # type: ignore[attr-defined] # tables have names
    found: dict[int, set[str]] = defaultdict(set)
    connection = session.connection()
    seen = inspect(connection)
    for name in seen.get_table_names():
        if name in own or all(c["name"] != CITES for c in seen.get_columns(name)):
            continue
        query: Select[int] = select(column(CITES)).select_from(table(name)).distinct()
        for number in connection.execute(query).scalars():
            if number is not None:
                found[int(number)].add(name)
    return dict(found)


def by_files(folders: Iterable[Path]) -> dict[int, set[str]]:
    """Lake versions by the JSON files that name them, wherever in them: models say what they were trained on."""
    found: dict[int, set[str]] = defaultdict(set)
    for folder in folders:
        for path in sorted(folder.rglob("*.json")):
            for number in _FIELD.findall(path.read_bytes()):
                found[int(number)].add(path.name)
    return dict(found)


def cited(session: Session, folders: Iterable[Path]) -> dict[int, tuple[str, ...]]:
    """Every lake version that is cited, with the names of what cites it.

    Args:
        session: to read the tables by.
        folders: of the bank, whose JSON files are looked through (models, published content).
    """
    tables, files = by_tables(session), by_files(folders)
    return {
        number: tuple(sorted(tables.get(number, set()) | files.get(number, set())))
        for number in sorted(tables.keys() | files.keys())
    }
