"""What a rule asks of an SQL dialect; here as the standard says it."""

from math import inf
from typing import ClassVar

from windchime.risk.rules.literals import NotWritable


class Dialect:
    """One dialect; every method gives a piece of SQL."""

    name: ClassVar[str]
    #: what a column must be for the hits to be equal, said above a script
    columns: ClassVar[str]
    #: sign around a name
    mark: ClassVar[str] = '"'
    #: longest name, in bytes of UTF-8; 0 = no limit
    longest: ClassVar[int] = 0
    #: whether the limit counts characters, not bytes
    by_characters: ClassVar[bool] = False
    #: whether names that differ in case alone name one column
    folds: ClassVar[bool] = False
    #: whether a column of numbers can hold an infinity
    infinite: ClassVar[bool] = True

    def name_of(self, column: str) -> str:
        """A quoted name.

        Raises:
            NotWritable: longer than the database keeps, or with a character that no name can have.
        """
        size = len(column) if self.by_characters else len(column.encode())
        if self.longest and size > self.longest:
            unit = "characters" if self.by_characters else "bytes"
            raise NotWritable(column, self.name, f"{size} > {self.longest} {unit}")
        if not column or "\0" in column:
            raise NotWritable(column, self.name, "NUL" if column else "''")
        return f"{self.mark}{column.replace(self.mark, self.mark * 2)}{self.mark}"

    def number(self, value: float) -> str:
        """A literal that the database reads as this very double."""
        raise NotImplementedError

    def is_nan(self, column: str) -> str:
        """Whether a quoted column of numbers is NaN; empty where none can be."""
        return f"{column} = {self.number(float('nan'))}"

    def text(self, value: str) -> str | None:
        """A literal; None for a text that no column can hold."""
        return "'" + value.replace("'", "''") + "'"

    def day(self, column: str) -> str:
        """The quoted column of dates or instants as a date."""
        return f"CAST({column} AS DATE)"

    def truth(self, column: str) -> str:
        """The quoted column of truth values as 1 and 0."""
        return f"CAST({column} AS INTEGER)"

    def exact(self, column: str) -> str:
        """The quoted column of texts, such that case and trailing blanks count."""
        return column

    def holds(self, value: float) -> bool:
        """Whether a column of numbers can hold the value."""
        return self.infinite or abs(value) < inf
