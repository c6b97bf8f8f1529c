"""Persons who act in concert: one owner as long as shares and votes are counted, then themselves again.

Persons have no owners, so to count several as one is exact.
"""

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

#: column of the group by which a person was told
CONCERT = "concert"


def together(shareholdings: pa.Table, group_of: Mapping[str, str], column: str = "owner") -> pa.Table:
    """A table of shareholdings in which every person of a group goes by the id of its group.

    Args:
        shareholdings: with a column of owners; rows of one owner and company add up where they are read.
        group_of: the group of each person who acts in concert; ids of groups differ from all other ids.
        column: name of the column of owners.
    """
    owner = _replaced(shareholdings[column], group_of)
    return shareholdings.set_column(shareholdings.column_names.index(column), column, owner)


def apart(owners: pa.Table, group_of: Mapping[str, str]) -> pa.Table:
    """A table of beneficial owners in which each group is its members again, each with what all have together.

    The column `concert` says the group; null for persons alone.
    """
    members = pa.table(
        {
            CONCERT: pa.array(list(group_of.values()), pa.string()),
            "member": pa.array(list(group_of), pa.string()),
        }
    )
    joined = owners.append_column("place", pa.array(range(len(owners)))).select(["place", "person"])
    joined = joined.join(members, "person", CONCERT, "left outer").sort_by("place")
    told = owners.take(joined["place"])
    group = pc.if_else(joined["member"].is_valid(), told["person"], None)
    person = pc.coalesce(joined["member"], told["person"])
    told = told.set_column(0, owners.schema.field("person"), person).append_column(CONCERT, group)
    return told.sort_by([("company", "ascending"), ("person", "ascending")])


def _replaced(column: pa.ChunkedArray, by: Mapping[str, str]) -> pa.ChunkedArray:
    place = pc.index_in(column.cast(pa.string()), value_set=pa.array(list(by), pa.string()))
    return pc.coalesce(pa.array(list(by.values()), pa.string()).take(place), column.cast(pa.string()))
