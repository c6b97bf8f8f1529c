"""Who seems to stand behind a firm: two kinds of signs, one of them the person's own, and a quiet registered holder."""

from decimal import Decimal
from typing import Any

from tests.graph.ties.helpers import found, point

from windchime.graph.ties.controllers import HiddenController
from windchime.graph.ties.telling import controller_evidence, sentence

Row = dict[str, Any]


def stake(person: str, firm: str) -> Row:
    return {
        "owner": person, "company": firm, "share": Decimal(1), "votes": Decimal(1), "owner_type": "person",
    }  # fmt: skip


def backs(person: str, firm: str, role: str, bearers: int = 1, row: str = "r") -> Row:
    return {"person": person, "firm": firm, "role": role, "bearers": bearers, "row": f"{role}{row}"}


#: p1 holds f1 for somebody; p2 owns f2
HELD = [stake("p1", "f1"), stake("p2", "f2")]
PHONE = point("mobile", "t1", "f1", "f2")


def behind(**tables: list[Row]) -> list[HiddenController]:
    return list(found(**({"holdings": HELD} | tables)).controllers)


def test_profits_and_a_phone_point_at_somebody() -> None:
    (hint,) = behind(points=PHONE, backing=[backs("p2", "f1", "payee")])
    assert (hint.firm, hint.person, hint.holder, hint.level, hint.classes) == ("f1", "p2", "p1", "hint", 2)
    assert sentence(controller_evidence(hint)) == (
        "the owner's profits go to somebody of this name (borne by 1); "
        "the firm shares a phone with a firm of the person (known of 2 firms)"
    )


def test_profits_alone_are_a_lead() -> None:
    (lead,) = behind(backing=[backs("p2", "f1", "payee")])
    assert (lead.person, lead.level) == ("p2", "lead")


def test_a_shared_phone_alone_points_nowhere() -> None:
    assert behind(points=PHONE) == []


def test_what_two_firms_share_says_not_who_is_in_front() -> None:
    guarantee = {
        "guarantor": "f2", "debtor": "f1", "creditor": "b", "contract": "c", "kind": "several", "amount": Decimal(5), "status": "active",
    }  # fmt: skip
    assert behind(points=PHONE, guarantees=[guarantee]) == []


def test_a_holder_with_as_many_signs_is_no_nominee() -> None:
    signs = [backs("p2", "f1", "payee"), backs("p1", "f1", "payee", row="x"), backs("p1", "f1", "pledgor")]
    assert behind(points=PHONE, backing=signs) == []


def test_a_name_of_two_means_the_one_who_owns() -> None:
    signs = [backs("p1", "f1", "payee", bearers=2), backs("p2", "f1", "payee", bearers=2)]
    assert behind(points=PHONE, backing=signs) == []


def test_a_name_of_many_is_no_sign() -> None:
    assert behind(points=PHONE, backing=[backs("p2", "f1", "payee", bearers=9)]) == []


def test_who_controls_as_registered_is_not_hidden() -> None:
    chain = [stake("p2", "f2"), {**stake("f2", "f1"), "owner_type": "firm"}]
    assert behind(holdings=chain, points=PHONE, backing=[backs("p2", "f1", "payee")]) == []


def test_the_phone_of_somebody_in_office_is_no_sign() -> None:
    posts = [{"person": "p2", "firm": "f1", "role": "gm"}]
    (lead,) = behind(points=PHONE, posts=posts, backing=[backs("p2", "f1", "payee")])
    assert (lead.level, lead.classes) == ("lead", 1)


def test_the_operator_of_a_business_without_shareholders_owns_it() -> None:
    posts = [{"person": "p1", "firm": "f1", "role": "operator"}]
    own = behind(holdings=[stake("p2", "f2")], posts=posts, backing=[backs("p1", "f1", "payee")])
    assert own == []
    (hint,) = behind(holdings=[stake("p2", "f2")], posts=posts, points=PHONE, backing=[backs("p2", "f1", "payee")])
    assert (hint.person, hint.holder) == ("p2", "p1")
