"""Ties between firms: two independent kinds, common clues dropped, registered ties told apart, no value in a sentence."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from tests.graph.ties.helpers import found, point

from windchime.graph.ties.telling import sentence, tie_evidence

Row = dict[str, Any]


def pairs(points: list[Row], **more: list[Row]) -> set[tuple[str, str]]:
    return {(t.firm_a, t.firm_b) for t in found(points=points, **more).ties}


def test_one_kind_is_not_enough() -> None:
    assert pairs(point("mobile", "t1", "f1", "f2")) == set()


def test_two_independent_kinds_tie() -> None:
    assert pairs(point("mobile", "t1", "f1", "f2") + point("address", "t2", "f1", "f2")) == {("f1", "f2")}


def test_phone_and_landline_are_of_one_class() -> None:
    assert pairs(point("mobile", "t1", "f1", "f2") + point("landline", "t2", "f1", "f2")) == set()


def test_the_same_token_under_two_kinds_is_not_shared() -> None:
    assert pairs(point("mobile", "t1", "f1") + point("email", "t1", "f2") + point("address", "t2", "f1", "f2")) == set()


def test_a_phone_of_many_firms_is_dropped() -> None:
    many = [f"f{n:03}" for n in range(61)]
    told = pairs(point("mobile", "t1", *many) + point("address", "t2", *many[:2]))
    assert told == set()
    assert pairs(point("mobile", "t1", *many[:60]) + point("address", "t2", *many[:2])) == {("f000", "f001")}


def test_clients_of_an_agent_are_not_tied_by_its_phone_in_annual_reports() -> None:
    clients = [f"f{n}" for n in range(9)]
    posts = [{"person": "p1", "firm": f, "role": "liaison"} for f in clients]
    # the agent lends two of them a supervisor too: itself
    posts += [{"person": "p1", "firm": f, "role": "supervisor"} for f in clients[:2]]
    assert pairs(point("mobile", "t1", *clients, usage="annual_report"), posts=posts) == set()
    # two clients that registered one phone are another matter
    assert pairs(point("mobile", "t1", "f0", "f1"), posts=posts) == {("f0", "f1")}


def test_rare_partners_count_only_when_several_are_shared() -> None:
    def trade(partners: int) -> list[Row]:
        return [
            {"seller": f, "buyer": f"x{n}", "total": Decimal(1), "count": 1}
            for f in ("f1", "f2")
            for n in range(partners)
        ]

    phone = point("mobile", "t1", "f1", "f2")
    assert pairs(phone, trade=trade(2)) == set()
    assert pairs(phone, trade=trade(3)) == {("f1", "f2")}


def test_guarantee_and_funds_are_ties_of_two() -> None:
    guarantee = {
        "guarantor": "f1", "debtor": "f2", "creditor": "b", "contract": "c", "kind": "several", "amount": Decimal(5), "status": "active",
    }  # fmt: skip
    paid = {"payer": "f2", "payee": "f1", "amount": Decimal(9), "category": "other_out", "since": date(2025, 1, 5)}
    payments = [paid | {"paid_at": datetime(2025, 1, 5, 9, tzinfo=UTC), "row": str(n)} for n in range(3)]
    assert pairs([], guarantees=[guarantee], payments=payments) == {("f1", "f2")}
    assert pairs([], guarantees=[guarantee], payments=payments[:2]) == set()


def test_kin_tie_the_firms_of_two_relatives() -> None:
    holdings = [
        {"owner": p, "company": f, "share": Decimal("0.6"), "votes": Decimal("0.6"), "owner_type": "person"}
        for p, f in (("p1", "f1"), ("p2", "f2"))
    ]
    kin = [{"person_a": "p1", "person_b": "p2", "relation": "spouse", "degree": 1}]
    told = found(points=point("address", "t1", "f1", "f2"), holdings=holdings, kin=kin).ties
    assert [(t.firm_a, t.firm_b, t.declared) for t in told] == [("f1", "f2", None)]
    assert told[0].kinds == {"address": (1, 2), "kin": (1, 2)}


def test_ties_that_a_register_shows_say_so() -> None:
    clues = point("mobile", "t1", "f1", "f2") + point("address", "t2", "f1", "f2")

    def declared(**more: list[Row]) -> str | None:
        (tie,) = found(points=clues, **more).ties
        return tie.declared

    stake = {"share": Decimal("0.6"), "votes": Decimal("0.6")}
    assert declared() is None
    assert declared(holdings=[{"owner": "f1", "company": "f2", "owner_type": "firm", **stake}]) == "stake"
    above = [{"owner": "p1", "company": f, "owner_type": "person", **stake} for f in ("f1", "f2")]
    assert declared(holdings=above) == "controller"
    assert declared(posts=[{"person": "p1", "firm": f, "role": "legal_rep"} for f in ("f1", "f2")]) == "leader"


def test_what_ended_ties_no_more() -> None:
    clues = point("mobile", "t1", "f1", "f2") + point("address", "t2", "f1")
    gone = point("address", "t2", "f2", until=date(2024, 1, 1))
    assert pairs(clues + gone) == set()
    assert pairs(clues + point("address", "t2", "f2", since=date(2026, 1, 1))) == set()


def test_a_sentence_names_kinds_and_numbers_and_no_value() -> None:
    clues = point("mobile", "t_secret", "f1", "f2", "f3") + point("address", "t_place", "f1", "f2")
    (tie,) = found(points=clues).ties
    evidence = tie_evidence(tie)
    assert sentence(evidence) == "shared addresses: 1 (of 2 firms); shared phone numbers: 1 (known of 3 firms)"
    assert sentence(evidence, "zh") == "共用地址 1 处（2 家企业）；共用电话 1 个（3 家企业使用）"
    assert [r["kind"] for r in evidence["rows"]] == ["address", "phone"]
    assert "t_secret" not in str(evidence)
