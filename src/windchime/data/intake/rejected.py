"""Rows that were not accepted, as rows of the quarantine table: place, reason, value and the whole source row."""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

from collections import Counter

import pyarrow as pa

from windchime.data.contracts import Column, Contract, contract
from windchime.data.contracts.column import PersonalDataClass
from windchime.data.intake.compiled import NUMBER, Compiled, source_layer
from windchime.data.intake.mapping import Maker
from windchime.data.intake.rough import DAMAGES
from windchime.data.intake.rules import LONGEST
from windchime.data.intake.sheets import FILE, TEXT
from windchime.data.intake.staging import KEPT, Staging, known_at
from windchime.data.lake.opening import identifier, literal
from windchime.data.staged import relation
from windchime.data.vault.columns import Marked, marked
from windchime.data.vault.people import words

QUARANTINE = "quarantine"
#: code of a row whose key an earlier row of the same load has
KEY_REPEATED = "key_repeated"
#: beside the empty columns of a source row that could not be told apart: the row as it stands
ROW_TEXT = "(row)"
#: characters of a faulty value that quarantine shows; the whole one stands in the source row
SHOWN = 200


def rejected(staging: Staging) -> pa.Table:
    """All rejected rows of the load, in quarantine's lake schema, ordered by table and place."""
    schema = contract(QUARANTINE).arrow_schema()
    found: list[pa.Table] = []
    for number in range(len(staging.passes)):
        if staging.one(
            f"SELECT count(*) FROM {relation(staging.passes[number].contract)} WHERE __pass = {number} AND NOT ({KEPT})"
        )[0]:
            done = sum(t.num_rows for t in found)
            staging.con.register("words", _words(staging.passes[number]))
            found.append(staging.con.sql(_rows(staging, number, done)).to_arrow_table().cast(schema))
    return pa.concat_tables(found) if found else pa.Table.from_batches([], schema)  # `empty_table` would import pandas


def faults(rows: pa.Table) -> dict[str, dict[str, int]]:
    """Rejected rows by table and first reason."""
    found: dict[str, dict[str, int]] = {}
    pairs = zip(rows["table_name"].to_pylist(), rows["code"].to_pylist(), strict=True)  # `group_by` would import pandas
    for (table, code), count in Counter(pairs).items():
        found.setdefault(table, {})[code] = count
    return found


def _rows(staging: Staging, number: int, done: int) -> str:
    compiled, stamp = staging.passes[number], staging.stamp
    columns = _columns(compiled)
    treated = "".join(f", {_treated(compiled, c, stamp.source)} AS {identifier(f'q:{c}')}" for c in columns)
    cells = [f"{literal(header(compiled, c))}, {identifier(f'q:{c}')}" for c in columns]
    row = f"json_object({', '.join(cells)})"
    if compiled.matched.sheet.damaged:
        text = f"s.{TEXT}" if _tells_text(compiled) else f"vault_token('sensitive', s.{TEXT})"
        treated += f", {text} AS {identifier(f'q:{TEXT}')}"
        whole = identifier(f"q:{TEXT}")
        told = ", ".join([*cells, f"{literal(ROW_TEXT)}, {whole}"])
        row = f"CASE WHEN {whole} IS NULL THEN {row} ELSE json_object({told}) END"
    same_row = "b.row_no = s.__row"
    if compiled.matched.sheet.many:
        same_row += f" AND b.source_file = s.{FILE}"
    if compiled.made.unpivot:
        name = compiled.made.unpivot.name
        same_row += f" AND b.{identifier(name)} = s.{identifier(f's:{name}')}"
    return (
        f"SELECT {literal(stamp.load_id)} || '-' || ({done} + row_number() OVER (ORDER BY row_no)) AS quarantine_id, "
        f"{literal(compiled.contract.name)} AS table_name, {literal(compiled.matched.feed.name)} AS feed, "
        f"'open' AS state, reasons[1].code AS code, reasons[1].\"column\" AS column_name, "
        f"left(reasons[1].value, {SHOWN}) AS value, CAST(to_json(reasons) AS VARCHAR) AS faults, source_row, "
        f"DATE '{stamp.as_of}' AS known_on, NULL::VARCHAR AS changed, NULL::VARCHAR AS author, "
        f"NULL::VARCHAR AS reason, NULL::TIMESTAMPTZ AS treated_at, {literal(stamp.source)} AS source, "
        f"DATE '{stamp.as_of}' AS happened_at, {known_at(f'''DATE '{stamp.as_of}' ''')} AS known_at, "
        f"NULL::VARCHAR AS known_basis, source_file, source_sheet, row_no, {literal(stamp.load_id)} AS load_id, NULL::VARCHAR AS supersedes "
        f"FROM (SELECT b.*, {_reasons(compiled)} AS reasons, CAST({row} AS VARCHAR) AS source_row "
        f"FROM (SELECT b.*{treated} FROM {relation(compiled.contract)} AS b "
        f"JOIN ({source_layer(compiled.matched, compiled.made)}) AS s ON {same_row} "
        f"WHERE b.__pass = {number} AND NOT ({KEPT})) AS b CROSS JOIN words AS w) ORDER BY row_no"
    )


def _words(compiled: Compiled) -> pa.Table:
    """One row: by the number of a fault, its code, the header it is shown at, what is accepted, and where its value is."""
    shown = _shown(compiled)
    faults = [(f.code, f.column) for f in compiled.faults] + [(KEY_REPEATED, compiled.contract.key[0])]
    from_source = [TEXT if code in DAMAGES else compiled.source_column(column) for code, column in faults]
    lists = {
        "codes": [code for code, _column in faults],
        "headers": [compiled.header(column) for _code, column in faults],
        "accepted": [_accepted(compiled, code, column) for code, column in faults],
        "place": [shown.index(name) + 1 if name in shown else 0 for name in from_source],
    }
    return pa.table({name: [said] for name, said in lists.items()})


def _reasons(compiled: Compiled) -> str:
    """SQL of the reasons of a row, from the numbers of its faults; the value is left out for personal data."""
    last = f"{len(compiled.faults)}::{NUMBER}"
    values = ", ".join(identifier(f"q:{name}") for name in _shown(compiled))
    return (
        f"list_transform(CASE WHEN __repeats THEN list_append(coalesce(__faults, []), {last}) ELSE __faults END, "
        f"lambda i: {{'code': w.codes[i + 1], 'column': w.headers[i + 1], "
        f"'value': ([{values}]::VARCHAR[])[w.place[i + 1]], 'accepted': w.accepted[i + 1]}})"
    )


def _treated(compiled: Compiled, column: str, source: str) -> str:
    """SQL of what quarantine holds of a source column: tokens of personal values, texts without personal numbers.

    A row that stands here may have its values in the wrong columns. So in tables that have anything to do with people
    every text but an identifier is searched, and a party of no known type is taken for a person.
    """
    text = f"CAST(s.{identifier(f's:{column}')} AS VARCHAR)"
    here = [m for m in marked(compiled.contract, source) if compiled.source_column(m.column) == column]
    fed = _fed(compiled, column)
    people = any(c.personal != "none" or c.prose for c in compiled.contract.columns)
    elsewhere = next((c.personal for c in fed if c.personal != "none"), None)
    searched = f"vault_scrub({text})" if people else text
    other = f"vault_id({text})" if any(c.type == "id" for c in fed) else searched
    if here:
        rows = " OR ".join(f"({m.rows}) OR {_unsaid(compiled.contract, m)}" for m in here)
        return f"CASE WHEN coalesce({rows}, true) THEN vault_token({literal(here[0].kind)}, {text}) ELSE {other} END"
    return f"vault_token({literal(elsewhere)}, {text})" if elsewhere else other


def _unsaid(found: Contract, column: Marked) -> str:
    """SQL that is true of rows which do not say, in a word that is accepted, whether the column is personal."""
    if column.when not in {c.name for c in found.expected} or not found[column.when].values:
        return "false"
    return f"{identifier(column.when)} NOT IN ({', '.join(map(literal, found[column.when].values))})"


def _fed(compiled: Compiled, column: str) -> list[Column]:
    """Contract columns of any table that a source column feeds."""
    return [
        contract(made.table)[name]
        for made in compiled.matched.feed.tables
        for name, maker in made.columns.items()
        if maker.source_column == column
    ]


def _shown(compiled: Compiled) -> list[str]:
    """Source columns whose values are shown with the reason; of personal columns quarantine holds tokens alone."""
    hidden = personal(compiled)
    return [c for c in _columns(compiled) if c not in hidden] + ([TEXT] if _tells_text(compiled) else [])


def _tells_text(compiled: Compiled) -> bool:
    """Whether rows that could not be told apart are shown as they stand; where people may be, a token is in their place."""
    tables = [contract(made.table) for made in compiled.matched.feed.tables]
    return compiled.matched.sheet.damaged and not any(
        c.personal != "none" or c.prose for t in tables for c in t.columns
    )


def _accepted(compiled: Compiled, code: str, column: str) -> str:
    """What a column accepts, in the words of its source; empty where the kind of value says it."""
    if code in DAMAGES:
        return str(len(compiled.matched.sheet.kinds))
    about = compiled.contract[column]
    match code:
        case "not_accepted":
            return ", ".join(compiled.made.columns.get(column, Maker()).values or about.values)
        case "too_long":
            return str(LONGEST[about.type])
        case "below_minimum":
            return str(about.minimum)
        case "above_maximum":
            return str(about.maximum)
        case _:
            return ""


def _columns(compiled: Compiled) -> list[str]:
    """Our names of the source columns, as a repair will need them."""
    unpivot = compiled.made.unpivot
    melted = unpivot.columns if unpivot else {}
    return [c for c in compiled.matched.headers if c not in melted] + ([unpivot.name, unpivot.value] if unpivot else [])


def header(compiled: Compiled, column: str) -> str:
    """The header of a source column; columns made by unpivoting stand under their own names."""
    return compiled.matched.headers.get(column, column)


def personal(compiled: Compiled) -> dict[str, PersonalDataClass]:
    """Source columns that feed a column that is personal in any row of any table, with its class; quarantine holds tokens of them."""
    raised = {(table, r.column): r.kind for table, lines in words().raised.items() for r in lines}
    fed = [
        (maker.source_column, contract(made.table)[name].personal, raised.get((made.table, name), "none"))
        for made in compiled.matched.feed.tables
        for name, maker in made.columns.items()
    ]
    return {column: own if own != "none" else also for column, own, also in fed if {own, also} != {"none"}}
