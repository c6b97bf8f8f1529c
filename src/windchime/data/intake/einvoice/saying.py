"""What a load report says of documents: notes by code and file, where a load has many documents."""

from collections import defaultdict
from collections.abc import Iterable

from windchime.core.problems import Problem
from windchime.core.text import Text
from windchime.data.intake.einvoice.record import FIELDS
from windchime.data.intake.report import Note

#: rows of each note that are shown as examples
EXAMPLES = 5
#: names of columns by what people call them
_COLUMN = {label: name for name, label in FIELDS.items()}


def notes(table: str, found: Iterable[Problem]) -> list[Note]:
    """Problems and notes of documents as notes of a load, those of one kind and file together."""
    rows: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for problem in found:
        field = problem.params.get("field")
        column = _COLUMN.get(field, "") if isinstance(field, Text) else ""
        rows[problem.file, problem.code, column].append(problem.row or 0)
    return [
        Note(code, table, column, file, None, len(at), tuple(sorted({row for row in at if row})[:EXAMPLES]))
        for (file, code, column), at in rows.items()
    ]
