"""Parties whose source gives no type or no id: both are filled, the same way each time, so that rows can be joined.

An organisation gets `source:<code>` or, without a code, `source:n-<digest of its normalised name>`. A person gets
`source:p-<token of the document's number>`; one known by name alone gets an id that holds within the row's case or firm
only, as people of one name are not one person.
"""
# ruff: noqa: S608 - names and texts enter the SQL through `identifier` and `literal` alone

import hashlib
import re
from collections.abc import Sequence

import pyarrow as pa

from windchime.core import resident_id
from windchime.data.contracts import Contract
from windchime.data.lake.opening import identifier, literal
from windchime.data.staged import relation
from windchime.data.vault.columns import PERSON, Staged, scope
from windchime.data.vault.columns import parties as parties_of
from windchime.data.vault.normal import normals
from windchime.data.vault.people import party_type
from windchime.data.vault.prose import Scrubber
from windchime.data.vault.tokens import PREFIX, Tokeniser, is_token

#: rows of a piece
CHUNK_ROWS = 100_000
#: hexadecimal digits of a digest in an id
DIGEST = 24
#: a number with stars is another person's as well
_WHOLE = re.compile(r"[0-9A-Z]{6,}")
#: where a resident id may stand inside an id that a source gave
_NUMBER_IN_ID = "(^|[^0-9])[1-9][0-9]{16}[0-9Xx]([^0-9A-Za-z]|$)"
#: digits of such a number
NUMBER_DIGITS = 18
_RESIDENT = re.compile(r"(?<![0-9])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")


def fill(staging: Staged, found: Contract, tokeniser: Tokeniser, source: str) -> None:
    """Fill types and ids of the parties of a staged table, but for people known by name alone (see `fill_by_name`)."""
    con = staging.con
    for number, party in enumerate(parties_of(found)):
        made = identifier(f"vault:parties/{found.name}/{number}")
        kind, id_, code, name = (identifier(f"{party}_{part}") for part in ("type", "id", "code", "name"))
        silent = f"({kind} IS NULL OR {kind} = 'unknown')"
        wanted = f"({id_} IS NULL OR {silent}) AND ({code} IS NOT NULL OR {name} IS NOT NULL)"
        con.execute(
            f"CREATE OR REPLACE TABLE {made} (__type VARCHAR, __code VARCHAR, __name VARCHAR, __kind VARCHAR, __local VARCHAR)"
        )
        reader = (
            con.cursor()
            .sql(
                f"SELECT DISTINCT {kind} AS type, {code} AS code, {name} AS name FROM {relation(found)} WHERE {wanted}"
            )
            .to_arrow_reader(CHUNK_ROWS)
        )
        done = 0
        for batch in reader:
            con.register("vault_chunk", _resolved(batch, tokeniser, source))
            con.execute(f"INSERT INTO {made} SELECT * FROM vault_chunk")
            con.unregister("vault_chunk")
            done += batch.num_rows
        if done:
            same = " AND ".join(
                f"{mine} IS NOT DISTINCT FROM {theirs}"
                for mine, theirs in ((kind, "__type"), (code, "__code"), (name, "__name"))
            )
            there = f"({wanted}) AND made.__made"
            staging.put(
                found,
                {
                    f"{party}_type": f"CASE WHEN {there} THEN __kind ELSE {kind} END",
                    f"{party}_id": f"CASE WHEN {there} THEN coalesce({id_}, __local) ELSE {id_} END",
                },
                f"(SELECT *, true AS __made FROM {made}) AS made ON {same}",
            )


def fill_by_name(staging: Staged, found: Contract, source: str) -> None:
    """Fill ids of people known by name alone, once their names are tokens."""
    for party in parties_of(found):
        kind, id_, code, name = (identifier(f"{party}_{part}") for part in ("type", "id", "code", "name"))
        said = f"concat_ws('|', {scope(found)}, {code}, {name})"
        nameless = f"{id_} IS NULL AND {kind} = {literal(PERSON)} AND coalesce({code}, {name}) IS NOT NULL"
        if staging.con.execute(f"SELECT 1 FROM {relation(found)} WHERE {nameless} LIMIT 1").fetchall():
            made = f"{literal(f'{source}:p-')} || left(sha256({said}), {DIGEST})"
            staging.put(found, {f"{party}_id": f"CASE WHEN {nameless} THEN {made} ELSE {id_} END"})


def hide_numbers(staging: Staged, found: Contract, tokeniser: Tokeniser) -> None:
    """Replace resident ids inside the ids of people and firms: systems number their customers so."""
    con = staging.con
    for column in (c.name for c in found.expected if c.type == "id" and c.name.endswith("_id")):
        it = identifier(column)
        values = [
            value
            for (value,) in con.execute(
                f"SELECT DISTINCT {it} FROM {relation(found)} WHERE CASE WHEN strlen({it}) >= {NUMBER_DIGITS} "
                f"THEN regexp_matches({it}, {literal(_NUMBER_IN_ID)}) END"
            ).fetchall()
        ]
        changed = {value: without_number(value, tokeniser) for value in values}
        changed = {old: new for old, new in changed.items() if old != new}
        if changed:
            made = identifier(f"vault:ids/{found.name}/{column}")
            con.register("vault_chunk", pa.table({"__old": list(changed), "__new": list(changed.values())}))
            con.execute(f"CREATE TABLE {made} AS SELECT * FROM vault_chunk")
            con.unregister("vault_chunk")
            staging.put(found, {column: f"coalesce(__new, {it})"}, f"{made} ON {it} = __old")


def without_number(text: str, tokeniser: Tokeniser) -> str:
    """An id with each resident id in it as `p-` and the body of its token."""

    def hidden(match: re.Match[str]) -> str:
        number = match[0]
        return f"p-{tokeniser.token('identity', number)[len(PREFIX) :]}" if resident_id.check(number).valid else number

    return _RESIDENT.sub(hidden, text)


def _resolved(batch: pa.RecordBatch, tokeniser: Tokeniser, source: str) -> pa.Table:
    types, codes, names = (batch.column(part).to_pylist() for part in ("type", "code", "name"))
    kinds = [
        party_type(name, code) or said if said in (None, "unknown") else said
        for said, code, name in zip(types, codes, names, strict=True)
    ]
    ids = local_ids(kinds, codes, names, tokeniser, source)
    made = {"type": types, "code": codes, "name": names, "kind": kinds, "local": ids}
    return pa.table({column: pa.array(values, pa.string()) for column, values in made.items()})


def local_ids(
    kinds: Sequence[str | None],
    codes: Sequence[str | None],
    names: Sequence[str | None],
    tokeniser: Tokeniser,
    source: str,
) -> list[str | None]:
    """The id of each party by its code or, for organisations, by its name; None for people known by name alone."""
    plain = normals("identity", [code or "" for code in codes])
    # a digest of a name with a person's number beside it would let the number be guessed
    titles, _found = Scrubber(tokeniser).scrub(normals("identity", [name or "" for name in names]))
    made: list[str | None] = []
    for kind, code, number, title in zip(kinds, codes, plain, titles, strict=True):
        usable = _WHOLE.fullmatch(number) is not None
        if kind == PERSON and code and (usable or is_token(code)):
            made.append(f"{source}:p-{tokeniser.token('identity', code)[len(PREFIX) :]}")
        elif kind == PERSON:
            made.append(None)
        elif usable:
            made.append(f"{source}:{number}")
        elif title:
            made.append(f"{source}:n-{hashlib.sha256(title.encode()).hexdigest()[:DIGEST]}")
        else:
            made.append(None)
    return made
