"""Every firm and person that a reading mentions: one row an id, with all that the tables say of it.

Rows come from `firms`, from the lists in `firm_records`, from the subject of every table and from every party in it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import ibis
import pyarrow as pa
from ibis.expr import operations as ops

from windchime.data.contracts import Contract, contracts
from windchime.data.reading import Reading

#: a register speaks before a list, and a list before what others write of a firm
_REGISTER, _LIST, _OTHERS = 0, 1, 2
_FIRM_COLUMNS = (
    "mention_id", "rank", "code", "name", "region_code", "rep_code", "rep_name", "phone", "address", "former",
)  # fmt: skip
_PHONES = ("mobile", "landline")
#: an agency that registers many firms ties nobody to anybody
_AGENTS = ("liaison",)

#: one row a mention of a firm: what its sources say; `codes` and `names` as written, the register's first
FIRMS = pa.schema(
    [
        ("mention_id", pa.string()),
        ("codes", pa.list_(pa.string())),
        ("names", pa.list_(pa.string())),
        ("region_code", pa.string()),
        ("rep_code", pa.string()),
        ("rep_name", pa.string()),
        ("phone", pa.string()),
        ("address", pa.string()),
    ]
)
#: one row a mention of a person: tokens only
PERSONS = pa.schema([("mention_id", pa.string()), ("codes", pa.list_(pa.string())), ("names", pa.list_(pa.string()))])
#: what ties a person to something: kind `phone`, `address` or `firm`, and the token or firm id
TIES = pa.schema([("mention_id", pa.string()), ("kind", pa.string()), ("value", pa.string())])

#: a loaded table and its rows as known
Known = tuple[Contract, ibis.Table]


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a reading mentions, each table sorted by mention id."""

    #: `FIRMS`
    firms: pa.Table
    #: `PERSONS`
    persons: pa.Table
    #: `TIES`
    ties: pa.Table


def gather(reading: Reading) -> Mentions:
    """The mentions of all loaded tables."""
    known = [(held, _known(reading, held)) for held in _loaded(reading)]
    con = duckdb.connect()
    try:
        con.execute("SET enable_external_access = false; SET enable_progress_bar = false")
        return Mentions(
            _firms(con, [_arrow(rows) for rows in _firm_rows(known)]),
            _persons(con, [_arrow(rows) for rows in _person_rows(known)]),
            _ties(con, [_arrow(rows) for rows in _tie_rows(known)]),
        )
    finally:
        con.close()


def sources_of(reading: Reading, mention_ids: Collection[str]) -> dict[str, dict[str, int]]:
    """In how many rows of each table mentions stand as subject, or as the record of a list; every state of a row counts."""
    found: dict[str, dict[str, int]] = {}
    for held in _loaded(reading):
        column = "record_id" if held.name == "firm_records" else held.firm_column
        if column:
            rows = reading.con.table(held.name)
            counts = rows.filter(rows[column].isin(sorted(mention_ids))).group_by(column).agg(rows=ibis._.count())
            for mention, count in zip(*counts.to_pyarrow().to_pydict().values(), strict=True):
                found.setdefault(mention, {})[held.name] = count
    return found


def parties(held: Contract) -> list[str]:
    """The parties of a table by the first part of their columns: type, id, code and name."""
    names = {c.name for c in held.columns}
    stems = [n.removesuffix("_type") for n in sorted(names) if n.endswith("_type")]
    return [s for s in stems if {f"{s}_id", f"{s}_name", f"{s}_code"} <= names]


def _loaded(reading: Reading) -> list[Contract]:
    return [c for name, c in sorted(contracts().items()) if not c.is_ours and reading.has(name)]


def _known(reading: Reading, held: Contract) -> ibis.Table:
    """A table as known, under a name of its own: each piece asks for a few of its columns, and is translated without the rest."""
    rows, name = reading.table(held.name), f"mentioning_{held.name}"
    reading.con.raw_sql(f"CREATE OR REPLACE TEMPORARY VIEW {name} AS {reading.con.compile(rows)}")
    return ops.DatabaseTable(name, schema=rows.schema(), source=reading.con).to_expr()


def _arrow(rows: ibis.Table) -> pa.Table:
    return rows.distinct().to_pyarrow()


def _row(rows: ibis.Table, rank: int, **given: ibis.Value) -> ibis.Table:
    none = ibis.null("string")
    columns = {c: given.get(c, none) for c in _FIRM_COLUMNS if c != "rank"}
    return rows.select(**{c: v.cast("string") for c, v in columns.items()}, rank=ibis.literal(rank, "int8"))


def _firm_rows(known: Sequence[Known]) -> Iterator[ibis.Table]:
    """What each table says of firms, in the columns `_FIRM_COLUMNS`."""
    for held, rows in known:
        names = {c.name for c in held.columns}
        if held.name == "firms":
            said = {
                "region_code": rows["region_code"],
                "rep_code": rows["legal_rep_code"],
                "rep_name": rows["legal_rep_name"],
                "address": rows["address"],
                "former": rows["former_names"],
            }
            yield _row(rows, _REGISTER, mention_id=rows["firm_id"], code=rows["credit_code"], name=rows["name"], **said)
            older = rows.filter(rows["registration_no"].notnull())
            yield _row(older, _REGISTER, mention_id=older["firm_id"], code=older["registration_no"])
        elif held.name == "firm_records":
            yield _row(
                rows,
                _LIST,
                mention_id=rows["record_id"],
                code=rows["firm_code"],
                name=rows["firm_name"],
                region_code=rows["region_code"],
                rep_code=rows["legal_rep_code"],
                rep_name=rows["legal_rep_name"],
                phone=rows["phone"],
                address=rows["address"],
                former=rows["former_names"],
            )
        elif held.firm_column == "firm_id" and "subject_code" in names:
            yield _row(rows, _OTHERS, mention_id=rows["firm_id"], code=rows["subject_code"], name=rows["subject_name"])
        elif held.firm_column:
            yield _row(rows, _OTHERS, mention_id=rows[held.firm_column])
        if held.name == "firm_changes":
            renamed = rows.filter(rows["item"] == "name")
            yield _row(renamed, _OTHERS, mention_id=renamed["firm_id"], former=renamed["before"])
        if held.name == "contacts":
            own = rows.filter(rows["person_id"].isnull())
            phones = own.filter(own["kind"].isin(_PHONES))
            yield _row(phones, _LIST, mention_id=phones["firm_id"], phone=phones["value"])
        for party in parties(held):
            firms = rows.filter(
                rows[f"{party}_id"].notnull(), rows[f"{party}_type"].isnull() | (rows[f"{party}_type"] != "person")
            )
            yield _row(
                firms,
                _OTHERS,
                mention_id=firms[f"{party}_id"],
                code=firms[f"{party}_code"],
                name=firms[f"{party}_name"],
            )


def _person_rows(known: Sequence[Known]) -> Iterator[ibis.Table]:
    """Id, token of the id number and token of the name of persons."""
    for held, rows in known:
        if held.name == "persons":
            yield rows.select(mention_id="person_id", code="id_number", name="name")
        for party in parties(held):
            people = rows.filter(rows[f"{party}_type"] == "person", rows[f"{party}_id"].notnull())
            yield people.select(mention_id=f"{party}_id", code=f"{party}_code", name=f"{party}_name")


def _tie_rows(known: Sequence[Known]) -> Iterator[ibis.Table]:
    """Phones and addresses of persons, and the firms they hold, lead or sign for."""
    for held, rows in known:
        if held.name == "contacts":
            own = rows.filter(rows["person_id"].notnull(), rows["kind"].isin((*_PHONES, "address")))
            kind = ibis.ifelse(own["kind"] == "address", "address", "phone")
            yield own.select(mention_id=own["person_id"], kind=kind, value=own["value"])
        if held.firm_column is None:
            continue
        leading = rows.filter(rows["role"].notin(_AGENTS)) if held.name == "key_persons" else rows
        for party in parties(held) if held.name in {"firms", "key_persons", "shareholdings"} else ():
            people = leading.filter(leading[f"{party}_type"] == "person", leading[f"{party}_id"].notnull())
            yield people.select(
                mention_id=people[f"{party}_id"], kind=ibis.literal("firm"), value=people[held.firm_column]
            )


def _firms(con: duckdb.DuckDBPyConnection, pieces: list[pa.Table]) -> pa.Table:
    if not pieces:
        return FIRMS.empty_table()
    said = pa.concat_tables([piece.select(_FIRM_COLUMNS).cast(_said_schema()) for piece in pieces])
    con.register("said", said)
    chosen = ", ".join(
        f"min_by({c}, (rank, {c})) FILTER ({c} IS NOT NULL) AS {c}"
        for c in ("region_code", "rep_code", "phone", "address")
    )
    found: pa.Table = con.sql(
        f"""
        WITH names AS (
            SELECT mention_id, name, min(rank) AS rank FROM (
                SELECT mention_id, name, rank FROM said WHERE name <> ''
                UNION ALL
                SELECT mention_id, trim(unnest(regexp_split_to_array(former, '[;；]'))), 3 FROM said WHERE former <> ''
            ) WHERE name <> '' GROUP BY ALL
        ), named AS (
            SELECT mention_id, list(name ORDER BY rank, name) AS names FROM names GROUP BY ALL
        ), rest AS (
            SELECT mention_id, list(DISTINCT code ORDER BY code) FILTER (code IS NOT NULL) AS codes, {chosen},
                -- the name that stands beside the id number, where one does
                min_by(rep_name, (rank, rep_code IS NULL, coalesce(rep_code, rep_name))) FILTER (rep_name IS NOT NULL) AS rep_name
            FROM said WHERE mention_id <> '' GROUP BY ALL
        )
        SELECT mention_id, coalesce(codes, []) AS codes, coalesce(names, []) AS names,
            region_code, rep_code, rep_name, phone, address
        FROM rest LEFT JOIN named USING (mention_id) ORDER BY mention_id
        """  # noqa: S608 - names of columns of this module
    ).to_arrow_table()
    return found.cast(FIRMS)


def _said_schema() -> pa.Schema:
    return pa.schema([(c, pa.int8() if c == "rank" else pa.string()) for c in _FIRM_COLUMNS])


def _persons(con: duckdb.DuckDBPyConnection, pieces: list[pa.Table]) -> pa.Table:
    if not pieces:
        return PERSONS.empty_table()
    schema = pa.schema([(c, pa.string()) for c in ("mention_id", "code", "name")])
    con.register("people", pa.concat_tables([piece.cast(schema) for piece in pieces]))
    found: pa.Table = con.sql(
        """
        SELECT mention_id,
            coalesce(list(DISTINCT code ORDER BY code) FILTER (code IS NOT NULL), []) AS codes,
            coalesce(list(DISTINCT name ORDER BY name) FILTER (name IS NOT NULL), []) AS names
        FROM people GROUP BY ALL ORDER BY mention_id
        """
    ).to_arrow_table()
    return found.cast(PERSONS)


def _ties(con: duckdb.DuckDBPyConnection, pieces: list[pa.Table]) -> pa.Table:
    if not pieces:
        return TIES.empty_table()
    con.register("tied", pa.concat_tables([piece.cast(TIES) for piece in pieces]))
    return con.sql("SELECT DISTINCT * FROM tied WHERE value IS NOT NULL ORDER BY ALL").to_arrow_table().cast(TIES)
