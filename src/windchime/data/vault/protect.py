"""`protect`: personal values of staged rows become tokens before anything else looks at them.

Rows are worked on by column: distinct values are hashed once each, piece by piece, and joined back, so that memory
follows the piece and columns without people cost one look. What a table holds clear afterwards is not personal.
"""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

from collections.abc import Iterable, Iterator

import duckdb
import pyarrow as pa

from windchime.data.contracts import Column, Contract
from windchime.data.lake.opening import identifier, literal
from windchime.data.staged import relation
from windchime.data.vault import parties
from windchime.data.vault.columns import Marked, Staged, marked, subject
from windchime.data.vault.people import words
from windchime.data.vault.prose import Scrubber
from windchime.data.vault.sealed import PAIRS, VALUES, Sealed
from windchime.data.vault.tokens import Tokeniser
from windchime.data.vault.vault import Vault

#: values of a piece
CHUNK_ROWS = 100_000
#: SQL of a text in which a number or an address may stand
_SUSPECT = r"([0-9０-９][^0-9０-９]{0,2}){6}|[@＠]"
#: slot of values that stood in prose
PROSE = "prose"


def protect(staging: Staged, vault: Vault) -> Sealed:
    """Put tokens in the place of personal values in all staged tables.

    Types and ids of parties that the source left out are filled (`parties`); values of personal columns become tokens;
    numbers, phones, accounts, e-mail addresses and known names inside prose become tokens in brackets ⟨⟩, as do numbers
    beside the names of parties. Values that are tokens already stay: a repaired row keeps those it has.

    Call it when all sheets are staged and before rows are compared with each other or with the lake.

    Returns:
        The values behind the new tokens, to be written in the unit that publishes the load (`Sealed.write`), and the
        SQL functions with which rows on their way to quarantine are treated (`Sealed.functions`).
    """
    con, source, tokeniser = staging.con, staging.stamp.source, vault.tokeniser
    con.execute(f"CREATE OR REPLACE TABLE {VALUES} (slot VARCHAR, kind VARCHAR, value VARCHAR, token VARCHAR)")
    con.execute(f"CREATE OR REPLACE TABLE {PAIRS} (subject VARCHAR, kind VARCHAR, token VARCHAR)")
    for found in staging.tables.values():
        parties.fill(staging, found, tokeniser, source)
        parties.hide_numbers(staging, found, tokeniser)
    columns = [column for found in staging.tables.values() for column in marked(found, source)]
    _make_tokens(con, columns, tokeniser)
    filled = {slot for (slot,) in con.execute(f"SELECT DISTINCT slot FROM {VALUES}").fetchall()}
    columns = [column for column in columns if column.slot in filled]
    for column in columns:
        _put_tokens(staging, column)
    for found in staging.tables.values():
        staging.store(found)
        parties.fill_by_name(staging, found, source)
    for column in columns:
        _note_subjects(con, column)
    scrubber, numbers = Scrubber(tokeniser, _names(con)), Scrubber(tokeniser)
    for found in staging.tables.values():
        _scrub(staging, found, [c for c in found.expected if c.prose], scrubber, source)
        _scrub(staging, found, [c for c in found.expected if c.personal_when and c.type == "text"], numbers, source)
        staging.store(found)
    return Sealed(staging, vault, scrubber)


def _make_tokens(con: duckdb.DuckDBPyConnection, columns: list[Marked], tokeniser: Tokeniser) -> None:
    """Hash each distinct value of each slot once."""
    for slot in dict.fromkeys(c.slot for c in columns):
        of_slot = [c for c in columns if c.slot == slot]
        every = " UNION ".join(
            f"SELECT DISTINCT {identifier(c.column)} AS value FROM {relation(c.contract)} WHERE {c.clear}"
            for c in of_slot
        )
        first = of_slot[0]
        for batch in con.cursor().sql(every).to_arrow_reader(CHUNK_ROWS):
            values = batch.column("value").to_pylist()
            if first.only_names_of_people:
                values = [v for v in values if words().is_person(v)]
            if values:
                _insert(con, slot, first.kind, values, tokeniser.tokens(first.kind, values))


def _insert(con: duckdb.DuckDBPyConnection, slot: str, kind: str, values: list[str], tokens: pa.StringArray) -> None:
    con.register("vault_chunk", pa.table({"value": pa.array(values, pa.string()), "token": tokens}))
    con.execute(f"INSERT INTO {VALUES} SELECT {literal(slot)}, {literal(kind)}, value, token FROM vault_chunk")
    con.unregister("vault_chunk")


def _put_tokens(staging: Staged, column: Marked) -> None:
    """Put tokens in the place of values; a table in which the slot has none of its own stays as it is."""
    it = identifier(column.column)
    if not staging.con.execute(f"SELECT 1 FROM {relation(column.contract)} WHERE {column.clear} LIMIT 1").fetchall():
        return
    staging.put(
        column.contract,
        {column.column: f"CASE WHEN {column.rows} THEN coalesce(__token, {it}) ELSE {it} END"},
        f"(SELECT value AS __value, token AS __token FROM {VALUES} WHERE slot = {literal(column.slot)}) AS tokens "
        f"ON {it} = __value",
    )


def _note_subjects(con: duckdb.DuckDBPyConnection, column: Marked) -> None:
    con.execute(
        f"INSERT INTO {PAIRS} SELECT DISTINCT {column.subject}, {literal(column.kind)}, {identifier(column.column)} "
        f"FROM {relation(column.contract)} WHERE ({column.rows}) AND {identifier(column.column)} IN "
        f"(SELECT token FROM {VALUES} WHERE slot = {literal(column.slot)})"
    )


def _names(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """Names of people in columns of identity, as written."""
    for (name,) in _stream(con, f"SELECT DISTINCT value FROM {VALUES} WHERE kind = 'identity' AND length(value) < 40"):
        yield name


def _stream(con: duckdb.DuckDBPyConnection, sql: str) -> Iterable[tuple[str, ...]]:
    for batch in con.cursor().sql(sql).to_arrow_reader(CHUNK_ROWS):
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _scrub(staging: Staged, found: Contract, columns: Iterable[Column], scrubber: Scrubber, source: str) -> None:
    """Treat columns of texts of a table: each distinct text once.

    In prose numbers and known names are sought; in names of parties that are no person's, numbers written beside the
    name alone: names of firms hold names of people.
    """
    con = staging.con
    for column in columns:
        it, texts = identifier(column.name), identifier(f"vault:texts/{found.name}/{column.name}")
        suspect = "" if scrubber.knows_names else f"AND regexp_matches({it}, {literal(_SUSPECT)})"
        con.execute(f"CREATE TABLE {texts} (__text VARCHAR, __scrubbed VARCHAR)")
        con.execute('CREATE OR REPLACE TABLE "vault:found" (scrubbed VARCHAR, kind VARCHAR, token VARCHAR)')
        sql = f"SELECT DISTINCT {it} AS text FROM {relation(found)} WHERE {it} IS NOT NULL {suspect}"
        changed = 0
        for batch in con.cursor().sql(sql).to_arrow_reader(CHUNK_ROWS):
            changed += _scrub_texts(con, texts, batch.column("text").to_pylist(), scrubber)
        if changed:
            staging.put(found, {column.name: f"coalesce(__scrubbed, {it})"}, f"{texts} ON {it} = __text")
            con.execute(
                f"INSERT INTO {PAIRS} SELECT DISTINCT {subject(found, column, source)}, f.kind, f.token "
                f'FROM {relation(found)} JOIN "vault:found" AS f ON {it} = f.scrubbed '
                f"WHERE NOT EXISTS (SELECT 1 FROM {PAIRS} AS p WHERE p.token = f.token)"
            )
        con.execute('DROP TABLE "vault:found"')


def _scrub_texts(con: duckdb.DuckDBPyConnection, into: str, texts: list[str], scrubber: Scrubber) -> int:
    done, found = scrubber.scrub(texts)
    changed = [(old, new) for old, new in zip(texts, done, strict=True) if old != new]
    if changed:
        con.register("vault_chunk", pa.table(dict(zip(("text", "scrubbed"), zip(*changed, strict=True), strict=True))))
        con.execute(f"INSERT INTO {into} SELECT text, scrubbed FROM vault_chunk")
        con.unregister("vault_chunk")
    if found:
        rows = {
            "scrubbed": [done[f.number] for f in found],
            "kind": [f.kind for f in found],
            "token": [f.token for f in found],
            "value": [f.value for f in found],
        }
        con.register("vault_chunk", pa.table(rows))
        con.execute('INSERT INTO "vault:found" SELECT scrubbed, kind, token FROM vault_chunk')
        con.execute(f"INSERT INTO {VALUES} SELECT {literal(PROSE)}, kind, value, token FROM vault_chunk")
        con.unregister("vault_chunk")
    return len(changed)
