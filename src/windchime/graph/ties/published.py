"""Hidden ties of one firm as the newest run published them."""

from typing import Any

from windchime.data.reading import Reading
from windchime.graph.ties.results import CONTROLLERS, TIES


def ties_of(reading: Reading, firm: str, *, declared: bool = False) -> list[dict[str, Any]]:
    """Its ties, the strongest first; those a register shows only where `declared`.

    Raises:
        TableNotLoaded: the graph was never run on this library.
    """
    rows = reading.table(TIES)
    rows = rows.filter((rows["firm_a_id"] == firm) | (rows["firm_b_id"] == firm))
    if not declared:
        rows = rows.filter(rows["declared"] == "no")
    columns = ("firm_a_id", "firm_b_id", "score", "kinds", "clue_count", "class_count", "declared", "evidence")
    found: list[dict[str, Any]] = rows.select(*columns).to_pyarrow().to_pylist()
    return sorted(found, key=lambda t: (-t["score"], t["firm_a_id"], t["firm_b_id"]))


def controllers_of(reading: Reading, firm: str) -> list[dict[str, Any]]:
    """Who seems to stand behind it; none where that was never looked for."""
    if not reading.has(CONTROLLERS):
        return []
    rows = reading.table(CONTROLLERS)
    columns = ("firm_id", "person_id", "holder_id", "level", "class_count", "holder_class_count", "score", "evidence")
    found: list[dict[str, Any]] = rows.filter(rows["firm_id"] == firm).select(*columns).to_pyarrow().to_pylist()
    return found
