"""Who stands behind a firm with house, word or purse: owners of collateral, personal guarantors, whom its owner's money goes to."""

import ibis
import pyarrow as pa

from windchime.data.reading import Reading
from windchime.graph.facts.entities import resolved
from windchime.graph.facts.forms import POSTS
from windchime.graph.facts.keeping import kept

#: as POSTS, `role` one of ROLES; `bearers`: how many persons of the library the row may mean
BACKING = POSTS.append(pa.field("bearers", pa.int64(), nullable=False))
ROLES = ("pledgor", "guarantor", "payee")
#: what owners put in and take out
OWNERS_MONEY = ("owner_in", "owner_out")
_NONE = ibis.null("date")


@kept
def backing(reading: Reading) -> pa.Table:
    """Persons behind firms, in the form `BACKING`.

    A person of whom a bank statement gives the name alone stands for everybody of that name: one row each, with their
    number in `bearers`. A name alone proves nothing; who reads such a row asks for another sign.
    """
    found = [*_pledges(reading), *_promises(reading), *_defendants(reading), *_payees(reading), *_named(reading)]
    if not found:
        return BACKING.empty_table()
    rows = ibis.union(*found) if len(found) > 1 else found[0]
    named = resolved(reading, rows, "person", "firm").distinct()
    bearers = named["person"].nunique().over(ibis.window(group_by=[named["role"], named["table"], named["row"]]))
    told = named.mutate(bearers=bearers)
    ordered = told.select(*BACKING.names).order_by("firm", "person", "role", "table", "row")
    return ordered.to_pyarrow().cast(BACKING)


def _row(rows: ibis.Table, table: str, *key: str) -> dict[str, ibis.Value]:
    parts = [rows[c].cast("string").fill_null("") for c in key]
    return {"table": ibis.literal(table), "row": ibis.literal("|").join(parts)}


def _pledges(reading: Reading) -> list[ibis.Table]:
    if not reading.has("collateral"):
        return []
    rows = reading.table("collateral")
    # each asset once, by its first valuation
    first = ibis.window(group_by=rows["collateral_id"], order_by=rows["valued_on"])
    rows = rows.mutate(__nth=ibis.row_number().over(first))
    rows = rows.filter(rows["owner_type"] == "person", rows["owner_id"].notnull(), ibis._["__nth"] == 0)
    return [
        rows.select(
            person="owner_id",
            firm="firm_id",
            role=ibis.literal("pledgor"),
            since="registered_on",
            until="released_on",
            **_row(rows, "collateral", "collateral_id", "valued_on"),
        )
    ]


def _promises(reading: Reading) -> list[ibis.Table]:
    if not reading.has("guarantees"):
        return []
    rows = reading.table("guarantees")
    rows = rows.filter(
        rows["guarantor_type"] == "person",
        rows["guarantor_id"].notnull(),
        rows["debtor_id"].notnull(),
        rows["status"] != "void",
    )
    return [
        rows.select(
            person="guarantor_id",
            firm="debtor_id",
            role=ibis.literal("guarantor"),
            since="signed_on",
            until=ibis.coalesce(rows["released_on"], rows["ends_on"]),
            **_row(rows, "guarantees", "contract_no", "guarantor_id"),
        )
    ]


def _defendants(reading: Reading) -> list[ibis.Table]:
    """Persons sued as guarantors beside a firm."""
    if not reading.has("court_parties"):
        return []
    rows = reading.table("court_parties")
    rows = rows.filter(rows["party_id"].notnull())
    firms = rows.filter(rows["role"] == "defendant", rows["party_type"] == "firm").select("case_no", firm="party_id")
    beside = rows.filter(rows["role"] == "guarantor_defendant", rows["party_type"] == "person")
    both = beside.inner_join(firms, "case_no")
    return [
        both.select(
            person="party_id",
            firm="firm",
            role=ibis.literal("guarantor"),
            since="filed_on",
            until=_NONE,
            **_row(both, "court_parties", "case_no", "party_id", "role"),
        )
    ]


def _paid(reading: Reading) -> ibis.Table | None:
    if not reading.has("bank_transactions"):
        return None
    rows = reading.table("bank_transactions")
    return rows.filter(
        rows["counterparty_type"] == "person",
        rows["category"].isin(OWNERS_MONEY),
        rows["status"] == "booked",
        ~rows["is_reversal"].fill_null(False),
    )


def _payees(reading: Reading) -> list[ibis.Table]:
    """Of the owner's money the source names the person by id or account number."""
    rows = _paid(reading)
    if rows is None or not reading.has("persons"):
        return []
    known = reading.table("persons").select(counterparty_id="person_id")
    rows = rows.semi_join(known, "counterparty_id")
    return [_first(rows, "counterparty_id")]


def _named(reading: Reading) -> list[ibis.Table]:
    """Of the owner's money the source gives a name."""
    rows = _paid(reading)
    if rows is None or not reading.has("persons"):
        return []
    persons = reading.table("persons")
    named = persons.filter(persons["name"].notnull()).select("person_id", counterparty_name="name").distinct()
    unknown = rows.anti_join(persons.select(counterparty_id="person_id"), "counterparty_id")
    return [_first(unknown.inner_join(named, "counterparty_name"), "person_id")]


def _first(rows: ibis.Table, person: str) -> ibis.Table:
    """The first payment stands for all between a firm and a person."""
    parts = [rows[c].cast("string").fill_null("") for c in ("account_id", "booked_at", "bank_serial", "seq")]
    keyed = rows.mutate(__key=ibis.literal("|").join(parts))
    each = keyed.group_by(__firm="firm_id", __person=person).agg(
        since=keyed["booked_at"].min().date(), row=keyed["__key"].min()
    )
    return each.select(
        person="__person",
        firm="__firm",
        role=ibis.literal("payee"),
        since="since",
        until=_NONE,
        table=ibis.literal("bank_transactions"),
        row="row",
    )
