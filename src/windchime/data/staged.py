"""Staged rows: one relation a table in which rows of a load wait, and how other values are put in the place of theirs.

The relation of a table is a view, `staged:<table>`. Nothing is written over: values that change are a layer above the
rows as they came, so that rows can stay where they are, in a file too, until they are written to the lake.
"""
# ruff: noqa: S608 - names enter the SQL through `identifier` alone

from collections.abc import Mapping

import duckdb

from windchime.data.contracts import Contract
from windchime.data.lake.opening import identifier


def relation(found: Contract) -> str:
    """SQL name of the staged rows of a table."""
    return identifier(f"staged:{found.name}")


class Relations:
    """The staged rows of one load in a DuckDB connection.

    Attributes:
        con: the connection.
        tables: contracts of the tables that rows are staged for.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self.tables: dict[str, Contract] = {}
        self._layers: dict[str, int] = {}
        self._joined: set[str] = set()
        self._put: dict[str, set[str]] = {}
        #: SQL names of the tables the rows are kept in
        self._kept: dict[str, str] = {}

    def begin(self, found: Contract, sql: str) -> None:
        """Let SQL be the rows of a table, without any layer above."""
        self.tables[found.name] = found
        self._layers[found.name] = 0
        self.con.execute(f"CREATE OR REPLACE VIEW {self._layer(found)} AS {sql}")
        self._show(found)

    def put(self, found: Contract, columns: Mapping[str, str], joined: str = "") -> None:
        """Put other values in the place of those of some columns.

        Args:
            found: the table.
            columns: by column, SQL over the row and what is joined to it.
            joined: name and condition (`x ON …`) of what is joined; no row may have two partners, and its columns must
                not bear names of the row's.
        """
        below = self._layer(found)
        self._layers[found.name] += 1
        replaced = ", ".join(f"{sql} AS {identifier(column)}" for column, sql in columns.items())
        beside = f" LEFT JOIN {joined}" if joined else ""
        self.con.execute(
            f"CREATE VIEW {self._layer(found)} AS SELECT here.* REPLACE ({replaced}) FROM {below} AS here{beside}"
        )
        self._show(found)
        self._put.setdefault(found.name, set()).update(columns)
        if joined:
            self._joined.add(found.name)

    def changed(self, found: Contract) -> set[str]:
        """Columns in which values were put."""
        return self._put.get(found.name, set())

    def store(self, found: Contract) -> None:
        """Keep the rows as they are now, where joined layers would be worked out again with every look at them."""
        if found.name not in self._joined:
            return
        self._joined.discard(found.name)
        below = [identifier(f"staged:{found.name}/{n}") for n in range(self._layers[found.name] + 1)]
        before = self._kept.get(found.name)
        kept = identifier(f"kept:{found.name}" if before != identifier(f"kept:{found.name}") else f"kept:{found.name}/")
        self.con.execute(f"CREATE TABLE {kept} AS SELECT * FROM {relation(found)}")
        for layer in reversed(below):
            self.con.execute(f"DROP VIEW {layer}")
        self.con.execute(f"CREATE VIEW {below[0]} AS SELECT * FROM {kept}")
        self._layers[found.name] = 0
        self._show(found)
        if before:
            self.con.execute(f"DROP TABLE {before}")
        self._kept[found.name] = kept
        self.let_go(found)

    def let_go(self, found: Contract) -> None:
        """Called when the rows of a table are kept in a table of their own: what they were made from is not needed."""

    def _layer(self, found: Contract) -> str:
        return identifier(f"staged:{found.name}/{self._layers[found.name]}")

    def _show(self, found: Contract) -> None:
        self.con.execute(f"CREATE OR REPLACE VIEW {relation(found)} AS SELECT * FROM {self._layer(found)}")
