"""What SQL dialects differ in for a rule: names, numbers, texts, NaN, and what a column can hold at all."""

from math import inf

from windchime.core.errors import UnknownName
from windchime.core.text import _
from windchime.risk.rules.exports.sql.dialect import Dialect
from windchime.risk.rules.literals import NotWritable


class DuckDB(Dialect):
    """DuckDB 1 and 2."""

    name = "duckdb"
    columns = "numbers: any numeric type; texts: VARCHAR"
    folds = True

    def exact(self, column: str) -> str:
        """Truth values and whole numbers may be categories too."""
        return f"CAST({column} AS VARCHAR)"

    def number(self, value: float) -> str:
        """With an exponent it is a DOUBLE; without it would be a DECIMAL."""
        return _exponent(value) if abs(value) < inf else f"CAST('{_word(value)}' AS DOUBLE)"

    def text(self, value: str) -> str | None:
        """Its parser ends a text at NUL."""
        return (
            super().text(value)
            if "\0" not in value
            else "concat(" + ", chr(0), ".join("'" + part.replace("'", "''") + "'" for part in value.split("\0")) + ")"
        )


class PostgreSQL(Dialect):
    """PostgreSQL 12 and later."""

    name = "postgresql"
    columns = "numbers: any numeric type; texts: text or varchar, in a database in UTF-8"
    longest = 63

    def number(self, value: float) -> str:
        """A typed literal: a bare number would be numeric."""
        return f"double precision '{_word(value)}'"

    def text(self, value: str) -> str | None:
        """No text holds NUL; a backslash means itself whatever `standard_conforming_strings` says."""
        if "\0" in value:
            return None
        quoted = value.replace("'", "''")
        return f"'{quoted}'" if "\\" not in value else "E'" + quoted.replace("\\", "\\\\") + "'"

    def exact(self, column: str) -> str:
        """The column's own collation may fold case."""
        return f'CAST({column} AS text) COLLATE "C"'


class Spark(Dialect):
    """Spark SQL 3 and 4."""

    name = "spark"
    columns = "numbers: any numeric type; texts: STRING in the default collation (UTF8_BINARY)"
    mark = "`"
    folds = True

    def exact(self, column: str) -> str:
        """Truth values and whole numbers may be categories too."""
        return f"CAST({column} AS STRING)"

    def number(self, value: float) -> str:
        """The suffix D makes a double."""
        return f"{value!r}D" if abs(value) < inf else f"CAST('{_word(value)}' AS DOUBLE)"

    def text(self, value: str) -> str | None:
        """The parser reads escapes."""
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "\\0") + "'"


class MySQL(Dialect):
    """MySQL 8 and OceanBase in its MySQL mode."""

    name = "mysql"
    columns = (
        "numbers: any numeric type (none holds NaN or an infinity); texts: VARCHAR or TEXT; "
        "connection in utf8mb4 (SET NAMES utf8mb4)"
    )
    mark = "`"
    longest = 64
    by_characters = True
    folds = True
    infinite = False

    def name_of(self, column: str) -> str:
        """A name neither ends in a blank nor leaves the basic plane."""
        if column.endswith(" ") or any(ord(c) > 0xFFFF for c in column):
            raise NotWritable(column, self.name, "U+10000 … or a blank at the end")
        return super().name_of(column)

    def number(self, value: float) -> str:
        """With an exponent it is a DOUBLE; without it would be a DECIMAL."""
        return _exponent(value)

    def truth(self, column: str) -> str:
        """Truth values are numbers."""
        return column

    def is_nan(self, column: str) -> str:  # noqa: ARG002 - as in every dialect
        """No column holds NaN."""
        return ""

    def text(self, value: str) -> str | None:
        """Bytes where a backslash or a control would be read in one way or another, depending on `sql_mode`."""
        if "\\" in value or any(ord(c) < 32 for c in value):
            return f"X'{value.encode().hex().upper()}'"
        return super().text(value)

    def exact(self, column: str) -> str:
        """Its collations fold case, and most of them trailing blanks: bytes do not."""
        return f"CAST(CONVERT({column} USING utf8mb4) AS BINARY)"


class Oracle(Dialect):
    """Oracle 12.2 and later."""

    name = "oracle"
    columns = (
        "numbers: NUMBER, BINARY_FLOAT or BINARY_DOUBLE; texts: VARCHAR2 (an empty text is NULL: missing); "
        "in SQL*Plus: SET DEFINE OFF"
    )
    longest = 128

    def name_of(self, column: str) -> str:
        """No name has a double quote in it."""
        if '"' in column:
            raise NotWritable(column, self.name, '"')
        return super().name_of(column)

    def number(self, value: float) -> str:
        """The suffix d makes a BINARY_DOUBLE."""
        if abs(value) < inf:
            return f"{value!r}d"
        return "BINARY_DOUBLE_INFINITY" if value > 0 else "-BINARY_DOUBLE_INFINITY"

    def day(self, column: str) -> str:
        """A DATE has a time of day there."""
        return f"TRUNC({column})"

    def truth(self, column: str) -> str:
        """Truth values are numbers."""
        return column

    def is_nan(self, column: str) -> str:
        """A condition of its own, good for NUMBER too."""
        return f"{column} IS NAN"

    def text(self, value: str) -> str | None:
        """An empty text is NULL."""
        return super().text(value) if value else None

    def exact(self, column: str) -> str:
        """A session may compare linguistically."""
        return f"{column} COLLATE BINARY"


DIALECTS: dict[str, Dialect] = {d.name: d for d in (DuckDB(), PostgreSQL(), Spark(), MySQL(), Oracle())}
#: how an unknown one is called
KIND = _("SQL dialect")
#: other names people use
_ALSO = {"postgres": "postgresql", "oceanbase": "mysql", "mariadb": "mysql", "sparksql": "spark", "databricks": "spark"}


def dialect(name: str) -> Dialect:
    """The dialect by its name.

    Raises:
        UnknownName: none of `DIALECTS`.
    """
    found = DIALECTS.get(_ALSO.get(name.lower(), name.lower()))
    if found is None:
        raise UnknownName(KIND, name, list(DIALECTS))
    return found


def _exponent(value: float) -> str:
    text = repr(value)
    return text if "e" in text else f"{text}e0"


def _word(value: float) -> str:
    """How databases spell what is no finite number; finite ones in the fewest digits that give them back."""
    if value != value:  # noqa: PLR0124 - NaN alone differs from itself
        return "NaN"
    return repr(value) if abs(value) < inf else ("Infinity" if value > 0 else "-Infinity")
