"""Contact points, accounts and backers out of a library."""

from datetime import UTC, date, datetime
from typing import Any

from tests.graph.library import reading

from windchime.graph.facts.backing import backing
from windchime.graph.facts.points import points

AT = datetime(2024, 5, 1, tzinfo=UTC)


def contact(firm: str, kind: str, value: str, **more: Any) -> dict[str, Any]:
    return {"firm_id": firm, "kind": kind, "value": value, "usage": "registered", "first_seen_at": AT} | more


def paid(firm: str, seq: int, **more: Any) -> dict[str, Any]:
    return {
        "firm_id": firm, "account_id": f"a-{firm}", "seq": seq, "booked_at": AT, "direction": "out", "amount": "5.00",
        "currency": "CNY", "status": "booked", "category": "owner_out", "counterparty_type": "person",
    } | more  # fmt: skip


def test_points_of_contacts_addresses_and_accounts() -> None:
    library = reading(
        contacts=[contact("f1", "mobile", "t1", person_id="p1"), contact("f1", "address", "t2")],
        firms=[
            {"firm_id": "f1", "name": "f1", "address": "its address is known of contacts"},
            {"firm_id": "f2", "name": "f2", "address": "Street 1 "},
            {"firm_id": "f3", "name": "f3", "address": "STREET1"},
        ],
        bank_accounts=[
            {
                "firm_id": "f1", "account_id": "a1", "account_no": "t3", "holder_type": "person", "holder_id": "p1",
                "account_kind": "personal_settlement", "currency": "CNY", "opened_on": date(2024, 1, 1), "status": "normal",
                "is_declared": True,
            }
        ],
        bank_transactions=[
            paid("f2", 1, counterparty_account_no="t3"),
            paid("f2", 2, counterparty_account_no="t3"),
            paid("f2", 3, counterparty_account_no="t4", category="payroll"),
        ],
    )  # fmt: skip
    found = points(library).to_pylist()
    assert sorted((r["kind"], r["firm"], r["usage"], r["person"] or "") for r in found) == [
        ("account", "f1", "held", "p1"),
        ("account", "f2", "paid", ""),
        ("address", "f1", "registered", ""),
        ("address", "f2", "registered", ""),
        ("address", "f3", "registered", ""),
        ("mobile", "f1", "registered", "p1"),
    ]
    tokens = {(r["kind"], r["firm"]): r["token"] for r in found}
    assert tokens["account", "f1"] == tokens["account", "f2"] == "t3"
    assert tokens["address", "f2"] == tokens["address", "f3"] != tokens["address", "f1"]
    assert {(r["table"], r["row"]) for r in found if r["kind"] == "mobile"} == {
        ("contacts", "f1|p1|mobile|t1|registered")
    }


def test_nothing_loaded_gives_nothing() -> None:
    assert points(reading()).num_rows == 0
    assert backing(reading()).num_rows == 0


def test_who_pledges_promises_and_is_sued_beside() -> None:
    library = reading(
        collateral=[
            {
                "firm_id": "f1", "collateral_id": "c1", "owner_type": "person", "owner_id": "p1", "kind": "house",
                "valuation": "9.00", "valued_on": day, "valuer": "v", "registered_on": date(2024, 2, 1),
            }
            for day in (date(2024, 1, 1), date(2025, 1, 1))
        ],
        guarantees=[
            {
                "contract_no": "g1", "guarantor_type": "person", "guarantor_id": "p2", "debtor_type": "firm", "debtor_id": "f1",
                "creditor_type": "firm", "creditor_id": "b", "kind": "personal", "amount": "5.00", "signed_on": date(2024, 1, 1),
                "ends_on": date(2026, 1, 1), "status": "active",
            }
        ],
        court_parties=[
            {"case_no": "k1", "party_type": t, "party_id": i, "role": r, "filed_on": date(2025, 3, 1)}
            for t, i, r in (("firm", "f1", "defendant"), ("person", "p3", "guarantor_defendant"), ("person", "p4", "plaintiff"))
        ],
    )  # fmt: skip
    found = [(r["person"], r["firm"], r["role"], r["until"]) for r in backing(library).to_pylist()]
    assert found == [
        ("p1", "f1", "pledgor", None),
        ("p2", "f1", "guarantor", date(2026, 1, 1)),
        ("p3", "f1", "guarantor", None),
    ]


def test_owners_money_goes_to_a_name_that_several_bear() -> None:
    library = reading(
        persons=[
            {"person_id": p, "name": n, "resolution": "by_id"} for p, n in (("p1", "n1"), ("p2", "n1"), ("p3", "n2"))
        ],
        bank_transactions=[
            paid("f1", 1, counterparty_name="n1"),
            paid("f1", 2, counterparty_name="n1"),
            paid("f1", 3, counterparty_name="n2", category="payroll"),
            paid("f2", 1, counterparty_name="n2", counterparty_id="p3"),
        ],
    )
    found = [(r["person"], r["firm"], r["role"], r["bearers"]) for r in backing(library).to_pylist()]
    assert found == [("p1", "f1", "payee", 2), ("p2", "f1", "payee", 2), ("p3", "f2", "payee", 1)]
