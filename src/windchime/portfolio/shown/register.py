"""The register of one lake version in memory: every firm's name at hand, its newest row in columns until it is asked for."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Register:
    """Firms as the register says them, one row each."""

    #: sorted
    ids: tuple[str, ...]
    #: name by id, in the order of the ids
    names: Mapping[str, str]
    #: the rows in the order of the ids, by the columns of the contract; a column that says nothing takes no room
    columns: Mapping[str, pa.Array]

    @classmethod
    def of(cls, rows: pa.Table) -> Self:
        """From rows sorted by `firm_id`, one a firm."""
        ids = tuple(rows["firm_id"].to_pylist())
        names = dict(zip(ids, rows["name"].to_pylist(), strict=True))
        return cls(ids, names, {c: _compact(rows[c]) for c in rows.column_names})

    def row(self, firm_id: str) -> Mapping[str, Any] | None:
        """A firm's row; None where it has none."""
        at = bisect_left(self.ids, firm_id)
        if at == len(self.ids) or self.ids[at] != firm_id:
            return None
        return {name: column[at].as_py() for name, column in self.columns.items()}


def _compact(column: pa.ChunkedArray) -> pa.Array:
    if column.null_count == len(column):
        return pa.nulls(len(column))
    return column.combine_chunks()


#: a register without firms
NOBODY = Register((), {}, {})
