"""What a sheet of a file is: heads of invoices or lines of them, and how its columns become the contract's."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from windchime.content import seed
from windchime.data.contracts import Column, Contract, contract
from windchime.data.intake.evidence import enum_words
from windchime.data.intake.headers import SAME, alike, tidied, unit_of
from windchime.data.intake.headers import words as intake_words
from windchime.data.intake.mapping import Feed, Header, Maker, TableOf
from windchime.data.intake.proposing import propose
from windchime.data.intake.sampling import Sample

HEADS, LINES = "invoices", "invoice_lines"
#: texts of the contract that a list of invoices has no use for: they carry the second number of an invoice, and the
#: other side of its firm where the source has one column for both
SPARE, PARTNER = "red_form_no", "document_hash"
#: of lines
SPARE_OF_LINES = "business_fields"
#: a sheet that names goods and has one of these is a list of lines, though it repeats the head beside each
OF_LINES = ("quantity", "unit_price", "tax_rate")
#: without these a sheet is none of heads, or of lines; of the amounts of a head one may be worked out
NEEDED: Mapping[str, tuple[str, ...]] = {
    HEADS: ("invoice_no", "issue_date"),
    LINES: ("invoice_no", "item_name", "amount"),
}
MONEY = ("amount", "tax", "total")
_HOUR = re.compile(r"\d:\d\d")
#: of `MONEY` a head tells at least so many
LEAST_MONEY = 2


@dataclass(frozen=True, slots=True)
class Shape:
    """How one sheet is read."""

    table: str
    feed: Feed


@cache
def words() -> Mapping[str, Any]:
    """Words of exported lists that ship."""
    found: Mapping[str, Any] = seed.documents("intake")["invoice_words"]
    return found


def shape(sample: Sample) -> Shape | None:
    """How a sheet becomes heads or lines of invoices; None where it holds neither."""
    columns = {table: _columns(sample, table) for table in (HEADS, LINES)}
    able = [table for table in (LINES, HEADS) if _is_able(table, columns[table])]
    return Shape(able[0], _feed(sample, able[0], columns[able[0]])) if able else None


def side(*names: str) -> str | None:
    """`sale` or `purchase` where the name of a sheet or file says so, and says one of them alone."""
    plain = [n.lower() for n in names]
    found = {d for d, said in words()["sides"].items() if any(word in name for word in said for name in plain)}
    return found.pop() if len(found) == 1 else None


def dated_by_moment(makers: Mapping[str, Maker]) -> bool:
    """Whether a source writes day and hour of issue in one column."""
    return "issue_date" not in makers and "issued_at" in makers


def missing(sample: Sample) -> tuple[str, ...]:
    """What a sheet that is no list of invoices would need to be one."""
    columns = _columns(sample, HEADS)
    money = [c for c in MONEY if c not in columns]
    return (*(c for c in NEEDED[HEADS] if c not in columns), *(money if len(money) > 1 else ()))


def _columns(sample: Sample, table: str) -> dict[str, tuple[str, str]]:
    """By contract column, its header and the unit of its numbers: what is known word for word goes before what is alike."""
    found = contract(table)
    columns: dict[str, tuple[str, str]] = {}
    rest = {}
    for header, values in sample.values.items():
        column = _known(header, found)
        column = SPARE_OF_LINES if column == SPARE and table == LINES else column
        if column is None:
            rest[header] = values
        elif column and column not in columns and column in {c.name for c in found.expected}:
            columns[column] = (header, unit_of(header) if found[column].type == "money" else "")
    clear = float(intake_words()["clear_confidence"])
    for match in propose(rest, table)[0].matches:
        if match.column not in columns and match.confidence >= clear:
            columns[match.column] = (match.header, match.unit)
    spare = SPARE if table == HEADS else SPARE_OF_LINES
    if "invoice_no" not in columns and spare in columns:
        columns["invoice_no"] = columns.pop(spare)
    return columns


def _known(header: str, found: Contract) -> str | None:
    """The column of a header that is known word for word; empty for one that is known and not needed; None for others."""
    plain = tidied(header)
    own = next((c for c, forms in words()["headers"].items() if plain in {tidied(f) for f in forms}), None)
    if own is not None:
        return {"second_number": SPARE, "partner": PARTNER, "left_out": ""}.get(own, str(own))
    said = [(alike(header, found, c).score, c.name) for c in found.expected]
    score, column = max(said)
    return column if score >= SAME["meaning"] else None


def _is_able(table: str, columns: Mapping[str, object]) -> bool:
    enough = any(c in columns for c in OF_LINES)
    if table == HEADS:
        enough = sum(c in columns for c in MONEY) >= LEAST_MONEY
    return enough and all(c in columns for c in NEEDED[table])


def _feed(sample: Sample, table: str, columns: Mapping[str, tuple[str, str]]) -> Feed:
    found = contract(table)
    makers = {
        c: Maker(column=c, unit=unit, values=_words(found[c], sample.values[header]))
        for c, (header, unit) in columns.items()
    }
    if table == HEADS and "colour" not in makers:
        of = "total" if "total" in makers else "amount"
        makers["colour"] = Maker(sign_of=of, negative="red", otherwise="blue")
    if "issued_at" not in columns and any(
        map(_HOUR.search, sample.values[columns["issue_date"][0]]) if "issue_date" in columns else ()
    ):
        makers["issued_at"] = Maker(column="issue_date")
        del makers["issue_date"]
    headers = tuple(Header(c, (header,), optional=True) for c, (header, _unit) in columns.items())
    taken = {header for header, _unit in columns.values()}
    ignored = frozenset(h for h in sample.values if h not in taken)
    return Feed(found.name, (), sample.sheet or "", headers, (TableOf(found.name, makers),), ignored)


def _words(column: Column, values: Sequence[str]) -> dict[str, str]:
    """The words of a column of codes: those that people use, and those of the sample that are like them."""
    if column.type != "enum":
        return {}
    known = enum_words(column) | {
        word: code for code, forms in words()["words"].get(column.name, {}).items() for word in forms
    }
    bare = {_bare(word): code for word, code in known.items()}
    return known | {v: bare[_bare(v)] for v in set(values) if _bare(v) in bare}


def _bare(word: str) -> str:
    return re.sub(r"[\s()\-·]", "", unicodedata.normalize("NFKC", word)).lower()
