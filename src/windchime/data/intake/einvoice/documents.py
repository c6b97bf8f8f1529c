"""Invoice documents of a load as two sheets of the staging connection: one of headers, one of lines."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from windchime.core.problems import Problem
from windchime.data.contracts import contract
from windchime.data.intake.convert import kind_of as kind_of_column
from windchime.data.intake.einvoice import problems, rows
from windchime.data.intake.einvoice.checks import LegalRates
from windchime.data.intake.einvoice.copies import again
from windchime.data.intake.einvoice.limits import LIMITS, DocumentLimits
from windchime.data.intake.einvoice.reading import read_document
from windchime.data.intake.einvoice.record import Document
from windchime.data.intake.einvoice.rows import HEADERS, LINES, Reporting
from windchime.data.intake.einvoice.worker import Worker
from windchime.data.intake.mapping import Feed, identity
from windchime.data.intake.sheets import FILE, ROW, Sheet
from windchime.data.lake.opening import identifier

#: suffixes of files that are looked at as documents; what they hold is found out by content
SUFFIXES = (".xml", ".ofd", ".pdf")


@dataclass(frozen=True, slots=True)
class Bundle:
    """The documents of a load, as rows."""

    #: rows of `invoices` and `invoice_lines`, with `FILE` and `ROW`
    headers: pa.Table
    lines: pa.Table
    #: what is wrong with documents and worth saying of them; a document without a row is told here
    said: tuple[Problem, ...]


def read(
    files: Iterable[tuple[Path, str]],
    who: Callable[[str], Reporting],
    *,
    limits: DocumentLimits = LIMITS,
    legal_rates: LegalRates | None = None,
) -> Bundle:
    """Read documents, each in the name of a firm; PDFs in a process of their own.

    Args:
        files: path, and name in rows and reports.
        who: the reporting firm of a document, by its name.
        limits: what is accepted.
        legal_rates: the rates of tax of a day; those of the shipped scheme by default.
    """
    documents: list[Document] = []
    firms: list[Reporting] = []
    said: list[Problem] = []
    with Worker() as worker:
        for path, name in files:
            document = read_document(_bytes(path, limits), name, limits, legal_rates=legal_rates, pdf=worker.read)
            firm = who(name)
            documents.append(document)
            firms.append(firm)
            said += [*document.problems, *document.notes]
            said += [
                problems.fault("firm_is_no_party", name, number)
                for number, invoice in enumerate(document.invoices, 1)
                if rows.side(invoice, firm) is None
            ]
    repeated = again(documents, firms)
    said += [problems.note("same_invoice_again", documents[i].name, at + 1) for i, at in sorted(repeated)]
    return Bundle(*rows.tables(documents, firms, repeated), tuple(said))


def _bytes(path: Path, limits: DocumentLimits) -> bytes:
    """The bytes of a document, one more than accepted at most, so that the reader says that it is too large."""
    with path.open("rb") as stream:
        return stream.read(limits.document_bytes + 1)


def sheets(con: duckdb.DuckDBPyConnection, bundle: Bundle) -> list[tuple[Sheet, Feed]]:
    """The rows of a bundle as relations of the connection, each with the feed that reads it as it stands."""
    made = []
    for name, table in ((HEADERS, bundle.headers), (LINES, bundle.lines)):
        if table.num_rows:
            relation = f"documents:{name}"
            con.register(relation, table)
            made.append((_sheet(con, relation, table), identity(contract(name))))
    return made


def _sheet(con: duckdb.DuckDBPyConnection, relation: str, table: pa.Table) -> Sheet:
    described: Sequence[tuple[str, ...]] = con.execute(
        f"DESCRIBE SELECT * FROM {identifier(relation)}"  # noqa: S608 - the name enters through `identifier`
    ).fetchall()
    kinds = {column: kind_of_column(kind) for column, kind, *_rest in described if column not in (ROW, FILE)}
    first = table[FILE][0].as_py()
    return Sheet(first, None, identifier(relation), kinds, table.num_rows, many=True)
