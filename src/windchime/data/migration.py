"""Whether a bank's lake, written under earlier contracts, can go on under those of this release."""

from dataclasses import dataclass

import pyarrow as pa
from deltalake import DeltaTable
from sqlalchemy.orm import Session

from windchime.data.contracts import contracts
from windchime.data.contracts.evolution import Difference, differences
from windchime.data.lake import Lake, head


@dataclass(frozen=True, slots=True)
class TableState:
    """One table of the lake against its contract."""

    table: str
    #: of the contract; 0 for a table that this release has no contract of
    version: int
    differences: tuple[Difference, ...]

    @property
    def refused(self) -> bool:
        """Whether loading into the table would harm what it holds."""
        return not self.version or any(d.refused for d in self.differences)


def migration(lake: Lake, session: Session) -> list[TableState]:
    """Every table that the newest lake version holds, by name; empty where nothing was loaded.

    Columns that were only added need no work: older rows read them as empty, the next load writes them.
    """
    newest = head(session)
    return [_state(lake, name, version) for name, version in sorted(newest.tables.items())] if newest else []


def _state(lake: Lake, name: str, version: int) -> TableState:
    found = contracts().get(name)
    if found is None:
        return TableState(name, 0, ())
    stored = pa.schema(DeltaTable(lake.folder / name, version=version).schema().to_arrow())
    return TableState(name, found.version, tuple(differences(found, stored)))
