"""Groups as the newest run published them."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from windchime.data.reading import Reading
from windchime.graph.groups.results import TABLE
from windchime.graph.groups.settings import BASES, LEVELS

_COLUMNS = (
    "group_id", "firm_id", "level", "basis", "head_id", "step", "joined_to_id", "rule", "rule_standing", "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """One group."""

    #: rows of `group_members`, the head first, then by step
    members: list[dict[str, Any]]

    @property
    def group_id(self) -> str:
        """Its id."""
        return str(self.members[0]["group_id"])

    @property
    def level(self) -> str:
        """How sure it is."""
        return str(self.members[0]["level"])

    @property
    def basis(self) -> str:
        """Control, or dependence too."""
        return str(self.members[0]["basis"])

    @property
    def head(self) -> str:
        """Its head."""
        return str(self.members[0]["head_id"])

    @property
    def strength(self) -> tuple[int, int]:
        """Basis and level, the smaller the stronger."""
        return BASES.index(self.basis), LEVELS.index(self.level)

    @property
    def firms(self) -> frozenset[str]:
        """Ids of its members."""
        return frozenset(m["firm_id"] for m in self.members)

    def as_dict(self) -> Mapping[str, Any]:
        """For JSON."""
        shared = {k: self.members[0][k] for k in ("group_id", "level", "basis", "head_id")}
        return shared | {"members": [{k: v for k, v in m.items() if k not in shared} for m in self.members]}


def groups_of(reading: Reading) -> list[Published]:
    """All groups, the largest first.

    Raises:
        TableNotLoaded: the graph was never run on this library.
    """
    rows = reading.table(TABLE).select(*_COLUMNS).order_by("group_id", "step", "firm_id").to_pyarrow().to_pylist()
    found = [Published(list(members)) for _id, members in groupby(rows, key=lambda r: r["group_id"])]
    return sorted(found, key=lambda g: (-len(g.members), g.group_id))
