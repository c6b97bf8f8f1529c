"""Promises out of a plain file of guarantor, debtor and amount: CSV or Parquet."""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from windchime.core.errors import BadInput
from windchime.core.problems import Problem
from windchime.core.reasons import reason_of
from windchime.core.text import _
from windchime.graph.facts.forms import GUARANTEES
from windchime.graph.plain_csv import read_csv

NEEDED = ("guarantor", "debtor", "amount")
#: columns that a file may have besides
ALLOWED = (*NEEDED, "contract", "joint_group", "kind", "covered", "share", "debt")
_MONEY = {"amount", "covered", "share"}
_CENT, _MILLIONTH = Decimal("0.01"), Decimal("0.000001")
#: as much as the forms have room for
_MOST, _MOST_SHARE = Decimal(10) ** 16, Decimal(1000)
#: rows whose problems are told one by one
_TOLD = 20


class NoPromises(BadInput):
    """A file that is no list of promises."""

    msgid = _("{file} is no list of guarantees: {why}")
    hint = _("give a .csv or .parquet file with the columns guarantor, debtor and amount")

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(file=file.name, why=why)


class NoPromiseColumns(BadInput):
    """A file without the columns a list of promises needs."""

    msgid = _("{file} is no list of guarantees: it lacks the columns {missing}")
    hint = NoPromises.hint

    def __init__(self, file: Path, missing: str) -> None:
        super().__init__(file=file.name, missing=missing)


def promises_of(file: Path) -> tuple[pa.Table, tuple[Problem, ...]]:
    """The promises of a file in the form `forms.GUARANTEES`, all in force; rows that say nothing usable are problems.

    Args:
        file: `.csv` (`plain_csv`, with a header) or `.parquet` with the columns `NEEDED`, and of `ALLOWED` those it has. A row
            without a contract is a contract of its own.

    Raises:
        NoPromises: not such a file.
        NoPromiseColumns: a column is missing.
    """
    table = _read(file)
    if missing := [c for c in NEEDED if c not in table.column_names]:
        raise NoPromiseColumns(file, ", ".join(missing))
    if repeated := [c for c in ALLOWED if table.column_names.count(c) > 1]:
        raise NoPromises(file, f"{repeated[0]}, {repeated[0]}")
    first = 2 if file.suffix.lower() == ".csv" else 1
    rows: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, row in enumerate(table.to_pylist(), start=first):
        made = _promise(row, number)
        if isinstance(made, Problem):
            problems.append(made)
        else:
            rows.append(made)
    told = problems[:_TOLD]
    if len(problems) > _TOLD:
        told.append(
            Problem("more_rows_left_out", _("{count} more rows were left out"), params={"count": len(problems) - _TOLD})
        )
    return pa.Table.from_pylist(rows, schema=GUARANTEES), tuple(told)


def _read(file: Path) -> pa.Table:
    try:
        if file.suffix.lower() == ".csv":
            as_text = pa_csv.ConvertOptions(
                column_types=dict.fromkeys(ALLOWED, pa.string()), strings_can_be_null=True, null_values=[""]
            )
            return read_csv(file, as_text)
        return pq.read_table(file)
    except (OSError, pa.ArrowException) as error:
        raise NoPromises(file, reason_of(error)) from None


def _promise(row: dict[str, Any], number: int) -> dict[str, Any] | Problem:
    guarantor, debtor = (str(row[c]).strip() if row[c] is not None else "" for c in ("guarantor", "debtor"))
    if not guarantor or not debtor:
        return Problem("no_party", _("guarantor or debtor is empty"), row=number)
    if guarantor == debtor:
        return Problem("own_guarantee", _("guarantor and debtor are the same"), row=number)
    values: dict[str, Decimal | None] = {}
    for column in sorted(_MONEY & row.keys()):
        value = _number(row[column], _MILLIONTH if column == "share" else _CENT)
        if value is None and (column == "amount" or row[column] is not None):
            return Problem(
                "not_an_amount",
                _("'{value}' is no amount of zero or more"),
                row=number,
                column=column,
                value=str(row[column])[:40],
            )
        values[column] = value
    return {
        "guarantor": guarantor,
        "debtor": debtor,
        "creditor": "",
        "contract": str(row.get("contract") or number),
        "joint_group": _text(row.get("joint_group")),
        "kind": _text(row.get("kind")) or "joint_several",
        "covered": None,
        "share": None,
        "debt": _text(row.get("debt")),
        "status": "active",
        "table": "edges",
        "row": str(number),
    } | values


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any, step: Decimal) -> Decimal | None:
    if value is None:
        return None
    try:
        found = Decimal(str(value).replace(",", "").strip()).quantize(step)
    except InvalidOperation:
        return None
    most = _MOST_SHARE if step == _MILLIONTH else _MOST
    return found if found.is_finite() and 0 <= found < most else None
