"""Personal values planted in every place a contract has for them, and a search for them in everything a bank leaves."""

import csv
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from tests.data.contracts.rows import Row, sample
from tests.data.vault.helpers import Person, person

from windchime.data.contracts import Column, Contract, contracts

#: tables that come from outside
BROUGHT = {name: found for name, found in contracts().items() if not found.is_ours}
#: prose that holds all of a person but the address, which has no form; a name is found when a column of names has it
KNOWN = person(700)
PROSE = "被执行人{name}（身份证{id_number}），手机{mobile}，电话：{landline}，信箱{email}；卡{account}，余款未付。"


def rows_of(found: Contract, number: int) -> tuple[list[Row], Person]:
    """Two good rows and one bad row of a table, with one person in all places that are personal."""
    who = person(number)
    good = [planted(found, row, who, n) for n, row in enumerate(sample(found, 2))]
    lacking = next(c.name for c in found.expected if not c.nullable and c.personal == "none" and not c.personal_when)
    return [*good, {**good[0], lacking: None}], who


def planted(found: Contract, row: Row, who: Person, number: int) -> Row:
    """A row with the person wherever the contract or the lexicon says that something is personal.

    Of several parties the second and later ones are firms: a person is no party to a deal with itself.
    """
    made = dict(row)
    parties = list(dict.fromkeys(c.party for c in found.expected if c.party))
    for column in found.expected:
        if column.party in parties[1:]:
            continue
        if column.personal_when:
            made[column.personal_when] = "person"
        if column.personal != "none":
            made[column.name] = _value(column, who, number)
        elif column.prose:
            made[column.name] = PROSE.format(**{**who.values(), "name": KNOWN.name})
        if column.party and column.type == "id":
            made[column.name] = None if number and column.nullable else f"twin:{who.id_number}"
    for party in parties[1:]:
        made |= {f"{party}_type": "firm", f"{party}_code": None, f"{party}_name": "岚溪市示例商贸有限公司"}
    if found.name == "firms":
        made |= {"firm_kind": "sole_trader", "name": who.name, "address": who.address}
    return made


def _value(column: Column, who: Person, number: int) -> str:
    match column.personal:
        case "identity":
            if column.name == "name" and number:
                return KNOWN.name
            return who.name if "name" in column.name or number else who.id_number
        case "contact":
            return (who.mobile, who.address, who.email, who.landline)[(len(column.name) + number) % 4]
        case _:
            return who.account


def write(folder: Path, suffix: str, tables: dict[str, list[Row]]) -> Path:
    """A pack in contract form, its tables in files of one form, or a zip of such files."""
    if suffix == ".zip":
        return Path(shutil.make_archive(str(folder), "zip", write(folder, ".csv", tables)))
    folder.mkdir(parents=True)
    (folder / "pack.yaml").write_text(
        "pack: windchime\nlabel: {zh: 仿真, en: Simulated}\nas_of: 2025-12-31\nsource: twin\n"
        "train: {features_as_of: 2024-12-31, labels_as_of: 2025-12-31}\nsimulated: true\n",
        encoding="utf8",
    )
    for name, rows in tables.items():
        WRITERS[suffix](folder / f"{name}{suffix}", BROUGHT[name], rows)
    return folder


def _parquet(path: Path, found: Contract, rows: list[Row]) -> None:
    lax = pa.schema([field.with_nullable(True) for field in found.source_schema()])
    pq.write_table(pa.Table.from_pylist(rows, schema=lax), path)


def _csv(path: Path, found: Contract, rows: list[Row]) -> None:
    with path.open("w", encoding="utf8", newline="") as stream:
        writer = csv.DictWriter(stream, [c.name for c in found.expected])
        writer.writeheader()
        writer.writerows({k: "" if v is None else _said(v) for k, v in row.items()} for row in rows)


def _jsonl(path: Path, found: Contract, rows: list[Row]) -> None:
    lines = [json.dumps({k: _said(v) for k, v in row.items() if v is not None}, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf8")


def _xlsx(path: Path, found: Contract, rows: list[Row]) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet(found.name)
        sheet.write_row(0, 0, [c.name for c in found.expected])
        for number, row in enumerate(rows, 1):
            for place, column in enumerate(found.expected):
                if row.get(column.name) is not None:
                    sheet.write_string(number, place, _said(row[column.name]))


def database(path: Path, found: Contract, rows: list[Row]) -> Path:
    """One table of a database, named like the contract's."""
    names = [c.name for c in found.expected]
    listed, places = ", ".join(f'"{n}"' for n in names), ", ".join("?" * len(names))
    with sqlite3.connect(path) as con:
        con.execute(f'CREATE TABLE "{found.name}" ({listed})')
        values = [[None if row.get(n) is None else _said(row[n]) for n in names] for row in rows]
        con.executemany(f'INSERT INTO "{found.name}" VALUES ({places})', values)
    return path


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


WRITERS: dict[str, Callable[[Path, Contract, list[Row]], None]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".jsonl": _jsonl,
    ".xlsx": _xlsx,
}


def everything(home: Path) -> Iterator[tuple[str, str]]:
    """All that stands below a home, as text: bytes of every file, values of every Parquet file and database table."""
    for file in sorted(f for f in home.rglob("*") if f.is_file()):
        name = str(file.relative_to(home))
        yield name, file.read_bytes().decode("utf8", "replace")
        if file.suffix == ".parquet":
            for batch in pq.ParquetFile(file).iter_batches():
                yield f"{name} (values)", json.dumps(batch.to_pylist(), ensure_ascii=False, default=str)
        if file.suffix == ".sqlite":
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as raw:
                for (table,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                    yield f"{name} {table}", repr(raw.execute(f'SELECT * FROM "{table}"').fetchall())


def found_in(text: str, people: list[Person]) -> list[str]:
    """Which of the planted values, written plainly or without hyphens, stand in a text."""
    return [
        what
        for who in people
        for what, value in who.values().items()
        if value in text or value.replace("-", "") in text or value.encode().hex() in text
    ]
